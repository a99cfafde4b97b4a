"""Reads of events themselves."""

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import joinedload

from app.core.database import db, within
from app.core.models import StoredFile
from app.events.models import Event, EventHost, EventState, TicketType


def found_event(community_id: int, public_id: str) -> Event | None:
    """Return an event of a community with its quota and ticket types, whatever its state."""
    found: Event | None = (
        db.session.scalars(
            within(Event, community_id)
            .where(Event.public_id == public_id)
            .options(
                joinedload(Event.quota),
                joinedload(Event.ticket_types).joinedload(TicketType.quota),
            )
        )
        .unique()
        .one_or_none()
    )
    return found


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
