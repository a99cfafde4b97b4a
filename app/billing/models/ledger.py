"""The ledger of money: transactions whose entries sum to zero and never change.

An entry's sign is the bookkeeper's: what a community has more of is positive (money at Stripe, in
the cash box), what it owes or earned is negative. So a sale of 10.00 in cash is cash +1000 and
sales -1000, and the sales of a month are the sum of `sales` with the sign turned round.
"""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.database import Keyed, Public, Tenant, one_of, tenant_fk, tenant_key
from app.core.privacy import TOMBSTONE, impersonal, personal

OFFLINE = "offline"  # the `account` of money that Stripe never saw
IMPORTED = "import"


class LedgerSource(StrEnum):
    """What a transaction was written for; once for each source."""

    PAYMENT = "payment"
    FEE = "fee"
    REFUND = "refund"
    REFUND_FAILED = "refund_failed"
    UNMATCHED = "unmatched"  # money came that no order waits for
    DISPUTE = "dispute"
    DISPUTE_WON = "dispute_won"
    IMPORT = "import"
    IMPORT_UNDONE = "import_undone"


class LedgerName(StrEnum):
    """The accounts of the ledger."""

    STRIPE = "stripe"
    CASH = "cash"
    TRANSFER = "transfer"
    IMPORTED = "imported"  # money counted elsewhere before
    SALES = "sales"
    TAX = "tax"
    REFUNDS = "refunds"
    FEES = "fees"
    DISPUTES = "disputes"
    UNMATCHED = "unmatched"


class LedgerTxn(Tenant, Public):
    """One thing that happened to money; a second telling of it finds it written."""

    __tablename__ = "ledger_txn"
    __table_args__ = (
        tenant_key(),
        tenant_fk("contact_id", "contact"),
        tenant_fk("order_id", "billing_order"),
        UniqueConstraint("community_id", "account", "source", "source_id"),
        CheckConstraint(
            "num_nonnulls(settled_minor, settled_currency, settled_rate) IN (0, 3)",
            name="settled_whole",
        ),
        CheckConstraint("settled_currency ~ '^[A-Z]{3}$'", name="settled_currency_code"),
        CheckConstraint("settled_rate > 0", name="settled_rate_positive"),
        Index("ix_ledger_txn_happened", "community_id", "happened_at"),
        Index("ix_ledger_txn_contact", "community_id", "contact_id"),
    )

    account: Mapped[str] = mapped_column(String(64), info=impersonal)  # Stripe's, or OFFLINE
    source: Mapped[LedgerSource] = mapped_column(one_of(LedgerSource))
    source_id: Mapped[str] = mapped_column(String(120), info=impersonal)
    contact_id: Mapped[int | None] = mapped_column(info=personal("contact", erase=TOMBSTONE))
    order_id: Mapped[int | None] = mapped_column(index=True)
    happened_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    # what Stripe's balance made of it, where it tells: signed, in the currency of the balance
    settled_minor: Mapped[int | None]
    settled_currency: Mapped[str | None] = mapped_column(String(3), info=impersonal)
    settled_rate: Mapped[Decimal | None] = mapped_column(Numeric(20, 10))  # of whole units

    entries: Mapped[list["LedgerEntry"]] = relationship(
        primaryjoin="LedgerTxn.id == foreign(LedgerEntry.txn_id)",
        order_by="LedgerEntry.id",
        viewonly=True,
    )


class LedgerEntry(Tenant, Keyed):
    """An amount on one account of the ledger."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        tenant_fk("txn_id", "ledger_txn"),
        CheckConstraint("amount_minor <> 0", name="amount_is_something"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency_code"),
        Index("ix_ledger_entry_txn", "txn_id"),
        Index("ix_ledger_entry_name", "community_id", "name", "item_kind", "item_id"),
    )

    txn_id: Mapped[int]
    name: Mapped[LedgerName] = mapped_column(one_of(LedgerName))
    currency: Mapped[str] = mapped_column(String(3), info=impersonal)
    amount_minor: Mapped[int]
    item_kind: Mapped[str | None] = mapped_column(String(20), info=impersonal)  # of sales, refunds
    item_id: Mapped[str | None] = mapped_column(String(16), info=impersonal)
    quantity: Mapped[int | None]  # how many were sold or taken back
