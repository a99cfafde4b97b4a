"""Which import told a month late: one that brought rows of it, or of months before it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, DateTime, and_, cast, exists, func, or_, select

from app.activity.models import Activity
from app.analytics.changes import explains, moved
from app.analytics.figures import Figures
from app.analytics.months import Month
from app.analytics.queries.closed import Closed
from app.billing.models import ImportedOrder, LedgerTxn
from app.communities.models import Community, ImportRun
from app.core.database import db

LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Cause:
    """The import behind a new version of a month."""

    run_id: int
    is_direct: bool  # it brought rows of the month, or took them back; else of months before it


def cause_of(community: Community, month: Month, before: Closed, after: Figures) -> Cause | None:
    """Return the newest import since a month was kept that can have moved a number of it.

    One that brought rows of the month goes before one whose acts of earlier months keep awake.
    """
    numbers = moved(before.figures, after)
    runs = _since(community, month, before.closed_at)
    for is_direct in (True, False):
        for run in runs:
            reaches = run.is_direct if is_direct else run.is_earlier
            kind = run.kind.value
            if reaches and any(explains(kind, one, is_direct=is_direct) for one in numbers):
                return Cause(run.id, is_direct)
    return None


def _since(community: Community, month: Month, kept_at: datetime) -> Sequence[Any]:
    """Return the imports that ended, or were taken back, since then, the newest first."""
    moved_at = func.greatest(ImportRun.finished_at, ImportRun.undone_at)
    return db.session.execute(
        select(
            ImportRun.id,
            ImportRun.kind,
            _brought(month.begins_at, month.ends_at).label("is_direct"),
            _brought(LONG_AGO, month.begins_at).label("is_earlier"),
        )
        .where(ImportRun.community_id == community.id, moved_at >= kept_at)
        .order_by(moved_at.desc(), ImportRun.id.desc())
    ).all()


def _brought(begins: datetime, ends: datetime) -> ColumnElement[bool]:
    """Say whether an import brought rows of a span of time.

    Of one that was taken back, the rows are gone: it kept the first and the last moment of them.
    """
    acts = exists().where(
        Activity.community_id == ImportRun.community_id,
        Activity.import_run_id == ImportRun.id,
        Activity.happened_at >= begins,
        Activity.happened_at < ends,
    )
    orders = exists().where(
        ImportedOrder.community_id == ImportRun.community_id,
        ImportedOrder.import_run_id == ImportRun.id,
        LedgerTxn.community_id == ImportedOrder.community_id,
        LedgerTxn.id.in_((ImportedOrder.txn_id, ImportedOrder.refund_txn_id)),
        LedgerTxn.happened_at >= begins,
        LedgerTxn.happened_at < ends,
    )
    first, last = (
        cast(ImportRun.counts[name].astext, DateTime(timezone=True)) for name in ("first", "last")
    )
    gone = and_(ImportRun.undone_at.is_not(None), first < ends, last >= begins)
    return or_(acts, orders, func.coalesce(gone, False))
