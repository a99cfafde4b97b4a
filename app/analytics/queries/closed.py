"""What was kept: how a community counts, and its closed months in their newest version."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, and_, select

from app.analytics.figures import DEFINITION, Change, Figures, changes
from app.analytics.models import SLEEPING_MONTHS, HealthMonth, HealthSetting
from app.analytics.queries.histories import Counting, day_slot, here
from app.communities.models import Community
from app.core.database import db, within


@dataclass(frozen=True, slots=True)
class Closed:
    """A closed month as it reads now, and as it was kept first."""

    figures: Figures
    version: int
    original: Figures
    is_imported: bool = False

    @property
    def changes(self) -> list[Change]:
        """Which numbers read otherwise than when the month was closed."""
        return changes(self.original, self.figures, is_imported=self.is_imported)


def counting_of(community: Community, *, with_team: bool = False) -> Counting:
    """Return how a community counts: six months, not strictly, unless it said otherwise."""
    row: HealthSetting | None = db.session.scalar(within(HealthSetting, community.id))
    if row is None:
        return Counting(SLEEPING_MONTHS, with_team=with_team)
    return Counting(row.sleeping_months, row.is_strict, with_team)


def definition_of(counting: Counting) -> str:
    """Name what the numbers mean: the version, and how a community counts."""
    return f"{DEFINITION}.{counting.span}{'s' if counting.is_strict else ''}"


def kept(community: Community, since: date) -> tuple[Counting, dict[date, Closed]]:
    """Return how a community counts, and its closed months: one statement."""
    asked = {"community_id": community.id, "since": since}
    rows = db.session.execute(_kept(), asked).all()
    span, is_strict = rows[0][:2]
    counting = Counting(span or SLEEPING_MONTHS, bool(is_strict))
    definition = definition_of(counting)
    return counting, _newest([row for row in rows if row.definition == definition])


@lru_cache
def _kept() -> Select[*tuple[Any, ...]]:
    months = and_(HealthMonth.community_id == Community.id, HealthMonth.month >= day_slot("since"))
    return (
        select(
            HealthSetting.sleeping_months,
            HealthSetting.is_strict,
            HealthMonth.definition,
            HealthMonth.month,
            HealthMonth.version,
            HealthMonth.numbers,
            HealthMonth.is_imported,
        )
        .select_from(Community)
        .outerjoin(HealthSetting, HealthSetting.community_id == Community.id)
        .outerjoin(HealthMonth, months)
        .where(Community.id == here())
        .order_by(HealthMonth.month, HealthMonth.version)
    )


def _newest(rows: Sequence[Any]) -> dict[date, Closed]:
    found: dict[date, Closed] = {}
    for row in rows:
        figures = Figures.from_json(row.month, row.numbers)
        before = found.get(row.month)
        if before is None:
            found[row.month] = Closed(figures, row.version, figures)
        else:
            is_imported = before.is_imported or row.is_imported
            found[row.month] = Closed(figures, row.version, before.original, is_imported)
    return found
