"""Gatherings that took place, and who came, by month of their beginning."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from app.analytics.figures import Gathered
from app.analytics.queries.histories import Counting, counted
from app.communities.models import Community, Contact
from app.core.database import db
from app.events.models import Attendance, AttendanceState, Event, EventState

Span = tuple[datetime, datetime]


def gathered(
    community: Community, spans: Sequence[Span], now: datetime, counting: Counting
) -> list[Gathered]:
    """Return what took place in each span of time, in their order: one statement."""
    nights = held(community, min(span[0] for span in spans), now, counting).subquery()
    rows = db.session.execute(select(nights)).all()
    return [_sum([row for row in rows if begins <= row.starts_at < ends]) for begins, ends in spans]


def held(
    community: Community, since: datetime, now: datetime, counting: Counting
) -> Select[*tuple[Any, ...]]:
    """Select gatherings that are over, each with its places and arrivals."""
    return (
        select(
            Event.id,
            Event.starts_at,
            func.coalesce(func.sum(Attendance.seats).filter(Contact.id.is_not(None)), 0).label(
                "places"
            ),
            func.coalesce(func.sum(Attendance.arrived).filter(Contact.id.is_not(None)), 0).label(
                "arrived"
            ),
            func.coalesce(func.sum(Attendance.arrived), 0).label("checked_in"),
        )
        .outerjoin(
            Attendance,
            (Attendance.event_id == Event.id) & (Attendance.state == AttendanceState.GOING),
        )
        .outerjoin(Contact, (Contact.id == Attendance.contact_id) & counted(counting))
        .where(
            Event.community_id == community.id,
            Event.state == EventState.PUBLISHED,
            Event.starts_at >= since,
            Event.ends_at <= now,
        )
        .group_by(Event.id, Event.starts_at)
    )


def _sum(rows: Sequence[Any]) -> Gathered:
    checked = [row for row in rows if row.checked_in]
    places = sum(row.places for row in checked)
    return Gathered(
        held=len(rows),
        places=sum(int(row.places) for row in rows),
        arrived=sum(int(row.arrived) for row in checked),
        checked=len(checked),
        checked_places=int(places),
        stayed_away=int(places - sum(row.arrived for row in checked)),
    )
