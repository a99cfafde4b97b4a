"""Files of activities for tests, and what came of them."""

import io
import json
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, select, text

from app.activity import rollups
from app.activity.models import ActivityDay, ActivityLast, ActivityMonth
from app.communities import processes
from app.communities.models import Community, ImportKind, ImportRun
from app.communities.service import imports
from app.core.database import db
from tests.conftest import TODAY, FixedClock

SECRET = "s" * 40


def line(uid: object, **values: Any) -> dict[str, Any]:
    """Return one activity, valid and dull."""
    number = uid if isinstance(uid, int) else 0
    return {
        "source": "forum",
        "source_uid": f"m{uid}",
        "type": "message.sent",
        "happened_at": (TODAY - timedelta(days=3, minutes=number)).isoformat(),
        "actor_uid": "ada",
        "actor_name": "Ada",
        "channel_uid": "general",
        **values,
    }


def jsonl(*lines: dict[str, Any] | str) -> bytes:
    """Return a file of records, some perhaps broken on purpose."""
    found = [one if isinstance(one, str) else json.dumps(one) for one in lines]
    return "\n".join([*found, ""]).encode()


def begun(
    community: Community,
    data: bytes,
    *,
    kind: ImportKind = ImportKind.ACTIVITIES,
    now: datetime = TODAY,
) -> ImportRun:
    """Look at a file as its owner would."""
    return imports.records.begin(community, None, kind=kind, file=io.BytesIO(data), now=now)


def brought(
    community: Community,
    data: bytes,
    *,
    kind: ImportKind = ImportKind.ACTIVITIES,
    with_text: bool = False,
    now: datetime = TODAY,
) -> ImportRun:
    """Bring a file from the look to the end."""
    run = begun(community, data, kind=kind, now=now)
    imports.records.start(run, person=None, with_text=with_text, is_deferred=False)
    processes.run_import(run.id, secret=SECRET, now=now)
    return run


def taken_back(run: ImportRun, clock: FixedClock | None = None) -> None:
    """Take a whole import back."""
    imports.ask_to_undo(run, person=None, is_deferred=False)
    processes.undo_import(run.id, now=clock.now if clock else TODAY)


def counted(community: Community) -> list[tuple[Any, ...]]:
    """Return the roll-ups of a community, days, months and lives, without the rows' numbers."""
    found: list[tuple[Any, ...]] = []
    for model in (ActivityDay, ActivityMonth, ActivityLast):
        table: Table = model.__table__  # type: ignore[assignment]  # a mapped class has a Table
        columns = [column for column in table.c if column.name not in {"id", "community_id"}]
        rows = db.session.execute(
            select(*columns).where(table.c.community_id == community.id)
        ).all()
        found += sorted(((table.name, *row) for row in rows), key=repr)
    return found


def recounted(community: Community) -> list[tuple[Any, ...]]:
    """Return the same, counted anew from the facts."""
    with db.session.begin_nested() as trial:
        rollups.recount(community.id, community.zone)
        found = counted(community)
        trial.rollback()
    return found


def number_of(table: str) -> int:
    """Return how many rows a table has."""
    return int(db.session.scalar(text(f"SELECT count(*) FROM {table}")) or 0)  # noqa: S608 - ours
