"""Tickets sold by hand: an organizer takes cash or a transfer, or keeps them until it comes."""

from dataclasses import dataclass
from datetime import datetime

from app.billing import service as billing
from app.billing.models import Order, PaymentMethod
from app.communities.models import Contact
from app.core.database import db
from app.core.jobs import defer
from app.events.models import Event
from app.events.service import buying
from app.events.service.refusals import TooFewTickets


@dataclass(frozen=True)
class Deal:
    """What an organizer sells to whom; without a method it is paid later.

    Then it is kept until a moment, by default until the event begins.
    """

    contact: Contact
    name: str  # on the tickets
    chosen: dict[str, int]  # sort by public id -> how many
    is_member: bool
    sold_by: Contact
    method: PaymentMethod | None
    keep_until: datetime | None = None
    note: str = ""


def sell(event: Event, deal: Deal, *, now: datetime) -> Order:
    """Sell tickets by hand: paid now they are the buyer's at once, else they are kept.

    Whoever has the same in an open order already pays that one, instead of taking twice as many.
    `event` was read with a shared lock. Raises what buying raises.
    """
    order = _order(event, deal, now)
    if order.is_settled:  # it costs nothing
        return order
    if deal.method is not None:
        billing.record_offline_payment(
            order, method=deal.method, recorded_by=deal.sold_by, now=now, note=deal.note
        )
    else:
        billing.keep_longer(order, min(deal.keep_until or event.starts_at, event.ends_at))
        defer("events.send_kept", order_id=order.id)
    return order


def _order(event: Event, deal: Deal, now: datetime) -> Order:
    """Open the order, or find the one by which the buyer has just this kept already."""
    contact_id = deal.contact.id
    try:
        with db.session.begin_nested():
            return buying.reserve_tickets(
                event,
                deal.chosen,
                contact=deal.contact,
                name=deal.name,
                is_member=deal.is_member,
                now=now,
                sold_by=deal.sold_by,
            )
    except buying.AlreadyOrdered as again:
        return db.session.get_one(Order, again.order_id)
    except TooFewTickets:
        kept = buying.same_order(contact_id, deal.chosen, deal.name)
        if kept is None:
            raise
        return kept
