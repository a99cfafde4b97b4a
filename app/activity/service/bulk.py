"""Many facts at once, from an import: laid out beside the ledger, then written as sets.

A batch is one transaction: its facts, the accounts and channels they need, and the roll-ups are
there together or not at all. It holds the ledger alone, so that two imports cannot write one fact.
"""

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, insert, select, text, update

from app.activity import queries, rollups
from app.activity.importers import Told
from app.activity.models import Channel, Identity
from app.activity.service import link
from app.core.database import db, new_public_id

COLUMNS = list(Told.__dataclass_fields__)


@dataclass(frozen=True)
class Written:
    """What became of a batch."""

    added: int
    known: int  # told before, by this file or another


@dataclass(frozen=True)
class Into:
    """Where a batch belongs."""

    community_id: int
    zone: str
    import_run_id: int


def write(batch: Sequence[Told], into: Into, *, now: datetime, has_grown: bool = True) -> Written:
    """Write a batch of foreign facts; those that are known stay as they are.

    `has_grown`: the tables are much larger than when a batch said so last.
    """
    if not batch:
        return Written(0, 0)
    queries.hold_the_ledger(into.community_id)
    _do(_PLAN_AFRESH)
    lay_out(batch)
    values = {"community": into.community_id, "run": into.import_run_id, "now": now}
    _do(_TWICE)
    _do(_KNOWN, **values)
    _make_channels(into)
    _make_identities(into, values)
    if has_grown:
        _do(_LOOK_AGAIN)
    _do(_PLACE, **values)
    added = _do(_WRITE, **values)
    _do(_MENTIONS, **values)
    _do(_TOUCH_DAYS, zone=into.zone)
    _do(_DAYS, **values)
    _count_months(into.community_id)
    return Written(added, len(batch) - added)


def take_back(into: Into, *, limit: int) -> int:
    """Take the next facts of an import out of the ledger and the roll-ups; return how many."""
    queries.hold_the_ledger(into.community_id)
    _do(_PLAN_AFRESH)
    values = {"community": into.community_id, "run": into.import_run_id}
    _clear_touched()
    _do(_MAKE_DOOMED)
    _do("TRUNCATE kith_doomed")
    gone = _do(_DOOM, limit=limit, **values)
    _do("ANALYZE kith_doomed")
    _do(_ORPHANS, zone=into.zone, **values)
    _do(_TAKE, zone=into.zone)
    _do("ANALYZE kith_touched")
    _do(_LESS, **values)
    _do(_EMPTY_DAYS, **values)
    _do(_HOURS, zone=into.zone, **values)
    _count_months(into.community_id)
    return gone


def forget_accounts(into: Into) -> None:
    """Forget the accounts and channels an import made; those in use pass to who uses them."""
    for statement in (_UNUSED_ACCOUNTS, _ACCOUNTS_GO_ON, _UNUSED_CHANNELS, _CHANNELS_GO_ON):
        _do(statement, run=into.import_run_id)


def lay_out(batch: Sequence[Told]) -> None:
    """Copy a batch into the staging table of this transaction."""
    _do(_MAKE_STAGE)
    _do("TRUNCATE kith_stage")
    _clear_touched()
    copy_rows(f"COPY kith_stage ({', '.join(COLUMNS)}) FROM STDIN", map(astuple, batch))
    _do("ANALYZE kith_stage")


def _clear_touched() -> None:
    _do(_MAKE_TOUCHED)
    _do("TRUNCATE kith_touched")


def copy_rows(statement: str, rows: Iterable[Sequence[Any]]) -> None:
    """Send rows into a table as a stream."""
    connection: Any = db.session.connection().connection.driver_connection
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _do(statement: str, **values: Any) -> int:
    named = {name: value for name, value in values.items() if f":{name}" in statement}
    return int(db.session.execute(text(statement), named).rowcount)  # type: ignore[attr-defined]


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
    _do(_IDENTITIES, **values)
    if turned:
        rollups.recount(into.community_id, into.zone, identity_ids=turned)
    for identity_id, contact_id, has_acted in db.session.execute(
        text(_PROVED), {"community": into.community_id}
    ).all():
        if has_acted:
            identity = db.session.get_one(Identity, identity_id)
            link(identity, contact_id=contact_id, zone=into.zone)
            continue
        db.session.execute(
            update(Identity).where(Identity.id == identity_id).values(contact_id=contact_id)
        )


def _count_months(community_id: int) -> None:
    """Count the touched months anew from their days."""
    for column in ("identity_id", "contact_id"):
        touched = (
            select(text(column), text("month"))
            .select_from(text("kith_touched"))
            .where(text(f"{column} IS NOT NULL"))
        )
        if db.session.scalar(select(exists(touched))):
            rollups.recount_months(community_id, column, touched)
            people = select(text(column)).select_from(text("kith_touched"))
            rollups.recount_lasts(community_id, column, people)
    _do(_TOUCH, community=community_id)


# A statement that ran often keeps one plan; that of an empty table is ruinous for a full one.
_PLAN_AFRESH = "SET LOCAL plan_cache_mode = force_custom_plan"
# Tables that grow faster than their statistics look nearly empty to the planner, which then reads
# them whole for each row of a batch.
_LOOK_AGAIN = "ANALYZE channel, identity, activity, activity_day, activity_month, activity_last"
_MAKE_STAGE = """
CREATE TEMPORARY TABLE IF NOT EXISTS kith_stage (
    line bigint, source text, channel text, channel_name text, source_uid text, type text,
    happened_at timestamptz, actor_uid text, actor_name text, actor_email text, is_bot boolean,
    thread text, reply_to text, mentions text[], text_length bigint, url text, words text,
    id bigint, channel_id bigint, identity_id bigint, contact_id bigint
) ON COMMIT DROP
"""
_MAKE_TOUCHED = """
CREATE TEMPORARY TABLE IF NOT EXISTS kith_touched (
    contact_id bigint, identity_id bigint, month date, day date, channel_id bigint, type text,
    count bigint, weight bigint, hours bigint, mutual bigint
) ON COMMIT DROP
"""
_TWICE = """
DELETE FROM kith_stage USING (
    SELECT line, row_number() OVER (PARTITION BY source, channel, source_uid ORDER BY line) AS place
    FROM kith_stage
) AS told WHERE told.line = kith_stage.line AND told.place > 1
"""
_KNOWN = """
DELETE FROM kith_stage USING channel, activity
WHERE channel.community_id = :community AND channel.source = kith_stage.source
    AND channel.uid = kith_stage.channel
    AND activity.community_id = :community AND activity.source = kith_stage.source
    AND activity.channel_id = channel.id AND activity.source_uid = kith_stage.source_uid
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
FROM identity
JOIN person_email ON person_email.address_key = identity.email_key
JOIN contact ON contact.community_id = identity.community_id
    AND contact.person_id = person_email.person_id AND contact.erased_at IS NULL
WHERE identity.community_id = :community AND identity.contact_id IS NULL AND NOT identity.is_bot
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
_WRITE = """
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
"""
_MENTIONS = """
INSERT INTO activity_mention (community_id, activity_id, identity_id)
SELECT :community, stage.id, identity.id
FROM kith_stage AS stage CROSS JOIN LATERAL unnest(stage.mentions) AS named (uid)
JOIN identity ON identity.community_id = :community AND identity.source = stage.source
    AND identity.uid = named.uid
"""
_CELL = """
    happened.contact_id,
    CASE WHEN happened.contact_id IS NULL THEN happened.identity_id END,
    date_trunc('month', happened.at)::date, happened.at::date, happened.channel_id, happened.type,
    count(*), sum(happened.weight),
    bit_or(1::bigint << extract(hour FROM happened.at)::integer),
    count(*) FILTER (WHERE happened.counterpart_id IS NOT NULL OR happened.reply_to_id IS NOT NULL)
"""
_TOUCH_DAYS = f"""
INSERT INTO kith_touched SELECT {_CELL}
FROM (
    SELECT activity.*, activity.happened_at AT TIME ZONE :zone AS at
    FROM kith_stage JOIN activity ON activity.id = kith_stage.id
) AS happened GROUP BY 1, 2, 3, 4, 5, 6
"""  # noqa: S608 - made of our own words only
_DAYS = """
INSERT INTO activity_day (community_id, contact_id, identity_id, day, channel_id, type, count,
    weight, hours, mutual)
SELECT :community, contact_id, identity_id, day, channel_id, type, count, weight, hours, mutual
FROM kith_touched ORDER BY contact_id, identity_id, day, channel_id, type
ON CONFLICT (community_id, contact_id, identity_id, day, channel_id, type) DO UPDATE SET
    count = activity_day.count + excluded.count, weight = activity_day.weight + excluded.weight,
    hours = activity_day.hours | excluded.hours, mutual = activity_day.mutual + excluded.mutual
"""
_TOUCH = """
INSERT INTO activity_touched (community_id, contact_id)
SELECT DISTINCT :community, contact_id FROM kith_touched
WHERE contact_id IS NOT NULL ORDER BY contact_id
ON CONFLICT (community_id, contact_id) DO UPDATE SET contact_id = excluded.contact_id
"""
_MAKE_DOOMED = "CREATE TEMPORARY TABLE IF NOT EXISTS kith_doomed (id bigint) ON COMMIT DROP"
_DOOM = """
INSERT INTO kith_doomed SELECT id FROM activity
WHERE import_run_id = :run AND community_id = :community ORDER BY id DESC LIMIT :limit
"""
# whoever stays and answered what goes, and nobody else, was turned to nobody after all
_ORPHANS = f"""
INSERT INTO kith_touched
SELECT contact_id, identity_id, month, day, channel_id, type, 0, 0, 0, mutual FROM (
    SELECT {_CELL} FROM (
        SELECT activity.*, activity.happened_at AT TIME ZONE :zone AS at
        FROM kith_doomed JOIN activity ON activity.community_id = :community
            AND activity.reply_to_id = kith_doomed.id
        WHERE activity.counterpart_id IS NULL AND activity.void_at IS NULL
            AND activity.id NOT IN (SELECT id FROM kith_doomed)
    ) AS happened GROUP BY 1, 2, 3, 4, 5, 6
) AS cell (contact_id, identity_id, month, day, channel_id, type, count, weight, hours, mutual)
"""  # noqa: S608 - the same
_TAKE = f"""
WITH gone AS (
    DELETE FROM activity WHERE id IN (SELECT id FROM kith_doomed) RETURNING *
)
INSERT INTO kith_touched SELECT {_CELL} FROM (
    SELECT gone.*, gone.happened_at AT TIME ZONE :zone AS at FROM gone WHERE gone.void_at IS NULL
) AS happened GROUP BY 1, 2, 3, 4, 5, 6
"""  # noqa: S608 - the same
_SAME_CELL = """
    activity_day.community_id = :community AND activity_day.day = touched.day
    AND activity_day.channel_id = touched.channel_id AND activity_day.type = touched.type
    AND activity_day.contact_id IS NOT DISTINCT FROM touched.contact_id
    AND activity_day.identity_id IS NOT DISTINCT FROM touched.identity_id
"""
_LESS = f"""
UPDATE activity_day SET count = activity_day.count - touched.count,
    weight = activity_day.weight - touched.weight, mutual = activity_day.mutual - touched.mutual
FROM (
    SELECT contact_id, identity_id, day, channel_id, type, sum(count) AS count,
        sum(weight) AS weight, sum(mutual) AS mutual
    FROM kith_touched GROUP BY 1, 2, 3, 4, 5
) AS touched WHERE {_SAME_CELL}
"""  # noqa: S608 - the same
_EMPTY_DAYS = f"""
DELETE FROM activity_day USING kith_touched AS touched
WHERE {_SAME_CELL} AND activity_day.count = 0
"""  # noqa: S608 - the same
_HOURS = f"""
UPDATE activity_day SET hours = (
    SELECT bit_or(1::bigint << extract(hour FROM happened_at AT TIME ZONE :zone)::integer)
    FROM activity
    WHERE activity.community_id = :community AND activity.void_at IS NULL
        AND activity.channel_id = activity_day.channel_id AND activity.type = activity_day.type
        AND activity.happened_at BETWEEN activity_day.day - 1 AND activity_day.day + 2
        AND (activity.happened_at AT TIME ZONE :zone)::date = activity_day.day
        AND (activity.contact_id = activity_day.contact_id
            OR activity.contact_id IS NULL AND activity.identity_id = activity_day.identity_id)
) FROM kith_touched AS touched WHERE {_SAME_CELL}
"""  # noqa: S608 - the same
_UNUSED_ACCOUNTS = """
DELETE FROM identity WHERE import_run_id = :run
    AND NOT EXISTS (SELECT FROM activity WHERE activity.identity_id = identity.id)
    AND NOT EXISTS (
        SELECT FROM activity_mention AS named
        WHERE named.community_id = identity.community_id AND named.identity_id = identity.id)
"""
_ACCOUNTS_GO_ON = """
UPDATE identity SET import_run_id = coalesce(
    (SELECT min(import_run_id) FROM activity WHERE activity.identity_id = identity.id),
    (SELECT min(activity.import_run_id)
        FROM activity_mention AS named JOIN activity ON activity.id = named.activity_id
        WHERE named.community_id = identity.community_id AND named.identity_id = identity.id)
) WHERE import_run_id = :run
"""
_UNUSED_CHANNELS = """
DELETE FROM channel WHERE import_run_id = :run AND NOT EXISTS (
    SELECT FROM activity WHERE activity.community_id = channel.community_id
        AND activity.source = channel.source AND activity.channel_id = channel.id)
"""
_CHANNELS_GO_ON = """
UPDATE channel SET import_run_id = (
    SELECT min(import_run_id) FROM activity WHERE activity.community_id = channel.community_id
        AND activity.source = channel.source AND activity.channel_id = channel.id
) WHERE import_run_id = :run
"""
