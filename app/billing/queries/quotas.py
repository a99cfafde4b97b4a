"""Reads of quotas."""

from sqlalchemy import func, select

from app.billing.models import Quota
from app.core.database import db


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
