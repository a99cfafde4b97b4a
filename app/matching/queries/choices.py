"""What a member asked for and said of themselves."""

from datetime import datetime
from functools import cache

from sqlalchemy import BigInteger, bindparam, exists, select

from app.communities.models import Contact
from app.core.database import db, within
from app.core.reading import Reading
from app.events.models import Event
from app.matching.models import MatchChoice, MatchKind, MatchProfile


def choices(community_id: int, contact_id: int) -> frozenset[MatchKind]:
    """Return the kinds of suggestions a member said yes to."""
    found = _chosen().rows(community_id=community_id, contact_id=contact_id)
    return frozenset(row.kind for row in found)


@cache
def _chosen() -> Reading:
    """Return the statement, built once."""
    return Reading(
        select(MatchChoice.kind).where(
            MatchChoice.community_id == bindparam("community_id", type_=BigInteger),
            MatchChoice.contact_id == bindparam("contact_id", type_=BigInteger),
        )
    )


def is_wanted(community_id: int) -> bool:
    """Say whether anybody in a community takes part."""
    return bool(db.session.scalar(select(exists().where(MatchChoice.community_id == community_id))))


def wanted_after_gatherings(since: datetime, until: datetime) -> list[int]:
    """Return the communities in which somebody takes part and a gathering ended meanwhile."""
    return list(
        db.session.scalars(
            select(Event.community_id)
            .distinct()
            .where(
                Event.ends_at >= since,
                Event.ends_at < until,
                exists().where(MatchChoice.community_id == Event.community_id),
            )
            .order_by(Event.community_id)
        )
    )


def profile_of(contact: Contact) -> MatchProfile | None:
    """Return what a member said of their years and hours."""
    found: MatchProfile | None = db.session.scalar(
        within(MatchProfile, contact.community_id).where(MatchProfile.contact_id == contact.id)
    )
    return found
