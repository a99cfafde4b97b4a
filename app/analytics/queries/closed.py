"""What was kept: how a community counts, and its closed months in their newest version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, and_, func, select

from app.activity.models import SLEEPING_MONTHS, Activity, HealthSetting
from app.analytics.changes import Change, ToldBy, changes, moved
from app.analytics.figures import DEFINITION, Figures
from app.analytics.models import HealthMonth
from app.analytics.queries.histories import Counting, day_slot, here
from app.billing.models import ImportedOrder
from app.communities.models import Community, ImportRun
from app.core.database import db, within


@dataclass(frozen=True, slots=True)
class Closed:
    """A closed month as it reads now, and as it was kept first."""

    figures: Figures
    version: int
    closed_at: datetime
    original: Figures
    causes: Mapping[str, ToldBy] = field(default_factory=dict)
    """By number, the import that moved it last, where one did."""

    @property
    def changes(self) -> list[Change]:
        """Which numbers read otherwise than when the month was closed."""
        return changes(self.original, self.figures, self.causes)


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
            HealthMonth.closed_at,
            HealthMonth.is_imported,
            ImportRun.kind,
            ImportRun.finished_at,
            ImportRun.undone_at,
            func.coalesce(_source_of(Activity), _source_of(ImportedOrder)).label("source"),
        )
        .select_from(Community)
        .outerjoin(HealthSetting, HealthSetting.community_id == Community.id)
        .outerjoin(HealthMonth, months)
        .outerjoin(ImportRun, ImportRun.id == HealthMonth.import_run_id)
        .where(Community.id == here())
        .order_by(HealthMonth.month, HealthMonth.version)
    )


def _newest(rows: Sequence[Any]) -> dict[date, Closed]:
    found: dict[date, Closed] = {}
    for row in rows:
        figures = Figures.from_json(row.month, row.numbers)
        before = found.get(row.month)
        if before is None:
            found[row.month] = Closed(figures, row.version, row.closed_at, figures)
        else:
            causes = _causes(before, figures, _told_by(row))
            told = (figures, row.version, row.closed_at, before.original, causes)
            found[row.month] = Closed(*told)
    return found


def _causes(before: Closed, after: Figures, told_by: ToldBy | None) -> dict[str, ToldBy]:
    """Return which import moved each number last: one that moved without an import has none."""
    now = moved(before.figures, after)
    kept = {number: cause for number, cause in before.causes.items() if number not in now}
    if told_by is not None:
        kept |= {number: told_by for number in now if told_by.explains(number)}
    return kept


def _told_by(row: Any) -> ToldBy | None:
    if row.kind is None:
        return ToldBy() if row.is_imported else None
    is_undone = row.undone_at is not None
    moment = row.undone_at or row.finished_at
    return ToldBy(row.kind.value, row.source or "", moment, is_undone, row.is_imported)


def _source_of(table: type[Activity | ImportedOrder]) -> Any:
    """Return where the records of an import came from: one of them says it."""
    run = table.import_run_id == HealthMonth.import_run_id
    return select(table.source).where(run).limit(1).scalar_subquery()
