"""Facts of known contacts, many at once: what an import of a floor above knows that they did.

A batch is one transaction with the rows it comes from. It holds the ledger alone.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert

from app.activity import queries
from app.activity.models import Channel
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
from app.core.database import db


@dataclass(frozen=True, slots=True)
class Done:
    """One thing that a contact did elsewhere; its fields are the columns of the staging.

    What was undone there is told too, as void: the row stays and says when.
    """

    source: str
    uid: str
    contact_id: int
    type: str
    happened_at: datetime
    void_at: datetime | None = None


def write_done(
    batch: Sequence[Done], into: Into, *, channel: str, now: datetime, has_grown: bool = True
) -> None:
    """Write facts in their order; those that are known stay as they are.

    `has_grown`: the tables are much larger than when a batch said so last.
    """
    queries.hold_the_ledger(into.community_id)
    do(PLAN_AFRESH)
    clear_touched()
    do(_MAKE_DONE)
    do("TRUNCATE kith_done")
    copy_rows(
        "COPY kith_done FROM STDIN", ((place, *astuple(one)) for place, one in enumerate(batch))
    )
    _make_channels(into, {one.source for one in batch}, channel)
    if has_grown:
        do(LOOK_AGAIN)
    do(
        _WRITE,
        community=into.community_id,
        run=into.import_run_id,
        zone=into.zone,
        channel=channel,
        now=now,
    )
    count_days(into.community_id)
    count_months(into.community_id)


def _make_channels(into: Into, sources: set[str], channel: str) -> None:
    for source in sorted(sources):
        db.session.execute(
            insert(Channel)
            .values(
                community_id=into.community_id,
                source=source,
                uid=channel,
                name=channel,
                import_run_id=into.import_run_id,
            )
            .on_conflict_do_nothing()
        )


_MAKE_DONE = """
CREATE TEMPORARY TABLE IF NOT EXISTS kith_done (
    place bigint, source text, uid text, contact_id bigint, type text, happened_at timestamptz,
    void_at timestamptz
) ON COMMIT DROP
"""
# what was written is counted, and nothing that was known
_WRITE = f"""
WITH written AS (
INSERT INTO activity (community_id, contact_id, type, happened_at, recorded_at, channel_id, source,
    source_uid, weight, import_run_id, void_at)
SELECT :community, done.contact_id, done.type, done.happened_at, :now, channel.id, done.source,
    done.uid, coalesce(weighs.weight, 1), :run, done.void_at
FROM kith_done AS done
JOIN channel ON channel.community_id = :community AND channel.source = done.source
    AND channel.uid = :channel
LEFT JOIN (
    SELECT DISTINCT ON (type) type, weight FROM activity_weight
    WHERE community_id = :community OR community_id IS NULL
    ORDER BY type, community_id NULLS LAST, version DESC
) AS weighs ON weighs.type = done.type
ORDER BY done.place
ON CONFLICT DO NOTHING
RETURNING *
)
INSERT INTO kith_touched SELECT {CELL}
FROM (
    SELECT written.*, written.happened_at AT TIME ZONE :zone AS at FROM written
    WHERE written.void_at IS NULL
) AS happened GROUP BY 1, 2, 3, 4, 5, 6
"""  # noqa: S608 - made of our own words only
