"""Money that came: by hand, or as Stripe says; each payment is told to the ledger once."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from app.billing.gateway.client import Settled
from app.billing.models import (
    OFFLINE,
    LedgerName,
    LedgerSource,
    Order,
    OrderLine,
    OrderState,
    Payment,
    PaymentMethod,
    PaymentState,
)
from app.billing.queries import orders as reads
from app.billing.service import orders
from app.billing.service.ledger import Entry, Occasion, post
from app.billing.service.orders import OrderClosed
from app.communities.models import Contact
from app.core.database import add, db
from app.core.jobs import defer
from app.core.money import Money

BOX = {
    PaymentMethod.CASH: LedgerName.CASH,
    PaymentMethod.TRANSFER: LedgerName.TRANSFER,
    PaymentMethod.STRIPE: LedgerName.STRIPE,
}
UNPAID = frozenset({OrderState.RESERVED, OrderState.AWAITING_PAYMENT})


def record_offline_payment(
    order: Order,
    *,
    method: PaymentMethod,
    recorded_by: Contact | None,
    now: datetime,
    note: str = "",
    paid_at: datetime | None = None,
) -> Payment:
    """Note that an order was paid in cash or by transfer, and hand over what was bought.

    Its open page is closed by a job: nobody shall pay twice. An expired order tries to get
    everything again. Raises OrderClosed (settled, or its buyer has left), BuyerBanned, SoldOut.
    """
    order = reads.lock_order(order.id)
    if order.state not in UNPAID | {OrderState.EXPIRED}:
        raise OrderClosed
    orders.check_buyer(order.community_id, order.contact_id, now=now)
    has_page = order.state is OrderState.AWAITING_PAYMENT
    payment = add(
        Payment(
            community_id=order.community_id,
            order_id=order.id,
            attempt=next_attempt(order.id),
            method=method,
            state=PaymentState.PAID,
            currency=order.currency,
            amount_minor=order.total_minor,
            key=f"order:{order.id}:by-hand",
            started_at=now,
            paid_at=paid_at or now,
            recorded_by_id=recorded_by.id if recorded_by else None,
            note=note,
        )
    )
    orders.settle(order, now=now)
    tell_sale(order, payment, account=OFFLINE)
    if has_page:
        defer("billing.close_pages", order_id=order.id)
    return payment


def next_attempt(order_id: int) -> int:
    """Return the number of an order's next attempt; its row is locked by the caller."""
    highest = db.session.scalar(
        select(func.max(Payment.attempt)).where(Payment.order_id == order_id)
    )
    return int(highest or 0) + 1


def tell_sale(
    order: Order, payment: Payment, *, account: str, settled: Settled | None = None
) -> bool:
    """Tell the ledger of a payment: what came, what was sold, what is owed as tax."""
    lines = reads.lines_of(order.id)
    return post(
        occasion_of(order, payment, LedgerSource.PAYMENT, account=account, settled=settled),
        [
            Entry(BOX[payment.method], payment.amount),
            *sales_of(order, lines),
            Entry(LedgerName.TAX, Money(-order.tax_minor, order.currency)),
        ],
    )


def tell_unmatched(
    order: Order, payment: Payment, *, account: str, settled: Settled | None = None
) -> bool:
    """Tell the ledger of money that no order waits for: it is nobody's sale."""
    return post(
        occasion_of(order, payment, LedgerSource.UNMATCHED, account=account, settled=settled),
        [
            Entry(BOX[payment.method], payment.amount),
            Entry(LedgerName.UNMATCHED, -payment.amount),
        ],
    )


def tell_fee(order: Order, payment: Payment, *, account: str) -> bool:
    """Tell the ledger what Stripe kept of a payment."""
    if not payment.fee_minor:
        return False
    fee = Money(payment.fee_minor, payment.currency)
    return post(
        occasion_of(order, payment, LedgerSource.FEE, account=account),
        [Entry(LedgerName.FEES, fee), Entry(LedgerName.STRIPE, -fee)],
    )


def sales_of(order: Order, lines: Sequence[OrderLine]) -> list[Entry]:
    """Return what each line sold for, without tax."""
    return [
        Entry(
            LedgerName.SALES,
            Money(-(line.total_minor - line.tax_minor), order.currency),
            line.item_kind,
            line.item_id,
            line.quantity,
        )
        for line in lines
    ]


def occasion_of(
    order: Order,
    payment: Payment,
    source: LedgerSource,
    *,
    account: str,
    settled: Settled | None = None,
) -> Occasion:
    """Return what the ledger knows a payment by."""
    return Occasion(
        community_id=order.community_id,
        account=account,
        source=source,
        source_id=payment.public_id,
        happened_at=payment.paid_at or payment.started_at,
        contact_id=order.contact_id,
        order_id=order.id,
        settled=settled,
    )
