"""Coming events as lists of cards on composed pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, select

from app.billing.models import Quota
from app.communities.models import Community, Contact, Membership
from app.core.database import db
from app.events.models import Attendance, AttendanceState, Event, EventState, EventVisibility

CURRENT = (AttendanceState.PENDING, AttendanceState.GOING)


@dataclass(frozen=True, slots=True)
class Gathering:
    """A coming event on a card."""

    slug: str
    community: str
    hue: int
    public_id: str
    title: str
    starts_at: datetime
    zone: str
    place: str
    is_online: bool
    is_public: bool
    size: int | None
    taken: int
    is_mine: bool

    @property
    def is_full(self) -> bool:
        """Whether no seat is left."""
        return self.size is not None and self.taken >= self.size


def coming_here(
    community: Community, contact_id: int | None, now: datetime, *, limit: int
) -> list[Gathering]:
    """Return the next events of a community: the public ones for strangers (no contact)."""
    asked = _coming(contact_id, now).where(Event.community_id == community.id)
    if contact_id is None:
        asked = asked.where(Event.visibility == EventVisibility.PUBLIC)
    return _gatherings(db.session.execute(asked.limit(limit)).all())


def coming_for(person_id: int, now: datetime, *, limit: int) -> list[Gathering]:
    """Return the next events of all communities a person belongs to, their own seats marked."""
    mine = and_(Contact.community_id == Event.community_id, Contact.person_id == person_id)
    belongs = select(Membership.id).where(
        Membership.contact_id == Contact.id, Membership.left_at.is_(None)
    )
    asked = (
        _coming(Contact.id, now)
        .join(Contact, mine)
        .where(belongs.exists(), Community.suspended_at.is_(None))
    )
    return _gatherings(db.session.execute(asked.limit(limit)).all())


def _coming(contact_id: Any, now: datetime) -> Select[*tuple[Any, ...]]:
    mine = and_(
        Attendance.community_id == Event.community_id,
        Attendance.event_id == Event.id,
        Attendance.contact_id == contact_id,
        Attendance.state.in_(CURRENT),
    )
    return (
        select(
            Community.slug,
            Community.name.label("community"),
            Community.hue,
            Event.public_id,
            Event.title,
            Event.starts_at,
            Event.zone,
            Event.place,
            (Event.link != "").label("is_online"),
            (Event.visibility == EventVisibility.PUBLIC).label("is_public"),
            Quota.size,
            (Quota.held + Quota.sold).label("taken"),
            select(Attendance.id).where(mine).exists().label("is_mine"),
        )
        .select_from(Event)
        .join(Community, Community.id == Event.community_id)
        .join(Quota, Quota.id == Event.quota_id)
        .where(Event.state == EventState.PUBLISHED, Event.ends_at > now)
        .order_by(Event.starts_at, Event.id)
    )


def _gatherings(rows: Sequence[Row[Any]]) -> list[Gathering]:
    return [Gathering(*row) for row in rows]  # type: ignore[call-arg]  # the columns of `_coming`
