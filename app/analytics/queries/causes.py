"""Which import told a month late: one that brought rows of it, or of months before it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, DateTime, and_, cast, exists, func, or_, select

from app.activity.models import Activity
from app.analytics.changes import Reach, ToldBy, explains, moved
from app.analytics.figures import Figures
from app.analytics.months import Month, first_of, month_from
from app.analytics.queries.closed import Closed, source_told
from app.analytics.queries.histories import Counting
from app.billing.models import ImportedOrder, LedgerTxn
from app.communities.models import Community, ImportRun, ImportState
from app.core.database import db

AT_MOST = timedelta(days=2)  # from an import to the count that finds what it moved
LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


def causes_of(
    community: Community,
    month: Month,
    before: Closed,
    after: Figures,
    counting: Counting,
    *,
    now: datetime,
) -> dict[str, ToldBy]:
    """Return by number the import behind a new version of a month, where there is one.

    For a number that moved it is the newest import of late that can have moved it; one that
    brought rows of the month goes before one whose acts of the months before keep awake.
    """
    numbers = moved(before.figures, after)
    found = before.causes_beside(numbers)
    runs = _imports(community, month, counting, before.closed_at, now)
    for reach in Reach:
        for run in runs:
            if getattr(run, reach.name):
                found |= {
                    number: _told_by(run, now)
                    for number in numbers
                    if number not in found and explains(run.kind.value, number, reach)
                }
    return found


def _imports(
    community: Community, month: Month, counting: Counting, kept_at: datetime, now: datetime
) -> Sequence[Any]:
    """Return the imports that run, or ended or were taken back of late, the newest first.

    Months are restated at once after each, and every night: an older one would have moved them
    then, and moved nothing. Not even one that is cut short and goes on some day.
    """
    lately = now - AT_MOST
    awake_from = month_from(first_of(month.number - counting.span), community.zone).begins_at
    is_under_way = ImportRun.state.in_((ImportState.RUNNING, ImportState.UNDOING))
    moved_at = func.greatest(ImportRun.finished_at, ImportRun.undone_at)
    return db.session.execute(
        select(
            ImportRun.kind,
            ImportRun.finished_at,
            ImportRun.undone_at,
            _is_taken_back().label("is_taken_back"),
            source_told().label("source"),
            _brought(month.begins_at, month.ends_at, lately).label(Reach.MONTH.name),
            _brought(awake_from, month.begins_at, lately).label(Reach.SPAN.name),
            _brought(LONG_AGO, awake_from, lately).label(Reach.EVER.name),
        )
        .where(
            ImportRun.community_id == community.id,
            or_(is_under_way, moved_at >= max(kept_at, lately)),
        )
        .order_by(is_under_way.desc(), moved_at.desc(), ImportRun.id.desc())
    ).all()


def _told_by(run: Any, now: datetime) -> ToldBy:
    moment = run.undone_at if run.is_taken_back else run.finished_at
    return ToldBy(run.kind.value, run.source or "", moment or now, run.is_taken_back)


def _is_taken_back() -> ColumnElement[bool]:
    return ImportRun.state.in_((ImportState.UNDOING, ImportState.UNDONE))


def _brought(begins: datetime, ends: datetime, lately: datetime) -> ColumnElement[bool]:
    """Say whether an import brought rows of a span of time, and did so of late.

    Of one that was taken back, the rows are gone: it kept the first and the last moment of them.
    """
    acts = exists().where(
        Activity.community_id == ImportRun.community_id,
        Activity.import_run_id == ImportRun.id,
        Activity.happened_at >= begins,
        Activity.happened_at < ends,
        Activity.recorded_at >= lately,
    )
    orders = exists().where(
        ImportedOrder.community_id == ImportRun.community_id,
        ImportedOrder.import_run_id == ImportRun.id,
        LedgerTxn.community_id == ImportedOrder.community_id,
        LedgerTxn.id.in_((ImportedOrder.txn_id, ImportedOrder.refund_txn_id)),
        LedgerTxn.happened_at >= begins,
        LedgerTxn.happened_at < ends,
        LedgerTxn.recorded_at >= lately,
    )
    first, last = (
        cast(ImportRun.counts[name].astext, DateTime(timezone=True)) for name in ("first", "last")
    )
    gone = and_(_is_taken_back(), first < ends, last >= begins)
    return or_(acts, orders, func.coalesce(gone, False))
