"""What hosts see: their list of gatherings, who comes to one, and the door."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select

from app.accounts.queries import not_blocked
from app.billing.models import Quota
from app.communities.models import Contact, Membership, RolePermission
from app.core.database import db
from app.core.text import normalise, search_query
from app.events.models import Attendance, AttendanceState, Event, EventState

LISTED = 300


@dataclass(frozen=True)
class DeskEvent:
    """A gathering as the desk lists it."""

    public_id: str
    title: str
    starts_at: datetime
    zone: str
    state: EventState
    taken: int
    size: int | None
    arrived: int


@dataclass(frozen=True)
class AttendeeRow:
    """Someone with a seat, as hosts see them."""

    public_id: str
    contact_public_id: str
    name: str
    email: str | None
    picture_key: str | None
    is_member: bool
    state: AttendanceState
    seats: int
    arrived: int
    reserved_at: datetime
    checked_in_at: datetime | None


@dataclass(frozen=True)
class Door:
    """The numbers at the door: they count everybody, whoever looks."""

    going: int
    seats: int
    arrived: int
    pending: int


def desk_events(community_id: int, *, now: datetime, past: bool) -> list[DeskEvent]:
    """Return a community's gatherings, proposed ones too: to come, or over."""
    arrived = func.coalesce(func.sum(Attendance.arrived), 0)
    asked = (
        select(
            Event.public_id,
            Event.title,
            Event.starts_at,
            Event.zone,
            Event.state,
            Quota.held + Quota.sold,
            Quota.size,
            arrived,
        )
        .join(Quota, Quota.id == Event.quota_id)
        .outerjoin(Attendance, Attendance.event_id == Event.id)
        .where(Event.community_id == community_id)
        .group_by(Event.id, Quota.id)
        .limit(LISTED)
    )
    if past:
        asked = asked.where(Event.ends_at <= now).order_by(Event.starts_at.desc(), Event.id)
    else:
        asked = asked.where(Event.ends_at > now).order_by(Event.starts_at, Event.id)
    return [DeskEvent(*row) for row in db.session.execute(asked)]


def door(event: Event) -> Door:
    """Return the numbers of an event's door."""
    is_going = Attendance.state == AttendanceState.GOING
    row = db.session.execute(
        select(
            func.count().filter(is_going),
            func.coalesce(func.sum(Attendance.seats).filter(is_going), 0),
            func.coalesce(func.sum(Attendance.arrived), 0),
            func.count().filter(Attendance.state == AttendanceState.PENDING),
        ).where(Attendance.event_id == event.id)
    ).one()
    return Door(*(int(number) for number in row))


def attendees(
    event: Event,
    *,
    viewer_person_id: int,
    typed: str = "",
    states: tuple[AttendanceState, ...] = (AttendanceState.GOING,),
) -> list[AttendeeRow]:
    """Return who has a seat, by name; someone behind a block is on no list.

    `typed` finds by the beginnings of words of the name, in any script.
    """
    asked = (
        select(
            Attendance.public_id,
            Contact.public_id,
            Contact.name,
            Contact.email,
            Contact.picture_key,
            _belongs(),
            Attendance.state,
            Attendance.seats,
            Attendance.arrived,
            Attendance.reserved_at,
            Attendance.checked_in_at,
        )
        .join(Contact, Contact.id == Attendance.contact_id)
        .where(
            Attendance.community_id == event.community_id,
            Attendance.event_id == event.id,
            Attendance.state.in_(states),
            not_blocked(viewer_person_id, Contact.person_id),
        )
        .order_by(Contact.sort_key, Attendance.id)
    )
    if normalise(typed):
        asked = asked.where(_named(typed))
    return [AttendeeRow(*row) for row in db.session.execute(asked)]


def possible_hosts(
    community_id: int, *, viewer_person_id: int, besides: list[int]
) -> list[Contact]:
    """Return the members whose role lets them host, and those who host already."""
    may_host = (
        select(Membership.contact_id)
        .join(RolePermission, RolePermission.role_key == Membership.role_key)
        .where(
            Membership.community_id == community_id,
            Membership.left_at.is_(None),
            RolePermission.permission == "events.manage",
        )
    )
    return list(
        db.session.scalars(
            select(Contact)
            .where(
                Contact.community_id == community_id,
                or_(Contact.id.in_(may_host), Contact.id.in_(besides)),
                not_blocked(viewer_person_id, Contact.person_id),
            )
            .order_by(Contact.sort_key, Contact.id)
        )
    )


def _belongs() -> ColumnElement[bool]:
    found = (
        select(Membership.id)
        .where(Membership.contact_id == Contact.id, Membership.left_at.is_(None))
        .exists()
    )
    return case((found, True), else_=False)


def _named(typed: str) -> ColumnElement[Any]:
    return Contact.search_members.op("@@")(func.to_tsquery("simple", search_query(typed)))
