"""Many facts at once, from an import: laid out beside the ledger, then written as sets.

A batch is one transaction: its facts, the accounts and channels they need, and the roll-ups are
there together or not at all. It holds the ledger alone, so that two imports cannot write one fact.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import insert, text, update

from app.activity import queries, rollups
from app.activity.importers import Told
from app.activity.models import Channel, Identity
from app.activity.service import link
from app.activity.service.staging import (
    CELL,
    LOOK_AGAIN,
    PLAN_AFRESH,
    Into,
    clear_touched,
    copy_rows,
    count_days,
    count_months,
    do,
)
from app.core.database import db, new_public_id

COLUMNS = list(Told.__dataclass_fields__)
_values_of = attrgetter(*COLUMNS)


@dataclass(frozen=True)
class Written:
    """What became of a batch."""

    added: int
    known: int  # told before, by this file or another


def write(batch: Sequence[Told], into: Into, *, now: datetime, has_grown: bool = True) -> Written:
    """Write a batch of foreign facts; those that are known stay as they are.

    `has_grown`: the tables are much larger than when a batch said so last.
    """
    queries.hold_the_ledger(into.community_id)
    do(PLAN_AFRESH)
    lay_out(batch)
    values = {"community": into.community_id, "run": into.import_run_id, "now": now}
    do(_TWICE)
    do(_KNOWN, **values)
    do(_KNOWN_REPLIES, **values)
    do(_KNOWN_AWAIT, **values)
    _make_channels(into)
    _make_identities(into, values)
    if has_grown:
        do(LOOK_AGAIN)
    do(_PLACE, **values)
    added = db.session.scalar(text("SELECT count(*) FROM kith_stage")) or 0
    do(_WRITE, **values)
    do(_MENTIONS, **values)
    do(_TOUCH_DAYS, zone=into.zone)
    _link_late_replies(into, values)
    count_days(into.community_id)
    count_months(into.community_id)
    return Written(added, len(batch) - added)


def lay_out(batch: Sequence[Told]) -> None:
    """Copy a batch into the staging table of this transaction."""
    do(_MAKE_STAGE)
    do("TRUNCATE kith_stage")
    clear_touched()
    copy_rows(f"COPY kith_stage ({', '.join(COLUMNS)}) FROM STDIN", map(_values_of, batch))
    do("ANALYZE kith_stage")


def _link_late_replies(into: Into, values: dict[str, Any]) -> None:
    """Link replies that came before what they answer, and remember those that still wait."""
    do(_LATE_REPLIES, **values)
    if db.session.scalar(text("SELECT EXISTS (SELECT FROM kith_found)")):
        for statement in (_TOUCH_REPLIES, _LINK_REPLIES, _FOUND_THEM):
            do(statement, zone=into.zone, **values)


def _make_channels(into: Into) -> None:
    rows = db.session.execute(text(_NEW_CHANNELS), {"community": into.community_id}).all()
    if rows:
        db.session.execute(
            insert(Channel).values(
                [
                    {
                        "community_id": into.community_id,
                        "public_id": new_public_id(),
                        "source": source,
                        "uid": uid,
                        "name": name,
                        "import_run_id": into.import_run_id,
                    }
                    for source, uid, name in rows
                ]
            )
        )


def _make_identities(into: Into, values: dict[str, Any]) -> None:
    """Make the accounts that are new; link those whose address a person here has proved."""
    turned = list(db.session.scalars(text(_NOW_A_BOT), {"community": into.community_id}))
    do(_IDENTITIES, **values)
    if turned:
        rollups.recount(into.community_id, into.zone, identity_ids=turned)
    for identity_id, contact_id, is_known in db.session.execute(
        text(_PROVED), {"community": into.community_id}
    ).all():
        if is_known:
            identity = db.session.get_one(Identity, identity_id)
            link(identity, contact_id=contact_id, zone=into.zone)
            continue
        db.session.execute(
            update(Identity).where(Identity.id == identity_id).values(contact_id=contact_id)
        )


_MAKE_STAGE = """
CREATE TEMPORARY TABLE IF NOT EXISTS kith_stage (
    line bigint, source text, channel text, channel_name text, source_uid text, type text,
    happened_at timestamptz, actor_uid text, actor_name text, actor_email text, is_bot boolean,
    thread text, reply_to text, mentions text[], text_length bigint, url text, words text,
    id bigint, channel_id bigint, identity_id bigint, contact_id bigint
) ON COMMIT DROP
"""
_TWICE = """
DELETE FROM kith_stage USING (
    SELECT line, row_number() OVER (PARTITION BY source, channel, source_uid ORDER BY line) AS place
    FROM kith_stage
) AS told WHERE told.line = kith_stage.line AND told.place > 1
"""
# Known facts stay as they are; only a reply may still find what it answers.
_KNOWN = """
WITH known AS (
    DELETE FROM kith_stage AS stage USING channel, activity
    WHERE channel.community_id = :community AND channel.source = stage.source
        AND channel.uid = stage.channel
        AND activity.community_id = :community AND activity.source = stage.source
        AND activity.channel_id = channel.id AND activity.source_uid = stage.source_uid
    RETURNING activity.id, activity.reply_to_id, activity.import_run_id, activity.channel_id,
        stage.source, stage.source_uid, stage.reply_to
)
INSERT INTO kith_known
SELECT id, channel_id, source, reply_to FROM known
WHERE reply_to <> source_uid AND reply_to_id IS NULL AND import_run_id IS NOT NULL
"""
_KNOWN_REPLIES = """
INSERT INTO kith_found
SELECT known.activity_id, parent.id
FROM kith_known AS known JOIN activity AS parent ON parent.community_id = :community
    AND parent.source = known.source AND parent.channel_id = known.channel_id
    AND parent.source_uid = known.reply_to
ON CONFLICT DO NOTHING
"""
_KNOWN_AWAIT = """
INSERT INTO activity_awaited (community_id, activity_id, channel_id, source_uid)
SELECT :community, activity_id, channel_id, reply_to FROM kith_known ON CONFLICT DO NOTHING
"""
_NEW_CHANNELS = """
SELECT DISTINCT ON (stage.source, stage.channel) stage.source, stage.channel, stage.channel_name
FROM kith_stage AS stage LEFT JOIN channel ON channel.community_id = :community
    AND channel.source = stage.source AND channel.uid = stage.channel
WHERE channel.id IS NULL ORDER BY stage.source, stage.channel, stage.line
"""
_NOW_A_BOT = """
SELECT DISTINCT identity.id FROM identity JOIN kith_stage AS stage
    ON stage.source = identity.source AND stage.actor_uid = identity.uid
WHERE identity.community_id = :community AND stage.is_bot AND NOT identity.is_bot
    AND identity.contact_id IS NULL
    AND EXISTS (SELECT FROM activity WHERE activity.identity_id = identity.id)
"""
_IDENTITIES = """
INSERT INTO identity (community_id, source, uid, name, email_key, is_bot, import_run_id)
SELECT :community, source, uid, max(name), max(email), bool_or(is_bot), :run FROM (
    SELECT source, actor_uid AS uid, actor_name AS name, actor_email AS email, is_bot
    FROM kith_stage
    UNION ALL SELECT source, unnest(mentions), '', NULL, false FROM kith_stage
) AS people GROUP BY source, uid ORDER BY source, uid
ON CONFLICT (community_id, source, uid) DO UPDATE SET
    name = CASE WHEN identity.name = '' THEN excluded.name ELSE identity.name END,
    email_key = coalesce(identity.email_key, excluded.email_key),
    is_bot = identity.is_bot OR (excluded.is_bot AND identity.contact_id IS NULL)
WHERE (identity.name = '' AND excluded.name <> '')
    OR (identity.email_key IS NULL AND excluded.email_key IS NOT NULL)
    OR (excluded.is_bot AND NOT identity.is_bot AND identity.contact_id IS NULL)
"""
_PROVED = """
SELECT identity.id, contact.id,
    EXISTS (SELECT FROM activity WHERE activity.identity_id = identity.id)
    OR EXISTS (SELECT FROM activity_mention AS named
        WHERE named.community_id = :community AND named.identity_id = identity.id)
FROM identity
JOIN person_email ON person_email.address_key = identity.email_key
JOIN contact ON contact.community_id = identity.community_id
    AND contact.person_id = person_email.person_id AND contact.erased_at IS NULL
WHERE identity.community_id = :community AND identity.contact_id IS NULL AND NOT identity.is_bot
    AND NOT identity.is_apart
    AND (identity.source, identity.uid) IN (
        SELECT source, actor_uid FROM kith_stage WHERE actor_email IS NOT NULL)
ORDER BY identity.id
"""
_PLACE = """
UPDATE kith_stage SET id = nextval(pg_get_serial_sequence('activity', 'id')),
    channel_id = channel.id, identity_id = identity.id, contact_id = identity.contact_id
FROM channel, identity
WHERE channel.community_id = :community AND channel.source = kith_stage.source
    AND channel.uid = kith_stage.channel
    AND identity.community_id = :community AND identity.source = kith_stage.source
    AND identity.uid = kith_stage.actor_uid
"""
# A reply without what it answers waits for it.
_WRITE = """
WITH written AS (
INSERT INTO activity (id, community_id, contact_id, identity_id, type, happened_at, recorded_at,
    channel_id, source, source_uid, thread, reply_to_id, counterpart_id, weight, text_length, url,
    words, import_run_id)
SELECT stage.id, :community, stage.contact_id, stage.identity_id, stage.type, stage.happened_at,
    :now, stage.channel_id, stage.source, stage.source_uid, stage.thread,
    coalesce(known.id, here.id),
    nullif(coalesce(named.contact_id, known.contact_id, here.contact_id), stage.contact_id),
    coalesce(weighs.weight, 1), stage.text_length, stage.url, stage.words, :run
FROM kith_stage AS stage
LEFT JOIN activity AS known ON known.community_id = :community AND known.source = stage.source
    AND known.channel_id = stage.channel_id AND known.source_uid = stage.reply_to
LEFT JOIN kith_stage AS here ON here.source = stage.source
    AND here.channel_id = stage.channel_id AND here.source_uid = stage.reply_to
    AND here.id <> stage.id
LEFT JOIN identity AS named ON named.community_id = :community AND named.source = stage.source
    AND named.uid = stage.mentions[1]
LEFT JOIN (
    SELECT DISTINCT ON (type) type, weight FROM activity_weight
    WHERE community_id = :community OR community_id IS NULL
    ORDER BY type, community_id NULLS LAST, version DESC
) AS weighs ON weighs.type = stage.type
RETURNING id, channel_id, reply_to_id
)
INSERT INTO activity_awaited (community_id, activity_id, channel_id, source_uid)
SELECT :community, stage.id, stage.channel_id, stage.reply_to
FROM kith_stage AS stage JOIN written ON written.id = stage.id
WHERE stage.reply_to <> stage.source_uid AND written.reply_to_id IS NULL
"""
_MENTIONS = """
INSERT INTO activity_mention (community_id, activity_id, identity_id)
SELECT :community, stage.id, identity.id
FROM kith_stage AS stage CROSS JOIN LATERAL unnest(stage.mentions) AS named (uid)
JOIN identity ON identity.community_id = :community AND identity.source = stage.source
    AND identity.uid = named.uid
"""
_LATE_REPLIES = """
INSERT INTO kith_found
SELECT awaited.activity_id, stage.id
FROM kith_stage AS stage JOIN activity_awaited AS awaited ON awaited.community_id = :community
    AND awaited.channel_id = stage.channel_id AND awaited.source_uid = stage.source_uid
ON CONFLICT DO NOTHING
"""
_LINK_REPLIES = """
UPDATE activity SET reply_to_id = parent.id,
    counterpart_id = coalesce(
        activity.counterpart_id, nullif(parent.contact_id, activity.contact_id))
FROM kith_found AS found JOIN activity AS parent ON parent.id = found.parent_id
WHERE activity.id = found.activity_id
"""
_FOUND_THEM = """
DELETE FROM activity_awaited USING kith_found AS found
WHERE activity_awaited.community_id = :community
    AND activity_awaited.activity_id = found.activity_id
"""
_TOUCH_DAYS = f"""
INSERT INTO kith_touched SELECT {CELL}
FROM (
    SELECT activity.*, activity.happened_at AT TIME ZONE :zone AS at
    FROM kith_stage JOIN activity ON activity.id = kith_stage.id
) AS happened GROUP BY 1, 2, 3, 4, 5, 6
"""  # noqa: S608 - made of our own words only
# A reply that was turned to nobody so far is turned to someone now: nothing else of it changes.
_TOUCH_REPLIES = f"""
INSERT INTO kith_touched
SELECT contact_id, identity_id, month, day, channel_id, type, 0, 0, 0, number FROM (
    SELECT {CELL} FROM (
        SELECT activity.*, activity.happened_at AT TIME ZONE :zone AS at
        FROM kith_found AS found JOIN activity ON activity.id = found.activity_id
        WHERE activity.counterpart_id IS NULL AND activity.void_at IS NULL
    ) AS happened GROUP BY 1, 2, 3, 4, 5, 6
) AS cell (contact_id, identity_id, month, day, channel_id, type, number, weight, hours, mutual)
"""  # noqa: S608 - the same
