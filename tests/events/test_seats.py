"""Seats: taken, changed, given back; each state and each refusal."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.billing.models import Quota
from app.communities.models import Ban
from app.communities.service.memberships import ban
from app.core import clock as the_clock
from app.core.database import add, db
from app.core.jobs import run_pending
from app.events import queries
from app.events.models import (
    ATTENDANCE_MOVES,
    EVENT_MOVES,
    Attendance,
    AttendanceState,
    EventState,
)
from app.events.service import guests, refusals, seats
from app.events.service.mails import send_news
from app.events.service.moves import IllegalMove, move_attendance, move_event
from tests.communities.hands import hand_of
from tests.conftest import FixedClock
from tests.events.conftest import Scene, counters, mails, pending_seat, seat_of, told
from tests.factories import make_contact, make_member


def test_a_seat_is_taken_counted_told_and_mailed(app: Flask, scene: Scene) -> None:
    seat = seat_of(scene)
    assert (seat.state, seat.seats, seat.arrived) == (AttendanceState.GOING, 1, 0)
    assert counters(scene.event) == (0, 1)
    assert told(scene.community) == [("event.seat_taken", False)]
    db.session.commit()
    run_pending(app)
    (mail,) = mails()
    assert (mail.subject, mail.contact_id) == ("Your seat: Sunday run", scene.member.id)
    assert [file["name"] for file in mail.attachments["files"]] == ["invite.ics"]


def test_two_taps_are_one_seat(scene: Scene) -> None:
    assert seat_of(scene).id == seat_of(scene).id
    assert counters(scene.event) == (0, 1)
    assert told(scene.community) == [("event.seat_taken", False)]


def test_people_are_brought_within_the_hosts_limit(scene: Scene) -> None:
    scene.event.plus_ones = 2
    assert seat_of(scene, seats=3).seats == 3
    assert counters(scene.event) == (0, 3)


@pytest.mark.parametrize(
    ("allowed", "asked", "refusal"),
    [
        (0, 2, refusals.NoGuests),
        (2, 4, refusals.TooManyGuests),
        (2, 0, refusals.TooManyGuests),
        (0, 0, refusals.TooManyGuests),
        (0, -1, refusals.TooManyGuests),
    ],
)
def test_more_or_fewer_people_than_allowed_are_refused(
    scene: Scene, allowed: int, asked: int, refusal: type[Exception]
) -> None:
    scene.event.plus_ones = allowed
    with pytest.raises(refusal):
        seat_of(scene, seats=asked)
    assert counters(scene.event) == (0, 0)


@pytest.mark.parametrize(
    ("size", "asked", "refusal", "left"),
    [
        (0, 1, refusals.EventFull, None),
        (1, 2, refusals.OnlyOneLeft, None),
        (2, 3, refusals.TooFewLeft, 2),
    ],
)
def test_what_is_left_is_said(
    scene: Scene, size: int, asked: int, refusal: type[Exception], left: int | None
) -> None:
    scene.event.plus_ones = 9
    scene.event.quota.size = size
    db.session.flush()
    with pytest.raises(refusal) as said:
        seat_of(scene, seats=asked)
    assert getattr(said.value, "values", {}).get("left") == left


def cancel(scene: Scene) -> None:
    """Cancel the scene's event by hand."""
    scene.event.state = EventState.CANCELLED
    scene.event.cancelled_at = the_clock.now()


def propose(scene: Scene) -> None:
    """Make the scene's event a proposal by hand."""
    scene.event.state = EventState.PROPOSED


def begin(scene: Scene) -> None:
    """Let the scene's event begin now."""
    scene.event.starts_at = the_clock.now()


CLOSED: list[tuple[Callable[[Scene], None], type[Exception]]] = [
    (cancel, refusals.EventCancelled),
    (propose, refusals.NotAnnounced),
    (begin, refusals.EventStarted),
]


@pytest.mark.parametrize(("change", "refusal"), CLOSED)
def test_seats_are_given_before_the_start_of_what_is_announced(
    scene: Scene, change: Callable[[Scene], None], refusal: type[Exception]
) -> None:
    change(scene)
    db.session.flush()
    with pytest.raises(refusal):
        seat_of(scene)
    with pytest.raises(refusal):
        pending_seat(scene)
    assert counters(scene.event) == (0, 0)


@pytest.mark.parametrize(("before", "after"), [(1, 3), (3, 1), (2, 2)])
def test_a_seat_grows_and_shrinks_with_its_quota(scene: Scene, before: int, after: int) -> None:
    scene.event.plus_ones = 4
    seat = seat_of(scene, seats=before)
    seats.change_seats(seat, seats=after, now=the_clock.now())
    assert (seat.seats, counters(scene.event)) == (after, (0, after))


def test_a_seat_cannot_grow_past_the_last_one(scene: Scene) -> None:
    scene.event.plus_ones = 4
    scene.event.quota.size = 2
    seat = seat_of(scene)
    with pytest.raises(refusals.OnlyOneLeft):
        seats.change_seats(seat, seats=3, now=the_clock.now())


def test_only_a_confirmed_seat_is_changed(scene: Scene) -> None:
    with pytest.raises(refusals.NotGoing):
        seats.change_seats(pending_seat(scene), seats=1, now=the_clock.now())


def test_a_seat_given_back_is_free_again_and_void(scene: Scene) -> None:
    seat = seat_of(scene)
    assert seats.give_back(seat, community=scene.community, now=the_clock.now())
    assert (seat.state, seat.cancelled_at) == (AttendanceState.CANCELLED, the_clock.now())
    assert counters(scene.event) == (0, 0)
    assert told(scene.community) == [("event.seat_taken", True)]


def test_a_seat_is_given_back_once(scene: Scene) -> None:
    seat = seat_of(scene)
    seats.give_back(seat, community=scene.community, now=the_clock.now())
    assert not seats.give_back(seat, community=scene.community, now=the_clock.now())
    assert counters(scene.event) == (0, 0)


def test_a_waiting_seat_given_back_lets_go_of_its_hold(scene: Scene) -> None:
    seat = pending_seat(scene)
    assert counters(scene.event) == (1, 0)
    assert seats.give_back(seat, community=scene.community, now=the_clock.now())
    assert counters(scene.event) == (0, 0)


def test_a_waiting_seat_without_a_hold_is_given_back_too(scene: Scene) -> None:
    seat = pending_seat(scene)
    seat.hold_id = None
    db.session.flush()
    assert seats.give_back(seat, community=scene.community, now=the_clock.now())
    assert seat.state is AttendanceState.CANCELLED


def test_whoever_comes_back_gets_a_new_row(scene: Scene) -> None:
    first = seat_of(scene)
    seats.give_back(first, community=scene.community, now=the_clock.now())
    second = seat_of(scene)
    assert first.id != second.id
    assert counters(scene.event) == (0, 1)


def test_after_the_start_no_seat_is_given_back(scene: Scene, clock: FixedClock) -> None:
    seat = seat_of(scene)
    clock.set(scene.event.starts_at)
    with pytest.raises(refusals.EventStarted):
        seats.give_back(seat, community=scene.community, now=clock.now)


def test_a_used_seat_stays_as_it_is(scene: Scene) -> None:
    seat = seat_of(scene)
    seat.arrived, seat.checked_in_at = 1, the_clock.now()
    db.session.flush()
    with pytest.raises(refusals.SeatUsed):
        seats.change_seats(seat, seats=1, now=the_clock.now())
    with pytest.raises(refusals.SeatUsed):
        seats.give_back(seat, community=scene.community, now=the_clock.now())


def test_a_member_s_tap_confirms_the_seat_they_asked_for_as_a_stranger(scene: Scene) -> None:
    scene.event.plus_ones = 1
    waiting = pending_seat(scene, email=scene.member.email or "")
    seat = seat_of(scene, seats=2)
    assert (seat.id, seat.state, seat.seats) == (waiting.id, AttendanceState.GOING, 2)
    assert counters(scene.event) == (0, 2)


def test_a_seat_that_vanishes_between_two_looks_is_refused(scene: Scene) -> None:
    with pytest.raises(refusals.NotGoing):
        seats._take_over(scene.event, scene.member, scene.community, seats=1, now=the_clock.now())


@pytest.mark.parametrize("before", list(AttendanceState))
@pytest.mark.parametrize("after", list(AttendanceState))
def test_a_seat_moves_as_the_table_says(before: AttendanceState, after: AttendanceState) -> None:
    seat = Attendance(state=before)
    if after in ATTENDANCE_MOVES[before]:
        move_attendance(seat, after)
        assert seat.state is after
    else:
        with pytest.raises(IllegalMove):
            move_attendance(seat, after)


@pytest.mark.parametrize("before", list(EventState))
@pytest.mark.parametrize("after", list(EventState))
def test_an_event_moves_as_the_table_says(
    scene: Scene, before: EventState, after: EventState
) -> None:
    scene.event.state = before
    if after in EVENT_MOVES[before]:
        move_event(scene.event, after)
        assert scene.event.state is after
    else:
        with pytest.raises(IllegalMove):
            move_event(scene.event, after)
    db.session.expire(scene.event)


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"seats": 0}, "seats_in_reason"),
        ({"seats": 101}, "seats_in_reason"),
        ({"arrived": 2, "checked_in_at": "now"}, "no_more_arrive_than_have_seats"),
        ({"arrived": 1}, "arrived_at_a_moment"),
        (
            {"state": AttendanceState.PENDING, "arrived": 1, "checked_in_at": "now"},
            "only_the_going",
        ),
    ],
)
def test_the_database_keeps_seats_in_reason(
    scene: Scene, session: Session, values: dict[str, object], constraint: str
) -> None:
    plain = {"state": AttendanceState.GOING, "seats": 1, "arrived": 0, **values}
    if "checked_in_at" in plain:
        plain["checked_in_at"] = the_clock.now()
    session.add(
        Attendance(
            community_id=scene.community.id,
            event_id=scene.event.id,
            contact_id=scene.member.id,
            reserved_at=the_clock.now(),
            **plain,
        )
    )
    with pytest.raises(IntegrityError, match=constraint):
        session.flush()


def test_one_contact_has_one_current_seat(scene: Scene, session: Session) -> None:
    seat = seat_of(scene)
    session.add(
        Attendance(
            community_id=seat.community_id,
            event_id=seat.event_id,
            contact_id=seat.contact_id,
            state=AttendanceState.PENDING,
            reserved_at=the_clock.now(),
        )
    )
    with pytest.raises(IntegrityError, match="uq_attendance_current"):
        session.flush()


# --- strangers -------------------------------------------------------------------------------


def test_a_stranger_s_seat_is_kept_until_the_mail_is_answered(app: Flask, scene: Scene) -> None:
    seat = pending_seat(scene)
    assert (seat.state, counters(scene.event)) == (AttendanceState.PENDING, (1, 0))
    assert told(scene.community) == []
    db.session.commit()
    assert run_pending(app) == ["events.send_confirmation", "core.send_mail"]
    (mail,) = mails()
    assert mail.to_address == "zoe@example.org"
    assert "/seat/" in mail.text_body
    guests.confirm_seat(seat, community=scene.community, now=the_clock.now())
    assert (seat.state, counters(scene.event)) == (AttendanceState.GOING, (0, 1))
    assert told(scene.community) == [("event.seat_taken", False)]


def test_a_kept_seat_runs_out_by_a_job(app: Flask, scene: Scene, clock: FixedClock) -> None:
    seat = pending_seat(scene)
    db.session.commit()
    run_pending(app)
    assert seat.state is AttendanceState.PENDING
    clock.advance(minutes=46)
    assert run_pending(app) == ["events.expire_hold"]
    assert (seat.state, counters(scene.event)) == (AttendanceState.EXPIRED, (0, 0))


def test_a_confirmed_seat_does_not_run_out(app: Flask, scene: Scene, clock: FixedClock) -> None:
    seat = pending_seat(scene)
    guests.confirm_seat(seat, community=scene.community, now=clock.now)
    db.session.commit()
    clock.advance(hours=1)
    run_pending(app)
    assert (seat.state, counters(scene.event)) == (AttendanceState.GOING, (0, 1))


def test_a_late_link_tries_again(scene: Scene) -> None:
    seat = pending_seat(scene)
    guests.expire_hold(seat.hold_id or 0)
    found = guests.confirm_seat(seat, community=scene.community, now=the_clock.now())
    assert (found.id, found.state) == (seat.id, AttendanceState.GOING)
    assert counters(scene.event) == (0, 1)


def test_a_late_link_finds_the_seat_taken_meanwhile(scene: Scene) -> None:
    old = pending_seat(scene)
    guests.expire_hold(old.hold_id or 0)
    new = pending_seat(scene)
    assert new.id != old.id
    found = guests.confirm_seat(old, community=scene.community, now=the_clock.now())
    assert (found.id, found.state) == (new.id, AttendanceState.GOING)
    assert counters(scene.event) == (0, 1)


def test_a_late_link_to_a_full_event_is_refused(scene: Scene) -> None:
    seat = pending_seat(scene)
    guests.expire_hold(seat.hold_id or 0)
    scene.event.quota.size = 0
    db.session.flush()
    with pytest.raises(refusals.EventFull):
        guests.confirm_seat(seat, community=scene.community, now=the_clock.now())


def test_confirming_twice_counts_once(scene: Scene) -> None:
    seat = pending_seat(scene)
    for _ in range(2):
        guests.confirm_seat(seat, community=scene.community, now=the_clock.now())
    assert counters(scene.event) == (0, 1)


def test_a_link_opened_in_two_tabs_counts_once(scene: Scene) -> None:
    seat = pending_seat(scene)
    guests.confirm_seat(seat, community=scene.community, now=the_clock.now())
    db.session.flush()
    db.session.connection().exec_driver_sql("SELECT 1")
    # the other tab read the row before: its copy still says pending
    seat.__dict__["state"] = AttendanceState.PENDING
    guests.confirm_seat(seat, community=scene.community, now=the_clock.now())
    assert counters(scene.event) == (0, 1)


def test_a_given_back_seat_does_not_come_alive_by_its_link(scene: Scene) -> None:
    seat = pending_seat(scene)
    seats.give_back(seat, community=scene.community, now=the_clock.now())
    with pytest.raises(refusals.SeatGivenBack):
        guests.confirm_seat(seat, community=scene.community, now=the_clock.now())


def test_the_last_kept_seat_fills_the_event(scene: Scene) -> None:
    scene.event.quota.size = 1
    pending_seat(scene)
    with pytest.raises(refusals.EventFull):
        pending_seat(scene, email="other@example.org")


def test_a_hold_ends_with_the_start_at_the_latest(scene: Scene, clock: FixedClock) -> None:
    clock.set(scene.event.starts_at - timedelta(minutes=5))
    hold = queries.hold_of(pending_seat(scene))
    assert hold
    assert hold.expires_at == scene.event.starts_at


def test_asking_again_mails_again_and_keeps_one_seat(app: Flask, scene: Scene) -> None:
    first, second = pending_seat(scene), pending_seat(scene)
    assert first.id == second.id
    db.session.commit()
    run_pending(app)
    assert len(mails()) == 2
    assert counters(scene.event) == (1, 0)


def test_whoever_has_a_seat_hears_of_it_and_keeps_nothing_more(app: Flask, scene: Scene) -> None:
    seat_of(scene)
    db.session.commit()
    run_pending(app)
    pending_seat(scene, email=scene.member.email or "")
    db.session.commit()
    run_pending(app)
    assert counters(scene.event) == (0, 1)
    assert [mail.subject for mail in mails()] == ["Your seat: Sunday run"] * 2


def test_someone_banned_hears_nothing(app: Flask, scene: Scene) -> None:
    banned = make_contact(scene.community, email="gone@example.org")
    add(
        Ban(
            community_id=scene.community.id,
            contact_id=banned.id,
            reason="x",
            banned_at=the_clock.now(),
        )
    )
    pending_seat(scene, email="gone@example.org")
    db.session.commit()
    run_pending(app)
    assert mails() == []


def going_seat(scene: Scene) -> Attendance:
    """Take a guest's seat."""
    seat = pending_seat(scene)
    return guests.confirm_seat(seat, community=scene.community, now=the_clock.now())


@pytest.mark.parametrize("seat_for", [pending_seat, going_seat])
def test_a_banned_guest_s_seat_is_free(
    app: Flask, scene: Scene, seat_for: Callable[[Scene], Attendance]
) -> None:
    seat, bystander = seat_for(scene), pending_seat(scene, email="other@example.org")
    moderator = make_member(scene.community, role="moderator")
    ban(seat.contact, reason="Spam", by=hand_of(moderator), now=the_clock.now())
    assert (seat.state, bystander.state) == (AttendanceState.CANCELLED, AttendanceState.PENDING)
    assert counters(scene.event) == (1, 0)
    assert [is_void for _kind, is_void in told(scene.community)] == [True] * (
        seat_for is going_seat
    )
    with pytest.raises(refusals.SeatRefused):
        guests.confirm_seat(seat, community=scene.community, now=the_clock.now())
    db.session.commit()
    run_pending(app)
    assert [mail.to_address for mail in mails()] == ["other@example.org"]


def test_whoever_was_banned_changes_and_hears_nothing_by_an_older_link(
    app: Flask, scene: Scene
) -> None:
    """A seat may stay with a ban for a while: one that ran out, or a ticket's until its refund."""
    ran_out, stays = pending_seat(scene), seat_of(scene)
    guests.expire_hold(ran_out.hold_id or 0)
    news: dict[str, Any] = {"secret": "s", "community": scene.community, "now": the_clock.now()}
    send_news(stays, "reminder", effect="before", **news)
    for contact_id in (ran_out.contact_id, stays.contact_id):
        row = {"contact_id": contact_id, "reason": "x", "banned_at": the_clock.now()}
        add(Ban(community_id=scene.community.id, **row))
    with pytest.raises(refusals.SeatRefused):
        guests.confirm_seat(ran_out, community=scene.community, now=the_clock.now())
    with pytest.raises(refusals.SeatRefused):
        seats.change_seats(stays, seats=1, now=the_clock.now())
    send_news(stays, "reminder", effect="after", **news)
    assert [mail.kind for mail in mails()] == ["events.reminder"]
    assert counters(scene.event) == (0, 1)


def test_an_expired_seat_gets_no_late_mail(app: Flask, scene: Scene) -> None:
    seat = pending_seat(scene)
    guests.expire_hold(seat.hold_id or 0)
    db.session.commit()
    run_pending(app)
    assert mails() == []


@pytest.mark.parametrize("token", ["", "x", "W10.x"])
def test_a_forged_link_finds_nothing(scene: Scene, token: str) -> None:
    assert guests.seat_by_token(token, secret="s") is None


def test_a_seat_s_link_is_its_own(scene: Scene) -> None:
    one, two = pending_seat(scene), pending_seat(scene, email="two@example.org")
    token = guests.seat_token(one, secret="s")
    found = guests.seat_by_token(token, secret="s")
    assert found
    assert (found.id, found.id == two.id) == (one.id, False)
    assert guests.seat_by_token(token, secret="other") is None


def test_a_guest_is_written_to_in_the_language_of_the_page(scene: Scene) -> None:
    guests.reserve_for_guest(
        scene.event,
        community=scene.community,
        name="Zoé",
        email="zoe@example.org",
        language="fr",
        now=the_clock.now(),
    )
    seat = db.session.scalars(select(Attendance)).one()
    assert seat.contact.language == "fr"


def test_the_quota_says_what_the_rows_say(app: Flask, scene: Scene, clock: FixedClock) -> None:
    scene.event.plus_ones = 3
    crowd = [make_member(scene.community) for _ in range(4)]
    taken = [seat_of(scene, one, seats=1 + number % 3) for number, one in enumerate(crowd)]
    seats.give_back(taken[0], community=scene.community, now=clock.now)
    pending_seat(scene)
    db.session.commit()
    clock.advance(hours=1)
    run_pending(app)
    going = select(Attendance.seats).where(Attendance.state == AttendanceState.GOING)
    assert counters(scene.event) == (0, sum(db.session.scalars(going)))
    assert db.session.get_one(Quota, scene.event.quota_id).left == 50 - 6
