"""Buying: several tickets at once are kept for a buyer, until they are paid or the time is over."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from app.billing import service as billing
from app.billing.models import Order, OrderLine, OrderSource
from app.billing.service import SoldOut, Wanted
from app.communities.models import Contact
from app.core.money import Money
from app.events import queries
from app.events.models import Event, EventState, TicketType
from app.events.service.refusals import (
    AddressRefused,
    EventCancelled,
    EventOver,
    EventStarted,
    NotAnnounced,
    NothingChosen,
    NotOnSale,
    NotTicketed,
    OneTicketLeft,
    TicketsLeft,
    TicketsSoldOut,
    TooFewTickets,
    TooManyEach,
)
from app.events.service.seats import check_plan

KIND = "ticket"


class AlreadyOrdered(Exception):
    """The buyer has an open order for the same: the edge undoes this one and leads there."""

    def __init__(self, order_id: int) -> None:
        self.order_id = order_id
        super().__init__(order_id)


def reserve_tickets(
    event: Event,
    chosen: Mapping[str, int],
    *,
    contact: Contact,
    name: str,
    is_member: bool,
    now: datetime,
    sold_by: Contact | None = None,
) -> Order:
    """Keep so many of each sort (by public id) for a buyer; what is free in all is theirs at once.

    `event` was read with a shared lock: it is not cancelled until the transaction ends. Both
    quotas of a ticket, the event's and its sort's, move by one conditional update each, in
    ascending order. `sold_by`: a host sells by hand, before, after and beside the sale, and at
    the door. Raises TicketsSoldOut and its kin, TooManyEach, NotOnSale, NeedsPlan, NotConnected
    and NotReady where no cards are taken, and AlreadyOrdered for whoever asks for the same again.
    """
    check_selling(event, now, by_hand=sold_by is not None)
    if sold_by is None:
        check_plan(event, contact, now)
    sorts = {sort.public_id: sort for sort in event.ticket_types}
    asked = [(sorts[key], number) for key, number in chosen.items() if number > 0 and key in sorts]
    if not asked:
        raise NothingChosen
    for sort, _number in asked:
        if sort.is_hidden or (sold_by is None and not queries.is_on_sale(sort, event, now)):
            raise NotOnSale(title=sort.title)
    wanted = [
        _wanted(sort, event, number, name=name, is_member=is_member) for sort, number in asked
    ]
    if sold_by is None and any(one.unit.minor for one in wanted):
        billing.ready_account(event.community_id)  # nothing is kept that nobody could pay
    source = OrderSource.DESK if sold_by else OrderSource.ONLINE
    try:
        order = billing.open_order(contact, wanted, now=now, source=source, sold_by=sold_by)
    except SoldOut as refusal:
        raise _sold_out(int(str(refusal.values["left"]))) from None
    _check_limits(order, wanted, name)
    return order


def _check_limits(order: Order, wanted: Sequence[Wanted], name: str) -> None:
    """Refuse more than one person may have, and an order that repeats an open one.

    The quotas of the sorts are locked by now, so of two tabs the second sees the first.
    """
    had = queries.lines_had(order.contact_id, _ids(wanted))
    before = [line for line in had if line.order_id != order.id]
    asked = {one.item_id: one.number for one in wanted}
    same = None if order.is_settled else _same_among(before, asked, name)
    if same is not None:
        raise AlreadyOrdered(same.id)
    for one in wanted:
        has = sum(line.quantity - line.withdrawn for line in before if line.item_id == one.item_id)
        most = int(str(one.facts["most"]))
        if has + one.number > most:
            raise TooManyEach(most=most, title=one.facts["sort"])


def same_order(contact_id: int, chosen: Mapping[str, int], name: str) -> Order | None:
    """Return the open order by which a buyer has had the last tickets kept already."""
    asked = {key: number for key, number in chosen.items() if number > 0}
    return _same_among(queries.lines_had(contact_id, list(asked)), asked, name)


def _same_among(had: Sequence[OrderLine], asked: Mapping[str, int], name: str) -> Order | None:
    """Return the open order among a buyer's lines that asks for the same under the same name."""
    for order in {line.order_id: line.order for line in had if line.order.is_open}.values():
        lines = [line for line in had if line.order_id == order.id]
        has = {line.item_id: line.quantity for line in lines}
        if has == asked and all(line.facts.get("name") == name for line in lines):
            return order
    return None


def _ids(wanted: Sequence[Wanted]) -> list[str]:
    return [one.item_id for one in wanted]


def check_address(contact: Contact) -> None:
    """Refuse an address whose owner may not come; a member has been asked before."""
    if queries.is_banned(contact.id):
        raise AddressRefused


def check_selling(event: Event, now: datetime, *, by_hand: bool = False) -> None:
    """Refuse where no ticket is sold; by hand they are sold until the end."""
    if not event.is_ticketed:
        raise NotTicketed
    if event.state is EventState.CANCELLED:
        raise EventCancelled
    if event.state is EventState.PROPOSED:
        raise NotAnnounced
    if now >= event.starts_at and not by_hand:
        raise EventStarted
    if now >= event.ends_at:
        raise EventOver


def _wanted(sort: TicketType, event: Event, number: int, *, name: str, is_member: bool) -> Wanted:
    if number > sort.most_each:
        raise TooManyEach(most=sort.most_each, title=sort.title)
    return Wanted(
        kind=KIND,
        item_id=sort.public_id,
        title=f"{event.title}: {sort.title}",
        unit=Money(sort.price_for(is_member=is_member), sort.currency),
        number=number,
        quota_ids=(event.quota_id, sort.quota_id),
        facts={"name": name, "sort": sort.title, "most": sort.most_each},
    )


def _sold_out(left: int) -> TooFewTickets:
    if left <= 0:
        return TicketsSoldOut()
    return OneTicketLeft() if left == 1 else TicketsLeft(left=left)
