"""Quotas and the holds on them: how many of a thing there are, kept by the database."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.database import Public, Tenant, one_of, tenant_fk, tenant_key


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
        return None if self.size is None else max(0, self.size - self.taken)


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
    """A reservation on a quota that expires by itself unless it is taken."""

    __tablename__ = "hold"
    __table_args__ = (
        tenant_key(),
        tenant_fk("quota_id", "quota"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
    )

    quota_id: Mapped[int] = mapped_column(index=True)
    quantity: Mapped[int]
    state: Mapped[HoldState] = mapped_column(one_of(HoldState), default=HoldState.HELD)
    expires_at: Mapped[datetime] = mapped_column(index=True)

    quota: Mapped[Quota] = relationship(
        primaryjoin="Quota.id == foreign(Hold.quota_id)", viewonly=True
    )
