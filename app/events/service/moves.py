"""The one way states change: by the tables of the models; anything unlisted raises."""

from app.events.models import (
    ATTENDANCE_MOVES,
    EVENT_MOVES,
    TICKET_MOVES,
    Attendance,
    AttendanceState,
    Event,
    EventState,
    Ticket,
    TicketState,
)


class IllegalMove(Exception):
    """A state was asked for that does not follow from the present one: a fault of ours."""


def move_event(event: Event, to: EventState) -> None:
    """Bring an event into another state. Raises IllegalMove."""
    if to not in EVENT_MOVES[event.state]:
        raise IllegalMove(f"event: {event.state} -> {to}")
    event.state = to


def move_attendance(attendance: Attendance, to: AttendanceState) -> None:
    """Bring a seat into another state. Raises IllegalMove."""
    if to not in ATTENDANCE_MOVES[attendance.state]:
        raise IllegalMove(f"attendance: {attendance.state} -> {to}")
    attendance.state = to


def move_ticket(ticket: Ticket, to: TicketState) -> None:
    """Bring a ticket into another state. Raises IllegalMove."""
    if to not in TICKET_MOVES[ticket.state]:
        raise IllegalMove(f"ticket: {ticket.state} -> {to}")
    ticket.state = to
