"""Money in and money back: attempts to pay, refunds, disputes."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.billing.models.orders import Order
from app.core.database import Keyed, Public, Tenant, one_of, tenant_fk, tenant_key
from app.core.money import Money
from app.core.privacy import BLANK, TOMBSTONE, impersonal, personal


class PaymentMethod(StrEnum):
    """How money comes."""

    STRIPE = "stripe"
    CASH = "cash"
    TRANSFER = "transfer"


class PaymentState(StrEnum):
    """Where one attempt to pay stands."""

    STARTING = "starting"  # written down; Stripe may or may not know of it
    OPEN = "open"  # its page waits for the buyer
    PROCESSING = "processing"
    PAID = "paid"
    FAILED = "failed"
    EXPIRED = "expired"
    QUARANTINED = "quarantined"  # money came that does not match the order: a person looks


PAYMENT_MOVES: dict[PaymentState, frozenset[PaymentState]] = {
    PaymentState.STARTING: frozenset(
        {
            PaymentState.OPEN,
            PaymentState.PROCESSING,
            PaymentState.PAID,
            PaymentState.FAILED,
            PaymentState.EXPIRED,
            PaymentState.QUARANTINED,
        }
    ),
    PaymentState.OPEN: frozenset(
        {
            PaymentState.PROCESSING,
            PaymentState.PAID,
            PaymentState.EXPIRED,
            PaymentState.QUARANTINED,
        }
    ),
    PaymentState.PROCESSING: frozenset(
        {PaymentState.PAID, PaymentState.FAILED, PaymentState.QUARANTINED}
    ),
    PaymentState.PAID: frozenset(),
    PaymentState.FAILED: frozenset({PaymentState.PAID, PaymentState.QUARANTINED}),
    PaymentState.EXPIRED: frozenset({PaymentState.PAID, PaymentState.QUARANTINED}),
    PaymentState.QUARANTINED: frozenset({PaymentState.PAID}),  # a person let it through
}
"""What an attempt may become; anything that is not listed raises."""


class Payment(Tenant, Public):
    """One attempt to pay an order. The ids are Stripe's; `key` makes the attempt the only one."""

    __tablename__ = "payment"
    __table_args__ = (
        tenant_key(),
        tenant_fk("order_id", "billing_order"),
        tenant_fk("payment_account_id", "payment_account"),
        tenant_fk("recorded_by_id", "contact", ondelete="SET NULL"),
        UniqueConstraint("order_id", "attempt"),
        CheckConstraint("amount_minor >= 0", name="amount_positive"),
        CheckConstraint("refunded_minor BETWEEN 0 AND amount_minor", name="refunded_within"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency_code"),
        CheckConstraint(
            "(method = 'stripe') = (payment_account_id IS NOT NULL)", name="stripe_has_an_account"
        ),
        Index("ix_payment_state", "state", "expires_at"),
    )

    order_id: Mapped[int] = mapped_column(info=personal("order", erase=TOMBSTONE))
    attempt: Mapped[int] = mapped_column(default=1)
    method: Mapped[PaymentMethod] = mapped_column(one_of(PaymentMethod))
    state: Mapped[PaymentState] = mapped_column(one_of(PaymentState))
    currency: Mapped[str] = mapped_column(String(3), info=impersonal)
    amount_minor: Mapped[int]
    refunded_minor: Mapped[int] = mapped_column(default=0)  # asked back, whatever became of it
    fee_minor: Mapped[int | None]  # what Stripe kept, once known
    payment_account_id: Mapped[int | None] = mapped_column(index=True)
    key: Mapped[str] = mapped_column(String(80), unique=True, info=impersonal)
    session_id: Mapped[str | None] = mapped_column(String(255), unique=True, info=impersonal)
    intent_id: Mapped[str | None] = mapped_column(String(255), unique=True, info=impersonal)
    charge_id: Mapped[str | None] = mapped_column(String(255), unique=True, info=impersonal)
    invoice_id: Mapped[str | None] = mapped_column(String(255), unique=True, info=impersonal)
    page_url: Mapped[str | None] = mapped_column(
        Text, info=personal(None, erase=BLANK, reason="a page of Stripe's that has closed since")
    )
    expires_at: Mapped[datetime | None]
    started_at: Mapped[datetime]
    paid_at: Mapped[datetime | None]
    recorded_by_id: Mapped[int | None] = mapped_column(
        info=personal("payment recorded", erase=TOMBSTONE)
    )
    note: Mapped[str] = mapped_column(
        String(300), default="", info=personal("note", erase=BLANK, blank="")
    )

    order: Mapped[Order] = relationship(
        primaryjoin="Order.id == foreign(Payment.order_id)", viewonly=True
    )

    @property
    def amount(self) -> Money:
        """What is paid by it."""
        return Money(self.amount_minor, self.currency)

    @property
    def left(self) -> Money:
        """What can still be paid back."""
        return Money(self.amount_minor - self.refunded_minor, self.currency)


class RefundState(StrEnum):
    """Where money on its way back stands."""

    STARTING = "starting"  # written down; Stripe may or may not know of it
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


REFUND_MOVES: dict[RefundState, frozenset[RefundState]] = {
    RefundState.STARTING: frozenset(
        {RefundState.PENDING, RefundState.SUCCEEDED, RefundState.FAILED}
    ),
    RefundState.PENDING: frozenset({RefundState.SUCCEEDED, RefundState.FAILED}),
    RefundState.SUCCEEDED: frozenset({RefundState.FAILED}),  # a bank may still send it back
    RefundState.FAILED: frozenset(),
}
"""What a refund may become; anything that is not listed raises."""


class RefundReason(StrEnum):
    """Why money went back."""

    ASKED = "asked"  # the organizer decided
    PLACE_CANCELLED = "place_cancelled"
    EVENT_CANCELLED = "event_cancelled"
    LATE = "late"  # paid when nothing was left
    TWICE = "twice"  # the order was paid already
    AT_STRIPE = "at_stripe"  # made in Stripe's own dashboard


NO_SALE = frozenset({RefundReason.LATE, RefundReason.TWICE})
"""Why a payment goes back that paid for nothing."""


class Refund(Tenant, Public):
    """Money that goes back on a payment."""

    __tablename__ = "refund"
    __table_args__ = (
        tenant_key(),
        tenant_fk("payment_id", "payment"),
        tenant_fk("asked_by_id", "contact", ondelete="SET NULL"),
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency_code"),
        Index("ix_refund_state", "state"),
    )

    payment_id: Mapped[int] = mapped_column(index=True, info=personal("payment", erase=TOMBSTONE))
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3), info=impersonal)
    state: Mapped[RefundState] = mapped_column(one_of(RefundState))
    reason: Mapped[RefundReason] = mapped_column(one_of(RefundReason))
    key: Mapped[str] = mapped_column(String(80), unique=True, info=impersonal)
    stripe_id: Mapped[str | None] = mapped_column(String(255), unique=True, info=impersonal)
    asked_by_id: Mapped[int | None] = mapped_column(info=personal("refund asked", erase=TOMBSTONE))
    note: Mapped[str] = mapped_column(
        String(300), default="", info=personal("note", erase=BLANK, blank="")
    )
    asked_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]

    payment: Mapped[Payment] = relationship(
        primaryjoin="Payment.id == foreign(Refund.payment_id)", viewonly=True
    )
    lines: Mapped[list["RefundLine"]] = relationship(
        primaryjoin="Refund.id == foreign(RefundLine.refund_id)", viewonly=True
    )

    @property
    def amount(self) -> Money:
        """What goes back."""
        return Money(self.amount_minor, self.currency)


class RefundLine(Tenant, Keyed):
    """What a refund takes back: so many of an order's line, worth so much."""

    __tablename__ = "refund_line"
    __table_args__ = (
        tenant_fk("refund_id", "refund"),
        tenant_fk("order_line_id", "order_line"),
        UniqueConstraint("refund_id", "order_line_id"),
        CheckConstraint("quantity >= 0", name="quantity_positive"),  # 0: money only
        CheckConstraint("amount_minor >= 0", name="amount_positive"),
    )

    refund_id: Mapped[int]
    order_line_id: Mapped[int] = mapped_column(index=True)
    quantity: Mapped[int]
    amount_minor: Mapped[int]


class Dispute(Tenant, Public):
    """A buyer's bank asks the money back; `status` is Stripe's word."""

    __tablename__ = "dispute"
    __table_args__ = (
        tenant_key(),
        tenant_fk("payment_id", "payment"),
        CheckConstraint("amount_minor >= 0", name="amount_positive"),
    )

    payment_id: Mapped[int] = mapped_column(index=True, info=personal("payment", erase=TOMBSTONE))
    stripe_id: Mapped[str] = mapped_column(String(255), unique=True, info=impersonal)
    status: Mapped[str] = mapped_column(String(40), info=impersonal)
    reason: Mapped[str] = mapped_column(String(60), default="", info=impersonal)
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3), info=impersonal)
    is_withdrawn: Mapped[bool] = mapped_column(default=False)  # the money left the balance
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]

    @property
    def is_lost(self) -> bool:
        """Whether the bank decided for the buyer."""
        return self.status == "lost"

    @property
    def keeps_money(self) -> bool:
        """Whether a bank took the money and has not given it back."""
        return self.is_withdrawn and (self.closed_at is None or self.is_lost)
