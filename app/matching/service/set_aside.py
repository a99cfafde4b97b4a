"""Setting a suggested member aside: for a while, or for good. The other cannot tell."""

from datetime import datetime, timedelta

from sqlalchemy import case, delete
from sqlalchemy.dialects.postgresql import insert

from app.communities.models import Contact
from app.core.database import db
from app.matching.models import MatchSetAside

A_WHILE = timedelta(days=30)


def postpone(contact: Contact, other_id: int, *, now: datetime) -> datetime | None:
    """Keep a member off another's page for a while and return until when; None is for good.

    Whom they had set aside for good stays so.
    """
    return _keep(contact, other_id, now=now, until=now + A_WHILE)


def refuse(contact: Contact, other_id: int, *, now: datetime) -> None:
    """Keep a member off another's page for good."""
    _keep(contact, other_id, now=now, until=None)


def show_again(contact: Contact, other_id: int) -> bool:
    """Take back what was set aside; False when nothing was."""
    gone = delete(MatchSetAside).where(
        MatchSetAside.community_id == contact.community_id,
        MatchSetAside.contact_id == contact.id,
        MatchSetAside.other_id == other_id,
    )
    return bool(db.session.scalars(gone.returning(MatchSetAside.id)).all())


def _keep(
    contact: Contact, other_id: int, *, now: datetime, until: datetime | None
) -> datetime | None:
    statement = insert(MatchSetAside).values(
        community_id=contact.community_id,
        contact_id=contact.id,
        other_id=other_id,
        set_at=now,
        until=until,
    )
    later = statement.excluded.until
    kept: datetime | None = db.session.scalar(
        statement.on_conflict_do_update(
            index_elements=["community_id", "contact_id", "other_id"],
            set_={
                "until": case((MatchSetAside.until.is_(None), None), else_=later),
                "set_at": case((MatchSetAside.until.is_(None), MatchSetAside.set_at), else_=now),
            },
        ).returning(MatchSetAside.until)
    )
    return kept
