"""What a community's front page shows, to strangers and to members."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from app.billing.models import Quota
from app.communities.models import Community, Contact, Membership, Visibility
from app.communities.queries.people import Viewer, is_listed_for, seen_by
from app.core.database import db
from app.events.models import Event, EventState, EventVisibility

FACES = 12
OPEN = (Visibility.PUBLIC, Visibility.UNLISTED)


@dataclass(frozen=True, slots=True)
class Face:
    """A member as the front page shows them to other members."""

    public_id: str
    name: str
    picture_key: str | None


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Everything a stranger's front page depends on."""

    community_id: int
    version: int
    members: int
    gatherings: str | None


def fingerprint(slug: str, now: datetime) -> Fingerprint | None:
    """Return what a stranger's page is known by: one statement; None where strangers see nothing.

    The page changes when the community does, someone comes or goes, or a public event is added,
    edited, filled or over.
    """
    row = db.session.execute(
        select(
            Community.id,
            Community.version,
            _member_count(Community.id).correlate(Community).scalar_subquery(),
            _gatherings_stamp(now).correlate(Community).scalar_subquery(),
        ).where(
            Community.slug == slug,
            Community.suspended_at.is_(None),
            Community.visibility.in_(OPEN),
        )
    ).first()
    return Fingerprint(*row) if row else None


def member_count(community: Community) -> int:
    """Return how many members a community has now."""
    return db.session.scalar(_member_count(community.id)) or 0


def newest_faces(community: Community, viewer: Viewer) -> list[Face]:
    """Return the members who came last and whom this member may see: one statement."""
    rows = db.session.execute(
        select(Contact.public_id, Contact.name, Contact.picture_key)
        .join(Membership, Membership.contact_id == Contact.id)
        .where(
            Contact.community_id == community.id,
            Membership.left_at.is_(None),
            is_listed_for(viewer),
            seen_by(viewer),
        )
        .order_by(Membership.joined_at.desc(), Membership.id.desc())
        .limit(FACES)
    )
    return [Face(*row) for row in rows]


def _member_count(community_id: Any) -> Select[int]:
    return (
        select(func.count())
        .select_from(Membership)
        .where(Membership.community_id == community_id, Membership.left_at.is_(None))
    )


def _gatherings_stamp(now: datetime) -> Select[Any]:
    """Return the digest of what the cards of coming public events say."""
    words = func.concat_ws(
        "|",
        Event.id,
        Event.version,
        Event.title,
        Event.starts_at,
        Event.place,
        Quota.held + Quota.sold,
        Quota.size,
    )
    return (
        select(func.md5(func.string_agg(words, aggregate_order_by(literal(","), Event.id))))
        .select_from(Event)
        .join(Quota, Quota.id == Event.quota_id)
        .where(
            Event.community_id == Community.id,
            Event.state == EventState.PUBLISHED,
            Event.visibility == EventVisibility.PUBLIC,
            Event.ends_at > now,
        )
    )
