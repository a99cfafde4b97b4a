"""Writing the ledger: each fact once, with its roll-up beside it in the same transaction.

Who writes shares a lock on the community's ledger; who recounts it holds the lock alone, so that
no fact falls between the count and the rows.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Date, cast, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from app.activity import queries
from app.activity.models import Activity, ActivityDay, Channel, Identity
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
    _add_to_day(_cell(fact, channel_id, zone), weight)
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
    if activity.contact_id is not None:
        _take_from_day(activity, zone)
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


def _recount(community_id: int, zone: str, contact_ids: tuple[int, ...] | None = None) -> None:
    gone = delete(ActivityDay).where(ActivityDay.community_id == community_id)
    day = cast(func.timezone(zone, Activity.happened_at), Date)
    key = (
        Activity.community_id,
        Activity.contact_id,
        day,
        Activity.channel_id,
        Activity.type,
    )
    count = (
        select(*key, func.count(), func.sum(Activity.weight))
        .where(
            Activity.community_id == community_id,
            Activity.contact_id.is_not(None),
            Activity.void_at.is_(None),
        )
        .group_by(*key)
    )
    if contact_ids is not None:
        gone = gone.where(ActivityDay.contact_id.in_(contact_ids))
        count = count.where(Activity.contact_id.in_(contact_ids))
    db.session.execute(gone)
    columns = ["community_id", "contact_id", "day", "channel_id", "type", "count", "weight"]
    db.session.execute(insert(ActivityDay).from_select(columns, count))


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


def _cell(fact: Fact, channel_id: int, zone: str) -> dict[str, object]:
    return {
        "community_id": fact.community_id,
        "contact_id": fact.contact_id,
        "day": fact.happened_at.astimezone(ZoneInfo(zone)).date(),
        "channel_id": channel_id,
        "type": fact.type,
    }


def _add_to_day(cell: dict[str, object], weight: int) -> None:
    upsert = insert(ActivityDay).values(count=1, weight=weight, **cell)
    db.session.execute(
        upsert.on_conflict_do_update(
            index_elements=list(cell),
            set_={
                "count": ActivityDay.count + upsert.excluded.count,
                "weight": ActivityDay.weight + upsert.excluded.weight,
            },
        )
    )


def _take_from_day(activity: Activity, zone: str) -> None:
    """Count one less; a day on which nothing is left has no row, as after a recount."""
    cell = {
        "community_id": activity.community_id,
        "contact_id": activity.contact_id,
        "day": activity.happened_at.astimezone(ZoneInfo(zone)).date(),
        "channel_id": activity.channel_id,
        "type": activity.type,
    }
    db.session.execute(
        update(ActivityDay)
        .filter_by(**cell)
        .values(count=ActivityDay.count - 1, weight=ActivityDay.weight - activity.weight)
    )
    db.session.execute(delete(ActivityDay).filter_by(**cell).where(ActivityDay.count == 0))
