"""Reads of seats."""

from datetime import datetime
from functools import cache

from sqlalchemy import BigInteger, Select, bindparam, exists, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from app.billing.models import Hold
from app.communities.models import Ban, Community, Membership
from app.core.database import db, within
from app.core.models import OutgoingMail
from app.events.models import Attendance, AttendanceState, Event, EventState

CURRENT = (AttendanceState.PENDING, AttendanceState.GOING)


def current_seat(event_id: int, contact_id: int) -> Attendance | None:
    """Return the seat a contact has or waits for at an event."""
    asked = {"event_id": event_id, "contact_id": contact_id}
    return db.session.scalar(_current(), asked)


@cache
def _current() -> Select[Attendance]:
    """Return the statement, built once."""
    return select(Attendance).where(
        Attendance.event_id == bindparam("event_id", type_=BigInteger),
        Attendance.contact_id == bindparam("contact_id", type_=BigInteger),
        Attendance.state.in_(CURRENT),
    )


def was_checked(event_id: int) -> bool:
    """Say whether anybody was checked in at an event."""
    asked = exists().where(Attendance.event_id == event_id, Attendance.arrived > 0)
    return bool(db.session.scalar(select(asked)))


def lock_seat(attendance: Attendance) -> None:
    """Read a seat again and lock it until the transaction ends."""
    db.session.execute(
        select(Attendance)
        .where(Attendance.id == attendance.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def seat_by_public_id(public_id: str) -> Attendance | None:
    """Return a seat with its event and contact; whoever asks holds its secret."""
    return db.session.scalar(
        select(Attendance)
        .where(Attendance.public_id == public_id)
        .options(
            joinedload(Attendance.event).joinedload(Event.quota), joinedload(Attendance.contact)
        )
    )


def seat_in_event(event: Event, public_id: str) -> Attendance | None:
    """Return one seat of an event."""
    found: Attendance | None = db.session.scalar(
        within(Attendance, event.community_id).where(
            Attendance.event_id == event.id, Attendance.public_id == public_id
        )
    )
    return found


def pending_seat_of_hold(hold_id: int) -> Attendance | None:
    """Return the seat that still waits on a hold, locked."""
    return db.session.scalar(
        select(Attendance)
        .where(Attendance.hold_id == hold_id, Attendance.state == AttendanceState.PENDING)
        .with_for_update()
    )


def hold_of(attendance: Attendance) -> Hold | None:
    """Return the hold a seat was kept by."""
    return db.session.get(Hold, attendance.hold_id) if attendance.hold_id else None


def future_seats(community_id: int, contact_id: int, now: datetime) -> list[Attendance]:
    """Return a contact's current seats at events to come, locked, nobody arrived on them."""
    return list(
        db.session.scalars(
            within(Attendance, community_id)
            .join(Event, Event.id == Attendance.event_id)
            .where(
                Attendance.contact_id == contact_id,
                Attendance.state.in_(CURRENT),
                Attendance.arrived == 0,
                Event.starts_at > now,
            )
            .order_by(Attendance.id)
            .with_for_update(of=Attendance)
        )
    )


def going_after(event_id: int, last_id: int, *, limit: int) -> list[Attendance]:
    """Return the next seats of those going, with their contacts, in the order of their rows."""
    return list(
        db.session.scalars(
            select(Attendance)
            .where(
                Attendance.event_id == event_id,
                Attendance.state == AttendanceState.GOING,
                Attendance.id > last_id,
            )
            .options(joinedload(Attendance.contact))
            .order_by(Attendance.id)
            .limit(limit)
        )
    )


def to_be_asked(
    kind: str, since: datetime, until: datetime, last_id: int, *, limit: int
) -> list[tuple[Attendance, Community]]:
    """Return the next members who were at a gathering that ended meanwhile, and were not asked.

    `kind` names the mail that asks. Where nobody was checked in, whoever had a place was there. A
    community that is suspended asks nobody.
    """
    key = func.concat(f"{kind}:", Attendance.id)
    other = aliased(Attendance)
    was_checked = exists().where(other.event_id == Attendance.event_id, other.arrived > 0)
    rows = db.session.execute(
        select(Attendance, Community)
        .join(Event, Event.id == Attendance.event_id)
        .join(Community, Community.id == Attendance.community_id)
        .where(
            Community.suspended_at.is_(None),
            Event.state == EventState.PUBLISHED,
            Event.ends_at >= since,
            Event.ends_at < until,
            Attendance.id > last_id,
            Attendance.state == AttendanceState.GOING,
            Attendance.came_for.is_(None),
            or_(Attendance.arrived > 0, ~was_checked),
            exists().where(
                Membership.contact_id == Attendance.contact_id, Membership.left_at.is_(None)
            ),
            ~exists().where(OutgoingMail.effect_key == key),
        )
        .options(joinedload(Attendance.contact), joinedload(Attendance.event))
        .order_by(Attendance.id)
        .limit(limit)
    )
    return [(attendance, community) for attendance, community in rows]


def is_banned(contact_id: int) -> bool:
    """Tell whether the door of the community is shut for a contact."""
    return bool(
        db.session.scalar(
            select(exists().where(Ban.contact_id == contact_id, Ban.lifted_at.is_(None)))
        )
    )
