"""A look at foreign facts before any is written: laid out beside the ledger, then counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from app.activity.importers import Told
from app.activity.service.staging import copy_rows
from app.core.database import db


@dataclass(frozen=True)
class Seen:
    """What a file turns out to hold."""

    new: int
    known: int  # in the ledger already
    twice: int  # told again by the file itself
    people: int  # accounts of the new ones
    bots: int
    linked: int  # accounts whose address a person here has proved
    channels: int
    first: datetime | None
    last: datetime | None


def begin() -> None:
    """Make room for a look; it is gone with the transaction."""
    db.session.execute(text(_MAKE))
    db.session.execute(text("TRUNCATE kith_look"))


def add(batch: Sequence[Told]) -> None:
    """Lay some facts beside the ledger."""
    copy_rows(
        "COPY kith_look FROM STDIN",
        (
            (t.line, t.source, t.channel, t.source_uid, t.actor_uid, t.actor_email, t.is_bot,
             t.happened_at)
            for t in batch
        ),
    )  # fmt: skip


def end(community_id: int) -> Seen:
    """Count what was laid out."""
    db.session.execute(text("ANALYZE kith_look"))
    found: Any = db.session.execute(text(_COUNT), {"community": community_id}).one()
    return Seen(*found)


_MAKE = """
CREATE TEMPORARY TABLE IF NOT EXISTS kith_look (
    line bigint, source text, channel text, source_uid text, actor_uid text, actor_email text,
    is_bot boolean, happened_at timestamptz
) ON COMMIT DROP
"""
_COUNT = """
WITH told AS (
    SELECT DISTINCT ON (source, channel, source_uid) * FROM kith_look
    ORDER BY source, channel, source_uid, line
), new AS (
    SELECT told.* FROM told WHERE NOT EXISTS (
        SELECT FROM channel JOIN activity ON activity.community_id = channel.community_id
            AND activity.source = channel.source AND activity.channel_id = channel.id
        WHERE channel.community_id = :community AND channel.source = told.source
            AND channel.uid = told.channel AND activity.source_uid = told.source_uid)
), people AS (
    SELECT source, actor_uid, bool_or(is_bot) AS is_bot, max(actor_email) AS email
    FROM new GROUP BY source, actor_uid
), proved AS (
    SELECT person_email.address_key FROM person_email
    JOIN contact ON contact.person_id = person_email.person_id
    WHERE contact.community_id = :community AND contact.erased_at IS NULL
)
SELECT (SELECT count(*) FROM new),
    (SELECT count(*) FROM told) - (SELECT count(*) FROM new),
    (SELECT count(*) FROM kith_look) - (SELECT count(*) FROM told),
    (SELECT count(*) FROM people), (SELECT count(*) FROM people WHERE is_bot),
    (SELECT count(*) FROM people WHERE NOT is_bot
        AND email IN (SELECT address_key FROM proved)),
    (SELECT count(DISTINCT (source, channel)) FROM new),
    (SELECT min(happened_at) FROM new), (SELECT max(happened_at) FROM new)
"""
