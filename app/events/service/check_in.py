"""The door: who has come, undone with one tap, and those who come without a seat."""

from datetime import datetime, timedelta

from app.communities.models import Community, Contact
from app.communities.service.contacts import walk_in_contact
from app.core.database import add, db
from app.events import queries
from app.events.models import Attendance, AttendanceState, Event, EventState
from app.events.service import ledger, seats
from app.events.service.refusals import (
    CheckInClosed,
    EventCancelled,
    MoreThanSeats,
    NotAnnounced,
    NotGoing,
)

OPENS = timedelta(hours=12)


def check_in(
    attendance: Attendance,
    *,
    arrived: int | None = None,
    by: Contact,
    community: Community,
    now: datetime,
) -> None:
    """Note that someone came, with as many people as `arrived` (by default all of their seat).

    A second time corrects the number only.
    """
    event = attendance.event
    _check_door(event, now)
    queries.lock_seat(attendance)
    if attendance.state is not AttendanceState.GOING:
        raise NotGoing
    number = attendance.seats if arrived is None else arrived
    if not 1 <= number <= attendance.seats:
        raise MoreThanSeats(seats=attendance.seats)
    is_first = attendance.arrived == 0
    attendance.arrived = number
    if is_first:
        attendance.checked_in_at = now
        attendance.checked_in_by_id = by.id
    db.session.flush()
    if is_first:
        ledger.tell_checked_in(attendance, event, community, now)


def undo_check_in(attendance: Attendance, *, community: Community, now: datetime) -> None:
    """Take a check-in back; undoing twice changes nothing."""
    queries.lock_seat(attendance)
    if attendance.checked_in_at is None:
        return
    ledger.tell_undone(attendance, community, checked_in_at=attendance.checked_in_at, now=now)
    attendance.arrived = 0
    attendance.checked_in_at = None
    attendance.checked_in_by_id = None
    db.session.flush()


def walk_in(
    event: Event, *, name: str, number: int = 1, by: Contact, community: Community, now: datetime
) -> Attendance:
    """Take in someone who came without a seat, and check them in. Raises EventFull."""
    _check_door(event, now)
    contact = walk_in_contact(community, name=name, now=now)
    seats.take_from_quota(event, number)
    attendance = add(
        Attendance(
            community_id=event.community_id,
            event_id=event.id,
            contact_id=contact.id,
            state=AttendanceState.GOING,
            seats=number,
            arrived=number,
            reserved_at=now,
            confirmed_at=now,
            checked_in_at=now,
            checked_in_by_id=by.id,
        )
    )
    ledger.tell_taken(attendance, event, community, now)
    ledger.tell_checked_in(attendance, event, community, now)
    return attendance


def _check_door(event: Event, now: datetime) -> None:
    if event.state is EventState.CANCELLED:
        raise EventCancelled
    if event.state is EventState.PROPOSED:
        raise NotAnnounced
    if now < event.starts_at - OPENS:
        raise CheckInClosed(hours=int(OPENS.total_seconds()) // 3600)
