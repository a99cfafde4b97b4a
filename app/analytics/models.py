"""What health remembers: closed months as they were shown first, and a community's own counting."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Keyed, Tenant
from app.core.privacy import impersonal

SLEEPING_MONTHS = 6


class HealthSetting(Tenant, Keyed):
    """How a community counts who sleeps; no row is the default."""

    __tablename__ = "health_setting"
    __table_args__ = (
        UniqueConstraint("community_id"),
        CheckConstraint("sleeping_months BETWEEN 1 AND 24", name="sleeping_months_in_reason"),
    )

    sleeping_months: Mapped[int] = mapped_column(default=SLEEPING_MONTHS)
    is_strict: Mapped[bool] = mapped_column(default=False)  # only buying and coming keep awake


class HealthMonth(Tenant, Keyed):
    """A closed month's numbers; what is told late makes a new version, never a silent change."""

    __tablename__ = "health_month"
    __table_args__ = (
        UniqueConstraint("community_id", "month", "definition", "version"),
        CheckConstraint("version > 0", name="version_from_one"),
        CheckConstraint("extract(day from month) = 1", name="begins_on_the_first"),
        CheckConstraint("people >= 0", name="people_positive"),
    )

    month: Mapped[date] = mapped_column(Date)
    definition: Mapped[str] = mapped_column(String(16), info=impersonal)  # "1.6", strict: "1.6s"
    version: Mapped[int] = mapped_column(default=1)
    people: Mapped[int]  # n: the members behind the numbers
    numbers: Mapped[dict[str, Any]] = mapped_column(info=impersonal)
    closed_at: Mapped[datetime]
    is_imported: Mapped[bool] = mapped_column(default=False)  # an import told it late
