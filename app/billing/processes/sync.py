"""Sync: what Stripe says now is fetched first, then brought into our rows in one transaction."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from app.billing import gateway
from app.billing.gateway.refunds import DisputeSeen, RefundSeen
from app.billing.models import (
    Payment,
    PaymentAccount,
)
from app.billing.queries import stripe as reads
from app.billing.service import accounts, arrivals, disputes, refunds_seen, subscriptions
from app.billing.service.arrivals import Arrival
from app.core.database import db

Seen = TypeVar("Seen")


def sync_session(account: str, session_id: str, *, now: datetime) -> Arrival:
    """Bring a hosted page's state into its order."""
    db.session.commit()
    try:
        seen = gateway.checkout.retrieve(account, session_id)
    except gateway.NotAtStripe:
        return Arrival.FOREIGN
    subscription = None
    if seen.is_paid and seen.subscription_id:
        subscription = gateway.subscriptions.retrieve(account, seen.subscription_id)
    intent = None
    if seen.is_paid and seen.invoice_id:
        intent = _intent_of(account, seen.invoice_id)
    arrival = arrivals.take_session(seen, now=now, subscription=subscription, intent=intent)
    db.session.commit()
    return arrival


def sync_order(order_id: int, *, now: datetime) -> None:
    """Bring in whatever Stripe knows of an order's attempts: what the return page calls."""
    rows = [
        (db.session.get_one(PaymentAccount, payment.payment_account_id).stripe_id, payment)
        for payment in reads.attempts_to_sync(order_id)
    ]
    pages = [(account, payment.session_id or "") for account, payment in rows]
    db.session.commit()
    for account, session_id in pages:
        sync_session(account, session_id, now=now)


def sync_subscription(account: str, stripe_id: str, *, now: datetime) -> Arrival:
    """Bring a subscription's state into our row and its grant."""
    db.session.commit()
    try:
        seen = gateway.subscriptions.retrieve(account, stripe_id)
    except gateway.NotAtStripe:
        return Arrival.FOREIGN
    row = reads.subscription_named(account, stripe_id)
    if row is None:
        return _begin_first(account, seen.order_id, now)
    subscriptions.follow(row, seen, asked_at=now)
    db.session.commit()
    return Arrival.TAKEN


def sync_invoice(account: str, invoice_id: str, *, now: datetime) -> Arrival:
    """Bring an invoice in: a paid renewal is an order; an unpaid one shows in its subscription."""
    db.session.commit()
    try:
        seen = gateway.invoices.retrieve(account, invoice_id)
    except gateway.NotAtStripe:
        return Arrival.FOREIGN
    stripe_id = seen.subscription_id or ""  # one that somebody wrote by hand is about none
    if reads.subscription_named(account, stripe_id) is None:
        arrival = _begin_first(account, seen.order_id, now)
        if arrival is Arrival.TAKEN:
            arrivals.take_stray(account, seen)
            db.session.commit()
        return arrival
    db.session.commit()
    intent = None
    if seen.status == "paid" and seen.intent_id:
        intent = gateway.invoices.intent(account, seen.intent_id)
    sync_subscription(account, stripe_id, now=now)
    row = reads.subscription_named(account, stripe_id)
    if row is not None and seen.status == "paid":
        subscriptions.renew(row, seen, intent, now=now)
    if row is not None and seen.status == "open":
        subscriptions.ask_for_money(row, seen)
    db.session.commit()
    return Arrival.TAKEN


def sync_refund(account: str, stripe_id: str, *, now: datetime) -> Arrival:
    """Bring a refund's state in, one made in Stripe's own dashboard too."""
    return _bring(
        lambda: gateway.refunds.retrieve(account, stripe_id),
        lambda seen: refunds_seen.take_refund(seen, now=now),
    )


def sync_charge(account: str, charge_id: str, *, now: datetime) -> Arrival:
    """Bring in every refund of a charge."""
    row_id = reads.routed_charge(account, charge_id)
    intent_id = db.session.get_one(Payment, row_id).intent_id if row_id else None
    db.session.commit()
    if intent_id is None:
        return Arrival.FOREIGN
    for found in gateway.refunds.of_intent(account, intent_id):
        for seen in found:
            take_refund(seen, now=now)
    return Arrival.TAKEN


def take_refund(seen: RefundSeen, *, now: datetime) -> None:
    """Bring in a refund from a list, in a transaction of its own."""
    refunds_seen.take_refund(gateway.refunds.with_fee(seen), now=now)
    db.session.commit()


def sync_dispute(account: str, stripe_id: str, *, now: datetime) -> Arrival:
    """Bring a dispute's state in."""
    return _bring(
        lambda: gateway.refunds.dispute(account, stripe_id),
        lambda seen: disputes.take_dispute(seen, now=now),
    )


def take_dispute(seen: DisputeSeen, *, now: datetime) -> None:
    """Bring in a dispute from a list, in a transaction of its own."""
    disputes.take_dispute(seen, now=now)
    db.session.commit()


def sync_account(stripe_id: str, *, now: datetime) -> Arrival:
    """Bring in whether an organizer's account takes cards."""
    is_known = bool(stripe_id and reads.accounts_named(stripe_id))
    db.session.commit()
    if not is_known:
        return Arrival.FOREIGN
    try:
        seen = gateway.accounts.retrieve(stripe_id)
    except gateway.StripeRefused:
        seen = None  # it was taken from us
    for row in reads.accounts_named(stripe_id):
        accounts.take_account(row, seen, now=now)
    db.session.commit()
    return Arrival.TAKEN


def _begin_first(account: str, order_id: str, now: datetime) -> Arrival:
    """Take the page that began a subscription first: notices come in any order."""
    attempt = reads.attempt_of_order(order_id) if order_id else None
    session_id = attempt.session_id if attempt else None
    db.session.commit()
    if session_id is None:
        return Arrival.NOT_YET if order_id and reads.is_order(order_id) else Arrival.FOREIGN
    return sync_session(account, session_id, now=now)


def _intent_of(account: str, invoice_id: str) -> gateway.checkout.IntentSeen | None:
    invoice = gateway.invoices.retrieve(account, invoice_id)
    return gateway.invoices.intent(account, invoice.intent_id) if invoice.intent_id else None


def _bring(read: Callable[[], Seen], take: Callable[[Seen], Arrival]) -> Arrival:
    """Ask Stripe with nothing open, and take what it says in one transaction."""
    db.session.commit()
    try:
        seen = read()
    except gateway.NotAtStripe:
        return Arrival.FOREIGN
    arrival = take(seen)
    db.session.commit()
    return arrival
