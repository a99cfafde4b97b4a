"""Gatherings: the event, its series and hosts, who has a seat, and the tickets to it."""

from app.events.models.gatherings import (
    ATTENDANCE_MOVES,
    EVENT_MOVES,
    Attendance,
    AttendanceState,
    CalendarFeed,
    CameFor,
    Event,
    EventHost,
    EventState,
    EventVisibility,
    Series,
)
from app.events.models.tickets import TICKET_MOVES, Ticket, TicketState, TicketType

__all__ = [
    "ATTENDANCE_MOVES",
    "EVENT_MOVES",
    "TICKET_MOVES",
    "Attendance",
    "AttendanceState",
    "CalendarFeed",
    "CameFor",
    "Event",
    "EventHost",
    "EventState",
    "EventVisibility",
    "Series",
    "Ticket",
    "TicketState",
    "TicketType",
]
