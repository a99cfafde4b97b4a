"""Buying: several tickets at once are kept for a buyer, until they are paid or the time is over."""

from collections.abc import Mapping
from datetime import datetime

from app.billing import service as billing
from app.billing.models import Order
from app.billing.service import SoldOut, TooMany, Wanted
from app.communities.models import Contact
from app.core.money import Money
from app.events import queries
from app.events.models import Event, EventState, TicketType
from app.events.service.refusals import (
    AddressRefused,
    EventCancelled,
    EventStarted,
    NotAnnounced,
    NothingChosen,
    NotOnSale,
    NotTicketed,
    OneTicketLeft,
    TicketsLeft,
    TicketsSoldOut,
    TooManyEach,
)

KIND = "ticket"


def reserve_tickets(
    event: Event,
    chosen: Mapping[str, int],
    *,
    contact: Contact,
    name: str,
    is_member: bool,
    now: datetime,
) -> Order:
    """Keep so many of each sort (by public id) for a buyer; what is free in all is theirs at once.

    `event` was read with a shared lock: it is not cancelled until the transaction ends. Both
    quotas of a ticket, the event's and its sort's, move by one conditional update each, in
    ascending order. Raises TicketsSoldOut and its kin, TooManyEach, NotOnSale.
    """
    check_selling(event, now)
    sorts = {sort.public_id: sort for sort in event.ticket_types}
    wanted = [
        _wanted(sorts[key], event, number, name=name, is_member=is_member, now=now)
        for key, number in chosen.items()
        if number > 0 and key in sorts
    ]
    if not wanted:
        raise NothingChosen
    try:
        return billing.open_order(contact, wanted, now=now)
    except SoldOut as refusal:
        raise _sold_out(int(str(refusal.values["left"]))) from None
    except TooMany:
        most = max(wanted, key=lambda one: one.number)
        raise TooManyEach(most=most.limit, title=most.title) from None


def check_address(contact: Contact) -> None:
    """Refuse an address whose owner may not come; whoever is signed in has been asked before."""
    if queries.is_banned(contact.id):
        raise AddressRefused


def check_selling(event: Event, now: datetime) -> None:
    """Refuse where no ticket is sold."""
    if not event.is_ticketed:
        raise NotTicketed
    if event.state is EventState.CANCELLED:
        raise EventCancelled
    if event.state is EventState.PROPOSED:
        raise NotAnnounced
    if now >= event.starts_at:
        raise EventStarted


def _wanted(
    sort: TicketType, event: Event, number: int, *, name: str, is_member: bool, now: datetime
) -> Wanted:
    if not queries.is_on_sale(sort, event, now):
        raise NotOnSale(title=sort.title)
    if number > sort.most_each:
        raise TooManyEach(most=sort.most_each, title=sort.title)
    return Wanted(
        kind=KIND,
        item_id=sort.public_id,
        title=f"{event.title}: {sort.title}",
        unit=Money(sort.price_for(is_member=is_member), sort.currency),
        number=number,
        quota_ids=(event.quota_id, sort.quota_id),
        limit=sort.most_each,
        facts={"name": name},
    )


def _sold_out(left: int) -> TicketsSoldOut | OneTicketLeft | TicketsLeft:
    if left <= 0:
        return TicketsSoldOut()
    return OneTicketLeft() if left == 1 else TicketsLeft(left=left)
