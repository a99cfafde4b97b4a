"""Seats: taking, changing, giving back.

Locks come in one order: event, attendance, quota, ledger.
"""

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert

from app.billing import service as billing
from app.billing.queries import has_access
from app.billing.service import SoldOut
from app.communities.models import Community, Contact
from app.core.database import db, new_public_id
from app.core.jobs import defer
from app.events import queries
from app.events.models import Attendance, AttendanceState, Event, EventState, EventVisibility
from app.events.service import ledger
from app.events.service.moves import move_attendance
from app.events.service.refusals import (
    ByTicketOnly,
    EventCancelled,
    EventFull,
    EventStarted,
    NeedsPlan,
    NoGuests,
    NotAnnounced,
    NotGoing,
    OnlyOneLeft,
    SeatHasTickets,
    SeatRefused,
    SeatUsed,
    TooFewLeft,
    TooManyGuests,
)


def take_seat(
    event: Event, *, contact: Contact, community: Community, now: datetime, seats: int = 1
) -> Attendance:
    """Take a seat for a contact, and for the people they bring; whoever has one keeps it.

    The row comes first: of two taps at once the second finds it. Then the counter is moved by one
    conditional update: two people may ask for the last seat at once.
    """
    check_open(event, now)
    check_free(event)
    check_welcome(contact.id)
    check_plan(event, contact, now)
    check_guests(event, seats)
    written = _write(event, contact, seats=seats, now=now)
    if written is None:
        return _take_over(event, contact, community, seats=seats, now=now)
    take_from_quota(event, seats)
    attendance = db.session.get_one(Attendance, written)
    seat_taken(attendance, event, community, now)
    return attendance


def change_seats(attendance: Attendance, *, seats: int, now: datetime) -> None:
    """Bring more people or fewer."""
    event = attendance.event
    check_open(event, now)
    check_guests(event, seats)
    queries.lock_seat(attendance)
    check_welcome(attendance.contact_id)
    if attendance.state is not AttendanceState.GOING:
        raise NotGoing
    if attendance.arrived:
        raise SeatUsed
    _check_no_tickets(attendance)
    more = seats - attendance.seats
    if more > 0:
        take_from_quota(event, more)
    elif more < 0:
        billing.give_back(event.quota_id, -more)
    attendance.seats = seats
    db.session.flush()
    if more:
        defer("events.send_seat", attendance_id=attendance.id)


def give_back(attendance: Attendance, *, community: Community, now: datetime) -> bool:
    """Give a seat back; False when it was given back or ran out before, so it frees only once."""
    event = attendance.event
    queries.lock_seat(attendance)
    if attendance.state not in {AttendanceState.GOING, AttendanceState.PENDING}:
        return False
    if attendance.arrived:
        raise SeatUsed
    if now >= event.starts_at:
        raise EventStarted
    _check_no_tickets(attendance)
    free(attendance, community=community, now=now)
    return True


def free(attendance: Attendance, *, community: Community, now: datetime) -> None:
    """Free a locked, current seat and take it out of the ledger's count."""
    was_going = attendance.state is AttendanceState.GOING
    move_attendance(attendance, AttendanceState.CANCELLED)
    attendance.cancelled_at = now
    db.session.flush()
    if was_going:
        billing.give_back(attendance.event.quota_id, attendance.seats)
        ledger.tell_given_back(attendance, community, now)
    elif attendance.hold_id is not None:
        billing.release(attendance.hold_id)


def check_open(event: Event, now: datetime) -> None:
    """Refuse seats where none are given; the event stays as it is until the transaction ends."""
    queries.lock_event(event.id, share=True)
    if event.state is EventState.CANCELLED:
        raise EventCancelled
    if event.state is EventState.PROPOSED:
        raise NotAnnounced
    if now >= event.starts_at:
        raise EventStarted


def check_free(event: Event) -> None:
    """Refuse a seat without a ticket where tickets are sold."""
    if event.is_ticketed:
        raise ByTicketOnly


def check_welcome(contact_id: int) -> None:
    """Refuse whoever was banned: links outlive a ban, and so does a card that nobody claimed."""
    if queries.is_banned(contact_id):
        raise SeatRefused


def check_plan(event: Event, contact: Contact, now: datetime) -> None:
    """Refuse whom no plan gives access where a seat needs it."""
    if event.visibility is EventVisibility.PLAN and not has_access(contact.id, now):
        raise NeedsPlan


def check_guests(event: Event, seats: int) -> None:
    """Refuse more people than the hosts allow."""
    if seats > 1 and event.plus_ones == 0:
        raise NoGuests
    if not 1 <= seats <= 1 + event.plus_ones:
        raise TooManyGuests(most=event.plus_ones)


def take_from_quota(event: Event, seats: int) -> None:
    """Sell seats; raises EventFull, or says how many are left."""
    try:
        billing.take(event.quota_id, seats)
    except SoldOut as refusal:
        raise sold_out(refusal) from None


def sold_out(refusal: SoldOut) -> EventFull | TooFewLeft | OnlyOneLeft:
    """Say in an event's words that too few are left."""
    left = refusal.values["left"]
    if left == 1:
        return OnlyOneLeft()
    return TooFewLeft(left=left) if left else EventFull()


def seat_taken(attendance: Attendance, event: Event, community: Community, now: datetime) -> None:
    """Tell the ledger and have the mail with the calendar entry sent."""
    ledger.tell_taken(attendance, event, community, now)
    defer("events.send_seat", attendance_id=attendance.id)


def _check_no_tickets(attendance: Attendance) -> None:
    """Refuse to change a seat that tickets stand for: each of them is given back by itself."""
    if queries.lock_tickets_of_seat(attendance.id):
        raise SeatHasTickets


def _take_over(
    event: Event, contact: Contact, community: Community, *, seats: int, now: datetime
) -> Attendance:
    """Return the seat a contact has; one that waits for its mail is confirmed at once."""
    attendance = queries.current_seat(event.id, contact.id)
    if attendance is None:  # given back in this very moment: the next tap finds a clear field
        raise NotGoing
    queries.lock_seat(attendance)
    if attendance.state is AttendanceState.PENDING and attendance.hold_id is not None:
        billing.release(attendance.hold_id)
        take_from_quota(event, seats)
        attendance.seats = seats
        confirm(attendance, now)
        seat_taken(attendance, event, community, now)
    return attendance


def confirm(attendance: Attendance, now: datetime) -> None:
    """Bring a seat to going."""
    move_attendance(attendance, AttendanceState.GOING)
    attendance.confirmed_at = now
    db.session.flush()


def _write(event: Event, contact: Contact, *, seats: int, now: datetime) -> int | None:
    """Write a seat; None when the contact has a current one."""
    return db.session.scalar(
        insert(Attendance)
        .values(
            community_id=event.community_id,
            public_id=new_public_id(),
            event_id=event.id,
            contact_id=contact.id,
            state=AttendanceState.GOING,
            seats=seats,
            arrived=0,
            reserved_at=now,
            confirmed_at=now,
        )
        .on_conflict_do_nothing()
        .returning(Attendance.id)
    )
