"""Subscriptions at Stripe: ended, let run out, resumed, and their portal."""

from datetime import datetime

from app.billing import gateway
from app.billing.models import PaymentAccount, Subscription
from app.billing.processes.catalogue import ensure_customer
from app.billing.service import subscriptions
from app.core.database import db


def renew_or_stop(subscription_id: int, *, stops: bool, now: datetime) -> None:
    """Let a subscription end with its period, or go on after all. Raises NotLive."""
    account, stripe_id = _address(subscription_id)
    seen = gateway.subscriptions.stop_renewing(account, stripe_id, stops=stops)
    _take(subscription_id, seen, now)


def end_subscription(subscription_id: int, *, now: datetime) -> None:
    """End a subscription at once; one that is over already is only looked at."""
    account, stripe_id = _address(subscription_id, even_if_over=True)
    try:
        seen = gateway.subscriptions.end_now(account, stripe_id)
    except gateway.StripeRefused:  # it is over already
        try:
            seen = gateway.subscriptions.retrieve(account, stripe_id)
        except gateway.NotAtStripe:
            return
    _take(subscription_id, seen, now)


def end_stray_subscription(account: str, stripe_id: str) -> None:
    """End a subscription that a second payment of one order began."""
    db.session.commit()
    try:
        gateway.subscriptions.end_now(account, stripe_id)
    except gateway.StripeRefused:
        return


def forget_customer(account: str, customer: str) -> None:
    """Let Stripe forget a customer whose person was erased."""
    db.session.commit()
    try:
        gateway.checkout.forget_customer(account, customer)
    except gateway.StripeRefused:
        return


def portal_url(subscription_id: int, *, back_url: str) -> str:
    """Return the page where a member sees cards and invoices."""
    subscription = db.session.get_one(Subscription, subscription_id)
    contact_id, account_id = subscription.contact_id, subscription.payment_account_id
    account = db.session.get_one(PaymentAccount, account_id).stripe_id
    db.session.commit()
    customer = ensure_customer(contact_id, account_id)
    return gateway.checkout.portal(account, customer, back_url)


def _address(subscription_id: int, *, even_if_over: bool = False) -> tuple[str, str]:
    """Return where a subscription is at Stripe, and let go of the database."""
    row = db.session.get_one(Subscription, subscription_id)
    if not even_if_over and not row.is_live:
        raise subscriptions.NotLive
    account = db.session.get_one(PaymentAccount, row.payment_account_id).stripe_id
    stripe_id = row.stripe_id
    db.session.commit()
    return account, stripe_id


def _take(
    subscription_id: int, seen: gateway.subscriptions.SubscriptionSeen, now: datetime
) -> None:
    row = db.session.get_one(
        Subscription, subscription_id, with_for_update=True, populate_existing=True
    )
    subscriptions.follow(row, seen, asked_at=now)
    db.session.commit()
