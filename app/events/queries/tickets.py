"""Reads of tickets: what is sold, who has which, what was sold."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import joinedload

from app.accounts.queries import not_blocked
from app.communities.models import Contact
from app.core.database import db, within
from app.core.money import Money
from app.events.models import Attendance, Event, EventState, Ticket, TicketState, TicketType

LIVE = (TicketState.VALID, TicketState.SUSPENDED)


@dataclass(frozen=True)
class Offer:
    """A sort of ticket as a buyer sees it; `state` is on_sale, sold_out, not_yet or ended."""

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
    return [
        _offer(sort, event, is_member=is_member, now=now)
        for sort in event.ticket_types
        if not sort.is_hidden
    ]


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
        .options(joinedload(Ticket.type), joinedload(Ticket.contact))
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
            .options(joinedload(Ticket.type))
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


def tickets_of_line(order_line_id: int) -> list[Ticket]:
    """Return every ticket an order line was fulfilled with."""
    return list(
        db.session.scalars(
            select(Ticket).where(Ticket.order_line_id == order_line_id).order_by(Ticket.number)
        )
    )


def live_tickets_after(event_id: int, last_id: int, *, limit: int) -> list[Ticket]:
    """Return the next live tickets of an event, in the order of their rows."""
    return list(
        db.session.scalars(
            select(Ticket)
            .where(Ticket.event_id == event_id, Ticket.state.in_(LIVE), Ticket.id > last_id)
            .order_by(Ticket.id)
            .limit(limit)
        )
    )


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


def live_per_type(event_id: int) -> dict[int, int]:
    """Return how many live tickets each sort of an event has."""
    rows = db.session.execute(
        select(Ticket.ticket_type_id, func.count())
        .where(Ticket.event_id == event_id, Ticket.state.in_(LIVE))
        .group_by(Ticket.ticket_type_id)
    )
    return dict(rows.tuples())


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
