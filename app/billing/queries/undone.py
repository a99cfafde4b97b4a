"""Reads of what a lost job left undone, and of what no job was ever put off for."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select

from app.billing.models import (
    LIVE_SUBSCRIPTION,
    Order,
    OrderState,
    Refund,
    RefundState,
    Subscription,
)
from app.billing.queries.buyers import renews_in_vain, waits_in_vain
from app.core.database import db


@dataclass(frozen=True)
class Left:
    """Something that a lost job left undone."""

    community_id: int
    row_id: int


def overdue_orders(before: datetime) -> list[Left]:
    """Return the unpaid orders that should have ended: their job was lost."""
    waiting = (OrderState.RESERVED, OrderState.AWAITING_PAYMENT)
    return _left(
        select(Order.community_id, Order.id)
        .where(Order.state.in_(waiting), Order.expires_at < before)
        .order_by(Order.id)
        .limit(200)
    )


def orders_in_vain(now: datetime) -> list[Left]:
    """Return the unpaid orders whose buyer was banned, or belongs no more."""
    found = select(Order.community_id, Order.id).where(waits_in_vain(now))
    return _left(found.order_by(Order.id).limit(200))


def unstopped() -> list[Left]:
    """Return the subscriptions that should have been ended at Stripe and still live.

    Nobody renews who does not belong: of a membership that ended nothing else may have told.
    """
    return _left(
        select(Subscription.community_id, Subscription.id).where(
            Subscription.stop_wanted_at.is_not(None) | renews_in_vain(),
            Subscription.state.in_(LIVE_SUBSCRIPTION),
        )
    )


def unsent_refunds(before: datetime) -> list[Left]:
    """Return the refunds that Stripe was never told of."""
    return _left(
        select(Refund.community_id, Refund.id).where(
            Refund.state == RefundState.STARTING, Refund.asked_at < before
        )
    )


def _left(statement: Select[int, int]) -> list[Left]:
    return [Left(community_id, row_id) for community_id, row_id in db.session.execute(statement)]
