"""Reads of grants: whether someone has access, and by what."""

from datetime import datetime

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import joinedload

from app.billing.models import Grant
from app.core.database import db


def covers(now: datetime) -> ColumnElement[bool]:
    """Return the condition that a grant counts at a moment."""
    return (
        Grant.revoked_at.is_(None)
        & (Grant.starts_at <= now)
        & or_(Grant.ends_at.is_(None), Grant.ends_at > now)
    )


def has_access(contact_id: int, now: datetime) -> bool:
    """Say whether any unrevoked grant of a contact covers a moment."""
    return bool(
        db.session.scalar(select(exists().where(Grant.contact_id == contact_id, covers(now))))
    )


def active_grant(contact_id: int, now: datetime) -> Grant | None:
    """Return the grant that lasts longest of those a contact has now."""
    return db.session.scalar(
        select(Grant)
        .where(Grant.contact_id == contact_id, covers(now))
        .order_by(Grant.ends_at.desc().nulls_first(), Grant.id)
        .options(joinedload(Grant.plan))
        .limit(1)
    )


def grants_of(contact_id: int) -> list[Grant]:
    """Return every grant of a contact, newest first."""
    return list(
        db.session.scalars(
            select(Grant)
            .where(Grant.contact_id == contact_id)
            .order_by(Grant.starts_at.desc(), Grant.id.desc())
            .options(joinedload(Grant.plan))
        )
    )
