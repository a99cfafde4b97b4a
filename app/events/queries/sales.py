"""What an event's tickets brought in: from the ledger only, so that every page agrees with it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, func, select

from app.accounts.queries import not_blocked
from app.billing.models import OPEN_STATES, LedgerEntry, LedgerName, Order, OrderLine
from app.communities.models import Contact
from app.core.database import db
from app.core.money import Money
from app.events.models import Event


@dataclass(frozen=True)
class Sold:
    """What one sort of ticket brought in; free ones write nothing in the ledger."""

    title: str
    sold: int
    gross: Money
    taken_back: int
    refunds: Money

    @property
    def net(self) -> Money:
        """What stays."""
        return self.gross - self.refunds


@dataclass(frozen=True)
class Waiting:
    """An order that tickets are kept for until it is paid."""

    public_id: str
    name: str  # empty where a block hides it
    number: int
    total: Money
    expires_at: datetime | None


def waiting(event: Event, *, viewer_person_id: int) -> list[Waiting]:
    """Return the unpaid orders that keep an event's tickets; a block hides whose they are."""
    rows = db.session.execute(
        select(
            Order.public_id,
            Contact.name,
            func.sum(OrderLine.quantity),
            Order.total_minor,
            Order.currency,
            Order.expires_at,
        )
        .join(OrderLine, OrderLine.order_id == Order.id)
        .outerjoin(
            Contact,
            and_(Contact.id == Order.contact_id, not_blocked(viewer_person_id, Contact.person_id)),
        )
        .where(
            Order.community_id == event.community_id,
            Order.state.in_(OPEN_STATES),
            OrderLine.item_kind == "ticket",
            OrderLine.item_id.in_([sort.public_id for sort in event.ticket_types]),
        )
        .group_by(Order.id, Contact.id)
        .order_by(Order.expires_at, Order.id)
    )
    return [
        Waiting(key, name or "", int(number), Money(total, currency), until)
        for key, name, number, total, currency, until in rows
    ]


def sales(event: Event) -> list[Sold]:
    """Return what each sort of an event's tickets brought in, in their order."""
    is_sale = LedgerEntry.name == LedgerName.SALES
    rows = db.session.execute(
        select(
            LedgerEntry.item_id,
            func.sum(case((is_sale, LedgerEntry.quantity), else_=0)),
            func.sum(case((is_sale, -LedgerEntry.amount_minor), else_=0)),
            func.sum(case((is_sale, 0), else_=LedgerEntry.quantity)),
            func.sum(case((is_sale, 0), else_=LedgerEntry.amount_minor)),
        )
        .where(
            LedgerEntry.community_id == event.community_id,
            LedgerEntry.name.in_([LedgerName.SALES, LedgerName.REFUNDS]),
            LedgerEntry.item_kind == "ticket",
            LedgerEntry.item_id.in_([sort.public_id for sort in event.ticket_types]),
        )
        .group_by(LedgerEntry.item_id)
    )
    found = {row[0]: [int(number or 0) for number in row[1:]] for row in rows}
    return [
        Sold(
            sort.title,
            sold=numbers[0],
            gross=Money(numbers[1], sort.currency),
            taken_back=numbers[2],
            refunds=Money(numbers[3], sort.currency),
        )
        for sort in event.ticket_types
        for numbers in [found.get(sort.public_id, [0, 0, 0, 0])]
    ]


def total_of(sold: list[Sold]) -> Sold:
    """Return the sum of at least one sort."""
    zero = Money.zero(sold[0].gross.currency)
    return Sold(
        "",
        sold=sum(one.sold for one in sold),
        gross=sum((one.gross for one in sold), zero),
        taken_back=sum(one.taken_back for one in sold),
        refunds=sum((one.refunds for one in sold), zero),
    )
