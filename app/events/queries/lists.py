"""Lists of gatherings for members and strangers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, select

from app.billing.models import Quota
from app.core.database import db
from app.events.models import (
    Attendance,
    AttendanceState,
    Event,
    EventState,
    EventVisibility,
)

Cards = Select[*tuple[Any, ...]]

MOST = 200
PAGE = 24


@dataclass(frozen=True)
class Card:
    """A gathering as a list shows it."""

    public_id: str
    title: str
    starts_at: datetime
    ends_at: datetime
    starts_local: datetime
    zone: str
    place: str
    is_online: bool
    visibility: EventVisibility
    state: EventState
    picture_key: str | None
    taken: int
    size: int | None
    my_state: AttendanceState | None

    @property
    def is_full(self) -> bool:
        """Whether every seat is taken."""
        return self.size is not None and self.taken >= self.size


@dataclass(frozen=True)
class Reader:
    """Who reads a community's list: a stranger has no contact, a guest is no member."""

    community_id: int
    contact_id: int | None
    is_member: bool


def upcoming_cards(reader: Reader, *, now: datetime) -> list[Card]:
    """Return what is to come or going on, the next one first."""
    asked = _cards(reader).where(Event.ends_at > now)
    return _read(asked.order_by(Event.starts_at, Event.id).limit(MOST))


def past_cards(reader: Reader, *, before: datetime) -> list[Card]:
    """Return what was over before a moment, the latest first.

    One more than a page holds tells that there is more.
    """
    past = _cards(reader).where(Event.ends_at <= before, Event.state == EventState.PUBLISHED)
    return _read(past.order_by(Event.ends_at.desc(), Event.id.desc()).limit(PAGE + 1))


def _cards(reader: Reader) -> Cards:
    mine = and_(
        Attendance.event_id == Event.id,
        Attendance.contact_id == (reader.contact_id or 0),
        Attendance.state.in_([AttendanceState.PENDING, AttendanceState.GOING]),
    )
    asked = (
        select(
            Event.public_id,
            Event.title,
            Event.starts_at,
            Event.ends_at,
            Event.starts_local,
            Event.zone,
            Event.place,
            (Event.link != "").label("is_online"),
            Event.visibility,
            Event.state,
            Event.picture_key,
            (Quota.held + Quota.sold).label("taken"),
            Quota.size,
            Attendance.state.label("my_state"),
        )
        .join(Quota, Quota.id == Event.quota_id)
        .outerjoin(Attendance, mine)
        .where(Event.community_id == reader.community_id, Event.state != EventState.PROPOSED)
    )
    if reader.is_member:
        return asked
    return asked.where(Event.visibility == EventVisibility.PUBLIC)


def _read(asked: Select[*tuple[Any, ...]]) -> list[Card]:
    return [Card(*row) for row in db.session.execute(asked)]
