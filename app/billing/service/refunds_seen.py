"""Refunds as Stripe tells of them: ours, and those made in its own dashboard."""

from datetime import datetime

from app.billing.gateway.refunds import RefundSeen
from app.billing.hooks import Withdrawal
from app.billing.models import (
    FindingKind,
    Order,
    Payment,
    PaymentState,
    Refund,
    RefundLine,
    RefundReason,
    RefundState,
    Routed,
)
from app.billing.queries import orders as orders_read
from app.billing.queries import stripe as reads
from app.billing.service import orders
from app.billing.service.arrivals import Arrival
from app.billing.service.attempts import remember
from app.billing.service.findings import find
from app.billing.service.moves import move_refund
from app.billing.service.refunds import REFUNDABLE, fail_refund, open_refund, settle_refund
from app.core.database import db
from app.core.errors import RuleViolation

GONE = frozenset({"failed", "canceled"})


def take_refund(seen: RefundSeen, *, now: datetime) -> Arrival:
    """Bring a refund's state into our row, forward only."""
    payment = reads.payment_of_intent(seen.account, seen.intent_id or "")
    if payment is None:
        return Arrival.FOREIGN
    order = orders_read.lock_order(payment.order_id)
    db.session.refresh(payment)
    made = reads.refund_named(seen.stripe_id, seen.refund_id)
    if made is None:
        made = _made_elsewhere(order, payment, seen, now)
    if made is None:
        return Arrival.TAKEN
    if made.stripe_id is None:
        made.stripe_id = seen.stripe_id
        remember(payment, Routed.REFUND, seen.stripe_id)
    _follow(made, order, seen, now)
    db.session.flush()
    return Arrival.TAKEN


def _follow(made: Refund, order: Order, seen: RefundSeen, now: datetime) -> None:
    status = seen.status
    if status in GONE and made.state is not RefundState.FAILED:
        fail_refund(made, now=now)
        find(
            order.community_id,
            FindingKind.REFUND_FAILED,
            f"refund:{made.public_id}",
            order=order.public_id,
            amount=made.amount_minor,
            currency=made.currency,
        )
    elif status == "succeeded" and made.state in {RefundState.STARTING, RefundState.PENDING}:
        settle_refund(made, now=now, fee_back=seen.platform_fee_back, settled=seen.settled)
    elif status not in GONE and made.state is RefundState.STARTING:
        move_refund(made, RefundState.PENDING)


def _made_elsewhere(
    order: Order, payment: Payment, seen: RefundSeen, now: datetime
) -> Refund | None:
    """Write down a refund that an organizer made at Stripe; a whole one takes everything back.

    Of a payment that came late or twice nothing was sold: only its money goes back.
    """
    if payment.state is not PaymentState.PAID or seen.status in GONE:
        return None
    needless = orders_read.why_needless(payment.id)
    reason = needless or RefundReason.AT_STRIPE
    try:
        made = open_refund(payment, seen.amount, reason=reason, now=now, is_sent=True)
    except RuleViolation:
        find(
            order.community_id,
            FindingKind.AMOUNT_DIFFERS,
            f"refund:{seen.stripe_id}",
            order=order.public_id,
        )
        return None
    if needless is None:
        _take_back(order, payment, made, now)
    return made


def _take_back(order: Order, payment: Payment, made: Refund, now: datetime) -> None:
    is_whole = payment.refunded_minor == payment.amount_minor and order.state in REFUNDABLE
    for line in orders_read.lines_of(order.id):
        rest = line.quantity - line.withdrawn
        db.session.add(
            RefundLine(
                community_id=order.community_id,
                refund_id=made.id,
                order_line_id=line.id,
                quantity=rest if is_whole else 0,
                amount_minor=made.amount_minor if line.position == 0 else 0,
            )
        )
        if is_whole and rest:
            orders.withdraw(order, line, number=rest, reason=Withdrawal.REFUNDED, now=now)
    db.session.flush()
