"""Reads of the ledger."""

from sqlalchemy import select

from app.activity.models import ActivityWeight
from app.core.database import db


def weight_of(kind: str, community_id: int) -> int:
    """Return how much one activity type weighs here: the community's newest, else the built-in."""
    return (
        db.session.scalar(
            select(ActivityWeight.weight)
            .where(
                ActivityWeight.type == kind,
                (ActivityWeight.community_id == community_id)
                | ActivityWeight.community_id.is_(None),
            )
            .order_by(ActivityWeight.community_id.nulls_last(), ActivityWeight.version.desc())
            .limit(1)
        )
        or 1
    )
