"""Reconciliation: runs, and what they found."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Keyed, Public, Tenant, one_of, tenant_fk, tenant_key
from app.core.privacy import TOMBSTONE, impersonal, personal


class ReconReach(StrEnum):
    """How much a run looks at."""

    SMALL = "small"  # every quarter of an hour: what moved lately
    FULL = "full"  # every night: everything


class ReconRun(Tenant, Keyed):
    """One look at whether Stripe, the orders and the ledger agree."""

    __tablename__ = "recon_run"
    __table_args__ = (tenant_key(), Index("ix_recon_run_started", "community_id", "started_at"))

    reach: Mapped[ReconReach] = mapped_column(one_of(ReconReach))
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    checked: Mapped[int] = mapped_column(default=0)  # orders and payments looked at
    found: Mapped[int] = mapped_column(default=0)
    is_unreachable: Mapped[bool] = mapped_column(default=False)  # not all was compared


class FindingKind(StrEnum):
    """What can be wrong."""

    PAID_NOT_FULFILLED = "paid_not_fulfilled"
    FULFILLED_NOT_PAID = "fulfilled_not_paid"
    AMOUNT_DIFFERS = "amount_differs"
    REFUND_MISSING = "refund_missing"
    REFUND_FAILED = "refund_failed"
    UNMATCHED_MONEY = "unmatched_money"
    COUNTER_DRIFT = "counter_drift"
    TWO_SUBSCRIPTIONS = "two_subscriptions"
    LEDGER_DIFFERS = "ledger_differs"
    NOTICE_PARKED = "notice_parked"
    HOLD_STUCK = "hold_stuck"


class Finding(Tenant, Public):
    """Something that does not agree: shown until it does, or until a person settles it."""

    __tablename__ = "finding"
    __table_args__ = (
        tenant_key(),
        tenant_fk("run_id", "recon_run", ondelete="SET NULL"),
        tenant_fk("settled_by_id", "contact", ondelete="SET NULL"),
        Index(
            "uq_finding_open",
            "community_id",
            "kind",
            "subject",
            unique=True,
            postgresql_where=text("settled_at IS NULL"),
        ),
    )

    run_id: Mapped[int | None]
    kind: Mapped[FindingKind] = mapped_column(one_of(FindingKind))
    subject: Mapped[str] = mapped_column(String(80), info=impersonal)  # "order:<public id>"
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict, info=impersonal)
    found_at: Mapped[datetime]
    seen_at: Mapped[datetime]  # by the last run that found it
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(
        info=personal("finding settled", erase=TOMBSTONE)
    )

    @property
    def contact_id(self) -> str:
        """The public id of the contact it is about; empty when it is about something else."""
        kind, _, name = self.subject.partition(":")
        return name if kind == "contact" else ""

    @property
    def order_id(self) -> str:
        """The public id of the order it is about; empty when it is about none."""
        kind, _, name = self.subject.partition(":")
        return name if kind == "order" else str(self.facts.get("order", ""))
