"""What was kept: how a community counts, and its closed months in their newest version."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, func, select, true
from sqlalchemy.orm import aliased

from app.activity.models import SLEEPING_MONTHS, Activity, HealthSetting
from app.analytics.changes import Change, Reach, ToldBy, changes, explains, moved
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
    is_settled: bool = True
    """They are kept with it, so that no version before it is asked."""

    def causes_beside(self, numbers: Collection[str]) -> dict[str, ToldBy]:
        """Return the imports behind all but some numbers."""
        return {number: one for number, one in self.causes.items() if number not in numbers}

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
    """Return how a community counts, and its closed months: one statement.

    Of the versions of a month it reads the first and the newest, and no more with every new one.
    """
    asked = {"community_id": community.id, "since": since}
    rows = db.session.execute(_kept(), asked).all()
    span, is_strict = rows[0][:2]
    counting = Counting(span or SLEEPING_MONTHS, bool(is_strict))
    definition = definition_of(counting)
    return counting, _newest([row for row in rows if row.definition == definition])


@lru_cache
def _kept() -> Select[*tuple[Any, ...]]:
    first = aliased(HealthMonth)
    settled = _settled(first)
    months = and_(first.community_id == Community.id, first.month >= day_slot("since"))
    since_then = HealthMonth.version >= func.coalesce(settled.c.version, 1)
    return (
        select(
            HealthSetting.sleeping_months,
            HealthSetting.is_strict,
            first.definition,
            first.month,
            first.numbers.label("original"),
            HealthMonth.version,
            HealthMonth.numbers,
            HealthMonth.closed_at,
            HealthMonth.causes,
            HealthMonth.is_imported,
            ImportRun.kind,
            ImportRun.finished_at,
            ImportRun.undone_at,
            source_told().label("source"),
        )
        .select_from(Community)
        .outerjoin(HealthSetting, HealthSetting.community_id == Community.id)
        .outerjoin(first, and_(months, first.version == 1))
        .outerjoin(settled, true())
        .outerjoin(HealthMonth, and_(_is_of(HealthMonth, first), since_then))
        .outerjoin(ImportRun, ImportRun.id == HealthMonth.import_run_id)
        .where(Community.id == here())
        .order_by(first.month, HealthMonth.version)
    )


def _settled(first: type[HealthMonth]) -> FromClause:
    """Select the newest version of a month that knows what moved until then."""
    one = aliased(HealthMonth)
    told = select(func.max(one.version).label("version"))
    return told.where(_is_of(one, first), one.causes.is_not(None)).lateral()


def _is_of(one: type[HealthMonth], first: type[HealthMonth]) -> ColumnElement[bool]:
    """Say whether a version is one of the same month, counted alike."""
    return and_(
        one.community_id == first.community_id,
        one.month == first.month,
        one.definition == first.definition,
    )


def _newest(rows: Sequence[Any]) -> dict[date, Closed]:
    found: dict[date, Closed] = {}
    for row in rows:
        before = found.get(row.month) or _first(row)
        figures = Figures.from_json(row.month, row.numbers)
        told = (figures, row.version, row.closed_at, before.original)
        if row.causes is None:
            causes = _compared(before, figures, row)
            found[row.month] = Closed(*told, causes, is_settled=row.version == 1)
        else:
            causes = {number: ToldBy.of_json(one) for number, one in row.causes.items()}
            found[row.month] = Closed(*told, causes)
    return found


def _first(row: Any) -> Closed:
    figures = Figures.from_json(row.month, row.original)
    return Closed(figures, 1, row.closed_at, figures)


def _compared(before: Closed, after: Figures, row: Any) -> dict[str, ToldBy]:
    """Return the causes of a version of before 0013: one import is behind all that it moved."""
    told_by, reach = ToldBy(), Reach.MONTH if row.is_imported else Reach.SPAN
    if row.kind is not None:
        moment = row.undone_at or row.finished_at
        told_by = ToldBy(row.kind.value, row.source or "", moment, row.undone_at is not None)
    is_told = row.is_imported or row.kind is not None
    now = moved(before.figures, after)
    return before.causes_beside(now) | {
        number: told_by for number in now if is_told and explains(told_by.kind, number, reach)
    }


def source_told() -> Any:
    """Return where the records of an import came from: one of them says it."""
    return func.coalesce(_source_of(Activity), _source_of(ImportedOrder))


def _source_of(table: type[Activity | ImportedOrder]) -> Any:
    run = table.import_run_id == ImportRun.id
    return select(table.source).where(run).limit(1).correlate(ImportRun).scalar_subquery()
