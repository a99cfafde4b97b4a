"""Reads of the ledger, who is awake by it, and the lock between its writers and its counters."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Function,
    Integer,
    Select,
    case,
    cast,
    exists,
    func,
    select,
)

from app.activity.models import (
    SLEEPING_MONTHS,
    ActivityLast,
    ActivityWeight,
    Channel,
    HealthSetting,
)
from app.core.database import db

_LEDGER = 0x6B697468  # "kith": apart from other advisory locks; the second key is the community


def weight_sharing_the_ledger(kind: str, community_id: int) -> int:
    """Return what a type weighs here, and join the ledger's writers, in one statement."""
    _, weight = db.session.execute(
        select(_shared(community_id), _weight(kind, community_id).scalar_subquery())
    ).one()
    return weight or 1


def share_the_ledger(community_id: int) -> None:
    """Write beside other writers until the transaction ends, but not beside a recount."""
    db.session.execute(select(_shared(community_id)))


def hold_the_ledger(community_id: int) -> None:
    """Recount alone until the transaction ends."""
    db.session.execute(select(func.pg_advisory_xact_lock(_LEDGER, _key(community_id))))


def channel_ids(community_id: int, source: str, uid: str) -> Select[int]:
    """Return the select for a channel's id."""
    return select(Channel.id).where(
        Channel.community_id == community_id, Channel.source == source, Channel.uid == uid
    )


def awake_since(
    community_id: ColumnElement[int], zone: ColumnElement[str], now: ColumnElement[datetime]
) -> ColumnElement[date]:
    """Return the first day of the calendar months in which an awake member did something.

    How many months they are is the community's own choice, the one its health page counts by.
    """
    span = func.coalesce(_chosen(HealthSetting.sleeping_months, community_id), SLEEPING_MONTHS)
    begun = func.date_trunc("month", func.timezone(zone, now))
    return cast(begun - func.make_interval(0, cast(span - 1, Integer)), Date)


def has_acted(
    community_id: ColumnElement[int], contact_id: Any, since: ColumnElement[date]
) -> ColumnElement[bool]:
    """Return the clause for contacts who did since a day what keeps awake in their community."""
    is_strict = func.coalesce(_chosen(HealthSetting.is_strict, community_id), False)
    return exists().where(
        ActivityLast.community_id == community_id,
        ActivityLast.contact_id == contact_id,
        case((is_strict, ActivityLast.kept_on), else_=ActivityLast.last_on) >= since,
    )


def _chosen(column: Any, community_id: ColumnElement[int]) -> Any:
    return select(column).where(HealthSetting.community_id == community_id).scalar_subquery()


def _weight(kind: str, community_id: int) -> Select[int]:
    """The community's newest weight of a type, else the built-in one."""
    return (
        select(ActivityWeight.weight)
        .where(
            ActivityWeight.type == kind,
            (ActivityWeight.community_id == community_id) | ActivityWeight.community_id.is_(None),
        )
        .order_by(ActivityWeight.community_id.nulls_last(), ActivityWeight.version.desc())
        .limit(1)
    )


def _shared(community_id: int) -> Function[Any]:
    return func.pg_advisory_xact_lock_shared(_LEDGER, _key(community_id))


def _key(community_id: int) -> int:
    """Fit a bigint id into the lock's second key; two that meet only wait for each other."""
    return community_id % 2**31
