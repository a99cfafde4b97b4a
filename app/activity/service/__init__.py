"""Writing the ledger: each fact once, with its roll-up beside it in the same transaction.

Who writes shares a lock on the community's ledger; who recounts it holds the lock alone, so that
no fact falls between the count and the rows.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, literal, select, update
from sqlalchemy.dialects.postgresql import insert

from app.activity import hooks, queries, rollups
from app.activity.models import Activity, ActivityDay, ActivityLast, Channel, Identity
from app.activity.service import turned
from app.core import clock
from app.core.database import db
from app.core.jobs import defer

HERE = "kith"


@dataclass(frozen=True)
class Fact:
    """One thing a contact did. `uid` is unique per source and channel: told twice, kept once."""

    community_id: int
    contact_id: int
    type: str
    uid: str
    happened_at: datetime
    channel: str = "site"
    source: str = HERE
    subject: str | None = None  # "event:<public id>"
    counterpart_id: int | None = None
    thread: str | None = None


def record(fact: Fact, *, zone: str) -> bool:
    """Write a fact into the ledger and its day's roll-up; False when it was known already.

    `zone` is the community's: the day is cut there.
    """
    weight = queries.weight_sharing_the_ledger(fact.type, fact.community_id)
    channel_id = _channel(fact)
    written = db.session.scalar(
        insert(Activity)
        .values(
            community_id=fact.community_id,
            contact_id=fact.contact_id,
            type=fact.type,
            happened_at=fact.happened_at,
            recorded_at=clock.now(),
            channel_id=channel_id,
            source=fact.source,
            source_uid=fact.uid,
            subject=fact.subject,
            counterpart_id=fact.counterpart_id,
            thread=fact.thread,
            weight=weight,
        )
        .on_conflict_do_nothing()
        .returning(Activity.id)
    )
    if written is None:
        return False
    rollups.add_act(_act(fact, channel_id, weight, zone))
    return True


def void(
    *,
    community_id: int,
    uid: str,
    zone: str,
    now: datetime,
    channel: str = "site",
    source: str = HERE,
) -> bool:
    """Take a fact out of the count (a seat given back); the row stays and says when.

    False when there is no such fact or it is void already.
    """
    queries.share_the_ledger(community_id)
    activity = db.session.scalar(
        update(Activity)
        .where(
            Activity.community_id == community_id,
            Activity.source == source,
            Activity.source_uid == uid,
            Activity.channel_id.in_(queries.channel_ids(community_id, source, channel)),
            Activity.void_at.is_(None),
        )
        .values(void_at=now)
        .returning(Activity)
    )
    if activity is None:
        return False
    rollups.take_act(activity, zone)
    return True


def reassign(*, community_id: int, from_id: int, to_id: int, zone: str) -> None:
    """Give everything one contact did to another and recount both: counters are never added."""
    queries.hold_the_ledger(community_id)
    for column in (Activity.contact_id, Activity.counterpart_id):
        db.session.execute(
            update(Activity)
            .where(Activity.community_id == community_id, column == from_id)
            .values({column: to_id})
        )
    db.session.execute(
        update(Identity)
        .where(Identity.community_id == community_id, Identity.contact_id == from_id)
        .values(contact_id=to_id)
    )
    _recount(community_id, zone, contact_ids=(from_id, to_id))


def link(identity: Identity, *, contact_id: int, zone: str) -> None:
    """Give an account, and everything that was done under it, to a contact; recount both."""
    queries.hold_the_ledger(identity.community_id)
    before = identity.contact_id
    identity.contact_id = contact_id
    _move_and_recount(identity, before, zone)


def unlink(identity: Identity, *, zone: str) -> None:
    """Take an account away from its contact again, with everything that was done under it."""
    queries.hold_the_ledger(identity.community_id)
    before, identity.contact_id = identity.contact_id, None
    _move_and_recount(identity, before, zone)


def _move_and_recount(identity: Identity, before: int | None, zone: str) -> None:
    db.session.flush()
    db.session.execute(
        update(Activity)
        .where(Activity.community_id == identity.community_id, Activity.identity_id == identity.id)
        .values(contact_id=identity.contact_id)
    )
    authors = [_turn(turned.away, identity, before)]
    authors += [_turn(turned.towards, identity, identity.contact_id)]
    people = [one for one in (before, identity.contact_id) if one is not None]
    _recount(
        identity.community_id,
        zone,
        contact_ids=[*people, *(one for found in authors for one in found.contact_ids)],
        identity_ids=[identity.id, *(one for found in authors for one in found.identity_ids)],
    )


def _turn(
    verb: Callable[[int, int, int], turned.Authors], identity: Identity, contact_id: int | None
) -> turned.Authors:
    if contact_id is None:
        return turned.Authors((), ())
    return verb(identity.community_id, identity.id, contact_id)


def count_anew(community_id: int, contact_id: int) -> None:
    """Say that what is counted from a contact's days is stale: they are of the team, or not."""
    rollups.touch(community_id, select(literal(contact_id).label("contact_id")))
    life = db.session.execute(
        select(ActivityLast.first_on, ActivityLast.last_on).where(
            ActivityLast.community_id == community_id, ActivityLast.contact_id == contact_id
        )
    ).one_or_none()
    if life is not None:
        hooks.days_changed(community_id, *life)


def rebuild(community_id: int, *, zone: str) -> None:
    """Count a community's days anew, cut in a zone."""
    queries.hold_the_ledger(community_id)
    _recount(community_id, zone)


def rebuild_later(community_id: int, *, zone: str) -> None:
    """Have the days counted anew by a job: the community moved to another zone."""
    defer(
        "activity.rebuild",
        lock=f"activity.rebuild:{community_id}",
        community_id=community_id,
        zone=zone,
    )


def _recount(
    community_id: int,
    zone: str,
    *,
    contact_ids: Sequence[int] | None = None,
    identity_ids: Sequence[int] = (),
) -> None:
    """Count anew: everybody, or those named as they were and as they are."""
    rollups.recount(community_id, zone, contact_ids=contact_ids, identity_ids=identity_ids)
    days = select(func.min(ActivityDay.day), func.max(ActivityDay.day)).where(
        ActivityDay.community_id == community_id
    )
    first, last = db.session.execute(days).one()
    if first is not None:
        hooks.days_changed(community_id, first, last)


def _channel(fact: Fact) -> int:
    asked = queries.channel_ids(fact.community_id, fact.source, fact.channel)
    known: int | None = db.session.scalar(asked)
    if known is None:
        db.session.execute(
            insert(Channel)
            .values(
                community_id=fact.community_id,
                source=fact.source,
                uid=fact.channel,
                name=fact.channel,
            )
            .on_conflict_do_nothing()
        )
        known = db.session.execute(asked).scalar_one()
    return known


def _act(fact: Fact, channel_id: int, weight: int, zone: str) -> rollups.Act:
    moment = rollups.local(fact.happened_at, zone)
    return rollups.Act(
        community_id=fact.community_id,
        contact_id=fact.contact_id,
        day=moment.date(),
        hour=moment.hour,
        channel_id=channel_id,
        type=fact.type,
        weight=weight,
        is_mutual=fact.counterpart_id is not None,
    )
