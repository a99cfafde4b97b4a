"""Jobs of billing."""

from flask import current_app

from app.billing import processes
from app.billing.models import Order, Refund, Subscription
from app.billing.processes import reconciling
from app.billing.processes.subscriptions import forget_customer as forget_customer_at_stripe
from app.billing.service import mails
from app.core import clock
from app.core.database import db
from app.core.jobs import periodic, task

MANY = 9  # tries with growing pauses: more than a day, as long as Stripe might be away
ENDED = frozenset({"canceled", "unpaid", "incomplete_expired"})


@task("billing.handle_notice", attempts=1)
def handle_notice(notice_id: int) -> None:
    """Bring in what a notice of Stripe's speaks of; it looks after its own tries."""
    is_live = current_app.config["KITH"].is_stripe_live
    processes.handle_notice(notice_id, is_live=is_live, now=clock.now())


@task("billing.expire_order", attempts=MANY)
def expire_order(order_id: int) -> None:
    """End an order that nobody paid in time."""
    processes.expire_order(order_id, secret=_secret(), now=clock.now())


@task("billing.cancel_order", attempts=MANY)
def cancel_order(order_id: int) -> None:
    """End an unpaid order whose buyer is banned or belongs no more; its community may be gone."""
    if db.session.get(Order, order_id) is not None:
        processes.cancel_order(order_id, secret=_secret(), now=clock.now())


@task("billing.close_pages", attempts=MANY)
def close_pages(order_id: int) -> None:
    """Close the pages of an order that was paid by hand."""
    processes.close_pages(order_id, secret=_secret(), now=clock.now())


@task("billing.send_refund", attempts=MANY)
def send_refund(refund_id: int) -> None:
    """Send money back."""
    processes.send_refund(refund_id, now=clock.now())


@task("billing.end_subscription", attempts=MANY)
def end_subscription(subscription_id: int) -> None:
    """End what renews, since the membership is over or its money went back."""
    processes.end_subscription(subscription_id, now=clock.now())


@task("billing.end_stray_subscription", attempts=MANY)
def end_stray_subscription(account: str, stripe_id: str) -> None:
    """End a subscription that was paid a second time."""
    processes.end_stray_subscription(account, stripe_id)


@task("billing.forget_customer", attempts=MANY)
def forget_customer(account: str, customer: str) -> None:
    """Let Stripe forget an erased person."""
    forget_customer_at_stripe(account, customer)


@task("billing.send_receipt")
def send_receipt(order_id: int) -> None:
    """Mail a receipt."""
    order = db.session.get(Order, order_id)
    if order is not None and order.total_minor:
        mails.send_receipt(order, secret=_secret())
    db.session.commit()


@task("billing.tell_refund")
def tell_refund(refund_id: int) -> None:
    """Mail that money went back."""
    made = db.session.get(Refund, refund_id)
    if made is not None:
        mails.send_refund(made, secret=_secret())
    db.session.commit()


@task("billing.tell_failed")
def tell_failed(order_id: int) -> None:
    """Mail that money did not arrive."""
    order = db.session.get(Order, order_id)
    if order is not None:
        mails.send_failed(order, secret=_secret())
    db.session.commit()


@task("billing.tell_unpaid")
def tell_unpaid(subscription_id: int, invoice_id: str, page_url: str) -> None:
    """Mail that a renewal waits for its reader."""
    subscription = db.session.get(Subscription, subscription_id)
    if subscription is not None:
        mails.send_unpaid(subscription, invoice_id=invoice_id, page_url=page_url)
    db.session.commit()


@task("billing.tell_subscription")
def tell_subscription(subscription_id: int, state: str) -> None:
    """Mail that a paid membership ended."""
    subscription = db.session.get(Subscription, subscription_id)
    if subscription is not None and state in ENDED and subscription.state.value in ENDED:
        mails.send_ended(subscription)
    db.session.commit()


@periodic("*/15 * * * *", "billing.reconcile")
def reconcile() -> None:
    """Compare what moved lately with Stripe and the ledger."""
    reconciling.reconcile_all(is_full=False, secret=_secret(), now=clock.now())


@periodic("37 2 * * *", "billing.reconcile_fully")
def reconcile_fully() -> None:
    """Compare everything with Stripe and the ledger."""
    reconciling.reconcile_all(is_full=True, secret=_secret(), now=clock.now())


def _secret() -> str:
    return str(current_app.config["SECRET_KEY"])
