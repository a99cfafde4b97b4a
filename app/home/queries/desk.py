"""What stands on the organizer's desk: what waits, who came, what comes."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from app.communities.models import (
    Community,
    Contact,
    JoinRequest,
    JoinRequestState,
    Membership,
    Report,
    ReportState,
)
from app.communities.queries.people import Viewer, is_listed_for, seen_by
from app.core.database import db

NEWEST = 6


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for a decision."""

    requests: int
    reports: int


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A member who joined of late."""

    public_id: str
    name: str
    picture_key: str | None
    joined_at: datetime


def waiting(community: Community) -> Waiting:
    """Return how many requests and reports wait: one statement."""
    requests = (
        select(func.count())
        .where(
            JoinRequest.community_id == community.id,
            JoinRequest.state == JoinRequestState.WAITING,
        )
        .scalar_subquery()
    )
    reports = (
        select(func.count())
        .where(Report.community_id == community.id, Report.state != ReportState.RESOLVED)
        .scalar_subquery()
    )
    return Waiting(*db.session.execute(select(requests, reports)).one())


def newcomers(community: Community, viewer: Viewer, since: datetime) -> list[Newcomer]:
    """Return the newest members since a moment, the newest first: one statement."""
    rows = db.session.execute(
        select(Contact.public_id, Contact.name, Contact.picture_key, Membership.joined_at)
        .join(Membership, Membership.contact_id == Contact.id)
        .where(
            Contact.community_id == community.id,
            Membership.left_at.is_(None),
            Membership.joined_at >= since,
            is_listed_for(viewer),
            seen_by(viewer),
        )
        .order_by(Membership.joined_at.desc(), Membership.id.desc())
        .limit(NEWEST)
    )
    return [Newcomer(*row) for row in rows]
