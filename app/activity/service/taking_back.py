"""An import taken back: its facts out of the ledger and the roll-ups, and what it made besides."""

from app.activity import queries
from app.activity.service.staging import CELL, PLAN_AFRESH, Into, clear_touched, count_months, do


def take_back(into: Into, *, limit: int) -> int:
    """Take the next facts of an import out of the ledger and the roll-ups; return how many."""
    queries.hold_the_ledger(into.community_id)
    do(PLAN_AFRESH)
    values = {"community": into.community_id, "run": into.import_run_id}
    clear_touched()
    do(_MAKE_DOOMED)
    do("TRUNCATE kith_doomed")
    gone = do(_DOOM, limit=limit, **values)
    do("ANALYZE kith_doomed")
    do(_ORPHANS, zone=into.zone, **values)
    do(_AWAIT_AGAIN, **values)
    do(_TAKE, zone=into.zone)
    do("ANALYZE kith_touched")
    do(_LESS, **values)
    do(_EMPTY_DAYS, **values)
    do(_HOURS, zone=into.zone, **values)
    count_months(into.community_id)
    return gone


def forget_accounts(into: Into) -> None:
    """Forget the accounts and channels an import made; those in use pass to who uses them."""
    for statement in (_UNUSED_ACCOUNTS, _ACCOUNTS_GO_ON, _UNUSED_CHANNELS, _CHANNELS_GO_ON):
        do(statement, run=into.import_run_id)


_MAKE_DOOMED = "CREATE TEMPORARY TABLE IF NOT EXISTS kith_doomed (id bigint) ON COMMIT DROP"
_DOOM = """
INSERT INTO kith_doomed SELECT id FROM activity
WHERE import_run_id = :run AND community_id = :community ORDER BY id DESC LIMIT :limit
"""
# whoever stays and answered what goes, and nobody else, was turned to nobody after all
_ORPHANS = f"""
INSERT INTO kith_touched
SELECT contact_id, identity_id, month, day, channel_id, type, 0, 0, 0, mutual FROM (
    SELECT {CELL} FROM (
        SELECT activity.*, activity.happened_at AT TIME ZONE :zone AS at
        FROM kith_doomed JOIN activity ON activity.community_id = :community
            AND activity.reply_to_id = kith_doomed.id
        WHERE activity.counterpart_id IS NULL AND activity.void_at IS NULL
            AND activity.id NOT IN (SELECT id FROM kith_doomed)
    ) AS happened GROUP BY 1, 2, 3, 4, 5, 6
) AS cell (contact_id, identity_id, month, day, channel_id, type, count, weight, hours, mutual)
"""  # noqa: S608 - the same
# whoever stays waits again for what it answered
_AWAIT_AGAIN = """
INSERT INTO activity_awaited (community_id, activity_id, channel_id, source_uid)
SELECT :community, reply.id, reply.channel_id, gone.source_uid
FROM kith_doomed JOIN activity AS gone ON gone.id = kith_doomed.id
JOIN activity AS reply ON reply.community_id = :community AND reply.reply_to_id = gone.id
WHERE reply.import_run_id IS NOT NULL AND reply.id NOT IN (SELECT id FROM kith_doomed)
ON CONFLICT DO NOTHING
"""
_TAKE = f"""
WITH gone AS (
    DELETE FROM activity WHERE id IN (SELECT id FROM kith_doomed) RETURNING *
)
INSERT INTO kith_touched SELECT {CELL} FROM (
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
