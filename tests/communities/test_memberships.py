"""Belonging: periods begin and end, with all that hangs on them."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.activity.models import Activity
from app.communities import hooks, queries
from app.communities.models import (
    Ban,
    Contact,
    EndReason,
    JoinedVia,
    JoinRequest,
    JoinRequestState,
    Membership,
)
from app.communities.service import memberships as service
from app.communities.service.refusals import (
    BannedAlready,
    LastOwner,
    NotAMember,
    OutOfRank,
    ReasonMissing,
)
from app.core.database import add
from tests.communities.hands import audited, hand_of, last_mail, mails, period_of
from tests.conftest import TODAY, FixedClock
from tests.factories import make_community, make_contact, make_member, make_person

Moments = list[tuple[str, int, EndReason | None]]


@pytest.fixture
def moments() -> Iterator[Moments]:
    """What the hooks were told, in order."""
    told: Moments = []

    def begins(membership: Membership, _now: datetime) -> None:
        told.append(("begins", membership.id, membership.end_reason))

    def ends(membership: Membership, _now: datetime) -> None:
        told.append(("ends", membership.id, membership.end_reason))

    def banned(contact: Contact, _now: datetime) -> None:
        told.append(("banned", contact.id, None))

    hooks.membership_begins.register(begins)
    hooks.membership_ends.register(ends)
    hooks.contact_banned.register(banned)
    yield told
    hooks.contact_banned._callbacks.remove(banned)
    hooks.membership_begins._callbacks.remove(begins)
    hooks.membership_ends._callbacks.remove(ends)


def facts(session: Session) -> list[tuple[str, str | None]]:
    rows = session.execute(select(Activity.type, Activity.subject).order_by(Activity.id))
    return [(kind, subject) for kind, subject in rows]


def test_a_period_begins_once_and_tells_ledger_and_hooks(
    session: Session, moments: Moments
) -> None:
    community = make_community()
    contact = make_contact(community, person=make_person())

    first = service.begin_membership(contact, community=community, via=JoinedVia.OPEN, now=TODAY)
    again = service.begin_membership(contact, community=community, via=JoinedVia.OPEN, now=TODAY)

    assert again.id == first.id
    assert (first.role_key, first.joined_at, first.left_at) == ("member", TODAY, None)
    assert facts(session) == [("member.joined", f"membership:{first.public_id}")]
    assert moments == [("begins", first.id, None)]


def test_leaving_ends_the_period_in_one_go(
    session: Session, clock: FixedClock, moments: Moments
) -> None:
    period = period_of(make_member(make_community()))

    service.leave(period, now=clock.advance(days=3))

    assert (period.left_at, period.end_reason) == (clock.now, EndReason.LEFT)
    assert moments == [("ends", period.id, EndReason.LEFT)]
    assert facts(session) == [("member.left", f"membership:{period.public_id}")]


def test_a_rejoin_is_a_new_period(session: Session, clock: FixedClock) -> None:
    community = make_community()
    contact = make_member(community)
    first = period_of(contact)
    service.leave(first, now=clock.advance(days=1))

    second = service.begin_membership(
        contact, community=community, via=JoinedVia.OPEN, now=clock.advance(days=1)
    )

    assert second.id != first.id
    assert (first.left_at is None, second.left_at) == (False, None)
    assert queries.membership_of(contact) is second


def test_a_period_that_ended_does_not_end_again(session: Session, moments: Moments) -> None:
    period = period_of(make_member(make_community()))
    assert service.end_membership(period, reason=EndReason.CLOSED, now=TODAY)

    assert not service.end_membership(period, reason=EndReason.LEFT, now=TODAY)
    with pytest.raises(NotAMember):
        service.leave(period, now=TODAY)

    assert period.end_reason is EndReason.CLOSED
    assert len(moments) == 1


def test_a_clock_that_went_back_ends_no_period_before_it_began(session: Session) -> None:
    period = period_of(make_member(make_community()))

    service.leave(period, now=TODAY.replace(year=2020))

    assert period.left_at == period.joined_at


def test_the_last_owner_stays_until_another_one_is_there(session: Session) -> None:
    community = make_community()
    owner = period_of(make_member(community, role="owner"))
    with pytest.raises(LastOwner):
        service.leave(owner, now=TODAY)

    make_member(community, role="owner")
    service.leave(owner, now=TODAY)

    assert owner.end_reason is EndReason.LEFT


def test_removing_tells_the_person_and_the_audit(session: Session) -> None:
    community = make_community()
    organizer, member = make_member(community, role="organizer"), make_member(community)
    period = period_of(member)

    service.remove(period, words=" Please call us. ", by=hand_of(organizer), now=TODAY)

    assert (period.end_reason, period.end_words) == (EndReason.REMOVED, "Please call us.")
    assert mails() == [("communities.removed", member.id)]
    assert "Please call us." in last_mail().text_body
    assert audited() == ["member.removed"]


def test_removing_without_words_still_tells(session: Session) -> None:
    community = make_community()
    organizer, member = make_member(community, role="organizer"), make_member(community)

    service.remove(period_of(member), words="", by=hand_of(organizer), now=TODAY)

    assert period_of(member).end_words is None
    assert mails() == [("communities.removed", member.id)]


def test_someone_gone_already_cannot_be_removed(session: Session) -> None:
    community = make_community()
    organizer, member = make_member(community, role="organizer"), make_member(community)
    service.leave(period_of(member), now=TODAY)

    with pytest.raises(NotAMember):
        service.remove(period_of(member), words="", by=hand_of(organizer), now=TODAY)

    assert mails() == []


RANKS = ["member", "host", "moderator", "organizer", "owner"]


@pytest.mark.parametrize("actor", RANKS)
@pytest.mark.parametrize("other", RANKS)
def test_power_reaches_only_below_ones_own_rank(session: Session, actor: str, other: str) -> None:
    community = make_community()
    make_member(community, role="owner")  # so that no owner is the last one
    acting, target = make_member(community, role=actor), make_member(community, role=other)
    is_below = RANKS.index(other) < RANKS.index(actor)

    if is_below:
        service.check_rank(hand_of(acting), period_of(target))
    else:
        with pytest.raises(OutOfRank):
            service.check_rank(hand_of(acting), period_of(target))
        with pytest.raises(OutOfRank):
            service.remove(period_of(target), words="", by=hand_of(acting), now=TODAY)
        with pytest.raises(OutOfRank):
            service.ban(target, reason="x", by=hand_of(acting), now=TODAY)
        assert period_of(target).left_at is None


def test_a_ban_ends_the_membership_and_what_waits(session: Session, moments: Moments) -> None:
    community = make_community()
    moderator, member = make_member(community, role="moderator"), make_member(community)
    waiting = add(JoinRequest(community_id=community.id, contact_id=member.id, created_at=TODAY))

    service.ban(member, reason=" Shouted. ", by=hand_of(moderator), now=TODAY)

    ban = session.scalars(select(Ban)).one()
    assert (ban.reason, ban.contact_id, ban.banned_by_id) == ("Shouted.", member.id, moderator.id)
    assert period_of(member).end_reason is EndReason.BANNED
    assert (waiting.state, waiting.decided_by_id) == (JoinRequestState.DECLINED, moderator.id)
    assert [moment[0] for moment in moments] == ["ends"]
    assert mails() == [("communities.removed", member.id)]
    assert "Shouted" not in last_mail().text_body
    assert audited() == ["member.banned"]


def test_someone_who_is_no_member_can_be_banned_without_a_mail(
    session: Session, moments: Moments
) -> None:
    community = make_community()
    moderator = make_member(community, role="moderator")
    guest = make_contact(community)

    service.ban(guest, reason="Spam", by=hand_of(moderator), now=TODAY)

    assert queries.is_banned(guest)
    assert moments == [("banned", guest.id, None)]
    assert mails() == []


def test_a_ban_needs_a_reason_and_happens_once(session: Session) -> None:
    community = make_community()
    moderator, guest = make_member(community, role="moderator"), make_contact(community)
    hand = hand_of(moderator)
    with pytest.raises(ReasonMissing):
        service.ban(guest, reason=" \u200b ", by=hand, now=TODAY)
    service.ban(guest, reason="Spam", by=hand, now=TODAY)

    with pytest.raises(BannedAlready):
        service.ban(guest, reason="Spam again", by=hand, now=TODAY)

    assert [row.reason for row in queries.current_bans(community.id, hand.person.id)] == ["Spam"]


def test_a_lifted_ban_can_be_followed_by_another(session: Session, clock: FixedClock) -> None:
    community = make_community()
    hand = hand_of(make_member(community, role="moderator"))
    guest = make_contact(community)
    ban = service.ban(guest, reason="Spam", by=hand, now=TODAY)

    service.lift_ban(ban, by=hand, now=TODAY)
    service.lift_ban(ban, by=hand, now=clock.advance(days=1))

    assert (ban.lifted_at, queries.is_banned(guest)) == (TODAY, False)
    service.ban(guest, reason="Spam", by=hand, now=clock.now)
    assert audited() == ["member.banned", "member.ban_lifted", "member.banned"]


def test_the_last_owner_cannot_be_banned_by_another_who_left(session: Session) -> None:
    """The rank check comes first, so an owner is never within reach; the count guards itself."""
    community = make_community()
    owner = period_of(make_member(community, role="owner"))

    assert service.is_last_owner(owner)
    service.end_membership(owner, reason=EndReason.ERASED, now=TODAY)
    assert not service.is_last_owner(owner)


def test_members_are_counted_and_listed_in_order_of_joining(
    session: Session, clock: FixedClock
) -> None:
    community = make_community()
    first = make_member(community)
    clock.advance(days=1)
    second = make_member(community)
    gone = make_member(community)
    service.leave(period_of(gone), now=clock.now)
    make_member(make_community())

    assert queries.member_count(community.id) == 2
    assert queries.current_members(community.id) == [first, second]
    assert [one.contact_id for one in queries.current_memberships(community.id)] == [
        first.id,
        second.id,
    ]
