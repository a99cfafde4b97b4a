"""Dates that repeat: proposed first, and each becomes a gathering only when a host confirms it."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import delete

from app.billing.models import Quota
from app.communities.models import Community, Contact
from app.core.database import add, db
from app.events import queries
from app.events.models import Event, EventHost, EventState, Series
from app.events.recurrence import weekly
from app.events.service import gatherings, ledger, ticket_types
from app.events.service.moves import move_event
from app.events.service.plan import plan_of
from app.events.service.refusals import MustBeProposed, StartsInThePast


def propose_weekly(event: Event, number: int, *, by: Contact, now: datetime) -> list[Event]:
    """Propose the same wall time for the next weeks after an event's series' last date.

    Dates that the series has already are left alone. Raises TimeDoesNotExist.
    """
    queries.lock_event(event.id)
    if event.series_id is None:
        event.series_id = add(Series(community_id=event.community_id, created_at=now)).id
    known = queries.dates_of_series(event.series_id)
    plan = plan_of(event)
    hosts = queries.host_ids(event.id)
    proposed = []
    for starts in weekly(event.starts_local, number):
        if starts in known:
            continue
        copy = gatherings.write(
            event.community_id,
            replace(plan, starts_local=starts),
            by_id=by.id,
            state=EventState.PROPOSED,
            now=now,
        )
        copy.series_id = event.series_id
        copy.picture_key = event.picture_key
        _copy_hosts(copy, hosts)
        ticket_types.copy_types(event, copy, now=now)
        proposed.append(copy)
    db.session.flush()
    return proposed


def confirm_date(event: Event, *, community: Community, now: datetime) -> None:
    """Turn a proposed date into a gathering; a second tap changes nothing."""
    queries.lock_event(event.id)
    if event.state is EventState.PUBLISHED:
        return
    if event.starts_at <= now:
        raise StartsInThePast
    move_event(event, EventState.PUBLISHED)
    event.version += 1
    db.session.flush()
    ledger.tell_created(event, community, now=now)
    gatherings.remind_later(event)


def drop_date(event: Event) -> None:
    """Drop a proposed date as if it had never been. Raises MustBeProposed."""
    queries.lock_event(event.id)
    if event.state is not EventState.PROPOSED:
        raise MustBeProposed
    quota_ids = [event.quota_id, *(sort.quota_id for sort in event.ticket_types)]
    db.session.execute(delete(Event).where(Event.id == event.id))
    db.session.execute(delete(Quota).where(Quota.id.in_(quota_ids)))
    db.session.expunge(event)


def drop_past_dates(now: datetime) -> int:
    """Drop proposed dates that nobody confirmed in time, and return how many."""
    dropped = queries.past_proposals(now)
    for event in dropped:
        drop_date(event)
    return len(dropped)


def _copy_hosts(event: Event, hosts: list[int]) -> None:
    for contact_id in hosts:
        add(EventHost(community_id=event.community_id, event_id=event.id, contact_id=contact_id))
