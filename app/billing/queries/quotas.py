"""Reads of quotas and holds."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from app.billing.models import Hold, HoldLine, HoldState, Quota
from app.core.database import db


@dataclass(frozen=True)
class Drift:
    """A quota whose counter differs from its rows: a finding, never a silent repair."""

    quota_id: int
    counted: int
    found: int


def taken(quota_id: int) -> int:
    """Return how many of a quota are held or sold."""
    return db.session.execute(
        select(Quota.held + Quota.sold).where(Quota.id == quota_id)
    ).scalar_one()


def left(quota_id: int) -> int:
    """Return how many of a limited quota are left."""
    number = db.session.execute(
        select(func.coalesce(Quota.size, 0) - Quota.held - Quota.sold).where(Quota.id == quota_id)
    ).scalar_one()
    return int(number)


def overdue_holds(now: datetime) -> list[int]:
    """Return the holds of seats whose time is over, oldest first; an order looks after its own."""
    return list(
        db.session.scalars(
            select(Hold.id)
            .where(Hold.state == HoldState.HELD, Hold.expires_at <= now, Hold.order_id.is_(None))
            .order_by(Hold.expires_at)
        )
    )


def drifted_holds() -> list[Drift]:
    """Return the quotas whose count of held ones differs from the holds that stand."""
    standing = (
        select(HoldLine.quota_id, func.sum(HoldLine.quantity).label("number"))
        .join(Hold, Hold.id == HoldLine.hold_id)
        .where(Hold.state == HoldState.HELD)
        .group_by(HoldLine.quota_id)
        .subquery()
    )
    found = func.coalesce(standing.c.number, 0)
    rows = db.session.execute(
        select(Quota.id, Quota.held, found)
        .outerjoin(standing, standing.c.quota_id == Quota.id)
        .where(Quota.held != found)
        .order_by(Quota.id)
    )
    return [Drift(quota_id, counted, int(number)) for quota_id, counted, number in rows]
