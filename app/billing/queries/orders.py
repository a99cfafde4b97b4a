"""Reads of orders, their lines and payments."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from app.billing.models import (
    NO_SALE,
    OPEN_STATES,
    SETTLED_STATES,
    Hold,
    HoldState,
    Order,
    OrderLine,
    OrderState,
    Payment,
    PaymentMethod,
    PaymentState,
    Refund,
    RefundReason,
    RefundState,
)
from app.communities.models import Community
from app.core.database import db, within


def order_by_id(community_id: int, public_id: str) -> Order | None:
    """Return one order of a community with its lines and buyer."""
    found: Order | None = db.session.scalar(
        within(Order, community_id)
        .where(Order.public_id == public_id)
        .options(selectinload(Order.lines), joinedload(Order.contact))
    )
    return found


def lock_order(order_id: int) -> Order:
    """Return an order as it is now, locked until the transaction ends."""
    return db.session.execute(
        select(Order)
        .where(Order.id == order_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one()


def uses_code(contact_id: int, voucher_id: int) -> bool:
    """Say whether a contact has an order with a code that was not let go."""
    live = OPEN_STATES | SETTLED_STATES
    return bool(
        db.session.scalar(
            select(
                exists().where(
                    Order.voucher_id == voucher_id,
                    Order.contact_id == contact_id,
                    Order.state.in_(live),
                )
            )
        )
    )


def lines_of(order_id: int) -> list[OrderLine]:
    """Return an order's lines in their places."""
    return list(
        db.session.scalars(
            select(OrderLine).where(OrderLine.order_id == order_id).order_by(OrderLine.position)
        )
    )


def payments_of(order_id: int) -> list[Payment]:
    """Return an order's attempts to pay, the first one first."""
    return list(
        db.session.scalars(
            select(Payment).where(Payment.order_id == order_id).order_by(Payment.attempt)
        )
    )


def settled_it() -> ColumnElement[bool]:
    """Say which payments paid their order: not what came late or twice, and goes back whole."""
    goes_back = exists().where(Refund.payment_id == Payment.id, Refund.reason.in_(NO_SALE))
    return (Payment.state == PaymentState.PAID) & ~goes_back


def why_needless(payment_id: int) -> RefundReason | None:
    """Return why a payment goes back whole, if it paid nothing: it came late, or twice."""
    return db.session.scalar(
        select(Refund.reason)
        .where(Refund.payment_id == payment_id, Refund.reason.in_(NO_SALE))
        .limit(1)
    )


def paid_payment(order_id: int) -> Payment | None:
    """Return the payment that paid an order; a page that cost nothing paid none that costs."""
    return db.session.scalar(
        select(Payment)
        .where(Payment.order_id == order_id, settled_it())
        .order_by((Payment.amount_minor > 0).desc(), Payment.attempt)
        .limit(1)
    )


def paid_by_card(order_ids: Collection[int]) -> set[int]:
    """Return which orders a card paid: their money goes back by itself."""
    if not order_ids:
        return set()
    found = select(Payment.order_id).where(
        Payment.order_id.in_(order_ids), Payment.method == PaymentMethod.STRIPE, settled_it()
    )
    return set(db.session.scalars(found))


def hold_of(order_id: int) -> Hold | None:
    """Return what is held for an order."""
    return db.session.scalar(
        select(Hold)
        .where(Hold.order_id == order_id)
        .order_by((Hold.state == HoldState.HELD).desc(), Hold.id.desc())
        .limit(1)
    )


def items_of(contact_id: int, item_kind: str, item_id: str) -> int:
    """Return how many of an item a contact has bought or has in an open order."""
    number = db.session.scalar(
        select(func.coalesce(func.sum(OrderLine.quantity - OrderLine.withdrawn), 0))
        .join(Order, Order.id == OrderLine.order_id)
        .where(
            Order.contact_id == contact_id,
            Order.state.in_(OPEN_STATES | SETTLED_STATES),
            OrderLine.item_kind == item_kind,
            OrderLine.item_id == item_id,
        )
    )
    return int(number or 0)


def order_named(public_id: str) -> Order | None:
    """Return the order that Stripe's marks name."""
    return db.session.scalar(select(Order).where(Order.public_id == public_id))


def order_in(slug: str, public_id: str) -> Order | None:
    """Return an order by its public id in the community of a path, with its buyer."""
    return db.session.scalar(
        select(Order)
        .join(Community, Community.id == Order.community_id)
        .where(Community.slug == slug, Order.public_id == public_id)
        .options(joinedload(Order.contact))
        .execution_options(populate_existing=True)
    )


def orders_of(contact_id: int, *, limit: int = 24) -> list[Order]:
    """Return a contact's orders that came to something with their lines, newest first."""
    return list(
        db.session.scalars(
            select(Order)
            .where(
                Order.contact_id == contact_id,
                Order.state.in_(OPEN_STATES | SETTLED_STATES | {OrderState.REFUNDED_LATE}),
                Order.total_minor > 0,
            )
            .order_by(Order.placed_at.desc(), Order.id.desc())
            .limit(limit)
            .options(selectinload(Order.lines))
        )
    )


def standing_refunds(order_id: int) -> list[Refund]:
    """Return what went back, or is to: not what failed when all went back another way."""
    return [
        one
        for one in refunds_of(order_id)
        if one.state is not RefundState.FAILED or one.payment.left
    ]


def refunds_of(order_id: int) -> list[Refund]:
    """Return what went back of an order, with its payments, the first one first."""
    return list(
        db.session.scalars(
            select(Refund)
            .join(Payment, Payment.id == Refund.payment_id)
            .where(Payment.order_id == order_id)
            .order_by(Refund.id)
            .options(contains_eager(Refund.payment))
        )
    )
