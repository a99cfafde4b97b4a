"""What a person's calendar feed holds."""

from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import joinedload

from app.communities.models import Community, Contact
from app.core.database import db
from app.core.tokens import hash_token
from app.events.models import (
    Attendance,
    AttendanceState,
    CalendarFeed,
    Event,
    EventHost,
    EventState,
)

KEPT = timedelta(days=90)  # what is over stays in calendars for a season


def has_feed(person_id: int) -> bool:
    """Tell whether a person has an open feed."""
    return bool(
        db.session.scalar(
            select(
                exists().where(
                    CalendarFeed.person_id == person_id, CalendarFeed.revoked_at.is_(None)
                )
            )
        )
    )


def person_of_feed(token: str) -> int | None:
    """Return whose feed a secret opens, or None when it is unknown or revoked."""
    return db.session.scalar(
        select(CalendarFeed.person_id).where(
            CalendarFeed.token_hash == hash_token(token), CalendarFeed.revoked_at.is_(None)
        )
    )


def feed_entries(person_id: int, now: datetime) -> list[tuple[Event, Community]]:
    """Return what a person goes to or hosts, in all communities, cancelled ones too."""
    mine = select(Contact.id).where(Contact.person_id == person_id)
    goes = exists().where(
        Attendance.event_id == Event.id,
        Attendance.contact_id.in_(mine),
        Attendance.state == AttendanceState.GOING,
    )
    hosts = exists().where(EventHost.event_id == Event.id, EventHost.contact_id.in_(mine))
    rows = db.session.execute(
        select(Event, Community)
        .join(Community, Community.id == Event.community_id)
        .where(
            goes | hosts,
            Event.ends_at > now - KEPT,
            Event.state != EventState.PROPOSED,
            Community.suspended_at.is_(None),
        )
        .options(joinedload(Event.quota))
        .order_by(Event.starts_at, Event.id)
    )
    return [(event, community) for event, community in rows]
