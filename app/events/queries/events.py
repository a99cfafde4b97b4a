"""Reads of events themselves."""

from datetime import datetime
from functools import cache

from sqlalchemy import BigInteger, Select, String, bindparam, exists, select
from sqlalchemy.orm import joinedload

from app.core.database import db, within
from app.core.models import StoredFile
from app.events.models import Event, EventHost, EventState, TicketType


def found_event(community_id: int, public_id: str, *, share: bool = False) -> Event | None:
    """Return an event of a community with its quota and ticket types, whatever its state.

    Those who `share` its lock keep out whoever changes it until the transaction ends.
    """
    values = {"community_id": community_id, "public_id": public_id}
    return db.session.scalars(_asked(share=share), values).unique().one_or_none()


@cache
def _asked(*, share: bool) -> Select[Event]:
    """Return the statement, built once: every look at an event asks it."""
    asked = (
        select(Event)
        .where(
            Event.community_id == bindparam("community_id", type_=BigInteger),
            Event.public_id == bindparam("public_id", type_=String),
        )
        .options(
            joinedload(Event.quota, innerjoin=True),
            joinedload(Event.ticket_types).joinedload(TicketType.quota, innerjoin=True),
        )
    )
    return asked.with_for_update(read=True, of=Event) if share else asked


def has_events(community_id: int) -> bool:
    """Say whether a community ever planned a gathering."""
    return bool(db.session.scalar(select(within(Event, community_id).exists())))


def event_by_id(event_id: int) -> Event | None:
    """Return an event by its key, for jobs."""
    return db.session.get(Event, event_id)


def lock_event(event_id: int, *, share: bool = False) -> Event | None:
    """Read an event again and lock it until the transaction ends; None when it is gone.

    Those who share the lock keep out only those who change the event.
    """
    return db.session.scalar(
        select(Event)
        .where(Event.id == event_id)
        .with_for_update(read=share)
        .execution_options(populate_existing=True)
    )


def host_ids(event_id: int) -> list[int]:
    """Return the contacts that host an event."""
    return list(
        db.session.scalars(
            select(EventHost.contact_id)
            .where(EventHost.event_id == event_id)
            .order_by(EventHost.contact_id)
        )
    )


def dates_of_series(series_id: int) -> set[datetime]:
    """Return the wall times that a series has, in whatever state."""
    return set(db.session.scalars(select(Event.starts_local).where(Event.series_id == series_id)))


def past_proposals(now: datetime) -> list[Event]:
    """Return proposed dates whose time is over."""
    return list(
        db.session.scalars(
            select(Event).where(Event.state == EventState.PROPOSED, Event.starts_at <= now)
        )
    )


def upcoming_events(now: datetime) -> list[Event]:
    """Return every event to come, of all communities, for the recount of their moments."""
    return list(
        db.session.scalars(
            select(Event)
            .where(Event.starts_at > now, Event.state != EventState.CANCELLED)
            .order_by(Event.id)
        )
    )


def stored_file(key: str) -> StoredFile | None:
    """Return the row of a stored file."""
    return db.session.scalar(select(StoredFile).where(StoredFile.key == key))


def is_picture_shown(key: str, *, except_event_id: int) -> bool:
    """Tell whether another event (a date of the series, a copy) shows the same picture."""
    return bool(
        db.session.scalar(
            select(exists().where(Event.picture_key == key, Event.id != except_event_id))
        )
    )
