"""Refunds: written down first, then sent under a key of their own, then noted."""

from datetime import datetime, timedelta

from app.billing import gateway
from app.billing.gateway.refunds import RefundSeen
from app.billing.models import (
    FindingKind,
    Order,
    Payment,
    PaymentAccount,
    Refund,
    RefundState,
)
from app.billing.service import refunds_seen
from app.billing.service.findings import find
from app.billing.service.refunds import fail_refund, renew_key
from app.core.database import db

KEYS_LAST = timedelta(hours=12)
"""Stripe may forget a key after a day: then money would go back a second time."""


def send_refund(refund_id: int, *, now: datetime) -> None:
    """Send money back and note what Stripe says; asked again, Stripe finds it sent.

    Raises StripeSilent: the job tries again.
    """
    made = db.session.get_one(Refund, refund_id)
    payment = db.session.get_one(Payment, made.payment_id)
    if made.state is not RefundState.STARTING or payment.intent_id is None:
        db.session.commit()
        return
    account = db.session.get_one(PaymentAccount, payment.payment_account_id).stripe_id
    intent_id, key, amount, mark = payment.intent_id, made.key, made.amount, made.public_id
    is_old = made.asked_at < now - KEYS_LAST
    returns_fee = bool(account) and gateway.fee_percent() > 0
    db.session.commit()
    seen = _sent_before(account, intent_id, mark) if is_old else None
    try:
        seen = seen or gateway.refunds.create(
            account,
            key=key,
            intent_id=intent_id,
            amount=amount,
            refund_id=mark,
            returns_fee=returns_fee,
        )
    except gateway.StripeStuck:
        seen = _sent_before(account, intent_id, mark)
        if seen is None:
            renew_key(db.session.get_one(Refund, refund_id))
            db.session.commit()
            raise
    except gateway.StripeRefused as refusal:
        _refused(refund_id, str(refusal.values.get("reason", "")), now)
        return
    refunds_seen.take_refund(seen, now=now)
    db.session.commit()


def _sent_before(account: str, intent_id: str, mark: str) -> RefundSeen | None:
    """Find a refund of ours among those Stripe made: a key alone does not say for ever."""
    for found in gateway.refunds.of_intent(account, intent_id):
        for seen in found:
            if seen.refund_id == mark:
                return gateway.refunds.with_fee(seen)
    return None


def _refused(refund_id: int, reason: str, now: datetime) -> None:
    """Note that Stripe would not send the money: an organizer must look."""
    made = db.session.get_one(Refund, refund_id, with_for_update=True)
    if made.state is RefundState.STARTING:
        fail_refund(made, now=now)
        payment = db.session.get_one(Payment, made.payment_id)
        order = db.session.get_one(Order, payment.order_id)
        find(
            made.community_id,
            FindingKind.REFUND_FAILED,
            f"refund:{made.public_id}",
            order=order.public_id,
            amount=made.amount_minor,
            currency=made.currency,
            reason=reason[:200],
        )
    db.session.commit()
