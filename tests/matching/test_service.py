"""Computing suggestions: who appears, why, and who never does."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from app.accounts.hooks import person_erased
from app.accounts.models import Block
from app.communities import hooks
from app.communities.models import (
    Community,
    Contact,
    EndReason,
    FacetVisibility,
    Membership,
)
from app.core import clock as core_clock
from app.core import jobs
from app.core.database import add
from app.matching import answers, queries, service
from app.matching.models import MatchChoice, MatchKind, Suggestion
from tests.conftest import FixedClock
from tests.factories import make_community, person_of
from tests.matching.conftest import MakeMatchable, put_facet


def shown_to(community: Community, contact: Contact) -> list[str]:
    found = queries.cards(community, contact, core_clock.now())
    return [card.public_id for card in found]


def refresh(community: Community) -> int:
    return service.refresh(community, now=core_clock.now())


def waiting_jobs(session: Session, name: str) -> int:
    asked = text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = :name")
    return int(session.execute(asked, {"name": name}).scalar_one())


def test_two_who_share_a_word_are_suggested_to_each_other(
    community: Community, make_matchable: MakeMatchable
) -> None:
    one, other = make_matchable("Chess", "Tea"), make_matchable("chess", "Rowing")
    make_matchable("Knitting")
    assert refresh(community) == 2
    (card,) = queries.cards(community, one, core_clock.now())
    assert card.public_id == other.public_id
    assert card.reasons == (queries.Reason("interest interest", "chess"),)
    assert shown_to(community, other) == [one.public_id]


def test_a_second_computation_replaces_the_first(
    community: Community, make_matchable: MakeMatchable, session: Session
) -> None:
    make_matchable("Chess")
    make_matchable("Chess")
    refresh(community)
    refresh(community)
    assert len(session.scalars(select(Suggestion)).all()) == 2


def test_a_pair_stands_on_both_pages_and_attention_is_shared_out(
    community: Community, make_matchable: MakeMatchable
) -> None:
    """Who chooses ten is chosen by others too; two can say yes only where both can."""
    people = [make_matchable("Chess") for _ in range(25)]
    refresh(community)
    shown = {one.public_id: shown_to(community, one) for one in people}
    assert all(one in shown[other] for one in shown for other in shown[one])
    assert all(10 <= len(found) <= 20 for found in shown.values())


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("why", ["said no", "asleep", "unlisted", "left", "blocks", "is blocked"])
def test_who_must_not_appear_does_not(
    community: Community,
    make_matchable: MakeMatchable,
    session: Session,
    clock: FixedClock,
    why: str,
    moment: str,
) -> None:
    """Whatever the computation knew, and whatever happened since."""
    me = make_matchable("Chess")
    other = make_matchable("Chess", days_ago=150 if why == "asleep" else 1)
    theirs = update(Membership).where(Membership.contact_id == other.id)
    session.execute(theirs.values(joined_at=clock.now - timedelta(days=200)))
    if moment == "after":
        refresh(community)
        assert shown_to(community, me) == [other.public_id]
    if why == "said no":
        service.choose(other, [MatchKind.MENTOR], is_adult=True, now=clock.now)
    elif why == "asleep":
        clock.set(datetime(2026, 8, 1, tzinfo=UTC))
    elif why == "unlisted":
        other.is_listed = False
    elif why == "left":
        membership = session.scalars(
            select(Membership).where(Membership.contact_id == other.id)
        ).one()
        membership.left_at, membership.end_reason = clock.now, EndReason.LEFT
    else:
        pair = (
            (me.person_id, other.person_id) if why == "blocks" else (other.person_id, me.person_id)
        )
        add(Block(blocker_id=pair[0], blocked_id=pair[1], created_at=clock.now))
    session.flush()
    if moment == "before":
        refresh(community)
    assert shown_to(community, me) == []
    if why in {"said no", "blocks", "is blocked"}:
        assert shown_to(community, other) == []


def test_a_word_only_for_matching_is_never_shown(
    community: Community, make_matchable: MakeMatchable, session: Session
) -> None:
    me, other = make_matchable("Chess"), make_matchable()
    hidden = put_facet(other, "Chess", visibility=FacetVisibility.MATCHING)
    put_facet(other, "Tea")
    put_facet(me, "Tea")
    refresh(community)
    (card,) = queries.cards(community, me, core_clock.now())
    assert [reason.value for reason in card.reasons] == ["Tea"]
    hidden.visibility = FacetVisibility.OFF
    session.flush()
    refresh(community)
    assert shown_to(community, me) == [other.public_id]


def test_a_match_by_hidden_words_alone_is_not_shown(
    community: Community, make_matchable: MakeMatchable
) -> None:
    me, other = make_matchable("Chess"), make_matchable()
    put_facet(other, "Chess", visibility=FacetVisibility.MATCHING)
    assert refresh(community) == 0
    assert shown_to(community, me) == []


@pytest.mark.parametrize("whose", [0, 1])
def test_a_reason_hidden_since_is_gone_at_once(
    community: Community, make_matchable: MakeMatchable, session: Session, whose: int
) -> None:
    pair = make_matchable("Chess"), make_matchable("Chess")
    refresh(community)
    for facet in pair[whose].facets:
        facet.visibility = FacetVisibility.OFF
    session.flush()
    assert shown_to(community, pair[0]) == []


def test_guests_without_an_account_are_not_suggested(
    community: Community, make_matchable: MakeMatchable, session: Session
) -> None:
    me, other = make_matchable("Chess"), make_matchable("Chess")
    other.person_id = None
    session.flush()
    assert refresh(community) == 0
    assert shown_to(community, me) == []


def test_communities_stay_apart(
    community: Community, make_matchable: MakeMatchable, session: Session
) -> None:
    me = make_matchable("Chess")
    make_matchable("Chess")
    elsewhere = make_community()
    make_matchable("Chess")
    refresh(community)
    assert refresh(elsewhere) == 0
    assert len(shown_to(community, me)) == 2


def test_choosing_puts_off_one_computation(
    community: Community, make_matchable: MakeMatchable, session: Session, clock: FixedClock
) -> None:
    me = make_matchable(kinds=())
    service.choose(me, [MatchKind.FRIEND, MatchKind.MENTOR], is_adult=True, now=clock.now)
    service.choose(me, [MatchKind.FRIEND], is_adult=True, now=clock.now)
    assert queries.choices(community.id, me.id) == {MatchKind.FRIEND}
    hooks.card_changed(me)
    assert waiting_jobs(session, "matching.refresh") == 1


def test_a_changed_card_of_someone_who_takes_no_part_is_no_work(
    make_matchable: MakeMatchable, session: Session
) -> None:
    hooks.card_changed(make_matchable(kinds=()))
    assert waiting_jobs(session, "matching.refresh") == 0


def test_leaving_takes_out_of_matching(
    community: Community, make_matchable: MakeMatchable, session: Session, clock: FixedClock
) -> None:
    me, other = make_matchable("Chess"), make_matchable("Chess")
    refresh(community)
    membership = session.scalars(select(Membership).where(Membership.contact_id == me.id)).one()
    membership.left_at, membership.end_reason = clock.now, EndReason.LEFT
    hooks.membership_ends(membership, clock.now)
    assert session.scalars(select(Suggestion)).all() == []
    assert session.scalars(select(MatchChoice.contact_id)).all() == [other.id]
    membership.left_at, membership.end_reason = None, None
    refresh(community)
    assert shown_to(community, other) == []


def test_erasing_takes_out_of_matching_everywhere(
    community: Community, make_matchable: MakeMatchable, session: Session, clock: FixedClock
) -> None:
    me, other = make_matchable("Chess"), make_matchable("Chess")
    refresh(community)
    assert shown_to(community, other) == [me.public_id]
    answers._erase(person_of(me), clock.now)
    assert shown_to(community, other) == []
    assert queries.choices(community.id, me.id) == frozenset()
    assert queries.choices(community.id, other.id) == {MatchKind.FRIEND}
    assert answers._erase in person_erased._callbacks


def test_the_job_computes_and_the_daily_one_asks_for_each_community(
    community: Community, make_matchable: MakeMatchable, session: Session
) -> None:
    me, other = make_matchable("Chess"), make_matchable("Chess")
    registered = jobs.registered()
    registered["matching.refresh_all"].handler()
    assert waiting_jobs(session, "matching.refresh") == 1
    registered["matching.refresh"].handler(community_id=community.id)
    registered["matching.refresh"].handler(community_id=0)
    assert shown_to(community, me) == [other.public_id]
