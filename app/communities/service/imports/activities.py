"""Activities from elsewhere: into the ledger, under the accounts that did them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from app.activity.importers import REQUIRED, Told, told
from app.activity.service import bulk, looking, taking_back
from app.communities.models import ImportKind, ImportRun
from app.communities.service.imports.records import (
    BATCH,
    RecordsWork,
    has_doubled,
    into,
    tell_days,
)
from app.core.foreign.records import Record


class ActivitiesWork(RecordsWork[Told]):
    """The ledger's part of an import."""

    kind = ImportKind.ACTIVITIES
    required = REQUIRED

    def row(self, record: Record, options: Mapping[str, Any], *, now: datetime) -> Told:
        """Return what a record tells."""
        with_text = bool(options.get("with_text"))
        return told(record.line, record.values, now=now, with_text=with_text)

    def look(self, community_id: int, rows: Iterator[list[Told]]) -> dict[str, Any]:
        """Count what a file would bring."""
        looking.begin()
        for part in rows:
            looking.add(part)
        seen = asdict(looking.end(community_id))
        return {
            **seen,
            "first": seen["first"] and seen["first"].isoformat(),
            "last": seen["last"] and seen["last"].isoformat(),
        }

    def write_rows(self, run: ImportRun, rows: Sequence[Told], *, now: datetime) -> int:
        """Write a batch into the ledger and its roll-ups."""
        return bulk.write(rows, into(run), now=now, has_grown=has_doubled(run)).added

    def take_rows_back(self, run: ImportRun, *, now: datetime) -> tuple[int, bool]:  # noqa: ARG002
        """Take the next facts out again; at the end the accounts and channels nobody needs."""
        gone = taking_back.take_back(into(run), limit=BATCH)
        if gone == BATCH:
            return gone, True
        taking_back.forget_accounts(into(run))
        tell_days(run)
        return gone, False
