"""The door: who has come, by name or by the code of a ticket; undone with one tap; walk-ins.

A ticket is one seat of an attendance: checked in by name, so many of its tickets are used as
people arrived; checked in by code, one more has arrived.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.communities.models import Community, Contact
from app.communities.service.contacts import walk_in_contact
from app.core.database import add, db
from app.events import codes, queries
from app.events.models import (
    Attendance,
    AttendanceState,
    Event,
    EventState,
    Ticket,
    TicketState,
)
from app.events.service import ledger, seats
from app.events.service.refusals import (
    CheckInClosed,
    EventCancelled,
    MoreThanSeats,
    NotAnnounced,
    NotGoing,
    TicketSuspended,
)

OPENS = timedelta(hours=12)


class Scan(StrEnum):
    """What the door says of a code."""

    IN = "in"
    AGAIN = "again"
    OTHER_EVENT = "other_event"
    CANCELLED = "cancelled"
    SUSPENDED = "suspended"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Scanned:
    """What a code turned out to be; `ticket` is None for an unknown one."""

    outcome: Scan
    ticket: Ticket | None = None


def check_door(event: Event, now: datetime) -> None:
    """Raise why nobody can be let in now: EventCancelled, NotAnnounced or CheckInClosed."""
    if event.state is EventState.CANCELLED:
        raise EventCancelled
    if event.state is EventState.PROPOSED:
        raise NotAnnounced
    if now < event.starts_at - OPENS:
        raise CheckInClosed(hours=int(OPENS.total_seconds()) // 3600)


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
    check_door(event, now)
    queries.lock_seat(attendance)
    if attendance.state is not AttendanceState.GOING:
        raise NotGoing
    tickets = queries.lock_tickets_of_seat(attendance.id)
    most = attendance.seats - sum(one.state is TicketState.SUSPENDED for one in tickets)
    if not most:
        raise TicketSuspended
    number = most if arrived is None else arrived
    if not 1 <= number <= most:
        raise MoreThanSeats(seats=most)
    is_first = attendance.arrived == 0
    _use(tickets, number, by=by, now=now)
    attendance.arrived = number
    if is_first:
        attendance.checked_in_at = now
        attendance.checked_in_by_id = by.id
    db.session.flush()
    if is_first:
        ledger.tell_checked_in(attendance, event, community, now)


def scan(event: Event, typed: str, *, by: Contact, community: Community, now: datetime) -> Scanned:
    """Let in whoever brings a ticket's code, once. Raises CheckInClosed, EventCancelled."""
    check_door(event, now)
    ticket = queries.ticket_by_secret(community.id, codes.read(typed))
    if ticket is None:
        return Scanned(Scan.UNKNOWN)
    if ticket.event_id != event.id:
        return Scanned(Scan.OTHER_EVENT, ticket)
    queries.lock_seat(ticket.attendance)
    queries.lock_ticket(ticket)
    refused = _refused(ticket)
    if refused is not None:
        return Scanned(refused, ticket)
    ticket.checked_in_at = now
    ticket.checked_in_by_id = by.id
    _one_more(ticket.attendance, by=by, community=community, now=now)
    return Scanned(Scan.IN, ticket)


def undo_check_in(attendance: Attendance, *, community: Community, now: datetime) -> None:
    """Take a check-in back; undoing twice changes nothing."""
    queries.lock_seat(attendance)
    if attendance.checked_in_at is None:
        return
    ledger.tell_undone(attendance, community, checked_in_at=attendance.checked_in_at, now=now)
    attendance.arrived = 0
    attendance.checked_in_at = None
    attendance.checked_in_by_id = None
    _use(queries.lock_tickets_of_seat(attendance.id), 0, by=None, now=now)
    db.session.flush()


def walk_in(
    event: Event, *, name: str, number: int = 1, by: Contact, community: Community, now: datetime
) -> Attendance:
    """Take in someone who came without a seat, and check them in. Raises EventFull."""
    check_door(event, now)
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


def _refused(ticket: Ticket) -> Scan | None:
    if ticket.state is TicketState.CANCELLED:
        return Scan.CANCELLED
    if ticket.state is TicketState.SUSPENDED:
        return Scan.SUSPENDED
    return Scan.AGAIN if ticket.checked_in_at is not None else None


def _one_more(attendance: Attendance, *, by: Contact, community: Community, now: datetime) -> None:
    """Count one more arrival on a locked seat."""
    attendance.arrived += 1
    if attendance.checked_in_at is None:
        attendance.checked_in_at = now
        attendance.checked_in_by_id = by.id
        db.session.flush()
        ledger.tell_checked_in(attendance, attendance.event, community, now)
    db.session.flush()


def _use(tickets: list[Ticket], number: int, *, by: Contact | None, now: datetime) -> None:
    """Mark so many of a seat's locked tickets as used, those that were used already first."""
    good = [one for one in tickets if one.state is TicketState.VALID]
    for place, ticket in enumerate(good):
        if place >= number:
            ticket.checked_in_at = ticket.checked_in_by_id = None
        elif ticket.checked_in_at is None:
            ticket.checked_in_at = now
            ticket.checked_in_by_id = by.id if by else None
