"""Orders and their lines: what somebody wants, at the price it had then."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.communities.models import Contact
from app.core.database import Public, Tenant, Versioned, one_of, tenant_fk, tenant_key
from app.core.money import Money
from app.core.privacy import BLANK, TOMBSTONE, impersonal, personal


class OrderState(StrEnum):
    """Where an order stands; a dispute is a flag beside it."""

    DRAFT = "draft"
    RESERVED = "reserved"
    AWAITING_PAYMENT = "awaiting_payment"
    PROCESSING = "processing"  # paid by a method that takes days
    PAID = "paid"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    PAYMENT_FAILED = "payment_failed"
    REFUNDED_LATE = "refunded_late"  # money came when nothing was left


_LATE = frozenset({OrderState.PAID, OrderState.REFUNDED_LATE})

ORDER_MOVES: dict[OrderState, frozenset[OrderState]] = {
    OrderState.DRAFT: frozenset({OrderState.RESERVED}),
    OrderState.RESERVED: frozenset(
        {
            OrderState.AWAITING_PAYMENT,
            OrderState.PAID,  # free, or paid by hand
            OrderState.EXPIRED,
            OrderState.CANCELLED,
        }
    ),
    OrderState.AWAITING_PAYMENT: frozenset(
        {OrderState.PROCESSING, OrderState.PAID, OrderState.EXPIRED, OrderState.CANCELLED}
    ),
    OrderState.PROCESSING: frozenset({OrderState.PAID, OrderState.PAYMENT_FAILED}),
    OrderState.PAID: frozenset({OrderState.PARTIALLY_REFUNDED, OrderState.REFUNDED}),
    # a refund that its bank sent back leads to PAID again
    OrderState.PARTIALLY_REFUNDED: frozenset({OrderState.REFUNDED, OrderState.PAID}),
    OrderState.REFUNDED: frozenset({OrderState.PARTIALLY_REFUNDED, OrderState.PAID}),
    OrderState.EXPIRED: _LATE,
    OrderState.CANCELLED: _LATE,
    OrderState.PAYMENT_FAILED: _LATE,
    OrderState.REFUNDED_LATE: frozenset(),
}
"""What an order may become; anything that is not listed raises."""

OPEN_STATES = frozenset({OrderState.RESERVED, OrderState.AWAITING_PAYMENT, OrderState.PROCESSING})
"""Nothing is paid yet, and something is kept for it."""

SETTLED_STATES = frozenset({OrderState.PAID, OrderState.PARTIALLY_REFUNDED, OrderState.REFUNDED})
"""Money came (or none was asked), and what was bought was handed over."""


class OrderSource(StrEnum):
    """Where an order comes from."""

    ONLINE = "online"
    DESK = "desk"  # an organizer sold it by hand
    RENEWAL = "renewal"  # a subscription went on


class Order(Tenant, Public, Versioned):
    """What a contact buys at once, in one currency."""

    __tablename__ = "billing_order"
    __table_args__ = (
        tenant_key(),
        tenant_fk("contact_id", "contact"),
        tenant_fk("voucher_id", "voucher"),
        tenant_fk("sold_by_id", "contact", ondelete="SET NULL"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency_code"),
        CheckConstraint(
            "subtotal_minor >= 0 AND discount_minor >= 0 AND tax_minor >= 0 AND total_minor >= 0",
            name="amounts_positive",
        ),
        CheckConstraint(
            "total_minor = subtotal_minor - discount_minor + tax_minor", name="total_adds_up"
        ),
        UniqueConstraint("community_id", "number"),
        Index("ix_billing_order_placed", "community_id", "placed_at"),
        Index("ix_billing_order_state", "community_id", "state"),
        # a code is for each member once; an order that came to nothing leaves it to them
        Index(
            "uq_billing_order_voucher",
            "voucher_id",
            "contact_id",
            unique=True,
            postgresql_where=text(
                "voucher_id IS NOT NULL AND state NOT IN"
                " ('expired', 'cancelled', 'payment_failed', 'refunded_late')"
            ),
        ),
    )

    contact_id: Mapped[int] = mapped_column(index=True, info=personal("contact", erase=TOMBSTONE))
    number: Mapped[int | None]  # counted within the community when it is paid: on the receipt
    state: Mapped[OrderState] = mapped_column(one_of(OrderState), default=OrderState.DRAFT)
    source: Mapped[OrderSource] = mapped_column(one_of(OrderSource), default=OrderSource.ONLINE)
    is_disputed: Mapped[bool] = mapped_column(default=False)
    currency: Mapped[str] = mapped_column(String(3), info=impersonal)
    subtotal_minor: Mapped[int]
    discount_minor: Mapped[int] = mapped_column(default=0)
    tax_minor: Mapped[int] = mapped_column(default=0)
    total_minor: Mapped[int]
    voucher_id: Mapped[int | None] = mapped_column(index=True)
    sold_by_id: Mapped[int | None] = mapped_column(info=personal("order sold", erase=TOMBSTONE))
    placed_at: Mapped[datetime]
    expires_at: Mapped[datetime | None] = mapped_column(index=True)
    paid_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]  # expired, cancelled or failed

    contact: Mapped[Contact] = relationship(
        primaryjoin="Contact.id == foreign(Order.contact_id)", viewonly=True
    )
    lines: Mapped[list["OrderLine"]] = relationship(
        primaryjoin="Order.id == foreign(OrderLine.order_id)",
        order_by="OrderLine.position",
        viewonly=True,
    )

    @property
    def total(self) -> Money:
        """What is paid in all."""
        return Money(self.total_minor, self.currency)

    @property
    def is_settled(self) -> bool:
        """Whether what was bought was handed over."""
        return self.state in SETTLED_STATES

    @property
    def is_open(self) -> bool:
        """Whether something is still kept for it."""
        return self.state in OPEN_STATES


class OrderLine(Tenant, Public):
    """So many of one item at a price; the item is opaque: its kind knows how to hand it over."""

    __tablename__ = "order_line"
    __table_args__ = (
        tenant_key(),
        tenant_fk("order_id", "billing_order"),
        UniqueConstraint("order_id", "position"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("unit_minor >= 0", name="unit_positive"),
        CheckConstraint("withdrawn BETWEEN 0 AND quantity", name="withdrawn_once"),
        CheckConstraint("total_minor >= 0", name="total_positive"),
        Index("ix_order_line_item", "community_id", "item_kind", "item_id"),
    )

    order_id: Mapped[int] = mapped_column(info=personal("order", erase=TOMBSTONE))
    position: Mapped[int]
    item_kind: Mapped[str] = mapped_column(String(20), info=impersonal)
    item_id: Mapped[str] = mapped_column(String(16), info=impersonal)  # its public id
    title: Mapped[str] = mapped_column(String(200), info=impersonal)  # as it was called then
    quantity: Mapped[int]
    unit_minor: Mapped[int]
    discount_minor: Mapped[int] = mapped_column(default=0)
    tax_minor: Mapped[int] = mapped_column(default=0)
    total_minor: Mapped[int]  # quantity * unit - discount + tax
    withdrawn: Mapped[int] = mapped_column(default=0)  # of the quantity, taken back
    facts: Mapped[dict[str, Any]] = mapped_column(
        default=dict, info=personal("facts", erase=BLANK, blank={})
    )  # what its kind wants to know again when it hands the item over

    order: Mapped[Order] = relationship(
        primaryjoin="Order.id == foreign(OrderLine.order_id)", viewonly=True
    )
