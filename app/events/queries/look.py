"""A gathering and one's seat at it as its page shows them: one statement, past the mapper.

Whoever changes a gathering or a seat asks for the entity (`found_event`, `current_seat`).
"""

from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from typing import ClassVar

from sqlalchemy import BigInteger, String, and_, bindparam, exists, select

from app.billing.models import Quota
from app.billing.models.quota import left_of
from app.core.reading import Reading
from app.events.models import (
    Attendance,
    AttendanceState,
    CameFor,
    Event,
    EventState,
    EventVisibility,
    TicketType,
)
from app.events.queries.seats import CURRENT


@dataclass(frozen=True, slots=True)
class SeenQuota:
    """How full a gathering is."""

    size: int | None
    taken: int

    @property
    def left(self) -> int | None:
        """How many seats are left; None when there is no limit."""
        return left_of(self.size, self.taken)


@dataclass(frozen=True, slots=True)
class SeenEvent:
    """A gathering as it is shown; one with ticket types is shown from its entity."""

    quota: SeenQuota
    id: int
    public_id: str
    title: str
    words: str
    starts_local: datetime
    zone: str
    starts_at: datetime
    ends_at: datetime
    place: str
    address: str
    link: str
    visibility: EventVisibility
    state: EventState
    plus_ones: int
    picture_key: str | None
    cancel_words: str
    version: int
    is_ticketed: bool
    ticket_types: ClassVar[tuple[TicketType, ...]] = ()


@dataclass(frozen=True, slots=True)
class SeenSeat:
    """A seat as its holder's page shows it."""

    public_id: str
    state: AttendanceState
    seats: int
    arrived: int
    came_for: CameFor | None


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at a gathering finds."""

    event: SeenEvent
    seat: SeenSeat | None


AnyEvent = Event | SeenEvent
AnySeat = Attendance | SeenSeat

ASIDE = {"quota", "is_ticketed"}  # no columns of the event
OF_EVENT = [one.name for one in fields(SeenEvent) if one.name not in ASIDE]
OF_SEAT = [one.name for one in fields(SeenSeat)]


def look(community_id: int, public_id: str, contact_id: int | None) -> Look | None:
    """Return an event of a community, whatever its state, and a contact's current seat at it."""
    rows = _asked().rows(community_id=community_id, public_id=public_id, contact_id=contact_id)
    if not rows:
        return None
    row = rows[0]
    event = {name: getattr(row, name) for name in OF_EVENT}
    seat = {name: getattr(row, f"seat_{name}") for name in OF_SEAT}
    return Look(
        SeenEvent(quota=SeenQuota(row.size, row.taken), is_ticketed=row.is_ticketed, **event),
        SeenSeat(**seat) if seat["public_id"] is not None else None,
    )


@cache
def _asked() -> Reading:
    """Return the statement, built once: every look at an event asks it."""
    mine = and_(
        Attendance.community_id == Event.community_id,
        Attendance.event_id == Event.id,
        Attendance.contact_id == bindparam("contact_id", type_=BigInteger),
        Attendance.state.in_(CURRENT),
    )
    return Reading(
        select(
            Quota.size,
            (Quota.held + Quota.sold).label("taken"),
            exists().where(TicketType.event_id == Event.id).label("is_ticketed"),
            *(getattr(Event, name) for name in OF_EVENT),
            *(getattr(Attendance, name).label(f"seat_{name}") for name in OF_SEAT),
        )
        .join(Quota, Quota.id == Event.quota_id)
        .outerjoin(Attendance, mine)
        .where(
            Event.community_id == bindparam("community_id", type_=BigInteger),
            Event.public_id == bindparam("public_id", type_=String),
        )
    )
