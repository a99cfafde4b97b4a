"""Reads of the ledger, and the lock between its writers and its counters."""

from typing import Any

from sqlalchemy import Function, Select, func, select

from app.activity.models import ActivityWeight, Channel
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
