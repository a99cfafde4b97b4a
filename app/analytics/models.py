"""What health keeps: closed months as shown first, and who stays."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Keyed, Tenant, tenant_fk
from app.core.privacy import impersonal


class HealthMonth(Tenant, Keyed):
    """A closed month's numbers; what is told late makes a new version, never a silent change."""

    __tablename__ = "health_month"
    __table_args__ = (
        UniqueConstraint("community_id", "month", "definition", "version"),
        CheckConstraint("version > 0", name="version_from_one"),
        CheckConstraint("extract(day from month) = 1", name="begins_on_the_first"),
        CheckConstraint("people >= 0", name="people_positive"),
        tenant_fk("import_run_id", "import_run", ondelete="SET NULL"),
        Index(
            "ix_health_month_import_run",
            "import_run_id",
            postgresql_where=text("import_run_id IS NOT NULL"),
        ),
    )

    month: Mapped[date] = mapped_column(Date)
    definition: Mapped[str] = mapped_column(String(16), info=impersonal)  # "1.6", strict: "1.6s"
    version: Mapped[int] = mapped_column(default=1)
    people: Mapped[int]  # n: the members behind the numbers
    numbers: Mapped[dict[str, Any]] = mapped_column(info=impersonal)
    closed_at: Mapped[datetime]
    # by number, the import that moved it last; null in a version of before 0013
    causes: Mapped[dict[str, Any] | None] = mapped_column(info=impersonal)
    is_imported: Mapped[bool] = mapped_column(default=False)  # until 0013: it brought rows of it
    import_run_id: Mapped[int | None]  # until 0013: that one, or one of months before it only


class HealthCohort(Tenant, Keyed):
    """A cell of the cohorts: of those who joined first in one month, who acted in another.

    The team stands apart, so that it can be counted in. "In that month or later" is the sum of
    `ended` from that month on.
    """

    __tablename__ = "health_cohort"
    __table_args__ = (
        UniqueConstraint(
            "community_id", "cohort", "is_team", "month", name="uq_health_cohort_cell"
        ),
        CheckConstraint("people >= ended AND ended >= 0 AND people > 0", name="some_and_no_more"),
        CheckConstraint("month >= cohort", name="nobody_before_joining"),
        CheckConstraint("extract(day from cohort) = 1", name="cohort_begins_on_the_first"),
        CheckConstraint("extract(day from month) = 1", name="month_begins_on_the_first"),
    )

    cohort: Mapped[date] = mapped_column(Date)
    is_team: Mapped[bool]
    month: Mapped[date] = mapped_column(Date)
    people: Mapped[int]  # did something in the month; all of them in the month of joining
    ended: Mapped[int]  # did nothing after it, as far as is known
