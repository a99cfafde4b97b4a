"""Beside the ledger: where facts are laid out, and which cells of the roll-ups they touch."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, text

from app.activity import rollups
from app.core.database import db


@dataclass(frozen=True)
class Into:
    """Where a batch belongs."""

    community_id: int
    zone: str
    import_run_id: int


def clear_touched() -> None:
    """Make this transaction's notes, empty: touched cells, and replies that were found or known."""
    for statement in (_MAKE_TOUCHED, _MAKE_FOUND, _MAKE_KNOWN):
        do(statement)
    do("TRUNCATE kith_touched, kith_found, kith_known")


def copy_rows(statement: str, rows: Iterable[Sequence[Any]]) -> None:
    """Send rows into a table as a stream."""
    connection: Any = db.session.connection().connection.driver_connection
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def do(statement: str, **values: Any) -> int:
    """Run a statement with those of the values that it names; return how many rows it moved."""
    named = {name: value for name, value in values.items() if f":{name}" in statement}
    return int(db.session.execute(text(statement), named).rowcount)  # type: ignore[attr-defined]


def count_days(community_id: int) -> None:
    """Add what was touched to the days."""
    do(_DAYS, community=community_id)


def count_months(community_id: int) -> None:
    """Count the touched months anew from their days."""
    for column in ("identity_id", "contact_id"):
        is_theirs = text(f"{column} IS NOT NULL")
        touched = select(text(column), text("month")).select_from(text("kith_touched"))
        touched = touched.where(is_theirs)
        ends = select(text("min(month)"), text("max(month)")).select_from(text("kith_touched"))
        first, last = db.session.execute(ends.where(is_theirs)).one()
        if first is not None:
            rollups.recount_months(community_id, column, touched, first=first, last=last)
            people = select(text(column)).select_from(text("kith_touched"))
            rollups.recount_lasts(community_id, column, people)
    do(_TOUCH, community=community_id)


# A statement that ran often keeps one plan, and so does each check of a foreign key; that of an
# empty table is ruinous for a full one. So each batch plans anew, once: to plan every check of
# every row costs more than the rows themselves.
PLAN_AFRESH = "DISCARD PLANS"
# Tables that grow faster than their statistics look nearly empty to the planner, which then reads
# them whole for each row of a batch.
LOOK_AGAIN = "ANALYZE channel, identity, activity, activity_day, activity_month, activity_last"
_MAKE_TOUCHED = """
CREATE TEMPORARY TABLE IF NOT EXISTS kith_touched (
    contact_id bigint, identity_id bigint, month date, day date, channel_id bigint, type text,
    count bigint, weight bigint, hours bigint, mutual bigint
) ON COMMIT DROP
"""
_MAKE_FOUND = """
CREATE TEMPORARY TABLE IF NOT EXISTS kith_found (
    activity_id bigint PRIMARY KEY, parent_id bigint
) ON COMMIT DROP
"""
_MAKE_KNOWN = """
CREATE TEMPORARY TABLE IF NOT EXISTS kith_known (
    activity_id bigint, channel_id bigint, source text, reply_to text
) ON COMMIT DROP
"""
_TOUCH = """
INSERT INTO activity_touched (community_id, contact_id)
SELECT DISTINCT :community, contact_id FROM kith_touched
WHERE contact_id IS NOT NULL ORDER BY contact_id
ON CONFLICT (community_id, contact_id) DO UPDATE SET contact_id = excluded.contact_id
"""
CELL = """
    happened.contact_id,
    CASE WHEN happened.contact_id IS NULL THEN happened.identity_id END,
    date_trunc('month', happened.at)::date, happened.at::date, happened.channel_id, happened.type,
    count(*), sum(happened.weight),
    bit_or(1::bigint << extract(hour FROM happened.at)::integer),
    count(*) FILTER (WHERE happened.counterpart_id IS NOT NULL OR happened.reply_to_id IS NOT NULL)
"""
_DAYS = """
INSERT INTO activity_day (community_id, contact_id, identity_id, day, channel_id, type, count,
    weight, hours, mutual)
SELECT :community, contact_id, identity_id, day, channel_id, type, sum(count), sum(weight),
    bit_or(hours), sum(mutual)
FROM kith_touched GROUP BY contact_id, identity_id, day, channel_id, type
ORDER BY contact_id, identity_id, day, channel_id, type
ON CONFLICT (community_id, contact_id, identity_id, day, channel_id, type) DO UPDATE SET
    count = activity_day.count + excluded.count, weight = activity_day.weight + excluded.weight,
    hours = activity_day.hours | excluded.hours, mutual = activity_day.mutual + excluded.mutual
"""
