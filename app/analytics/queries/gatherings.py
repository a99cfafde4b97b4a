"""Gatherings that took place, and who came, by month of their beginning."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, func, select

from app.analytics.figures import Gathered
from app.analytics.queries.histories import Counting, counted, here, moment_slot
from app.communities.models import Community, Contact
from app.core.database import db
from app.events.models import Attendance, AttendanceState, Event, EventState

Span = tuple[datetime, datetime]


def gathered(
    community: Community, spans: Sequence[Span], now: datetime, counting: Counting
) -> list[Gathered]:
    """Return what took place in each span of time, in their order: one statement."""
    since = min(begins for begins, _ in spans)
    asked = {"community_id": community.id, "since": since, "now": now}
    rows = db.session.execute(_held(counting.with_team), asked).all()
    return [_sum([row for row in rows if begins <= row.starts_at < ends]) for begins, ends in spans]


@lru_cache
def _held(with_team: bool) -> Select[*tuple[Any, ...]]:  # noqa: FBT001 - a shape
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
        .outerjoin(Contact, (Contact.id == Attendance.contact_id) & counted(with_team=with_team))
        .where(
            Event.community_id == here(),
            Event.state == EventState.PUBLISHED,
            Event.starts_at >= moment_slot("since"),
            Event.ends_at <= moment_slot("now"),
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
