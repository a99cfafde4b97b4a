"""Reads for the organizer's desk: sums from the ledger, orders, who is on which plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import InstrumentedAttribute, joinedload, selectinload

from app.accounts.queries import not_blocked
from app.billing.models import (
    LIVE_SUBSCRIPTION,
    Dispute,
    Finding,
    Grant,
    LedgerEntry,
    LedgerName,
    LedgerTxn,
    Order,
    OrderState,
    Payment,
    Plan,
    Price,
    Subscription,
)
from app.billing.queries.access import covers
from app.communities.models import Contact, Membership
from app.core.database import db, within
from app.core.money import Money

PAGE = 50


@dataclass(frozen=True)
class Sums:
    """What the ledger says of a time: sold, paid back, kept by Stripe, in one currency.

    `disputes` is what banks took and have not given back: it is no refund, and not there either.
    """

    gross: Money
    refunds: Money
    fees: Money
    disputes: Money

    @property
    def net(self) -> Money:
        """What was sold less what went back."""
        return self.gross - self.refunds


@dataclass(frozen=True)
class InBooks:
    """An order as the books keep it; without a name where a block hides whose it is."""

    order: Order
    name: str

    @property
    def titles(self) -> str:
        """What was ordered, in a few words."""
        return ", ".join(line.title for line in self.order.lines)


@dataclass(frozen=True)
class OnPlan:
    """Someone with access: by which grant, and what renews it; the name may be hidden."""

    name: str
    grant: Grant
    subscription: Subscription | None


@dataclass(frozen=True)
class OnPlans:
    """One page of those with access."""

    lines: list[OnPlan]
    total: int
    page: int

    @property
    def first(self) -> int:
        """The number of the first line on this page."""
        return (self.page - 1) * PAGE + 1

    @property
    def last(self) -> int:
        """The number of the last line on this page."""
        return self.first + len(self.lines) - 1

    @property
    def has_next(self) -> bool:
        """Whether more lines follow."""
        return self.last < self.total


def sums(community_id: int, since: datetime, until: datetime) -> list[Sums]:
    """Return what the ledger says of a time, one row for each currency."""
    rows = db.session.execute(
        select(
            LedgerEntry.currency,
            (-_total(LedgerName.SALES)).label("gross"),
            _total(LedgerName.REFUNDS).label("refunds"),
            _total(LedgerName.FEES).label("fees"),
            _total(LedgerName.DISPUTES).label("disputes"),
        )
        .join(LedgerTxn, LedgerTxn.id == LedgerEntry.txn_id)
        .where(
            LedgerEntry.community_id == community_id,
            LedgerTxn.happened_at >= since,
            LedgerTxn.happened_at < until,
        )
        .group_by(LedgerEntry.currency)
        .order_by(LedgerEntry.currency)
    )
    return [
        Sums(**{one.name: Money(int(getattr(row, one.name)), row.currency) for one in fields(Sums)})
        for row in rows
    ]


def orders(
    community_id: int,
    *,
    viewer_person_id: int,
    state: OrderState | None = None,
    page: int = 1,
    per_page: int = PAGE,
) -> tuple[list[InBooks], int]:
    """Return a page of a community's orders, newest first, and how many there are."""
    wanted = within(Order, community_id).where(Order.state != OrderState.DRAFT)
    if state is not None:
        wanted = wanted.where(Order.state == state)
    number = db.session.scalar(select(func.count()).select_from(wanted.subquery()))
    rows = db.session.execute(
        wanted.add_columns(Contact.name)
        .outerjoin(Contact, _seen(Order.contact_id, viewer_person_id))
        .order_by(Order.placed_at.desc(), Order.id.desc())
        .offset((page - 1) * per_page)
        .limit(per_page)
        .options(selectinload(Order.lines))
    )
    return [InBooks(order, name or "") for order, name in rows], int(number or 0)


def disputes_of(order_id: int) -> list[Dispute]:
    """Return what banks asked back of an order, the first one first."""
    return list(
        db.session.scalars(
            select(Dispute)
            .join(Payment, Payment.id == Dispute.payment_id)
            .where(Payment.order_id == order_id)
            .order_by(Dispute.id)
        )
    )


def buyer_name(order: Order, *, viewer_person_id: int) -> str:
    """Return whose order it is; empty where a block hides them."""
    name = db.session.scalar(
        select(Contact.name).where(_seen(Order.contact_id, viewer_person_id), Order.id == order.id)
    )
    return name or ""


def orders_in(
    community_id: int, found: Sequence[Finding], *, viewer_person_id: int
) -> Mapping[str, InBooks]:
    """Return the orders that findings are about, by public id, with their lines."""
    ids = {one.order_id for one in found if one.order_id}
    if not ids:
        return {}
    rows = db.session.execute(
        within(Order, community_id)
        .add_columns(Contact.name)
        .outerjoin(Contact, _seen(Order.contact_id, viewer_person_id))
        .where(Order.public_id.in_(ids))
        .options(selectinload(Order.lines))
    )
    return {order.public_id: InBooks(order, name or "") for order, name in rows}


def names_in(
    community_id: int, found: Sequence[Finding], *, viewer_person_id: int
) -> Mapping[str, str]:
    """Return the names of the contacts that findings are about, except where a block hides them.

    The keys are public ids.
    """
    ids = [one.contact_id for one in found if one.contact_id]
    if not ids:
        return {}
    rows = db.session.execute(
        select(Contact.public_id, Contact.name).where(
            Contact.community_id == community_id,
            Contact.public_id.in_(ids),
            not_blocked(viewer_person_id, Contact.person_id),
        )
    )
    return {row.public_id: row.name for row in rows}


def sold_orders(
    community_id: int, *, viewer_person_id: int
) -> Sequence[tuple[LedgerTxn, LedgerEntry, str]]:
    """Return every sale and refund as the ledger has it, oldest first: what the CSV holds."""
    rows = db.session.execute(
        select(LedgerTxn, LedgerEntry, Contact.name)
        .join(LedgerEntry, LedgerEntry.txn_id == LedgerTxn.id)
        .outerjoin(Contact, _seen(LedgerTxn.contact_id, viewer_person_id))
        .where(
            LedgerTxn.community_id == community_id,
            LedgerEntry.name.in_((LedgerName.SALES, LedgerName.REFUNDS)),
        )
        .order_by(LedgerTxn.happened_at, LedgerEntry.id)
    )
    return [(txn, entry, name or "") for txn, entry, name in rows]


def order_numbers(community_id: int) -> Mapping[int, int]:
    """Return the receipt's number of each paid order."""
    rows = db.session.execute(
        select(Order.id, Order.number).where(
            Order.community_id == community_id, Order.number.is_not(None)
        )
    )
    return {order_id: int(number or 0) for order_id, number in rows}


def people_on_plans(community_id: int, now: datetime) -> int:
    """Return how many people have access now."""
    people = select(func.count(Grant.contact_id.distinct()))
    found = db.session.scalar(people.where(Grant.community_id == community_id, covers(now)))
    return int(found or 0)


def on_plans(community_id: int, now: datetime, *, viewer_person_id: int, page: int = 1) -> OnPlans:
    """Return a page of who has access now, and until when, by name; the hidden come last."""
    covering = within(Grant, community_id).where(covers(now)).with_only_columns(Grant.id)
    total = db.session.scalar(select(func.count()).select_from(covering.subquery()))
    grants = db.session.execute(
        within(Grant, community_id)
        .add_columns(Contact.name)
        .where(covers(now))
        .outerjoin(Contact, _seen(Grant.contact_id, viewer_person_id))
        .order_by(Contact.sort_key.nulls_last(), Contact.id, Grant.id)
        .offset((page - 1) * PAGE)
        .limit(PAGE)
        .options(joinedload(Grant.plan))
    ).all()
    ids = [grant.subscription_id for grant, _ in grants if grant.subscription_id]
    found = db.session.scalars(select(Subscription).where(Subscription.id.in_(ids)))
    known = {one.id: one for one in found}
    lines = [
        OnPlan(name or "", grant, known.get(grant.subscription_id or 0)) for grant, name in grants
    ]
    return OnPlans(lines, int(total or 0), page)


def buyers(community_id: int, *, viewer_person_id: int) -> list[Contact]:
    """Return the members a sale by hand may be noted for, as people sort."""
    return list(
        db.session.scalars(
            within(Contact, community_id)
            .join(Membership, Membership.contact_id == Contact.id)
            .where(
                Membership.left_at.is_(None),
                Contact.erased_at.is_(None),
                not_blocked(viewer_person_id, Contact.person_id),
            )
            .order_by(Contact.sort_key, Contact.id)
        )
    )


def offered_prices(community_id: int) -> list[tuple[Plan, Price]]:
    """Return every price a plan is sold at, published or not, in the plans' order."""
    rows = db.session.execute(
        select(Plan, Price)
        .join(Price, Price.plan_id == Plan.id)
        .where(
            Plan.community_id == community_id,
            Plan.archived_at.is_(None),
            Price.archived_at.is_(None),
        )
        .order_by(Plan.position, Plan.id, Price.interval)
    )
    return [(plan, price) for plan, price in rows]


def subscribers(community_id: int) -> int:
    """Return how many subscriptions renew, or could."""
    number = db.session.scalar(
        select(func.count())
        .select_from(Subscription)
        .where(Subscription.community_id == community_id, Subscription.state.in_(LIVE_SUBSCRIPTION))
    )
    return int(number or 0)


def _seen(
    contact_id: InstrumentedAttribute[int] | InstrumentedAttribute[int | None],
    viewer_person_id: int,
) -> ColumnElement[bool]:
    """Join whom a row is about, unless a block stands between: the books keep the row itself."""
    return and_(Contact.id == contact_id, not_blocked(viewer_person_id, Contact.person_id))


def _total(name: LedgerName) -> ColumnElement[int]:
    amount = case((LedgerEntry.name == name, LedgerEntry.amount_minor), else_=0)
    return func.coalesce(func.sum(amount), 0)
