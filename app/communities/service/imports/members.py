"""People from a list: contacts, tagged and invited as was asked; known ones stay as they are."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.accounts.models import Person
from app.communities import importers
from app.communities.hooks import Batch
from app.communities.models import (
    Community,
    Contact,
    ContactSource,
    ContactTag,
    ImportKind,
    ImportRun,
    ImportState,
)
from app.communities.queries.imports import known_keys, tags_among
from app.communities.service import claims
from app.communities.service.contacts import search_keys
from app.communities.service.imports import engine
from app.communities.service.imports.people import remove_untouched
from app.communities.service.tags import TAG_LENGTH, tag_named
from app.core import storage
from app.core.database import add, db, new_public_id
from app.core.errors import RuleViolation
from app.core.text import N_, clean_line, is_blank

BATCH = 200
SAMPLE = 5


class NobodyNew(RuleViolation):
    """The list holds nobody who could be added."""

    message = N_("There is nobody new in this list.")


@dataclass(frozen=True)
class Options:
    """How a list is read; empty fields are guessed."""

    encoding: str = ""
    delimiter: str = ""
    columns: tuple[str, ...] = ()
    has_header: bool | None = None
    is_pasted: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return what is kept with the import."""
        return {
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "columns": list(self.columns),
            "has_header": self.has_header,
            "is_pasted": self.is_pasted,
        }

    @classmethod
    def of(cls, run: ImportRun) -> "Options":
        """Return how an import is read."""
        kept = run.options
        return cls(
            encoding=kept["encoding"],
            delimiter=kept["delimiter"],
            columns=tuple(kept["columns"]),
            has_header=kept["has_header"],
            is_pasted=kept["is_pasted"],
        )


@dataclass(frozen=True)
class Look:
    """What a list turns out to be under some options."""

    options: Options
    header: list[str]
    sample: list[list[str]]
    reading: importers.Reading


def look_at(data: bytes, options: Options, *, languages: Sequence[str] = ()) -> Look:
    """Read a whole list without writing anything; raises FileRefused."""
    text, encoding = importers.decode(data, options.encoding, languages=languages)
    table = (
        importers.read_pasted(text)
        if options.is_pasted
        else importers.read_table(text, options.delimiter)
    )
    guessed, header = importers.guess_columns(table.rows)
    if options.is_pasted:
        guessed, header = ["name", "email"], False
    has_header = header if options.has_header is None else options.has_header
    columns = options.columns or tuple(guessed)
    reading = importers.read_people(table.rows, columns, has_header=has_header)
    body = table.rows[1:] if has_header else table.rows
    return Look(
        options=Options(encoding, table.delimiter, columns, has_header, options.is_pasted),
        header=table.rows[0].cells if has_header and table.rows else [],
        sample=[row.cells for row in body[:SAMPLE]],
        reading=reading,
    )


def begin(
    community: Community,
    person: Person | None,
    *,
    data: bytes,
    is_pasted: bool,
    now: datetime,
    languages: Sequence[str] = (),
) -> ImportRun:
    """Keep a list and look at it; nobody is added yet.

    `languages` are those of who brings it: they hint at how it is written.
    """
    if not data.strip():
        raise engine.NothingToBring(field="file")
    look = look_at(data, Options(is_pasted=is_pasted), languages=languages)
    kept = storage.keep(
        data, "text/csv", community_id=community.id, person_id=person.id if person else None
    )
    run = add(
        ImportRun(
            community_id=community.id,
            created_by_id=person.id if person else None,
            created_at=now,
            file_key=kept.key,
        )
    )
    _note(run, look)
    return run


def read_anew(run: ImportRun, options: Options) -> Look:
    """Look at a list again under corrected options."""
    engine.check_state(run, ImportState.PREVIEW)
    look = look_at(engine.content(run), options)
    _note(run, look)
    return look


def start(
    run: ImportRun, *, person: Person | None, tag: str, invites: bool, is_deferred: bool = True
) -> None:
    """Let people be added by a job, with a tag, and invited by mail only if that was asked."""
    engine.check_state(run, ImportState.PREVIEW)
    if not run.counts.get("new"):
        raise NobodyNew
    name = clean_line(tag)[:TAG_LENGTH].strip()
    run.options = {**run.options, "tag": "" if is_blank(name) else name, "invites": invites}
    engine.begin_running(run, person=person, is_deferred=is_deferred)


class MembersWork:
    """The members' part of an import."""

    kind = ImportKind.MEMBERS

    def batches(self, run: ImportRun, *, now: datetime) -> Iterator[Batch]:  # noqa: ARG002 - protocol
        """Yield the people of a list who are still to be written."""
        people = look_at(engine.content(run), Options.of(run)).reading.people
        for start in range(run.progress, max(len(people), run.progress + 1), BATCH):
            rows = people[start : start + BATCH]
            yield Batch(rows, len(rows), is_last=start + BATCH >= len(people))

    def write(self, run: ImportRun, batch: Batch, *, secret: str, now: datetime) -> int:
        """Add the people of a batch, tag and invite them as was asked."""
        added = _added(run, batch.rows, now=now)
        _tag(run, batch.rows, added)
        if run.options.get("invites"):
            community = db.session.get_one(Community, run.community_id)
            contacts = db.session.scalars(
                select(Contact).where(Contact.id.in_(added.values()))
            ).all()
            claims.invite(community, contacts, secret=secret)
        return len(added)

    def finish(self, run: ImportRun, *, now: datetime) -> None:  # noqa: ARG002 - protocol
        """Count those who turned out to be known."""
        run.counts = {**run.counts, "known": run.total - run.counts["added"]}

    def take_back(self, run: ImportRun, *, after: int, now: datetime) -> int | None:  # noqa: ARG002
        """Remove the next untouched contacts, and at the end the tags that nobody carries."""
        gone, last = remove_untouched(run, after=after, limit=BATCH)
        run.counts = {**run.counts, "undone": run.counts.get("undone", 0) + gone}
        if last is not None:
            return last
        for tag in tags_among(run.community_id, run.options.get("tag_ids", [])):
            db.session.delete(tag)
        return None


def _note(run: ImportRun, look: Look) -> None:
    people, rejects = look.reading.people, look.reading.rejects
    known = known_keys(run.community_id, (draft.key for draft in people))
    run.options = {**run.options, **look.options.as_json()}
    run.total = len(people)
    run.counts = {
        "lines": len(people) + len(rejects),
        "new": len(people) - len(known),
        "known": len(known),
        "rejected": len(rejects),
    }
    run.rejects = [
        {"line": line, "reason": reason.value, "shown": shown}
        for line, reason, shown in rejects[: engine.REJECTS_KEPT]
    ]
    db.session.flush()


def _added(run: ImportRun, batch: Sequence[importers.Draft], *, now: datetime) -> dict[str, int]:
    """Write those of a batch who are new and return their ids by address key."""
    if not batch:
        return {}
    written = db.session.execute(
        insert(Contact)
        .values([_values(run, draft, now) for draft in batch])
        .on_conflict_do_nothing()
        .returning(Contact.email_key, Contact.id)
    )
    return {key: number for key, number in written if key is not None}


def _values(run: ImportRun, draft: importers.Draft, now: datetime) -> dict[str, Any]:
    return {
        "community_id": run.community_id,
        "public_id": new_public_id(),
        "name": draft.name,
        "email": draft.email,
        "email_key": draft.key,
        "place": draft.place,
        "pronouns": draft.pronouns,
        "about": draft.about,
        "source": ContactSource.IMPORT,
        "import_run_id": run.id,
        "created_at": now,
        **search_keys(
            name=draft.name,
            place=draft.place,
            email=draft.email,
            facets=(),
            tags=_tags_of(run, draft),
        ),
    }


def _tags_of(run: ImportRun, draft: importers.Draft) -> list[str]:
    common = run.options.get("tag", "")
    return [*([common] if common else []), *draft.tags]


def _tag(run: ImportRun, batch: Sequence[importers.Draft], added: dict[str, int]) -> None:
    community = db.session.get_one(Community, run.community_id)
    rows: dict[tuple[int, int], dict[str, int]] = {}
    ids: dict[str, int] = {}
    for draft in batch:
        for name in _tags_of(run, draft) if draft.key in added else ():
            if name not in ids:
                ids[name] = tag_named(community, name).id
            key = (added[draft.key], ids[name])
            rows[key] = {"community_id": community.id, "contact_id": key[0], "tag_id": key[1]}
    if rows:
        db.session.execute(insert(ContactTag).on_conflict_do_nothing(), list(rows.values()))
    run.options = {
        **run.options,
        "tag_ids": sorted({*run.options.get("tag_ids", []), *ids.values()}),
    }
