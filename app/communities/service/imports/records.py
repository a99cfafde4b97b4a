"""Imports of records: activities, and orders of the floor above. Files of any size, as a stream."""

import hashlib
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import IO, Any, Generic, TypeVar

from sqlalchemy import select

from app.accounts.models import Person
from app.activity.hooks import days_changed
from app.activity.service.staging import Into
from app.communities import hooks
from app.communities.hooks import Batch
from app.communities.models import Community, ImportKind, ImportRun, ImportState
from app.communities.service.imports import engine
from app.core import storage
from app.core.database import add, db, within
from app.core.errors import RuleViolation
from app.core.foreign.records import (
    JSONL,
    QUARANTINE,
    Broken,
    Layout,
    Record,
    Refused,
    layout_of,
    records,
    shown,
)
from app.core.text import N_

BATCH = 5_000
SAMPLE = 5
TYPES = {JSONL: "application/jsonl", "csv": "text/csv"}

Row = TypeVar("Row")
Hear = Callable[[Broken], object]


class NothingNew(RuleViolation):
    """The file holds nothing that is not here already."""

    message = N_("There is nothing new in this file.")


@dataclass(frozen=True)
class Look:
    """What a file turns out to hold: how it is written, its numbers, what is left out and why."""

    layout: Layout
    digest: str
    total: int
    counts: dict[str, Any]
    rejects: list[Broken] = field(default_factory=list)


class RecordsWork(ABC, Generic[Row]):
    """What all imports of records share; a kind says what one record means."""

    kind: ImportKind
    required: tuple[str, ...]

    @abstractmethod
    def row(self, record: Record, options: Mapping[str, Any], *, now: datetime) -> Row:
        """Return what a record means; raises Refused."""

    @abstractmethod
    def look(self, community_id: int, rows: Iterator[list[Row]]) -> dict[str, Any]:
        """Count what a whole file would bring; at least `new`, `known` and `twice`."""

    @abstractmethod
    def write_rows(self, run: ImportRun, rows: Sequence[Row], *, now: datetime) -> int:
        """Write a batch and return how many rows were new."""

    @abstractmethod
    def take_rows_back(self, run: ImportRun, *, now: datetime) -> tuple[int, bool]:
        """Take the next rows back; return how many went, and whether there may be more."""

    def finish(self, run: ImportRun, *, now: datetime) -> None:  # noqa: ARG002 - the protocol's
        """Count those that turned out to be known; have closed months say what changed in them."""
        left_out = sum(run.counts.get(why, 0) for why in ("rejected", "quarantined", "twice"))
        run.counts = {**run.counts, "known": run.total - left_out - run.counts["added"]}
        tell_days(run)

    def write(self, run: ImportRun, batch: Batch, *, secret: str, now: datetime) -> int:  # noqa: ARG002
        """Write a batch."""
        return self.write_rows(run, batch.rows, now=now)

    def take_back(self, run: ImportRun, *, after: int, now: datetime) -> int | None:
        """Take the next rows back."""
        gone, is_more = self.take_rows_back(run, now=now)
        run.counts = {**run.counts, "undone": run.counts.get("undone", 0) + gone}
        return after + gone if is_more else None

    def batches(self, run: ImportRun, *, now: datetime) -> Iterator[Batch]:
        """Yield what is still to be written, from the stored file, behind the progress made."""
        layout = Layout.of_json(run.options)
        with storage.storage().open(run.file_key or "") as file:
            found = records(file, layout, skip=run.progress)
            while True:
                part = list(islice(found, BATCH))
                rows = [
                    row
                    for one in part
                    if not isinstance(row := self.read(one, run.options, now), Broken)
                ]
                yield Batch(rows, len(part), is_last=len(part) < BATCH)

    def read(self, one: Record | Broken, options: Mapping[str, Any], now: datetime) -> Row | Broken:
        """Return what a record means, or why it is left out."""
        if isinstance(one, Broken):
            return one
        try:
            return self.row(one, options, now=now)
        except Refused as refusal:
            told = (str(value)[:40] for value in one.values.values() if value is not None)
            words = shown(" ".join(told))
            return Broken(one.line, refusal.flaw, words, refusal.field)


def look_at(
    community: Community,
    kind: ImportKind,
    file: IO[bytes],
    *,
    now: datetime,
    hear: Hear = lambda _one: None,
) -> Look:
    """Read a whole file and write nothing; `hear` is told all that is left out."""
    work = work_of(kind)
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # any binary file
    file.seek(0)
    layout = layout_of(file, required=work.required)
    sieve = _Sieve(work, now=now, hear=hear)
    counts = work.look(community.id, sieve.rows(records(file, layout)))
    quarantined = sum(sieve.flaws[flaw] for flaw in QUARANTINE)
    counts |= {
        "lines": sieve.total,
        "rejected": sieve.flaws.total() - quarantined,
        "quarantined": quarantined,
    }
    return Look(layout, digest, sieve.total, counts, sieve.rejects)


def begin(
    community: Community,
    person: Person | None,
    *,
    kind: ImportKind,
    file: IO[bytes],
    now: datetime,
    hear: Hear = lambda _one: None,
) -> ImportRun:
    """Look at a file and keep it; nothing of it is written yet."""
    look = look_at(community, kind, file, now=now, hear=hear)
    file.seek(0)
    kept = storage.keep(
        file,
        TYPES[look.layout.format],
        community_id=community.id,
        person_id=person.id if person else None,
    )
    return add(
        ImportRun(
            community_id=community.id,
            kind=kind,
            created_by_id=person.id if person else None,
            created_at=now,
            file_key=kept.key,
            options={**look.layout.as_json(), "digest": look.digest},
            counts=look.counts,
            total=look.total,
            rejects=[as_json(one) for one in look.rejects],
        )
    )


def start(
    run: ImportRun, *, person: Person | None, with_text: bool = False, is_deferred: bool = True
) -> None:
    """Let the records be written, with their texts only if that was asked."""
    engine.check_state(run, ImportState.PREVIEW)
    if not run.counts.get("new"):
        raise NothingNew
    run.options = {**run.options, "with_text": with_text}
    engine.begin_running(run, person=person, is_deferred=is_deferred)


def unfinished(community: Community, kind: ImportKind, file: IO[bytes]) -> ImportRun | None:
    """Return the import of this very file that was cut short, if one was."""
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # any binary file
    file.seek(0)
    found: ImportRun | None = db.session.scalar(
        within(ImportRun, community.id)
        .where(
            ImportRun.kind == kind,
            ImportRun.state == ImportState.RUNNING,
            ImportRun.options["digest"].astext == digest,
        )
        .order_by(ImportRun.id.desc())
        .limit(1)
    )
    return found


def sample(run: ImportRun) -> list[dict[str, Any]]:
    """Return the first records of a file that is looked at."""
    with (
        storage.storage().open(run.file_key or "") as file,
        closing(records(file, Layout.of_json(run.options))) as found,
    ):
        return [one.values for one in islice(found, SAMPLE) if isinstance(one, Record)]


def work_of(kind: ImportKind) -> "RecordsWork[Any]":
    """Return who brings a kind of records."""
    work = hooks.import_work(kind)
    if not isinstance(work, RecordsWork):
        raise hooks.NoSuchImport(kind)
    return work


def into(run: ImportRun) -> Into:
    """Return where an import's facts belong: the days are cut in its community's zone."""
    zone = db.session.scalar(select(Community.zone).where(Community.id == run.community_id))
    return Into(run.community_id, str(zone), run.id)


def has_doubled(run: ImportRun) -> bool:
    """Say whether the number of batches written is 0, 1, 2, 4, 8 ...: the ledger has grown much."""
    number = run.progress // BATCH
    return number & (number - 1) == 0


def tell_days(run: ImportRun) -> None:
    """Say which days changed: closed months read otherwise now."""
    first, last = (datetime.fromisoformat(run.counts[name]).date() for name in ("first", "last"))
    days_changed(run.community_id, first, last)


def as_json(one: Broken) -> dict[str, Any]:
    """Return a line left out as it is kept with the import."""
    return {"line": one.line, "reason": one.flaw.value, "field": one.field, "shown": one.shown}


class _Sieve(Generic[Row]):
    """Parts what can be taken from what cannot, and counts both."""

    def __init__(self, work: RecordsWork[Row], *, now: datetime, hear: Hear) -> None:
        self._work, self._now, self._hear = work, now, hear
        self.total = 0
        self.flaws: Counter[str] = Counter()
        self.rejects: list[Broken] = []

    def rows(self, found: Iterator[Record | Broken]) -> Iterator[list[Row]]:
        """Yield what can be taken, part by part."""
        while part := list(islice(found, BATCH)):
            self.total += len(part)
            kept = []
            for one in part:
                row = self._work.read(one, {}, self._now)
                if isinstance(row, Broken):
                    self._leave_out(row)
                else:
                    kept.append(row)
            yield kept

    def _leave_out(self, one: Broken) -> None:
        self.flaws[one.flaw] += 1
        self._hear(one)
        if len(self.rejects) < engine.REJECTS_KEPT:
            self.rejects.append(one)
