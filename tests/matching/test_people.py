"""What the computation knows of people, and what it may say of it."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import hooks as account_hooks
from app.activity import hooks as activity_hooks
from app.activity import service as activity
from app.communities.models import Community, Contact, FacetKind, FacetVisibility
from app.core import clock as core_clock
from app.core import jobs
from app.core.database import add
from app.events.models import Attendance, AttendanceState
from app.matching import queries, service
from app.matching.models import MatchKind, MatchRole, MatchRound, Suggestion
from app.matching.queries import Reason
from tests.conftest import FixedClock
from tests.factories import make_community, make_event, person_of
from tests.matching.conftest import MakeMatchable, put_facet
from tests.matching.test_service import refresh, waiting_jobs

MENTOR, COLLABORATOR = (MatchKind.MENTOR,), (MatchKind.COLLABORATOR,)
HIDDEN = FacetVisibility.MATCHING


def cards_of(community: Community, contact: Contact) -> list[queries.MatchCard]:
    return queries.cards(community, contact, core_clock.now())


def reasons_of(community: Community, contact: Contact) -> list[Reason]:
    (card,) = cards_of(community, contact)
    return list(card.reasons)


def came(community: Community, *contacts: Contact, title: str = "Swap", days_ago: int = 3) -> None:
    """Let some people have been at a gathering together."""
    then = core_clock.now() - timedelta(days=days_ago)
    gathering = make_event(community, starts_at=then, title=title)
    for contact in contacts:
        add(
            Attendance(
                community_id=community.id,
                event_id=gathering.id,
                contact_id=contact.id,
                state=AttendanceState.GOING,
                reserved_at=then,
                arrived=1,
                checked_in_at=then,
            )
        )


def test_a_gathering_both_came_to_is_a_reason_and_a_seat_alone_is_not(
    community: Community, make_matchable: MakeMatchable, session: Session
) -> None:
    me, other = make_matchable("Chess"), make_matchable("Tea")
    came(community, me, other)
    refresh(community)
    assert reasons_of(community, me) == [Reason("events", "Swap", 1)]
    for seat in session.scalars(select(Attendance).where(Attendance.contact_id == me.id)):
        seat.arrived, seat.checked_in_at = 0, None
    session.flush()
    refresh(community)
    assert cards_of(community, me) == []


def test_many_gatherings_together_do_not_drown_shared_words(
    community: Community, make_matchable: MakeMatchable
) -> None:
    me, regular = make_matchable("Chess", "Maps"), make_matchable("Tea")
    kindred = make_matchable("Chess", "Maps")
    for number in range(12):
        came(community, me, regular, title=f"Evening {number}", days_ago=40 - number)
    refresh(community)
    assert [card.contact_id for card in cards_of(community, me)] == [kindred.id, regular.id]
    assert cards_of(community, me)[1].reasons == (Reason("events", "Evening 11", 12),)


def test_who_know_each_other_need_no_suggestion_as_friends(
    community: Community, make_matchable: MakeMatchable
) -> None:
    me, other = make_matchable("Chess"), make_matchable("Chess")
    activity.record(
        activity.Fact(
            community_id=community.id,
            contact_id=other.id,
            type="card.completed",
            uid="talk",
            happened_at=core_clock.now(),
            counterpart_id=me.id,
        ),
        zone=community.zone,
    )
    assert refresh(community) == 0


def test_a_mentor_stands_on_as_many_pages_as_they_have_room_for(
    community: Community, make_matchable: MakeMatchable, session: Session
) -> None:
    mentor = make_matchable(kinds=MENTOR)
    put_facet(mentor, "Rust", FacetKind.OFFER)
    for _ in range(8):
        put_facet(make_matchable(kinds=MENTOR), "Rust", FacetKind.WANT)
    for room, pages in ((0, 0), (1, 3), (2, 6), (3, 8)):
        service.say_experience(mentor, 9, mentees=room, visibility=HIDDEN, now=core_clock.now())
        refresh(community)
        rows = session.scalars(select(Suggestion).order_by(Suggestion.id)).all()
        assert [row.other_id for row in rows if row.role is MatchRole.MENTOR] == [mentor.id] * pages
        mirrored = [row for row in rows if row.role is MatchRole.MENTEE]
        assert [row.contact_id for row in mirrored] == [mentor.id] * pages


def test_a_profile_read_before_says_what_was_said_since(
    make_matchable: MakeMatchable, session: Session
) -> None:
    mentor = make_matchable(kinds=MENTOR)
    service.say_experience(mentor, 9, mentees=0, visibility=HIDDEN, now=core_clock.now())
    read = queries.profile_of(mentor)
    service.say_experience(mentor, 9, mentees=2, visibility=HIDDEN, now=core_clock.now())
    assert read is not None
    assert read.mentees == 2


@pytest.mark.parametrize(
    ("visibility", "said"),
    [("public", True), ("members", True), ("matching", False), ("off", False)],
)
def test_years_and_hours_are_named_only_where_their_owner_shows_them(
    community: Community, make_matchable: MakeMatchable, visibility: str, said: object
) -> None:
    me, mentor = make_matchable(kinds=MENTOR), make_matchable(kinds=MENTOR)
    put_facet(me, "Rust", FacetKind.WANT)
    put_facet(mentor, "Rust", FacetKind.OFFER)
    now, seen = core_clock.now(), FacetVisibility(visibility)
    service.say_experience(mentor, 9, mentees=3, visibility=seen, now=now)
    service.say_hours(me, 1 << 4, zone="Europe/Berlin", visibility=FacetVisibility.PUBLIC, now=now)
    service.say_hours(mentor, 3 << 4, zone="Europe/Berlin", visibility=seen, now=now)
    refresh(community)
    extra = [Reason("years", "", 9), Reason("hours", "4")] if said else []
    assert reasons_of(community, me) == [Reason("want offer", "Rust"), *extra]


def test_a_hidden_place_brings_together_and_is_never_named(
    community: Community, make_matchable: MakeMatchable
) -> None:
    me = make_matchable("Chess", "Tea", place="Lyon")
    near, far = make_matchable("Chess", "Maps"), make_matchable("Chess", "Rowing", place="Oslo")
    now = core_clock.now()
    service.say_place(community, near, "lyon", visibility=HIDDEN, now=now)
    refresh(community)
    found = cards_of(community, me)
    assert [card.contact_id for card in found] == [near.id, far.id]
    assert found[0].ranked.score > found[1].ranked.score
    assert all(card.reasons == (Reason("interest interest", "Chess"),) for card in found)
    service.say_place(community, near, "Lyon", visibility=FacetVisibility.MEMBERS, now=now)
    refresh(community)
    assert cards_of(community, me)[0].reasons[-1] == Reason("place", "Lyon")


def test_two_who_complete_each_other_come_first_for_both(
    community: Community, make_matchable: MakeMatchable
) -> None:
    def maker(want: str, offer: str) -> Contact:
        contact = make_matchable(kinds=COLLABORATOR)
        put_facet(contact, want, FacetKind.WANT)
        put_facet(contact, offer, FacetKind.OFFER)
        put_facet(contact, "A repair café", FacetKind.GOAL)
        return contact

    others = [maker("Flute", "Maths"), maker("Tools", "Maths"), maker("Flute", "Sewing")]
    one, other = maker("Tools", "Sewing"), maker("Sewing", "Tools")
    refresh(community)
    assert cards_of(community, one)[0].contact_id == other.id
    assert cards_of(community, other)[0].contact_id == one.id
    assert {reason.what for reason in cards_of(community, one)[0].reasons} == {
        "want offer", "offer want", "goal goal",
    }  # fmt: skip
    assert len(cards_of(community, one)) == len(others) + 1


def test_how_evenly_a_round_is_spread_is_kept_once_a_day(
    community: Community, make_matchable: MakeMatchable, session: Session, clock: FixedClock
) -> None:
    make_matchable("Chess"), make_matchable("Chess"), make_matchable("Rowing")
    refresh(community)
    refresh(community)
    rounds = {one.kind: one for one in session.scalars(select(MatchRound)).all()}
    assert len(rounds) == len(MatchKind)
    friends = rounds[MatchKind.FRIEND]
    assert (friends.people, friends.suggested) == (3, 2)
    assert friends.coverage == pytest.approx(2 / 3)
    assert friends.gini == pytest.approx(1 / 3)
    clock.set(clock.now + timedelta(days=1))
    refresh(community)
    assert len(session.scalars(select(MatchRound)).all()) == 2 * len(MatchKind)


def test_a_block_takes_the_stored_suggestions_away_and_computes_anew(
    community: Community, make_matchable: MakeMatchable, session: Session, clock: FixedClock
) -> None:
    me, other, third = (make_matchable("Chess") for _ in range(3))
    refresh(community)
    account_hooks.people_blocked(person_of(other), person_of(me), clock.now)
    left = {(one.contact_id, one.other_id) for one in session.scalars(select(Suggestion))}
    assert left == {(one.id, third.id) for one in (me, other)} | {
        (third.id, one.id) for one in (me, other)
    }
    assert waiting_jobs(session, "matching.refresh") == 1


def test_an_import_and_a_gathering_that_ended_compute_anew_where_somebody_takes_part(
    community: Community, make_matchable: MakeMatchable, session: Session, clock: FixedClock
) -> None:
    elsewhere = make_community()
    today = clock.now.date()
    came(elsewhere, days_ago=0)
    activity_hooks.days_changed(elsewhere.id, today, today)
    jobs.registered()["matching.refresh_after_gatherings"].handler()
    assert waiting_jobs(session, "matching.refresh") == 0
    make_event(community, starts_at=clock.now - timedelta(hours=3))
    make_matchable("Chess")
    jobs.registered()["matching.refresh_after_gatherings"].handler()
    assert waiting_jobs(session, "matching.refresh") == 1
    activity_hooks.days_changed(community.id, today, today)
    assert waiting_jobs(session, "matching.refresh") == 1
