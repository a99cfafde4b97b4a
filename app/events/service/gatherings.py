"""Gatherings: planning, changing, cancelling; whoever has a seat hears of what matters to them."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import delete, update

from app.billing import service as billing
from app.communities.models import Community, Contact
from app.core import audit
from app.core.database import add, db
from app.core.errors import StaleForm
from app.core.jobs import defer
from app.core.storage import discard
from app.events import queries, wall_time
from app.events.models import Event, EventHost, EventState
from app.events.service import ledger, selling
from app.events.service.moves import move_event
from app.events.service.plan import IN_CALENDARS, TOLD, Plan, differences, plan_of
from app.events.service.refusals import EventCancelled, NoSuchHost, StartsInThePast

REMIND_BEFORE = timedelta(hours=24)


def announce(
    community: Community,
    plan: Plan,
    *,
    by: Contact,
    hosts: Iterable[Contact],
    now: datetime,
    picture_key: str | None = None,
) -> Event:
    """Make a gathering that people can come to. Raises StartsInThePast, TimeDoesNotExist."""
    event = write(community.id, plan, by_id=by.id, state=EventState.PUBLISHED, now=now)
    event.picture_key = picture_key
    set_hosts(event, hosts)
    ledger.tell_created(event, community, now=now)
    remind_later(event)
    return event


def change(
    event: Event,
    plan: Plan,
    *,
    version: int,
    hosts: Iterable[Contact],
    now: datetime,
) -> bool:
    """Change a gathering that nobody else changed since `version`. Raises StaleForm, BelowTaken.

    Those going are told when time or place differ. The same plan sent twice is saved once: then
    it returns False.
    """
    named = list(hosts)
    before = plan_of(event)
    changed = differences(before, plan)
    moment = wall_time.moment_of(plan.starts_local, plan.zone)
    if {"starts_local", "zone"} & changed and moment <= now:
        raise StartsInThePast(field="starts")
    if not _write_version(event, plan, version, moment=moment, changed=changed):
        db.session.refresh(event.quota)
        present = [db.session.get_one(Contact, one) for one in queries.host_ids(event.id)]
        StaleForm.unless_same(theirs=_facts(plan_of(event), present), yours=_facts(plan, named))
        return False
    if "size" in changed:
        billing.resize(event.quota_id, plan.size)
    set_hosts(event, named)
    if event.state is EventState.PUBLISHED:
        if "starts_local" in changed or "zone" in changed:
            remind_later(event)
        if changed & set(TOLD):
            tell_going(event, "changed")
    return True


def cancel(event: Event, *, words: str, by: Contact, now: datetime) -> bool:
    """Cancel a gathering; those going are told, with the hosts' words. False: it was before."""
    queries.lock_event(event.id)
    if event.state is EventState.CANCELLED:
        return False
    move_event(event, EventState.CANCELLED)
    event.cancelled_at = now
    event.cancel_words = words
    event.sequence += 1
    event.version += 1
    db.session.flush()
    audit.record(
        "event.cancelled",
        actor=None,
        community_id=event.community_id,
        subject=("event", event.id),
        by_contact=by.id,
    )
    tell_going(event, "cancelled")
    if queries.has_types(event.id):
        selling.refund_everyone(event, now=now)
    return True


def set_picture(event: Event, key: str | None) -> None:
    """Give an event another picture, or none; the old file goes."""
    old = event.picture_key
    event.picture_key = key
    event.version += 1
    db.session.flush()
    if old is None or queries.is_picture_shown(old, except_event_id=event.id):
        return
    file = queries.stored_file(old)
    if file is not None:
        discard(file)


def set_hosts(event: Event, hosts: Iterable[Contact]) -> None:
    """Name the hosts of an event. Raises NoSuchHost for someone of another community."""
    wanted = {contact.id: contact for contact in hosts}
    if any(contact.community_id != event.community_id for contact in wanted.values()):
        raise NoSuchHost(field="hosts")
    present = set(queries.host_ids(event.id))
    gone = present - wanted.keys()
    db.session.execute(
        delete(EventHost).where(EventHost.event_id == event.id, EventHost.contact_id.in_(gone))
    )
    for contact_id in sorted(wanted.keys() - present):
        add(EventHost(community_id=event.community_id, event_id=event.id, contact_id=contact_id))


def write(
    community_id: int, plan: Plan, *, by_id: int | None, state: EventState, now: datetime
) -> Event:
    """Write an event and its quota."""
    moment = wall_time.moment_of(plan.starts_local, plan.zone)
    if moment <= now:
        raise StartsInThePast(field="starts")
    quota = billing.open_quota(community_id, size=plan.size)
    return add(
        Event(
            community_id=community_id,
            quota_id=quota.id,
            starts_at=moment,
            ends_at=moment + timedelta(minutes=plan.minutes),
            state=state,
            created_by_id=by_id,
            created_at=now,
            **plan.columns(),
        )
    )


def remind_later(event: Event) -> None:
    """Have those going reminded a day before; the job looks whether the time still holds."""
    event.reminded_at = None
    db.session.flush()
    defer("events.remind", at=event.starts_at - REMIND_BEFORE, event_id=event.id)


def tell_going(event: Event, news: str) -> None:
    """Have everybody with a seat told of a change."""
    defer(
        "events.tell_going",
        queueing_lock=f"events.tell_going:{event.id}:{news}",
        event_id=event.id,
        news=news,
        sequence=event.sequence,
    )


def _write_version(
    event: Event,
    plan: Plan,
    version: int,
    *,
    moment: datetime,
    changed: set[str],
) -> bool:
    """Write a plan over the version it was made from; the database sees who comes second."""
    if event.state is EventState.CANCELLED:
        raise EventCancelled
    written = db.session.scalar(
        update(Event)
        .where(Event.id == event.id, Event.version == version)
        .where(Event.state != EventState.CANCELLED)
        .values(
            **plan.columns(),
            starts_at=moment,
            ends_at=moment + timedelta(minutes=plan.minutes),
            version=version + 1,
            sequence=Event.sequence + int(bool(changed & set(IN_CALENDARS))),
        )
        .returning(Event.id)
    )
    db.session.refresh(event)
    return written is not None


def _facts(plan: Plan, hosts: Iterable[Contact]) -> dict[str, object]:
    """Return what two editors of an event compare, by field; times are those on the wall there."""
    facts: dict[str, object] = dict(vars(plan))
    del facts["minutes"]
    ends = wall_time.moment_of(plan.starts_local, plan.zone) + timedelta(minutes=plan.minutes)
    facts["starts"] = facts.pop("starts_local")
    facts["ends"] = wall_time.wall_clock(ends, plan.zone)
    facts["hosts"] = sorted(contact.public_id for contact in hosts)
    return facts
