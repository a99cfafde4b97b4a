"""Invitation links: made, counted, withdrawn, and who came by them."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from app.accounts.models import Block
from app.communities import queries
from app.communities.models import (
    Community,
    Invitation,
    InvitationKind,
    JoinRequest,
    JoinRequestState,
)
from app.communities.service import invitations as service
from app.communities.service.invitations import Terms
from app.communities.service.joining import decide
from app.communities.service.memberships import ban, leave
from app.communities.service.refusals import InvitationSpent
from app.core.database import add
from app.core.tokens import sign_forever
from tests.communities.hands import audited, hand_of
from tests.conftest import TODAY, FixedClock
from tests.factories import make_community, make_contact, make_member, make_membership, make_person

SECRET = "only for this test"


def make_link(community: Community, **values: object) -> Invitation:
    organizer = make_member(community, role="organizer", name="Olga")
    terms = Terms(**{"kind": InvitationKind.TRUSTED, **values})  # type: ignore[arg-type]
    return service.make_invitation(community, terms, by=hand_of(organizer), now=TODAY)


def test_a_link_is_made_and_audited(session: Session) -> None:
    community = make_community()

    link = make_link(community, label=" Poster\u200b ", max_uses=5)

    assert (link.label, link.max_uses, link.uses, link.expires_at) == ("Poster", 5, 0, None)
    assert audited() == ["invitation.made"]


def test_uses_are_counted_up_to_the_limit(session: Session) -> None:
    link = make_link(make_community(), max_uses=2)

    service.take_use(link, now=TODAY)
    service.take_use(link, now=TODAY)
    with pytest.raises(InvitationSpent):
        service.take_use(link, now=TODAY)

    assert link.uses == 2


def test_a_link_is_good_until_the_moment_it_expires(session: Session) -> None:
    link = make_link(make_community(), expires_at=TODAY + timedelta(days=1))

    service.take_use(link, now=TODAY + timedelta(hours=23))
    with pytest.raises(InvitationSpent):
        service.take_use(link, now=TODAY + timedelta(days=1))


def test_a_withdrawn_link_leads_nowhere(session: Session, clock: FixedClock) -> None:
    community = make_community()
    link = make_link(community)
    hand = hand_of(make_member(community, role="organizer"))

    service.revoke_invitation(link, by=hand, now=TODAY)
    service.revoke_invitation(link, by=hand, now=clock.advance(days=1))

    assert link.revoked_at == TODAY
    assert audited() == ["invitation.made", "invitation.revoked"]
    with pytest.raises(InvitationSpent):
        service.take_use(link, now=clock.now)


def test_a_token_is_signed_and_stays_the_same(session: Session) -> None:
    link = make_link(make_community())
    token = service.invitation_token(link, secret=SECRET)

    assert token == service.invitation_token(link, secret=SECRET)
    assert service.read_invitation_token(token, secret=SECRET) == link.public_id
    assert service.read_invitation_token(token, secret="another") is None
    assert service.read_invitation_token("nonsense", secret=SECRET) is None
    odd = sign_forever(["not", "an", "id"], purpose=service.PURPOSE, secret=SECRET)
    assert service.read_invitation_token(odd, secret=SECRET) is None


def test_links_that_lead_in_come_first(session: Session) -> None:
    community = make_community()
    spent = make_link(community, max_uses=1)
    service.take_use(spent, now=TODAY)
    expired = make_link(community, expires_at=TODAY)
    good, newer = make_link(community), make_link(community)
    make_link(make_community())

    rows = queries.invitations(community.id, 0, now=TODAY)

    assert [row.invitation for row in rows] == [newer, good, expired, spent]
    assert [row.is_open for row in rows] == [True, True, False, False]
    assert {row.made_by for row in rows} == {"Olga"}
    found = queries.invitation_row(community.id, good.public_id, 0, now=TODAY)
    assert found
    assert found.invitation is good
    assert queries.invitation_row(make_community().id, good.public_id, 0, now=TODAY) is None


def test_a_link_into_a_suspended_community_is_not_there(session: Session) -> None:
    community = make_community()
    link = make_link(community)
    assert queries.invitation_by_id(link.public_id) == (link, community)

    community.suspended_at = TODAY
    session.flush()

    assert queries.invitation_by_id(link.public_id) is None


def test_who_came_by_a_link_is_remembered(session: Session, clock: FixedClock) -> None:
    community = make_community()
    link = make_link(community)
    viewer = make_member(community)
    first = make_contact(community, person=make_person())
    period = make_membership(first, invitation_id=link.id, joined_at=TODAY)
    second = make_contact(community, person=make_person())
    waiting = add(
        JoinRequest(
            community_id=community.id,
            contact_id=second.id,
            invitation_id=link.id,
            created_at=clock.advance(days=1),
        )
    )
    approved = JoinRequest(
        community_id=community.id,
        contact_id=first.id,
        state=JoinRequestState.APPROVED,
        invitation_id=link.id,
        created_at=TODAY,
    )
    add(approved)
    hidden = make_contact(community, person=make_person())
    make_membership(hidden, invitation_id=link.id)
    add(Block(blocker_id=viewer.person_id, blocked_id=hidden.person_id, created_at=TODAY))
    leave(period, now=clock.now)

    came = queries.arrivals(link, viewer.person_id or 0)

    assert [(one.contact, one.membership, one.request) for one in came] == [
        (second, None, waiting),
        (first, period, None),
    ]


def test_a_block_hides_who_made_decided_and_banned(session: Session) -> None:
    community = make_community()
    olga = make_member(community, role="organizer", name="Olga")
    viewer = make_member(community, role="organizer")
    hand = hand_of(olga)
    service.make_invitation(community, Terms(InvitationKind.TRUSTED), by=hand, now=TODAY)
    request = add(
        JoinRequest(
            community_id=community.id,
            contact_id=make_contact(community, person=make_person()).id,
            created_at=TODAY,
        )
    )
    decide(
        [request],
        JoinRequestState.DECLINED,
        community=community,
        reply="",
        by=hand,
        now=TODAY,
    )
    ban(make_contact(community), reason="Spam", by=hand, now=TODAY)

    def names() -> list[str | None]:
        person_id = viewer.person_id or 0
        (link,) = queries.invitations(community.id, person_id, now=TODAY)
        (decided,) = queries.decided_requests(community.id, person_id)
        (banned,) = queries.current_bans(community.id, person_id)
        return [link.made_by, decided.decided_by, banned.banned_by]

    assert names() == ["Olga"] * 3
    add(Block(blocker_id=olga.person_id, blocked_id=viewer.person_id, created_at=TODAY))
    assert names() == [None] * 3
