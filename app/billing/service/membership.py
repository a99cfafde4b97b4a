"""Handing over a plan: the grant that a subscription or a payment by hand opens."""

from datetime import datetime

from sqlalchemy import select

from app.activity.kinds import BOUGHT, TOOK_FREE
from app.billing.models import Order, OrderLine, OrderSource, Price, Subscription
from app.billing.queries import stripe as reads
from app.billing.queries.plans import live_subscriptions
from app.billing.service import grants, subscriptions
from app.core.database import db
from app.core.jobs import defer


def fulfil(order: Order, line: OrderLine, now: datetime) -> None:
    """Open access: as long as the subscription lasts, or for what was paid by hand."""
    price, plan = reads.price_named(line.item_id)
    subscription = db.session.scalar(select(Subscription).where(Subscription.order_id == order.id))
    if subscription is not None:
        grants.follow(subscription, plan, now=now)
    else:
        grants.give_for_line(line, order.contact_id, price, now=now)
    subscriptions.tell_activity(order, BOUGHT if order.total_minor else TOOK_FREE, now)


def withdraw(order: Order, line: OrderLine, now: datetime) -> None:
    """Take access back: what renews is ended at Stripe, what was paid by hand is revoked.

    An order from the member's own page may have been paid by hand too. Taken back whole it was
    not bought after all.
    """
    if line.withdrawn == line.quantity:
        subscriptions.tell_unbought(order, now)
    if grants.revoke_of_line(line.id, now=now) or order.source is OrderSource.DESK:
        return
    for subscription in live_subscriptions(order.contact_id):
        if _is_for(subscription, order, line):
            subscription.stop_wanted_at = subscription.stop_wanted_at or now
            defer("billing.end_subscription", subscription_id=subscription.id)
    db.session.flush()


def _is_for(subscription: Subscription, order: Order, line: OrderLine) -> bool:
    price = db.session.get_one(Price, subscription.price_id)
    return subscription.order_id == order.id or price.public_id == line.item_id
