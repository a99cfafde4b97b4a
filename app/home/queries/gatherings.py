"""Coming events as lists of cards on composed pages show them."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, DateTime, Integer, Select, and_, bindparam, select

from app.billing.models import Quota
from app.communities.models import Community, Contact, Membership
from app.core.reading import Reading
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
    asked = _here(is_stranger=contact_id is None)
    found = asked.rows(community_id=community.id, contact_id=contact_id, now=now, limit=limit)
    return [Gathering(*row) for row in found]


def coming_for(person_id: int, now: datetime, *, limit: int) -> list[Gathering]:
    """Return the next events of all communities a person belongs to, their own seats marked."""
    found = _everywhere().rows(person_id=person_id, now=now, limit=limit)
    return [Gathering(*row) for row in found]


@cache
def _here(*, is_stranger: bool) -> Reading:
    """Return the statement for one community, built once."""
    asked = _coming(bindparam("contact_id", type_=BigInteger)).where(
        Event.community_id == bindparam("community_id", type_=BigInteger)
    )
    return Reading(
        asked.where(Event.visibility == EventVisibility.PUBLIC) if is_stranger else asked
    )


@cache
def _everywhere() -> Reading:
    """Return the statement for all communities of a person, built once."""
    person_id = bindparam("person_id", type_=BigInteger)
    mine = and_(Contact.community_id == Event.community_id, Contact.person_id == person_id)
    belongs = select(Membership.id).where(
        Membership.contact_id == Contact.id, Membership.left_at.is_(None)
    )
    return Reading(
        _coming(Contact.id)
        .join(Contact, mine)
        .where(belongs.exists(), Community.suspended_at.is_(None))
    )


def _coming(contact_id: Any) -> Select[*tuple[Any, ...]]:
    now = bindparam("now", type_=DateTime(timezone=True))
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
        .limit(bindparam("limit", type_=Integer))
    )
