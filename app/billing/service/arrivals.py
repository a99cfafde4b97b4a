"""What Stripe says, brought into our rows: always forward, each thing once.

Nothing is believed that does not match the order. The facts were fetched before the transaction
began; each verb locks the order (or the subscription) first and looks at its state then.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select

from app.billing.gateway.checkout import IntentSeen, SessionSeen
from app.billing.gateway.invoices import InvoiceSeen
from app.billing.gateway.subscriptions import SubscriptionSeen
from app.billing.models import (
    LIVE_SUBSCRIPTION,
    SETTLED_STATES,
    FindingKind,
    Order,
    OrderState,
    Payment,
    PaymentAccount,
    PaymentState,
    RefundReason,
    Routed,
)
from app.billing.queries import orders as orders_read
from app.billing.queries import stripe as reads
from app.billing.queries.plans import live_subscription
from app.billing.queries.reconciling import is_dealt_with
from app.billing.service import orders, subscriptions
from app.billing.service.attempts import remember_session
from app.billing.service.findings import find, find_for_hands
from app.billing.service.moves import move_order, move_payment
from app.billing.service.payments import UNPAID, tell_fee, tell_sale, tell_unmatched
from app.billing.service.quotas import extend_hold
from app.billing.service.refunds import open_refund
from app.communities.models import Contact
from app.core.database import db
from app.core.errors import RuleViolation
from app.core.jobs import defer
from app.core.money import Money

OWN_NAME = "own"  # the ledger's word for the account of the key itself
DEBITS_TAKE = timedelta(days=14)
BEGINS = "subscription_create"  # why the invoice of a page was written: the page brings it in
DONE = SETTLED_STATES | {OrderState.REFUNDED_LATE}
"""Money came and was dealt with: what comes once more goes back."""


class Arrival(StrEnum):
    """What became of something Stripe said."""

    TAKEN = "taken"
    FOREIGN = "foreign"  # none of ours: another installation on the same account
    NOT_YET = "not_yet"  # ours, but what it hangs on is not known yet


def take_session(
    seen: SessionSeen,
    *,
    now: datetime,
    subscription: SubscriptionSeen | None = None,
    intent: IntentSeen | None = None,
) -> Arrival:
    """Bring a hosted page's state into its attempt and order.

    A page that began a subscription has the money's facts on its invoice: `intent`.
    """
    seen = replace(seen, intent=seen.intent or intent)
    payment = _attempt_of(seen)
    if payment is None:
        return Arrival.FOREIGN
    order = orders_read.lock_order(payment.order_id)
    db.session.refresh(payment)
    account = db.session.get_one(PaymentAccount, payment.payment_account_id)
    if account.stripe_id != seen.account:
        return Arrival.FOREIGN
    remember_session(payment, seen.session_id)
    if seen.is_paid:
        _credit(order, payment, seen, subscription, now=now)
    elif seen.status == "complete":
        _wait_or_fail(order, payment, seen, now)
    elif seen.status == "expired" and payment.state in {
        PaymentState.STARTING,
        PaymentState.OPEN,
    }:
        move_payment(payment, PaymentState.EXPIRED)
    db.session.flush()
    return Arrival.TAKEN


def take_stray(account: str, invoice: InvoiceSeen) -> None:
    """End once more what renewed though it should have ended, and show its money to a person.

    Its page was refused, and the job that was to end what it began is lost: no row knows it.
    """
    order = orders_read.order_named(invoice.order_id)
    is_renewal = invoice.status == "paid" and bool(invoice.paid) and invoice.reason != BEGINS
    if order is None or order.state not in DONE or not is_renewal:
        return
    subject = f"invoice:{invoice.invoice_id}"
    is_known = reads.subscription_named(account, invoice.subscription_id or "") is not None
    is_taken = is_known or reads.payment_of_invoice(invoice.invoice_id) is not None
    if is_taken or is_dealt_with(order.community_id, FindingKind.UNMATCHED_MONEY, subject):
        return
    find_for_hands(
        order.community_id,
        FindingKind.UNMATCHED_MONEY,
        subject,
        order=order.public_id,
        amount=invoice.paid.minor,
        currency=invoice.paid.currency,
    )
    subscriptions.end_stray(account, invoice.subscription_id or "")


def _attempt_of(seen: SessionSeen) -> Payment | None:
    """Find the attempt of a page: by its id, or by our marks when we died before noting it."""
    row_id = reads.routed(seen.account, seen.session_id, Routed.SESSION)
    if row_id is not None:
        return db.session.get(Payment, row_id)
    found = reads.attempt_named(seen.order_id, seen.payment_id)
    is_free = found is not None and found.session_id in {None, seen.session_id}
    return found if is_free else None


def _credit(
    order: Order,
    payment: Payment,
    seen: SessionSeen,
    subscription: SubscriptionSeen | None,
    *,
    now: datetime,
) -> None:
    """Take money that came: hand over, or send it back when that cannot be."""
    if payment.state in {PaymentState.PAID, PaymentState.QUARANTINED}:
        return
    subscriptions.keep_intent(payment, seen.intent)
    payment.paid_at = now
    if not _matches(order, seen):
        _quarantine(order, payment, seen)
        return
    payment.amount_minor, payment.page_url = seen.total.minor, None
    payment.invoice_id = seen.invoice_id
    move_payment(payment, PaymentState.PAID)
    if order.state in DONE or _is_second(order, subscription):
        _refuse_second(order, payment, seen, subscription, now=now)
        return
    _take_totals(order, seen)
    if _settled(order, payment, seen, subscription, now=now):
        tell_sale(order, payment, account=seen.account or OWN_NAME, settled=seen.settled)
        tell_fee(order, payment, account=seen.account or OWN_NAME)


def _is_second(order: Order, seen: SubscriptionSeen | None) -> bool:
    """Say whether a page began a subscription beside one that lives.

    The pages of two orders may both be open; whose money comes second waits for the first.
    """
    if seen is None or seen.status not in LIVE_SUBSCRIPTION:
        return False
    theirs = select(Contact.id).where(Contact.id == order.contact_id)
    db.session.execute(theirs.with_for_update(key_share=True))
    return live_subscription(order.contact_id) is not None


def _refuse_second(
    order: Order,
    payment: Payment,
    seen: SessionSeen,
    subscription: SubscriptionSeen | None,
    *,
    now: datetime,
) -> None:
    """Send back what was paid a second time, and end the subscription that it began."""
    if subscription is not None:
        subscriptions.end_stray(seen.account, subscription.stripe_id)
    if order.state not in DONE:
        _hand_over_nothing(order, now)
        contact = db.session.get_one(Contact, order.contact_id)
        find(
            order.community_id,
            FindingKind.TWO_SUBSCRIPTIONS,
            f"contact:{contact.public_id}",
            order=order.public_id,
        )
    _send_back(order, payment, seen, RefundReason.TWICE, now)


def _matches(order: Order, seen: SessionSeen) -> bool:
    """Say whether what was paid is what the order asked for."""
    asked = Money(order.subtotal_minor - order.discount_minor, order.currency)
    adds_up = seen.total.minor == seen.subtotal.minor - seen.discount_minor + seen.tax_minor
    return seen.order_id == order.public_id and seen.subtotal == asked and adds_up


def _take_totals(order: Order, seen: SessionSeen) -> None:
    """Let the order show the tax and the reduction that the hosted page added."""
    if not seen.tax_minor and not seen.discount_minor:
        return
    order.discount_minor += seen.discount_minor
    order.tax_minor = seen.tax_minor
    order.total_minor = seen.total.minor
    lines = orders_read.lines_of(order.id)
    weights = [line.total_minor for line in lines]
    off = _spread(seen.discount_minor, weights)
    tax = _spread(seen.tax_minor, weights)
    for line, less, more in zip(lines, off, tax, strict=True):
        line.discount_minor += less
        line.tax_minor += more
        line.total_minor += more - less
    db.session.flush()


def _spread(amount: int, weights: list[int]) -> list[int]:
    """Share an amount by weights; the parts sum to it exactly."""
    whole, shared, before = sum(weights) or 1, [], 0
    reached = 0
    for weight in weights:
        before += weight
        until = amount * before // whole
        shared.append(until - reached)
        reached = until
    return shared


def _settled(
    order: Order,
    payment: Payment,
    seen: SessionSeen,
    subscription: SubscriptionSeen | None,
    *,
    now: datetime,
) -> bool:
    """Hand over what was paid; what cannot be handed over any more is paid back at once.

    The subscription that its page began is ended then, before it renews.
    """
    try:
        with db.session.begin_nested():
            if subscription is not None:
                subscriptions.begin(order, payment, subscription, now=now)
            orders.settle(order, now=now)
    except RuleViolation:
        db.session.refresh(order)
        if subscription is not None:
            subscriptions.end_stray(seen.account, subscription.stripe_id)
        _hand_over_nothing(order, now)
        _send_back(order, payment, seen, RefundReason.LATE, now)
        return False
    return True


def _hand_over_nothing(order: Order, now: datetime) -> None:
    """End an order whose money came all the same, and goes back."""
    if order.state in UNPAID:
        orders.let_go(order, OrderState.CANCELLED, now=now)
    elif order.state is OrderState.PROCESSING:
        orders.let_go(order, OrderState.PAYMENT_FAILED, now=now)
    move_order(order, OrderState.REFUNDED_LATE)


def _send_back(
    order: Order, payment: Payment, seen: SessionSeen, reason: RefundReason, now: datetime
) -> None:
    """Pay the whole of a payment back: nothing was handed over for it."""
    account = db.session.get_one(PaymentAccount, payment.payment_account_id)
    tell_unmatched(order, payment, account=account.stripe_id or OWN_NAME, settled=seen.settled)
    tell_fee(order, payment, account=account.stripe_id or OWN_NAME)
    if payment.amount_minor:
        open_refund(payment, payment.amount, reason=reason, now=now)


def _quarantine(order: Order, payment: Payment, seen: SessionSeen) -> None:
    """Put money aside that does not match its order: a person looks."""
    payment.amount_minor = seen.total.minor
    payment.currency = seen.total.currency
    move_payment(payment, PaymentState.QUARANTINED)
    tell_unmatched(order, payment, account=seen.account or OWN_NAME, settled=seen.settled)
    tell_fee(order, payment, account=seen.account or OWN_NAME)
    find(
        order.community_id,
        FindingKind.AMOUNT_DIFFERS,
        f"payment:{payment.public_id}",
        asked=order.total_minor,
        asked_currency=order.currency,
        paid=seen.total.minor,
        paid_currency=seen.total.currency,
    )


def _wait_or_fail(order: Order, payment: Payment, seen: SessionSeen, now: datetime) -> None:
    """Follow a debit that takes days."""
    if payment.state in {PaymentState.STARTING, PaymentState.OPEN}:
        move_payment(payment, PaymentState.PROCESSING)
        subscriptions.keep_intent(payment, seen.intent)
    if order.state is OrderState.AWAITING_PAYMENT:
        move_order(order, OrderState.PROCESSING)
        order.expires_at = None
        extend_hold(order.id, now + DEBITS_TAKE)
    if seen.has_failed and payment.state is PaymentState.PROCESSING:
        move_payment(payment, PaymentState.FAILED)
        if order.state is OrderState.PROCESSING:
            orders.let_go(order, OrderState.PAYMENT_FAILED, now=now)
            defer("billing.tell_failed", order_id=order.id)
