"""Writing the ledger: each fact once, with its roll-up beside it in the same transaction."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from app.activity import queries
from app.activity.models import Activity, ActivityDay, Channel
from app.core import clock
from app.core.database import db

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
    channel_id = _channel(fact)
    weight = queries.weight_of(fact.type, fact.community_id)
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
    _roll_up(fact, channel_id=channel_id, weight=weight, zone=zone, step=1)
    return True


def void(*, community_id: int, source: str, uid: str, zone: str, now: datetime) -> bool:
    """Take a fact out of the count (a seat given back); the row stays and says when."""
    activity = db.session.scalar(
        select(Activity)
        .where(
            Activity.community_id == community_id,
            Activity.source == source,
            Activity.source_uid == uid,
            Activity.void_at.is_(None),
        )
        .with_for_update()
    )
    if activity is None or activity.contact_id is None:
        return False
    activity.void_at = now
    fact = Fact(
        community_id,
        activity.contact_id,
        activity.type,
        uid,
        activity.happened_at,
        source=source,
    )
    _roll_up(fact, channel_id=activity.channel_id, weight=activity.weight, zone=zone, step=-1)
    db.session.flush()
    return True


def _channel(fact: Fact) -> int:
    asked = select(Channel.id).where(
        Channel.community_id == fact.community_id,
        Channel.source == fact.source,
        Channel.uid == fact.channel,
    )
    known = db.session.scalar(asked)
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
        known = db.session.scalars(asked).one()
    return known


def _roll_up(fact: Fact, *, channel_id: int, weight: int, zone: str, step: int) -> None:
    day = fact.happened_at.astimezone(ZoneInfo(zone)).date()
    cell = {"community_id": fact.community_id, "contact_id": fact.contact_id, "day": day}
    cell |= {"channel_id": channel_id, "type": fact.type}
    moved = db.session.execute(
        update(ActivityDay)
        .filter_by(**cell)
        .values(count=ActivityDay.count + step, weight=ActivityDay.weight + step * weight)
    )
    if moved.rowcount == 0:
        upsert = insert(ActivityDay).values(count=step, weight=step * weight, **cell)
        db.session.execute(
            upsert.on_conflict_do_update(
                index_elements=["community_id", "contact_id", "day", "channel_id", "type"],
                set_={
                    "count": ActivityDay.count + upsert.excluded.count,
                    "weight": ActivityDay.weight + upsert.excluded.weight,
                },
            )
        )
