"""Reads of whether a buyer may still have what is sold: not banned, and a member as before.

Who acts looked at the clock before they waited for a buyer's row, so what was written meanwhile
counts though it is later (`_until`).
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, ColumnExpressionArgument, exists, select

from app.billing.models import Order, OrderState, Subscription
from app.communities.models import Ban, Contact, Membership
from app.core import clock
from app.core.database import db

WAITING = (OrderState.RESERVED, OrderState.AWAITING_PAYMENT)
HISTORY = timedelta(days=1)


def lock_buyer(contact_id: int) -> None:
    """Lock a contact's row: a ban and a hand-over pass one after the other.

    Whoever comes second must ask anew what the first one wrote.
    """
    theirs = select(Contact.id).where(Contact.id == contact_id)
    db.session.execute(theirs.with_for_update(key_share=True))


def is_banned(community_id: int, contact_id: int, now: datetime) -> bool:
    """Say whether a contact is shut out."""
    asked = _banned(Ban.community_id == community_id, Ban.contact_id == contact_id, now=now)
    return bool(db.session.scalar(select(asked)))


def has_lost_its_buyer(order: Order, now: datetime) -> bool:
    """Say whether an order outlived its buyer's membership, or its buyer is banned."""
    asked = select(Order.id).where(Order.id == order.id, _lost(now))
    return db.session.scalar(asked) is not None


def unpaid_orders(contact_id: int) -> list[int]:
    """Return a contact's orders that wait to be paid: their ids, the first one first."""
    found = select(Order.id).where(Order.contact_id == contact_id, Order.state.in_(WAITING))
    return list(db.session.scalars(found.order_by(Order.id)))


def waits_in_vain(now: datetime) -> ColumnElement[bool]:
    """Return the condition that an order waits to be paid, and has lost its buyer."""
    return Order.state.in_(WAITING) & _lost(now)


def renews_in_vain() -> ColumnElement[bool]:
    """Return the condition that a subscription's contact belongs no more; the banned never do."""
    return ~exists().where(
        Membership.contact_id == Subscription.contact_id, Membership.left_at.is_(None)
    )


def _lost(now: datetime) -> ColumnElement[bool]:
    """Return the condition that an order has lost its buyer.

    What was ordered before a membership ended ended with it, though its buyer may be back.
    """
    ended_since = exists().where(
        Membership.contact_id == Order.contact_id,
        Membership.left_at > Order.placed_at,
        Membership.left_at <= _until(now),
    )
    theirs = (Ban.community_id == Order.community_id, Ban.contact_id == Order.contact_id)
    return ended_since | _banned(*theirs, now=now)


def _banned(*whose: ColumnExpressionArgument[bool], now: datetime) -> ColumnElement[bool]:
    return exists().where(*whose, Ban.lifted_at.is_(None), Ban.banned_at <= _until(now))


def _until(now: datetime) -> datetime:
    """Return up to when to look; what is told of long ago, as in the demo, is judged as of then."""
    today = clock.now()
    return now if now < today - HISTORY else max(now, today)
