"""Everything about a person in one zip, made by a job and kept for seven days."""

import json
import zipfile
from collections.abc import Callable
from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import PurePosixPath

from sqlalchemy import ColumnElement, select

from app.accounts import hooks, queries, reach
from app.accounts.models import DataExport, ExportState, Person
from app.accounts.queries.everything import everything_about
from app.accounts.service import mails
from app.core import jobs, storage
from app.core.database import add, db
from app.core.models import StoredFile

KEPT = timedelta(days=7)


def ask_for_export(person: Person, *, now: datetime) -> DataExport:
    """Put off the making of an export, unless one is being made."""
    latest = queries.latest_export(person.id)
    if latest is not None and latest.state is ExportState.WAITING:
        if not queries.is_given_up(latest, now=now):
            return latest
        latest.state = ExportState.GONE
    export = add(DataExport(person_id=person.id, requested_at=now))
    jobs.defer("accounts.make_export", export_id=export.id)
    return export


def make_export(export_id: int, *, readme: str, now: datetime) -> None:
    """Make an export that waits, keep its file and say so by mail; a second run does nothing."""
    export = db.session.get(DataExport, export_id, with_for_update=True)
    if export is None or export.state is not ExportState.WAITING:
        return
    person = db.session.get_one(Person, export.person_id)
    file = storage.keep(zip_about(person, readme), "application/zip")
    export.file_key = file.key
    export.state = ExportState.READY
    export.ready_at, export.expires_at = now, now + KEPT
    jobs.defer("accounts.drop_export", at=export.expires_at, export_id=export.id)
    mails.mail_export_ready(person, export)


def drop_export(export_id: int) -> None:
    """Remove an export's file, after its seven days or before; a second run does nothing."""
    export = db.session.get(DataExport, export_id, with_for_update=True)
    if export is None or export.file_key is None:
        return
    discard_file(export.file_key)
    export.file_key, export.state = None, ExportState.GONE
    db.session.flush()


def discard_file(key: str) -> None:
    """Remove a stored file and its row."""
    file = db.session.scalar(select(StoredFile).where(StoredFile.key == key))
    if file is not None:
        storage.discard(file)
    db.session.flush()


def zip_about(
    person: Person, readme: str, tell: Callable[[str], None] = lambda _table: None
) -> bytes:
    """Return the zip: one JSON file per table that knows the person, and their files.

    `tell` hears the name of each table before it is searched, whatever is found in it.
    """

    def hidden(table: str) -> list[ColumnElement[bool]]:
        tell(table)
        return _hidden(table, person.id)

    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("README.txt", readme)
        for name, rows in everything_about(person.id, hidden):
            package.writestr(f"{name}.json", _as_json(rows))
        for file in reach.files_of(reach.belonging(person.id), is_export=True):
            with storage.storage().open(file.key) as stream:
                package.writestr(f"files/{file.key}", stream.read())
        for files in hooks.personal_files(person):
            for path, content in files.items():
                package.writestr(f"files/{_safe(path)}", content)
    return buffer.getvalue()


def _hidden(table: str, person_id: int) -> list[ColumnElement[bool]]:
    """Return which of a person's own rows tell of someone whom a block hides from them."""
    return [clause for clause in hooks.hidden_rows(table, person_id) if clause is not None]


def _safe(path: str) -> str:
    """Return a path that stays inside the folder it is unpacked in."""
    return "/".join(part for part in PurePosixPath(path).parts if part not in {"/", "..", "."})


def _as_json(rows: object) -> str:
    return json.dumps(rows, ensure_ascii=False, indent=2, default=_plain)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
