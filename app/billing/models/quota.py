"""Quotas, the holds on them, and vouchers: how many of a thing there are, kept by the database."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.database import Keyed, Public, Tenant, one_of, tenant_fk, tenant_key
from app.core.privacy import impersonal


def left_of(size: int | None, taken: int) -> int | None:
    """Return how many are left of a size; None when there is no limit."""
    return None if size is None else max(0, size - taken)


class Quota(Tenant, Public):
    """A counted thing: `size` of them in all (None: no limit), some held, some sold."""

    __tablename__ = "quota"
    __table_args__ = (
        tenant_key(),
        CheckConstraint("held >= 0", name="held_positive"),
        CheckConstraint("sold >= 0", name="sold_positive"),
        CheckConstraint("size IS NULL OR held + sold <= size", name="never_oversold"),
    )

    size: Mapped[int | None]
    held: Mapped[int] = mapped_column(default=0)
    sold: Mapped[int] = mapped_column(default=0)

    @property
    def taken(self) -> int:
        """How many are held or sold."""
        return self.held + self.sold

    @property
    def left(self) -> int | None:
        """How many are left; None when there is no limit."""
        return left_of(self.size, self.taken)


class HoldState(StrEnum):
    """Where a hold stands."""

    HELD = "held"
    TAKEN = "taken"
    RELEASED = "released"


HOLD_MOVES: dict[HoldState, frozenset[HoldState]] = {
    HoldState.HELD: frozenset({HoldState.TAKEN, HoldState.RELEASED}),
    HoldState.TAKEN: frozenset(),
    HoldState.RELEASED: frozenset(),
}
"""What a hold may become."""


class Hold(Tenant, Public):
    """A reservation on one quota or several that expires by itself unless it is taken."""

    __tablename__ = "hold"
    __table_args__ = (tenant_key(), tenant_fk("order_id", "billing_order"))

    order_id: Mapped[int | None] = mapped_column(index=True)  # None: held for a seat
    state: Mapped[HoldState] = mapped_column(one_of(HoldState), default=HoldState.HELD)
    expires_at: Mapped[datetime] = mapped_column(index=True)

    lines: Mapped[list["HoldLine"]] = relationship(
        primaryjoin="Hold.id == foreign(HoldLine.hold_id)",
        order_by="HoldLine.quota_id",
        viewonly=True,
    )


class HoldLine(Tenant, Keyed):
    """So many of one quota within a hold; of those sold, `returned` were given back."""

    __tablename__ = "hold_line"
    __table_args__ = (
        tenant_key(),
        tenant_fk("hold_id", "hold"),
        tenant_fk("quota_id", "quota"),
        tenant_fk("order_line_id", "order_line"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("returned BETWEEN 0 AND quantity", name="returned_once"),
    )

    hold_id: Mapped[int] = mapped_column(index=True)
    quota_id: Mapped[int] = mapped_column(index=True)
    order_line_id: Mapped[int | None] = mapped_column(index=True)
    quantity: Mapped[int]
    returned: Mapped[int] = mapped_column(default=0)


class Voucher(Tenant, Public):
    """A code that lowers a price: by a share or by an amount, so many times in all."""

    __tablename__ = "voucher"
    __table_args__ = (
        tenant_key(),
        UniqueConstraint("community_id", "code_key"),
        CheckConstraint("held >= 0", name="held_positive"),
        CheckConstraint("used >= 0", name="used_positive"),
        CheckConstraint("max_uses IS NULL OR held + used <= max_uses", name="never_overused"),
        CheckConstraint("percent_off BETWEEN 1 AND 100", name="percent_in_reason"),
        CheckConstraint("amount_off_minor > 0", name="amount_positive"),
        CheckConstraint(
            "(percent_off IS NULL) <> (amount_off_minor IS NULL)", name="one_kind_of_reduction"
        ),
        CheckConstraint("(amount_off_minor IS NULL) = (currency IS NULL)", name="amount_in_money"),
        Index(
            "ix_voucher_open",
            "community_id",
            postgresql_where=text("retired_at IS NULL"),
        ),
    )

    code: Mapped[str] = mapped_column(String(40), info=impersonal)
    code_key: Mapped[str] = mapped_column(String(40), info=impersonal)
    item_kind: Mapped[str | None] = mapped_column(String(20), info=impersonal)  # None: anything
    item_id: Mapped[str | None] = mapped_column(String(16), info=impersonal)
    percent_off: Mapped[int | None]
    amount_off_minor: Mapped[int | None]
    currency: Mapped[str | None] = mapped_column(String(3), info=impersonal)
    max_uses: Mapped[int | None]
    held: Mapped[int] = mapped_column(default=0)
    used: Mapped[int] = mapped_column(default=0)
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]
