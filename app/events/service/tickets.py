"""Tickets: had, named, taken back, suspended. Each is one of the seats of its holder's attendance.

Locks come in one order: order (billing's), event, quota, attendance, ticket, ledger.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import literal_column, text
from sqlalchemy.dialects.postgresql import insert

from app.billing import service as billing
from app.billing.models import Order, OrderLine
from app.communities.models import Community
from app.core.database import add, db, new_public_id
from app.core.errors import RuleViolation
from app.core.tokens import read_forever, sign_forever
from app.events import codes, queries
from app.events.models import (
    Attendance,
    AttendanceState,
    Event,
    EventState,
    Ticket,
    TicketState,
    TicketType,
)
from app.events.service import ledger
from app.events.service.moves import move_attendance, move_ticket
from app.events.service.refusals import PaidByHand, RefundTooLate, TicketGone, TicketUsed

PURPOSE = "events.ticket"
OF_ORDER = "events.tickets"
# Written out: a prepared statement cannot match an index's condition against parameters.
_CURRENT = text("state IN ('pending', 'going')")


def issue(
    sort: TicketType,
    event: Event,
    *,
    order: Order,
    line: OrderLine,
    community: Community,
    now: datetime,
) -> list[Ticket]:
    """Give a buyer their tickets; their attendance grows by as many seats.

    The quotas were moved by the order. UNIQUE (line, number) keeps a second run from giving more.
    The seats of a paid order are not told to the ledger: that somebody bought them is.
    """
    seat, is_new = _seat(event, order.contact_id, line.quantity, now)
    if order.total_minor:
        ledger.tell_bought(order, event, community, now)
    elif is_new:
        ledger.tell_taken(seat, event, community, now)
    return [
        add(
            Ticket(
                community_id=event.community_id,
                event_id=event.id,
                ticket_type_id=sort.id,
                attendance_id=seat.id,
                order_line_id=line.id,
                number=number,
                contact_id=order.contact_id,
                name=str(line.facts.get("name", ""))[:80],
                secret=codes.new_secret(),
                made_at=now,
            )
        )
        for number in range(1, line.quantity + 1)
    ]


def cancel(tickets: Sequence[Ticket], *, community: Community, now: datetime) -> int:
    """Take tickets back and return how many were live; the seats they stood for are free again.

    Those of a cancelled event keep their seat: it says who was going, and nobody else sits there.
    Whoever came in stays counted as having come.
    """
    ended = 0
    for seat_id in sorted({ticket.attendance_id for ticket in tickets}):
        mine = {ticket.id for ticket in tickets if ticket.attendance_id == seat_id}
        seat = db.session.get_one(Attendance, seat_id)
        queries.lock_seat(seat)
        live = [one for one in queries.lock_tickets_of_seat(seat_id) if one.id in mine]
        for ticket in live:
            move_ticket(ticket, TicketState.CANCELLED)
            ticket.ended_at = now
        ended += len(live)
        _shrink(seat, sum(one.checked_in_at is None for one in live), community, now)
    for order_public_id in queries.orders_given_back(tickets):
        ledger.tell_unbought(order_public_id, community, now)
    return ended


def suspend(tickets: Sequence[Ticket]) -> None:
    """Keep tickets from the door while their payment is disputed."""
    for ticket in _locked(tickets):
        if ticket.state is TicketState.VALID:
            move_ticket(ticket, TicketState.SUSPENDED)
    db.session.flush()


def resume(tickets: Sequence[Ticket]) -> None:
    """Let suspended tickets in again."""
    for ticket in _locked(tickets):
        if ticket.state is TicketState.SUSPENDED:
            move_ticket(ticket, TicketState.VALID)
    db.session.flush()


def rename(ticket: Ticket, name: str) -> None:
    """Write whose ticket it is. Raises TicketGone."""
    queries.lock_ticket(ticket)
    if ticket.state is TicketState.CANCELLED:
        raise TicketGone
    ticket.name = name[:80]
    db.session.flush()


def refund_deadline(event: Event) -> datetime | None:
    """Return until when a buyer may give a ticket back for money; None: never."""
    if event.refund_hours is None:
        return None
    return event.starts_at - timedelta(hours=event.refund_hours)


def check_in_time(ticket: Ticket, *, now: datetime) -> None:
    """Refuse to take a ticket back that is used, gone, or too late for its money.

    A free one can be given back until the event begins, as any free seat.
    """
    event = ticket.event
    if ticket.state is not TicketState.VALID:
        raise TicketGone
    if ticket.checked_in_at is not None:
        raise TicketUsed
    until = refund_deadline(event) if ticket.line.total_minor else event.starts_at
    if until is None or now >= min(until, event.starts_at):
        raise RefundTooLate


def is_in_time(ticket: Ticket, *, now: datetime) -> bool:
    """Tell whether the hosts would take a ticket back now, whoever hands the money over."""
    try:
        check_in_time(ticket, now=now)
    except RuleViolation:
        return False
    return True


def check_returnable(ticket: Ticket, *, is_by_card: bool, now: datetime) -> None:
    """Refuse to take a ticket back from its buyer, if its money would not go back by itself too.

    Raises TicketGone, TicketUsed, RefundTooLate, PaidByHand.
    """
    check_in_time(ticket, now=now)
    if ticket.line.total_minor and not is_by_card:
        raise PaidByHand


def ticket_token(ticket: Ticket, *, secret: str) -> str:
    """Return the secret of a ticket's own page, which its buyer may hand on."""
    return sign_forever([ticket.public_id], purpose=PURPOSE, secret=secret)


def ticket_by_token(token: str, *, secret: str) -> Ticket | None:
    """Return the ticket a secret leads to, or None."""
    payload = read_forever(token, purpose=PURPOSE, secret=secret)
    if not isinstance(payload, list) or len(payload) != 1:
        return None
    return queries.ticket_by_public_id(str(payload[0]))


def order_token(order_public_id: str, *, secret: str) -> str:
    """Return the secret of the page with all tickets of an order."""
    return sign_forever([order_public_id], purpose=OF_ORDER, secret=secret)


def tickets_by_token(token: str, *, secret: str) -> list[Ticket]:
    """Return the tickets of the order a secret leads to; none when it is forged or unpaid."""
    payload = read_forever(token, purpose=OF_ORDER, secret=secret)
    if not isinstance(payload, list) or len(payload) != 1:
        return []
    return queries.tickets_of_order(str(payload[0]))


def _seat(event: Event, contact_id: int, seats: int, now: datetime) -> tuple[Attendance, bool]:
    """Return the buyer's attendance, new or grown, and whether they come only now.

    One that waited for its mail is confirmed.
    """
    row: Any = db.session.execute(
        insert(Attendance)
        .values(
            community_id=event.community_id,
            public_id=new_public_id(),
            event_id=event.id,
            contact_id=contact_id,
            state=AttendanceState.GOING,
            seats=seats,
            arrived=0,
            reserved_at=now,
            confirmed_at=now,
        )
        .on_conflict_do_update(
            index_elements=["community_id", "event_id", "contact_id"],
            index_where=_CURRENT,
            set_={"reserved_at": Attendance.reserved_at},
        )
        .returning(Attendance.id, literal_column("xmax = 0"))
    ).one()
    seat = db.session.get_one(Attendance, row[0])
    if row[1]:
        return seat, True
    queries.lock_seat(seat)
    is_waiting = seat.state is AttendanceState.PENDING
    if is_waiting:
        _confirm(seat, now)
    seat.seats = seats if is_waiting else seat.seats + seats
    db.session.flush()
    return seat, is_waiting


def _confirm(seat: Attendance, now: datetime) -> None:
    """Take over a free seat that was kept from before tickets were sold."""
    if seat.hold_id is not None:
        billing.release(seat.hold_id)
    move_attendance(seat, AttendanceState.GOING)
    seat.confirmed_at = now


def _shrink(seat: Attendance, fewer: int, community: Community, now: datetime) -> None:
    """Take seats off an attendance; without any left it ends."""
    if fewer and seat.event.state is not EventState.CANCELLED:
        if seat.seats > fewer:
            seat.seats -= fewer
        else:
            move_attendance(seat, AttendanceState.CANCELLED)
            seat.cancelled_at = now
            ledger.tell_given_back(seat, community, now)
    db.session.flush()


def _locked(tickets: Sequence[Ticket]) -> list[Ticket]:
    for ticket in sorted(tickets, key=lambda one: (one.attendance_id, one.id)):
        queries.lock_ticket(ticket)
    return list(tickets)
