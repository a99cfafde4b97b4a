"""Taking back what was bought, with what is left of its money: it may be less than it cost."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from app.billing.models import FindingKind, Order, PaymentMethod, Refund, RefundReason
from app.billing.queries import orders as reads
from app.billing.service.findings import find_for_hands
from app.billing.service.refunds import (
    REFUNDABLE,
    Part,
    amounts_within,
    cancel_lines,
    refund,
)
from app.communities.models import Contact


def refund_rest(
    order: Order,
    parts: Sequence[Part],
    *,
    reason: RefundReason,
    now: datetime,
    asked_by: Contact | None = None,
    note: str = "",
) -> Refund | None:
    """Take back parts of an order with what is left of their money; None when nothing is.

    Some of it, or all, may have gone back before without what was bought. What was paid by hand
    is shown to the organizers, to be given back by hand. Raises NotSoMany.
    """
    order = reads.lock_order(order.id)
    payment = reads.paid_payment(order.id)
    if order.state not in REFUNDABLE or payment is None or not payment.left:
        cancel_lines(order, parts, now=now)
        return None
    amounts = amounts_within(order, parts, payment.left)
    rest = [replace(part, amount=each) for part, each in zip(parts, amounts, strict=True)]
    made = refund(order, rest, reason=reason, now=now, asked_by=asked_by, note=note)
    if made is not None and payment.method is not PaymentMethod.STRIPE:
        _ask_for_hands(order, made)
    return made


def _ask_for_hands(order: Order, made: Refund) -> None:
    """Have the organizers give back what was paid by hand: the books say that they did."""
    find_for_hands(
        made.community_id,
        FindingKind.REFUND_MISSING,
        f"refund:{made.public_id}",
        order=order.public_id,
        amount=made.amount_minor,
        currency=made.currency,
    )
