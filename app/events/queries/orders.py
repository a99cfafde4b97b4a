"""Reads of the orders behind tickets: whose they are, what they hold, what is left of them."""

from collections.abc import Sequence

from sqlalchemy import exists, func, select
from sqlalchemy.orm import aliased, contains_eager

from app.billing.models import OPEN_STATES, SETTLED_STATES, Order, OrderLine, Payment
from app.billing.queries.orders import settled_it
from app.communities.models import Ban, Contact
from app.core.database import db
from app.events.models import Attendance, AttendanceState, Event, EventState, Ticket, TicketType
from app.events.queries.tickets import LIVE


def live_tickets_of_order(order_id: int, event_id: int) -> list[Ticket]:
    """Return the tickets an order still has at an event."""
    return list(
        db.session.scalars(
            select(Ticket)
            .join(OrderLine, OrderLine.id == Ticket.order_line_id)
            .where(
                OrderLine.order_id == order_id,
                Ticket.event_id == event_id,
                Ticket.state.in_(LIVE),
            )
            .order_by(Ticket.id)
        )
    )


def orders_with_tickets(event_id: int) -> list[int]:
    """Return the orders that have live tickets to an event."""
    return list(
        db.session.scalars(
            select(OrderLine.order_id)
            .distinct()
            .join(Ticket, Ticket.order_line_id == OrderLine.id)
            .where(Ticket.event_id == event_id, Ticket.state.in_(LIVE))
            .order_by(OrderLine.order_id)
        )
    )


def paid_lines(event_id: int) -> list[tuple[Order, OrderLine, Payment, int]]:
    """Return what was paid of an event: each line with its payment and how many tickets live."""
    rows = db.session.execute(
        select(Order, OrderLine, Payment, func.count())
        .join(OrderLine, OrderLine.order_id == Order.id)
        .join(Ticket, Ticket.order_line_id == OrderLine.id)
        .join(Payment, (Payment.order_id == Order.id) & settled_it())
        .where(
            Ticket.event_id == event_id,
            Ticket.state.in_(LIVE),
            OrderLine.total_minor > 0,
            Payment.amount_minor > 0,
        )
        .group_by(Order.id, OrderLine.id, Payment.id)
        .order_by(OrderLine.id)
    )
    return [(order, line, payment, int(number)) for order, line, payment, number in rows]


def orders_given_back(tickets: Sequence[Ticket]) -> list[str]:
    """Return the paid orders of some tickets, by public id, of which none is left or was used.

    A cancelled event is left out: its buyers did what they did.
    """
    line, ticket = aliased(OrderLine), aliased(Ticket)
    remains = exists().where(
        line.order_id == Order.id,
        ticket.order_line_id == line.id,
        ticket.state.in_(LIVE) | ticket.checked_in_at.is_not(None),
    )
    return list(
        db.session.scalars(
            select(Order.public_id)
            .distinct()
            .join(OrderLine, OrderLine.order_id == Order.id)
            .join(Ticket, Ticket.order_line_id == OrderLine.id)
            .join(Event, Event.id == Ticket.event_id)
            .where(
                Ticket.id.in_([one.id for one in tickets]),
                Order.total_minor > 0,
                Event.state != EventState.CANCELLED,
                ~remains,
            )
            .order_by(Order.public_id)
        )
    )


def open_orders(event_id: int) -> list[int]:
    """Return the unpaid orders that tickets of an event are kept for."""
    return list(
        db.session.scalars(
            select(Order.id)
            .distinct()
            .join(OrderLine, OrderLine.order_id == Order.id)
            .join(
                TicketType,
                (TicketType.public_id == OrderLine.item_id)
                & (TicketType.community_id == OrderLine.community_id),
            )
            .where(
                TicketType.event_id == event_id,
                OrderLine.item_kind == "ticket",
                Order.state.in_(OPEN_STATES),
            )
            .order_by(Order.id)
        )
    )


def unpaid_buyers(event_id: int) -> Sequence[Contact]:
    """Return for whom tickets are kept that are not paid yet; the banned are left out.

    So is whoever has a seat too, or had one until the event was cancelled: its news reach them by
    that.
    """
    seat = exists().where(
        Attendance.event_id == event_id,
        Attendance.contact_id == Contact.id,
        Event.id == Attendance.event_id,
        (Attendance.state == AttendanceState.GOING)
        | (Attendance.cancelled_at >= Event.cancelled_at),
    )
    return db.session.scalars(
        select(Contact)
        .where(
            Contact.id.in_(select(Order.contact_id).where(Order.id.in_(open_orders(event_id)))),
            ~exists().where(Ban.contact_id == Contact.id, Ban.lifted_at.is_(None)),
            ~seat,
        )
        .order_by(Contact.id)
    ).all()


def cancelled_event_of(line: OrderLine) -> Event | None:
    """Return the event that a line's tickets are for, if it is cancelled."""
    return db.session.scalar(
        select(Event)
        .join(TicketType, TicketType.event_id == Event.id)
        .where(
            TicketType.community_id == line.community_id,
            TicketType.public_id == line.item_id,
            Event.state == EventState.CANCELLED,
        )
    )


def lines_had(contact_id: int, item_ids: Sequence[str]) -> Sequence[OrderLine]:
    """Return a contact's lines of some sorts of tickets, bought or kept for them, with orders."""
    return db.session.scalars(
        select(OrderLine)
        .join(Order, Order.id == OrderLine.order_id)
        .where(
            Order.contact_id == contact_id,
            Order.state.in_(OPEN_STATES | SETTLED_STATES),
            OrderLine.item_kind == "ticket",
            OrderLine.item_id.in_(item_ids),
        )
        .options(contains_eager(OrderLine.order))
        .order_by(OrderLine.id)
    ).all()
