"""Money back: what may be refunded, what is taken back for it, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlalchemy import func, select, update

from app.billing.gateway.client import Settled
from app.billing.hooks import Withdrawal
from app.billing.models import (
    NO_SALE,
    OFFLINE,
    LedgerEntry,
    LedgerName,
    LedgerSource,
    LedgerTxn,
    Order,
    OrderLine,
    OrderState,
    Payment,
    PaymentAccount,
    PaymentMethod,
    PaymentState,
    Refund,
    RefundLine,
    RefundReason,
    RefundState,
)
from app.billing.queries import orders as reads
from app.billing.service import orders
from app.billing.service.ledger import Entry, Occasion, post, reverse
from app.billing.service.moves import move_order, move_refund
from app.billing.service.payments import BOX
from app.communities.models import Contact
from app.core.database import add, db, new_public_id
from app.core.errors import RuleViolation
from app.core.jobs import defer
from app.core.money import Money
from app.core.text import N_

REFUNDABLE = frozenset({OrderState.PAID, OrderState.PARTIALLY_REFUNDED})


@dataclass(frozen=True)
class Part:
    """So many of a line to take back; `amount` when it is not the price they had."""

    line: OrderLine
    number: int
    amount: Money | None = None


class NothingToRefund(RuleViolation):
    """The order is not paid, or all of it went back already."""

    message = N_("There is no payment that could be refunded.")


class MoreThanPaid(RuleViolation):
    """More would go back than came; `left` says what could."""

    message = N_("At most %(left)s can still be refunded.")


class NoSuchAmount(RuleViolation):
    """More decimals than a currency has."""

    message = N_("There is no such amount in %(currency)s.")


def refund(
    order: Order,
    parts: Sequence[Part],
    *,
    reason: RefundReason,
    now: datetime,
    asked_by: Contact | None = None,
    note: str = "",
) -> Refund | None:
    """Take back parts of a paid order and send their money back; None when they were free.

    Money from Stripe goes back by a job; cash and transfers are noted as given back. Raises
    NothingToRefund, MoreThanPaid, NotSoMany.
    """
    order = reads.lock_order(order.id)
    if order.state not in REFUNDABLE:
        raise NothingToRefund
    amounts = [
        worth(order, part.line, part.number) if part.amount is None else part.amount
        for part in parts
    ]
    for part in parts:
        if part.number:
            orders.withdraw(
                order, part.line, number=part.number, reason=Withdrawal.REFUNDED, now=now
            )
    total = sum(amounts[1:], amounts[0])
    if not total:
        return None
    payment = reads.paid_payment(order.id)
    if payment is None:
        raise NothingToRefund
    made = open_refund(payment, total, reason=reason, now=now, asked_by=asked_by, note=note)
    _write_parts(made, parts, amounts)
    if payment.method is not PaymentMethod.STRIPE:
        settle_refund(made, now=now)
    return made


def amounts_within(order: Order, parts: Sequence[Part], left: Money) -> list[Money]:
    """Return what parts cost, together no more than is left of their payment."""
    amounts = []
    for part in parts:
        amounts.append(min(worth(order, part.line, part.number), left))
        left -= amounts[-1]
    return amounts


def cancel_lines(order: Order, parts: Sequence[Part], *, now: datetime) -> None:
    """Take back parts of a paid order without money: they were free, or the money stays."""
    order = reads.lock_order(order.id)
    for part in parts:
        orders.withdraw(order, part.line, number=part.number, reason=Withdrawal.CANCELLED, now=now)


def worth(order: Order, line: OrderLine, number: int) -> Money:
    """Return what the next `number` of a line cost; the parts of a line sum to its total."""
    each = Money(line.total_minor, order.currency).split(line.quantity)
    return sum(each[line.withdrawn : line.withdrawn + number], Money.zero(order.currency))


def open_refund(
    payment: Payment,
    amount: Money,
    *,
    reason: RefundReason,
    now: datetime,
    asked_by: Contact | None = None,
    note: str = "",
    is_sent: bool = False,
) -> Refund:
    """Write down that so much of a payment goes back; two organizers cannot exceed it together.

    Raises MoreThanPaid.
    """
    _take_from(payment, amount)
    made = add(
        Refund(
            community_id=payment.community_id,
            payment_id=payment.id,
            amount_minor=amount.minor,
            currency=amount.currency,
            state=RefundState.STARTING,
            reason=reason,
            key=_key(payment),
            asked_by_id=asked_by.id if asked_by else None,
            note=note,
            asked_at=now,
        )
    )
    if payment.method is PaymentMethod.STRIPE and not is_sent:
        defer("billing.send_refund", refund_id=made.id)
    return made


def _take_from(payment: Payment, amount: Money) -> None:
    """Count what goes back, by one conditional update. Raises MoreThanPaid."""
    taken = db.session.scalar(
        update(Payment)
        .where(Payment.id == payment.id)
        .where(Payment.refunded_minor + amount.minor <= Payment.amount_minor)
        .values(refunded_minor=Payment.refunded_minor + amount.minor)
        .returning(Payment.id)
    )
    db.session.refresh(payment)
    if taken is None or amount.currency != payment.currency:
        raise MoreThanPaid(field="amount", left=payment.left)


def _key(payment: Payment) -> str:
    """Return a key for the next refund: failed ones count too, since Stripe remembers theirs."""
    number = db.session.scalar(
        select(func.count()).select_from(Refund).where(Refund.payment_id == payment.id)
    )
    return f"payment:{payment.public_id}:refund:{int(number or 0) + 1}"


def renew_key(made: Refund) -> None:
    """Take another key for a refund: Stripe keeps even a failure for the one it had."""
    made.key = f"refund:{made.public_id}:{new_public_id()}"
    db.session.flush()


def settle_refund(
    made: Refund,
    *,
    now: datetime,
    fee_back: Money | None = None,
    settled: Settled | None = None,
) -> None:
    """Note that the money went back: the order, the ledger, a mail.

    `fee_back` is how much of its own share this installation has given back for the payment.
    """
    move_refund(made, RefundState.SUCCEEDED)
    made.settled_at = now
    payment = db.session.get_one(Payment, made.payment_id)
    order = reads.lock_order(payment.order_id)
    _follow(order, made)
    tell_refund(order, payment, made, fee_back=fee_back, settled=settled)
    defer("billing.tell_refund", refund_id=made.id)


def fail_refund(made: Refund, *, now: datetime) -> None:
    """Note that the money did not go back, or came back from the bank."""
    was_settled = made.state is RefundState.SUCCEEDED
    move_refund(made, RefundState.FAILED)
    made.settled_at = now
    payment = db.session.get_one(Payment, made.payment_id)
    db.session.execute(
        update(Payment)
        .where(Payment.id == payment.id)
        .values(refunded_minor=Payment.refunded_minor - made.amount_minor)
    )
    db.session.refresh(payment)
    if was_settled:
        order = reads.lock_order(payment.order_id)
        _follow(order, made)
        _take_back(made)


def tell_refund(
    order: Order,
    payment: Payment,
    made: Refund,
    *,
    fee_back: Money | None = None,
    settled: Settled | None = None,
) -> bool:
    """Tell the ledger of money that went back; late money was never a sale."""
    is_sale = order.is_settled and made.reason not in NO_SALE
    entries = _sales_back(order, made) if is_sale else [Entry(LedgerName.UNMATCHED, made.amount)]
    if fee_back is not None:
        entries += _fee_back(payment, fee_back)
    return post(
        Occasion(
            community_id=order.community_id,
            account=account_of(payment),
            source=LedgerSource.REFUND,
            source_id=made.public_id,
            happened_at=made.settled_at or made.asked_at,
            contact_id=order.contact_id,
            order_id=order.id,
            settled=settled,
        ),
        [Entry(BOX[payment.method], -made.amount), *entries],
    )


def _fee_back(payment: Payment, back: Money) -> list[Entry]:
    """Return what of the fees came back and was not told before: it is in the balance again.

    Fees in another currency than the payment's are not told: neither when they go, nor when they
    come back.
    """
    if back.currency != payment.currency or payment.fee_minor is None:
        return []
    refunds = select(Refund.public_id).where(Refund.payment_id == payment.id)
    told = db.session.scalar(
        select(func.coalesce(func.sum(LedgerEntry.amount_minor), 0))
        .join(LedgerTxn, LedgerTxn.id == LedgerEntry.txn_id)
        .where(
            LedgerTxn.community_id == payment.community_id,
            LedgerTxn.source.in_((LedgerSource.REFUND, LedgerSource.REFUND_FAILED)),
            LedgerTxn.source_id.in_(refunds),
            LedgerEntry.name == LedgerName.FEES,
            LedgerEntry.currency == back.currency,
        )
    )
    more = Money(max(0, back.minor + int(told or 0)), back.currency)
    return [Entry(LedgerName.FEES, -more), Entry(LedgerName.STRIPE, more)]


def account_of(payment: Payment) -> str:
    """Return the ledger's word for where a payment's money is."""
    if payment.payment_account_id is None:
        return OFFLINE
    return db.session.get_one(PaymentAccount, payment.payment_account_id).stripe_id or "own"


def refunded(order_id: int) -> int:
    """Return how much of an order's sale went back for good, in minor units."""
    number = db.session.scalar(
        select(func.coalesce(func.sum(Refund.amount_minor), 0))
        .join(Payment, Payment.id == Refund.payment_id)
        .where(
            Payment.order_id == order_id,
            Payment.state == PaymentState.PAID,
            Refund.state == RefundState.SUCCEEDED,
            Refund.reason.not_in(NO_SALE),
        )
    )
    return int(number or 0)


def _follow(order: Order, made: Refund) -> None:
    """Let the order's state follow what went back."""
    if not order.is_settled or made.reason in NO_SALE:
        return
    back = refunded(order.id)
    if back >= order.total_minor:
        to = OrderState.REFUNDED
    else:
        to = OrderState.PARTIALLY_REFUNDED if back else OrderState.PAID
    if to is not order.state:
        move_order(order, to)


def _take_back(made: Refund) -> None:
    """Write the opposite of what the ledger was told of a refund."""
    told = db.session.scalar(
        select(LedgerTxn).where(
            LedgerTxn.community_id == made.community_id,
            LedgerTxn.source == LedgerSource.REFUND,
            LedgerTxn.source_id == made.public_id,
        )
    )
    if told is not None:
        reverse(told, source=LedgerSource.REFUND_FAILED, source_id=made.public_id)


def _sales_back(order: Order, made: Refund) -> list[Entry]:
    """Return what went back of each line's sale, and the tax in it."""
    parts = db.session.execute(
        select(RefundLine, OrderLine)
        .join(OrderLine, OrderLine.id == RefundLine.order_line_id)
        .where(RefundLine.refund_id == made.id)
        .order_by(OrderLine.position)
    ).all()
    tax = made.amount.share(_tax_part(order))
    entries = [Entry(LedgerName.TAX, tax)]
    rest = made.amount - tax
    for part, line in parts[1:]:
        net = Money(part.amount_minor, made.currency)
        net -= net.share(_tax_part(order))
        rest -= net
        entries.append(Entry(LedgerName.REFUNDS, net, line.item_kind, line.item_id, part.quantity))
    first, line = parts[0] if parts else (None, reads.lines_of(order.id)[0])
    quantity = first.quantity if first else 0
    return [*entries, Entry(LedgerName.REFUNDS, rest, line.item_kind, line.item_id, quantity)]


def _tax_part(order: Order) -> Fraction:
    return Fraction(order.tax_minor, order.total_minor or 1)


def _write_parts(made: Refund, parts: Sequence[Part], amounts: Sequence[Money]) -> None:
    db.session.add_all(
        RefundLine(
            community_id=made.community_id,
            refund_id=made.id,
            order_line_id=part.line.id,
            quantity=part.number,
            amount_minor=amount.minor,
        )
        for part, amount in zip(parts, amounts, strict=True)
    )
    db.session.flush()
