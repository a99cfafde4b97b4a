"""Money by month, from billing's ledger only, in the community's own currency."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import aliased

from app.analytics import revenue
from app.analytics.figures import Sold
from app.analytics.months import Month
from app.analytics.queries.histories import (
    Counting,
    counted,
    here,
    moment_slot,
    number_slot,
    zone_here,
)
from app.billing.models import (
    IMPORTED,
    ImportedOrder,
    Interval,
    LedgerEntry,
    LedgerName,
    LedgerSource,
    LedgerTxn,
    Price,
)
from app.communities.models import Community, Contact
from app.core.database import db

Span = tuple[datetime, datetime]
ORDERS = (LedgerSource.PAYMENT, LedgerSource.IMPORT)
OTHER = "other"
PLAN = "plan"
TOLD_APART = (PLAN, "ticket")


def by_month(
    community: Community, months: Sequence[Month], counting: Counting | None = None
) -> dict[date, Sold]:
    """Return the sales of months: one statement."""
    spans = [(month.begins_at, month.ends_at) for month in months]
    found = sold(community, spans, counting or Counting())
    return {month.first_day: one for month, one in zip(months, found, strict=True)}


def sold(community: Community, spans: Sequence[Span], counting: Counting) -> list[Sold]:
    """Return the sales of spans of time, in their order: one statement."""
    asked = common(community)
    for label, span in enumerate(spans):
        asked |= span_values(span, label)
    totals: dict[int, Any] = {}
    kinds: dict[int, list[tuple[str, int, int]]] = {}
    for row in db.session.execute(_all_sold(len(spans), counting.with_team), asked):
        if row.is_total:
            totals[row.label] = row
        else:
            kinds.setdefault(row.label, []).append(
                (row.kind, int(row.gross - row.refunds), row.buyers)
            )
    return [
        Sold(
            currency=community.currency.upper(),
            orders=totals[label].orders,
            sales=totals[label].sales,
            buyers=totals[label].buyers,
            gross=int(totals[label].gross),
            refunds=int(totals[label].refunds),
            kinds=tuple(sorted(kinds.get(label, ()))),
            strange=totals[label].strange,
            currencies=tuple(sorted(totals[label].currencies or ())),
        )
        for label in range(len(spans))
    ]


Revenue = dict[int, dict[int, int]]
"""What each contact brings in by month."""


def recurring(
    community: Community, first: Month, counting: Counting, until: datetime
) -> tuple[Revenue, Revenue]:
    """Return what each contact brings in by month, and what of it had come until a moment.

    As far as a month, the one before it and those after need it: one statement.
    """
    since = first.number - 1
    asked = common(community) | {"zone": community.zone, "since": since, "until": until}
    rows = db.session.execute(_recurring(counting.with_team), asked).all()
    known = (revenue.Paid(one.contact_id, one.month, int(one.minor), one.months) for one in rows)
    by_then = (
        revenue.Paid(one.contact_id, one.month, int(one.minor_then), one.months_then)
        for one in rows
    )
    return revenue.recurring(known), revenue.recurring(by_then)


def common(community: Community) -> dict[str, Any]:
    """Return what fills the slots of every statement here."""
    return {"community_id": community.id, "currency": community.currency.upper()}


def span_values(span: Span, label: int = 0) -> dict[str, Any]:
    """Return what fills the slots of a span of time."""
    return {f"begins_{label}": span[0], f"ends_{label}": span[1]}


@lru_cache
def _all_sold(number: int, with_team: bool) -> CompoundSelect[*tuple[Any, ...]]:  # noqa: FBT001 - a shape
    return union_all(*(_totals(label, with_team=with_team) for label in range(number)))


@lru_cache
def _recurring(with_team: bool) -> Select[*tuple[Any, ...]]:  # noqa: FBT001 - a shape
    paid = _plan_payments(with_team=with_team).subquery()
    since = number_slot("since")
    longest = func.greatest(paid.c.months, paid.c.months_then)
    is_over = paid.c.month + longest <= since  # only that it was
    month = case((is_over, since - 1), else_=paid.c.month).label("month")
    months = (
        case((is_over, 1), else_=one).label(one.name) for one in (paid.c.months, paid.c.months_then)
    )
    rows = select(paid.c.contact_id, month, *months, paid.c.minor, paid.c.minor_then).subquery()
    sums = (func.sum(one).label(one.name) for one in (rows.c.minor, rows.c.minor_then))
    who = (rows.c.contact_id, rows.c.month, rows.c.months, rows.c.months_then)
    return select(*who, *sums).group_by(*who)


def deals(label: int = 0, *, with_team: bool) -> Select[*tuple[Any, ...]]:
    """Select each order's money in a span by kind: what came, what went back.

    Money in another currency than the community's is in neither: `strange` names it.
    """
    deal = func.coalesce(LedgerTxn.order_id, -_imported_sale(), -LedgerTxn.id)
    amount = LedgerEntry.amount_minor
    kind = case((LedgerEntry.item_kind.in_(TOLD_APART), LedgerEntry.item_kind), else_=OTHER)
    is_order = func.bool_or(LedgerTxn.source.in_(ORDERS))
    ours = LedgerEntry.currency == bindparam("currency", type_=String)
    came, back = (
        func.sum(amount).filter(and_(LedgerEntry.name == name, ours))
        for name in (LedgerName.SALES, LedgerName.REFUNDS)
    )
    return (
        select(
            deal.label("deal"),
            func.min(LedgerTxn.contact_id).label("contact_id"),
            kind.label("kind"),
            is_order.label("is_order"),
            func.coalesce(-came, 0).label("gross"),
            func.coalesce(back, 0).label("refunds"),
            func.max(LedgerEntry.currency).filter(~ours).label("strange"),
        )
        .select_from(LedgerTxn)
        .outerjoin(LedgerEntry, and_(LedgerEntry.txn_id == LedgerTxn.id, _sells()))
        .outerjoin(Contact, Contact.id == LedgerTxn.contact_id)
        .where(
            LedgerTxn.community_id == here(),
            LedgerTxn.happened_at >= moment_slot(f"begins_{label}"),
            LedgerTxn.happened_at < moment_slot(f"ends_{label}"),
            or_(LedgerTxn.contact_id.is_(None), counted(with_team=with_team)),
            or_(LedgerEntry.id.is_not(None), LedgerTxn.source.in_(ORDERS)),
            ~_is_undone(),
        )
        .group_by(deal, kind)
    )


def _totals(label: int, *, with_team: bool) -> Select[*tuple[Any, ...]]:
    deal = deals(label, with_team=with_team).subquery(f"deal{label}")
    net = func.sum(deal.c.gross - deal.c.refunds).over(partition_by=deal.c.deal)
    rows = select(deal, net.label("net")).subquery(f"row{label}")
    orders = func.count(rows.c.deal.distinct())
    return select(
        literal(label, Integer).label("label"),
        rows.c.kind,
        (func.grouping(rows.c.kind) == 1).label("is_total"),
        orders.filter(rows.c.is_order).label("orders"),
        orders.filter(and_(rows.c.is_order, rows.c.net > 0)).label("sales"),
        func.count(rows.c.contact_id.distinct()).filter(rows.c.is_order).label("buyers"),
        func.coalesce(func.sum(rows.c.gross), 0).label("gross"),
        func.coalesce(func.sum(rows.c.refunds), 0).label("refunds"),
        orders.filter(and_(rows.c.is_order, rows.c.strange.is_not(None))).label("strange"),
        func.array_agg(rows.c.strange.distinct())
        .filter(rows.c.is_order, rows.c.strange.is_not(None))
        .label("currencies"),
    ).group_by(func.grouping_sets(func.rollup(rows.c.kind)))


def _plan_payments(*, with_team: bool) -> Select[*tuple[Any, ...]]:
    """Select what each order for a plan brought, dated by its payment, and how long it covers.

    It covers as many months, or years, as were sold and not taken back; what was so until a moment
    stands beside what is so now.
    """
    local = func.timezone(zone_here(), func.min(LedgerTxn.happened_at))
    number = func.extract("year", local) * 12 + func.extract("month", local) - 1
    deal = func.coalesce(LedgerTxn.order_id, -LedgerTxn.id)
    minor = -func.sum(LedgerEntry.amount_minor)
    until = LedgerTxn.happened_at < moment_slot("until")
    minor_then = -func.sum(LedgerEntry.amount_minor).filter(until)
    return (
        select(
            LedgerTxn.contact_id,
            cast(number, Integer).label("month"),
            _months_sold(true()).label("months"),
            _months_sold(until).label("months_then"),
            minor.label("minor"),
            func.coalesce(minor_then, 0).label("minor_then"),
        )
        .join(LedgerEntry, LedgerEntry.txn_id == LedgerTxn.id)
        .join(
            Price,
            and_(
                Price.community_id == LedgerTxn.community_id,
                Price.public_id == LedgerEntry.item_id,
            ),
        )
        .join(Contact, Contact.id == LedgerTxn.contact_id)
        .where(
            LedgerTxn.community_id == here(),
            _is_sale(),
            LedgerEntry.item_kind == PLAN,
            counted(with_team=with_team),
        )
        .group_by(deal, LedgerTxn.contact_id)
    )


def _months_sold(which: ColumnElement[bool]) -> ColumnElement[int]:
    sign = func.sign(LedgerEntry.amount_minor)  # sales stand below zero, what went back above it
    number = -func.sum(sign * func.coalesce(LedgerEntry.quantity, 0)).filter(which)
    each = 1 + (revenue.YEAR - 1) * cast(func.bool_or(Price.interval == Interval.YEAR), Integer)
    return cast(func.greatest(number, 1) * each, Integer)


def _sells() -> ColumnElement[bool]:
    return LedgerEntry.name.in_((LedgerName.SALES, LedgerName.REFUNDS))


def _is_sale() -> ColumnElement[bool]:
    return and_(_sells(), LedgerEntry.currency == bindparam("currency", type_=String))


def _imported_sale() -> Any:
    """The sale that a refund of an imported order belongs to: they are one deal."""
    sale = (
        select(ImportedOrder.txn_id)
        .where(
            ImportedOrder.community_id == LedgerTxn.community_id,
            ImportedOrder.refund_txn_id == LedgerTxn.id,
        )
        .scalar_subquery()
    )
    is_refund = and_(LedgerTxn.account == IMPORTED, LedgerTxn.source == LedgerSource.REFUND)
    return case((is_refund, sale))


def _is_undone() -> ColumnElement[bool]:
    """An imported order that was taken back leaves no trace: neither half counts."""
    undoing = aliased(LedgerTxn)
    return or_(
        LedgerTxn.source == LedgerSource.IMPORT_UNDONE,
        and_(
            LedgerTxn.account == IMPORTED,  # its sale and its refund alike
            exists().where(
                undoing.community_id == LedgerTxn.community_id,
                undoing.account == LedgerTxn.account,
                undoing.source == LedgerSource.IMPORT_UNDONE,
                undoing.source_id == LedgerTxn.source_id,
            ),
        ),
    )
