"""Check-in, walk-ins, leaving, feeds: what happens to seats at and after the door."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.hooks import person_erased
from app.accounts.models import Block
from app.communities.hooks import membership_ends
from app.communities.models import EndReason, Membership
from app.communities.service.contacts import NameMissing
from app.core.database import add, db
from app.events import queries
from app.events.models import Attendance, AttendanceState, CalendarFeed
from app.events.service import check_in as door
from app.events.service import feeds, gatherings, refusals, series
from tests.conftest import FixedClock
from tests.events.conftest import Scene, counters, pending_seat, plan, seat_of, told
from tests.factories import make_contact, make_event, make_member, person_of, sign_in


def check_in(scene: Scene, seat: Attendance, clock: FixedClock, arrived: int | None = None) -> None:
    """Check someone in by the host."""
    door.check_in(seat, arrived=arrived, by=scene.host, community=scene.community, now=clock.now)


@pytest.fixture
def open_door(scene: Scene, clock: FixedClock) -> Scene:
    """The scene with its event about to begin, and room for company."""
    scene.event.plus_ones = 3
    clock.set(scene.event.starts_at - timedelta(hours=1))
    return scene


def test_someone_who_came_is_noted_and_told(open_door: Scene, clock: FixedClock) -> None:
    seat = seat_of(open_door)
    check_in(open_door, seat, clock)
    assert (seat.arrived, seat.checked_in_at) == (1, clock.now)
    assert seat.checked_in_by_id == open_door.host.id
    assert told(open_door.community) == [("event.seat_taken", False), ("event.checked_in", False)]


def test_company_may_stay_away_and_be_corrected(open_door: Scene, clock: FixedClock) -> None:
    seat = seat_of(open_door, seats=3)
    check_in(open_door, seat, clock, 2)
    first = clock.now
    clock.advance(minutes=5)
    check_in(open_door, seat, clock, 3)
    assert (seat.arrived, seat.checked_in_at) == (3, first)
    assert told(open_door.community).count(("event.checked_in", False)) == 1
    assert queries.door(open_door.event) == queries.Door(going=1, seats=3, arrived=3, pending=0)


@pytest.mark.parametrize("arrived", [0, 2, -1])
def test_no_more_come_than_a_seat_has(open_door: Scene, clock: FixedClock, arrived: int) -> None:
    with pytest.raises(refusals.MoreThanSeats):
        check_in(open_door, seat_of(open_door), clock, arrived)


def test_a_check_in_is_undone_and_done_again(open_door: Scene, clock: FixedClock) -> None:
    seat = seat_of(open_door)
    check_in(open_door, seat, clock)
    for _ in range(2):
        door.undo_check_in(seat, community=open_door.community, now=clock.now)
    assert (seat.arrived, seat.checked_in_at, seat.checked_in_by_id) == (0, None, None)
    clock.advance(seconds=2)
    check_in(open_door, seat, clock)
    assert told(open_door.community)[1:] == [
        ("event.checked_in", True),
        ("event.checked_in", False),
    ]


def test_an_unconfirmed_seat_is_not_checked_in(open_door: Scene, clock: FixedClock) -> None:
    with pytest.raises(refusals.NotGoing):
        check_in(open_door, pending_seat(open_door), clock)


def test_the_door_opens_twelve_hours_before(scene: Scene, clock: FixedClock) -> None:
    seat = seat_of(scene)
    clock.set(scene.event.starts_at - timedelta(hours=12, seconds=1))
    with pytest.raises(refusals.CheckInClosed):
        check_in(scene, seat, clock)
    clock.advance(seconds=1)
    check_in(scene, seat, clock)
    assert seat.arrived == 1


def test_nobody_arrives_at_what_does_not_take_place(open_door: Scene, clock: FixedClock) -> None:
    seat = seat_of(open_door)
    (date,) = series.propose_weekly(open_door.event, 1, by=open_door.host, now=clock.now)
    gatherings.cancel(open_door.event, words="", by=open_door.host, now=clock.now)
    with pytest.raises(refusals.EventCancelled):
        check_in(open_door, seat, clock)
    with pytest.raises(refusals.NotAnnounced):
        walk_in(open_door, clock, event_id=date.id)


def test_the_desk_lets_in_only_while_the_door_is_open(
    client: FlaskClient, scene: Scene, clock: FixedClock
) -> None:
    seat_of(scene)
    sign_in(client, scene.host)
    page = f"/c/{scene.slug}/desk/events/{scene.event.public_id}/check-in"
    acts = ("is here", "Someone without a seat")
    clock.set(scene.event.starts_at - timedelta(hours=12, seconds=1))
    early = client.get(page).text
    assert "Check-in opens 12 hours before" in early
    assert not any(act in early for act in acts)
    clock.advance(seconds=1)
    assert all(act in client.get(page).text for act in acts)
    gatherings.cancel(scene.event, words="", by=scene.host, now=clock.now)
    db.session.commit()
    off = client.get(page).text
    assert "cancelled" in off
    assert not any(act in off for act in acts)
    assert "/check-in" not in client.get(scene.path).text
    for part in ("", "/tickets"):
        assert "Cancelled" in client.get(page.replace("/check-in", part)).text, part


def walk_in(
    scene: Scene, clock: FixedClock, *, name: str = "Passer-by", number: int = 1, event_id: int = 0
) -> Attendance:
    """Take someone in at the door."""
    event = queries.event_by_id(event_id) if event_id else scene.event
    assert event
    return door.walk_in(
        event, name=name, number=number, by=scene.host, community=scene.community, now=clock.now
    )


def test_someone_who_comes_by_gets_a_seat_and_is_there(open_door: Scene, clock: FixedClock) -> None:
    seat = walk_in(open_door, clock, number=2)
    assert (seat.state, seat.seats, seat.arrived) == (AttendanceState.GOING, 2, 2)
    assert (seat.contact.name, seat.contact.email) == ("Passer-by", None)
    assert counters(open_door.event) == (0, 2)
    assert told(open_door.community) == [("event.seat_taken", False), ("event.checked_in", False)]


def test_two_of_one_name_are_two_people(open_door: Scene, clock: FixedClock) -> None:
    one, two = walk_in(open_door, clock), walk_in(open_door, clock)
    assert one.contact_id != two.contact_id


def test_a_full_room_takes_nobody_in(open_door: Scene, clock: FixedClock) -> None:
    open_door.event.quota.size = 0
    db.session.flush()
    with pytest.raises(refusals.EventFull):
        walk_in(open_door, clock)


def test_someone_without_a_name_is_asked_for_it(open_door: Scene, clock: FixedClock) -> None:
    with pytest.raises(NameMissing):
        walk_in(open_door, clock, name="\u200b")


# --- lists at the desk -------------------------------------------------------------------------


def test_who_came_along_and_who_is_no_member_stand_apart(
    client: FlaskClient, open_door: Scene
) -> None:
    for number in (1, 2):
        seat_of(open_door, make_contact(open_door.community), seats=number)
    seat_of(open_door, seats=2)
    sign_in(client, open_door.host)
    page = client.get(f"{open_door.desk}/check-in").text
    notes = re.findall(r'<span class="quiet small">([^<]*)</span>', page)
    assert sorted(notes) == ["Guest", "with one more", "with one more · Guest"]


def names(scene: Scene, typed: str = "") -> list[str]:
    """Return whom the host finds."""
    viewer = person_of(scene.host).id
    found = queries.attendees(scene.event, viewer_person_id=viewer, typed=typed)
    return [row.name for row in found]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("", ["Ben Adler", "Élodie Marchand", "Ёлкин Пётр", "王小明"]),
        ("elod", ["Élodie Marchand"]),
        ("march", ["Élodie Marchand"]),
        ("елк", ["Ёлкин Пётр"]),
        ("小明", ["王小明"]),
        ("ben adl", ["Ben Adler"]),
        ("nobody", []),
        ("'; drop", []),
        ("&|!", ["Ben Adler", "Élodie Marchand", "Ёлкин Пётр", "王小明"]),
    ],
)
def test_names_are_found_as_people_type_them(scene: Scene, typed: str, found: list[str]) -> None:
    for name in ("王小明", "Ёлкин Пётр", "Élodie Marchand"):
        seat_of(scene, make_contact(scene.community, name=name))
    seat_of(scene)
    assert names(scene, typed) == found


def test_someone_behind_a_block_is_on_no_list_but_in_the_numbers(
    scene: Scene, clock: FixedClock
) -> None:
    seat_of(scene)
    for blocker, blocked in ((scene.host, scene.member), (scene.member, scene.host)):
        block = add(
            Block(
                blocker_id=blocker.person_id or 0,
                blocked_id=blocked.person_id or 0,
                created_at=clock.now,
            )
        )
        assert names(scene) == []
        viewer = person_of(scene.host).id
        going = queries.faces_going(scene.event, viewer_person_id=viewer)
        assert (going.faces, going.members) == ((), 0)
        seen = queries.hosts_of(scene.event, viewer_person_id=scene.member.person_id)
        assert seen == ()
        assert queries.door(scene.event).seats == 1
        db.session.delete(block)
        db.session.flush()
    assert names(scene) == ["Ben Adler"]


def test_faces_are_those_of_listed_members(scene: Scene) -> None:
    hidden = make_member(scene.community, is_listed=False)
    for contact in (scene.member, hidden, make_contact(scene.community)):
        seat_of(scene, contact)
    going = queries.faces_going(scene.event, viewer_person_id=person_of(scene.host).id)
    assert ([face.name for face in going.faces], going.members) == (["Ben Adler"], 1)


def test_more_faces_than_fit_are_counted(scene: Scene) -> None:
    for _ in range(3):
        seat_of(scene, make_member(scene.community))
    viewer = person_of(scene.host).id
    going = queries.faces_going(scene.event, viewer_person_id=viewer, limit=2)
    assert (len(going.faces), going.members, going.more) == (2, 3, 1)


def test_who_may_host_is_who_may_plan(scene: Scene) -> None:
    outsider = make_contact(scene.community, name="Old host")
    found = queries.possible_hosts(
        scene.community.id, viewer_person_id=person_of(scene.host).id, besides=[outsider.id]
    )
    assert [contact.name for contact in found] == ["Amara Okafor", "Old host"]


# --- leaving -----------------------------------------------------------------------------------


def membership_of(scene: Scene) -> Membership:
    """Return the member's membership."""
    return db.session.scalars(
        select(Membership).where(Membership.contact_id == scene.member.id)
    ).one()


def test_leaving_frees_what_is_to_come_and_keeps_what_was(scene: Scene, clock: FixedClock) -> None:
    past = make_event(scene.community, starts_at=clock.now - timedelta(days=2))
    there = add(
        Attendance(
            community_id=scene.community.id,
            event_id=past.id,
            contact_id=scene.member.id,
            state=AttendanceState.GOING,
            arrived=1,
            checked_in_at=past.starts_at,
            reserved_at=past.created_at,
        )
    )
    to_come = seat_of(scene)
    gatherings.set_hosts(scene.event, [scene.host, scene.member])
    gatherings.set_hosts(past, [scene.member])
    membership = membership_of(scene)
    membership.left_at, membership.end_reason = clock.now, EndReason.LEFT
    membership_ends(membership, clock.now)
    assert (to_come.state, there.state) == (AttendanceState.CANCELLED, AttendanceState.GOING)
    assert counters(scene.event) == (0, 0)
    assert queries.host_ids(scene.event.id) == [scene.host.id]
    assert queries.host_ids(past.id) == [scene.member.id]
    assert told(scene.community) == [("event.seat_taken", True)]


def test_erasure_frees_the_seats_of_guests_too_and_ends_the_feed(
    scene: Scene, clock: FixedClock, session: Session
) -> None:
    person = person_of(scene.member)
    seat = seat_of(scene)
    feeds.open_feed(person, now=clock.now)
    person_erased(person, clock.now)
    assert (seat.state, counters(scene.event)) == (AttendanceState.CANCELLED, (0, 0))
    assert session.scalars(select(CalendarFeed)).all() == []


# --- feeds -------------------------------------------------------------------------------------


def test_a_feed_is_kept_as_a_hash_and_replaced_by_a_new_one(
    scene: Scene, clock: FixedClock, session: Session
) -> None:
    person = person_of(scene.member)
    assert not queries.has_feed(person.id)
    old, new = (feeds.open_feed(person, now=clock.now) for _ in range(2))
    assert queries.has_feed(person.id)
    assert (queries.person_of_feed(old), queries.person_of_feed(new)) == (None, person.id)
    hashes = session.scalars(select(CalendarFeed.token_hash)).all()
    assert not {old, new} & set(hashes)
    feeds.close_feed(person, now=clock.now)
    assert (queries.person_of_feed(new), queries.has_feed(person.id)) == (None, False)


def test_a_feed_holds_what_its_person_goes_to_or_hosts(scene: Scene, clock: FixedClock) -> None:
    goes = make_event(scene.community, title="Goes")
    scene.event.title = "Hosts"
    make_event(scene.community, title="Neither")
    waits = make_event(scene.community, title="Waits")
    host = person_of(scene.host)
    original, scene.event = scene.event, goes
    seat_of(scene, scene.host)
    scene.event = waits
    pending_seat(scene, email=scene.host.email or "")
    series.propose_weekly(original, 1, by=scene.host, now=clock.now)
    titles = [event.title for event, _ in queries.feed_entries(host.id, clock.now)]
    assert sorted(titles) == ["Goes", "Hosts"]
    later = clock.now + timedelta(days=200)
    assert queries.feed_entries(host.id, later) == []


def test_a_suspended_community_is_in_no_feed(scene: Scene, clock: FixedClock) -> None:
    scene.community.suspended_at = clock.now
    db.session.flush()
    assert queries.feed_entries(person_of(scene.host).id, clock.now) == []


def test_a_plan_is_dull_by_default() -> None:
    assert (plan().title, plan().size) == ("Picnic", None)
