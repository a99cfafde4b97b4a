"""Reads of tickets: what is sold, who has which, what was sold."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import exists, func, select, union
from sqlalchemy.orm import joinedload

from app.accounts.queries import not_blocked
from app.billing.models import Grant, Order, OrderLine, Plan, Quota
from app.billing.queries.access import covers
from app.billing.queries.stripe import takes_cards
from app.communities.models import Contact
from app.core.database import db, within
from app.core.money import Money
from app.events.models import (
    Attendance,
    AttendanceState,
    Event,
    EventState,
    Ticket,
    TicketState,
    TicketType,
)

LIVE = (TicketState.VALID, TicketState.SUSPENDED)
_SHOWN = (
    joinedload(Ticket.type),
    joinedload(Ticket.event),
    joinedload(Ticket.contact),
    joinedload(Ticket.line).joinedload(OrderLine.order),
)


@dataclass(frozen=True)
class Offer:
    """A sort of ticket as a buyer sees it.

    `state` is on_sale, by_hand (it costs something, and no cards are taken), sold_out, not_yet or
    ended.
    """

    public_id: str
    title: str
    words: str
    price: Money
    full_price: Money | None  # what others pay, where the buyer pays less
    member_price: Money | None  # what members would pay, where the buyer pays more
    taken: int
    size: int | None
    most: int
    state: str
    sells_from: datetime | None
    sells_until: datetime | None


@dataclass(frozen=True)
class TicketRow:
    """A ticket as the desk lists it."""

    public_id: str
    contact_public_id: str
    buyer: str
    email: str | None
    picture_key: str | None
    name: str
    type_title: str
    state: TicketState
    made_at: datetime
    checked_in_at: datetime | None
    order_line_id: int


def offers(event: Event, *, is_member: bool, now: datetime) -> list[Offer]:
    """Return what an event sells, as whoever looks would pay for it."""
    found = [
        _offer(sort, event, is_member=is_member, now=now)
        for sort in event.ticket_types
        if not sort.is_hidden
    ]
    paid = [one for one in found if one.state == "on_sale" and one.price.minor]
    if not paid or takes_cards(event.community_id):
        return found
    return [replace(one, state="by_hand") if one in paid else one for one in found]


def is_on_sale(sort: TicketType, event: Event, now: datetime) -> bool:
    """Tell whether a sort is sold at a moment, if there are any left."""
    return not sort.is_hidden and _when(sort, event, now) == "on_sale"


def ticket_type(event: Event, public_id: str) -> TicketType | None:
    """Return one sort of an event."""
    found: TicketType | None = db.session.scalar(
        within(TicketType, event.community_id)
        .where(TicketType.event_id == event.id, TicketType.public_id == public_id)
        .options(joinedload(TicketType.quota))
    )
    return found


def type_by_public_id(community_id: int, public_id: str) -> TicketType | None:
    """Return a sort of ticket by the name orders know it by."""
    found: TicketType | None = db.session.scalar(
        within(TicketType, community_id).where(TicketType.public_id == public_id)
    )
    return found


def has_tickets(ticket_type_id: int) -> bool:
    """Tell whether any ticket of a sort was ever had."""
    asked = select(exists().where(Ticket.ticket_type_id == ticket_type_id))
    return bool(db.session.scalar(asked))


def has_types(event_id: int) -> bool:
    """Tell whether one comes to an event by ticket."""
    return bool(db.session.scalar(select(exists().where(TicketType.event_id == event_id))))


def ticket_by_public_id(public_id: str) -> Ticket | None:
    """Return a ticket with its sort, event and holder; whoever asks holds its secret link."""
    return db.session.scalar(
        select(Ticket)
        .where(Ticket.public_id == public_id)
        .options(joinedload(Ticket.type), joinedload(Ticket.event), joinedload(Ticket.contact))
    )


def ticket_in_event(event: Event, public_id: str) -> Ticket | None:
    """Return one ticket of an event."""
    found: Ticket | None = db.session.scalar(
        within(Ticket, event.community_id)
        .where(Ticket.event_id == event.id, Ticket.public_id == public_id)
        .options(joinedload(Ticket.type), joinedload(Ticket.contact), joinedload(Ticket.line))
    )
    return found


def ticket_by_secret(community_id: int, secret: str) -> Ticket | None:
    """Return the ticket a code belongs to, of any event of a community."""
    found: Ticket | None = db.session.scalar(
        within(Ticket, community_id)
        .where(Ticket.secret == secret)
        .options(joinedload(Ticket.type), joinedload(Ticket.contact), joinedload(Ticket.event))
    )
    return found


def tickets_of_seat(attendance: Attendance) -> list[Ticket]:
    """Return the tickets of a seat, cancelled ones too, in the order they were had."""
    return list(
        db.session.scalars(
            select(Ticket)
            .where(
                Ticket.community_id == attendance.community_id,
                Ticket.attendance_id == attendance.id,
            )
            .options(*_SHOWN)
            .order_by(Ticket.id)
        )
    )


def lock_tickets_of_seat(attendance_id: int) -> list[Ticket]:
    """Return the live tickets of a seat, locked, those who came in first."""
    return list(
        db.session.scalars(
            select(Ticket)
            .where(Ticket.attendance_id == attendance_id, Ticket.state.in_(LIVE))
            .order_by(Ticket.checked_in_at.is_(None), Ticket.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


def lock_ticket(ticket: Ticket) -> None:
    """Read a ticket again and lock it until the transaction ends."""
    db.session.execute(
        select(Ticket)
        .where(Ticket.id == ticket.id)
        .with_for_update(of=Ticket)
        .execution_options(populate_existing=True)
    ).one()


def lock_quotas(tickets: Sequence[Ticket]) -> None:
    """Lock the quotas that tickets count in, in ascending order."""
    sorts = {ticket.ticket_type_id for ticket in tickets}
    events = {ticket.event_id for ticket in tickets}
    theirs = union(
        select(TicketType.quota_id).where(TicketType.id.in_(sorts)),
        select(Event.quota_id).where(Event.id.in_(events)),
    )
    db.session.execute(
        select(Quota.id).where(Quota.id.in_(theirs)).order_by(Quota.id).with_for_update()
    ).all()


def tickets_of_line(order_line_id: int) -> list[Ticket]:
    """Return every ticket an order line was fulfilled with."""
    return list(
        db.session.scalars(
            select(Ticket).where(Ticket.order_line_id == order_line_id).order_by(Ticket.number)
        )
    )


def tickets_of_order(public_id: str) -> list[Ticket]:
    """Return every ticket of an order with its sort and event, cancelled ones too."""
    return list(
        db.session.scalars(
            select(Ticket)
            .join(OrderLine, OrderLine.id == Ticket.order_line_id)
            .join(Order, Order.id == OrderLine.order_id)
            .where(Order.public_id == public_id)
            .options(*_SHOWN)
            .order_by(Ticket.id)
        )
    )


def pays_as_member(contact_id: int, community_id: int, now: datetime) -> bool:
    """Tell whether member prices are a member's: where plans are sold, whoever has access.

    Where none is sold, membership itself is enough.
    """
    sells = exists().where(
        Plan.community_id == community_id,
        Plan.published_at.is_not(None),
        Plan.archived_at.is_(None),
    )
    has = exists().where(Grant.contact_id == contact_id, covers(now))
    return bool(db.session.scalar(select(~sells | has)))


def seats_without_tickets(community_id: int) -> dict[int, int]:
    """Return how many seats of each event's quota were given without a ticket: quota -> number."""
    seats = (
        select(Attendance.event_id, func.sum(Attendance.seats).label("number"))
        .where(Attendance.community_id == community_id, Attendance.state == AttendanceState.GOING)
        .group_by(Attendance.event_id)
        .subquery()
    )
    # those that still stand for a seat: a used one does for good, as does one of a cancelled event
    sits = (
        Ticket.state.in_(LIVE)
        | Ticket.checked_in_at.is_not(None)
        | (Ticket.ended_at >= Event.cancelled_at)
    )
    by_ticket = (
        select(Ticket.event_id, func.count().label("number"))
        .join(Event, Event.id == Ticket.event_id)
        .join(Attendance, Attendance.id == Ticket.attendance_id)
        .where(Ticket.community_id == community_id, sits, Attendance.state == AttendanceState.GOING)
        .group_by(Ticket.event_id)
        .subquery()
    )
    rows = db.session.execute(
        select(Event.quota_id, seats.c.number - func.coalesce(by_ticket.c.number, 0))
        .join(seats, seats.c.event_id == Event.id)
        .outerjoin(by_ticket, by_ticket.c.event_id == Event.id)
    )
    return {quota_id: int(number) for quota_id, number in rows}


def ticket_rows(event: Event, *, viewer_person_id: int) -> list[TicketRow]:
    """Return the tickets of an event, by their buyers' names; no block stands between."""
    rows = db.session.execute(
        select(
            Ticket.public_id,
            Contact.public_id,
            Contact.name,
            Contact.email,
            Contact.picture_key,
            Ticket.name,
            TicketType.title,
            Ticket.state,
            Ticket.made_at,
            Ticket.checked_in_at,
            Ticket.order_line_id,
        )
        .join(Contact, Contact.id == Ticket.contact_id)
        .join(TicketType, TicketType.id == Ticket.ticket_type_id)
        .where(
            Ticket.community_id == event.community_id,
            Ticket.event_id == event.id,
            not_blocked(viewer_person_id, Contact.person_id),
        )
        .order_by(Contact.sort_key, Ticket.id)
    )
    return [TicketRow(*row) for row in rows]


def _offer(sort: TicketType, event: Event, *, is_member: bool, now: datetime) -> Offer:
    price = sort.price_for(is_member=is_member)
    for_members = sort.price_for(is_member=True)
    currency = sort.currency
    left = _left(sort, event)
    state = _when(sort, event, now)
    return Offer(
        public_id=sort.public_id,
        title=sort.title,
        words=sort.words,
        price=Money(price, currency),
        full_price=Money(sort.price_minor, currency) if price < sort.price_minor else None,
        member_price=Money(for_members, currency) if for_members < price else None,
        taken=sort.quota.taken,
        size=sort.quota.size,
        most=sort.most_each if left is None else min(left, sort.most_each),
        state="sold_out" if state == "on_sale" and left == 0 else state,
        sells_from=sort.sells_from,
        sells_until=sort.sells_until,
    )


def _left(sort: TicketType, event: Event) -> int | None:
    lefts = [left for left in (sort.quota.left, event.quota.left) if left is not None]
    return min(lefts) if lefts else None


def _when(sort: TicketType, event: Event, now: datetime) -> str:
    if event.state is not EventState.PUBLISHED or now >= event.starts_at:
        return "ended"
    if sort.sells_from is not None and now < sort.sells_from:
        return "not_yet"
    if sort.sells_until is not None and now >= sort.sells_until:
        return "ended"
    return "on_sale"
