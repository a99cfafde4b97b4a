"""Files that people send: kept under random keys on disk, or wherever a `Storage` puts them.

A key is its own permission: 128 random bits, shown only where its picture may be seen.
"""

import os
import re
import secrets
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Protocol

from flask import Flask, current_app

from app.core import jobs
from app.core.database import add, db
from app.core.errors import NotThere
from app.core.models import StoredFile
from app.core.pictures import Picture

EXTENSIONS = {
    "image/webp": "webp",
    "image/jpeg": "jpg",
    "image/png": "png",
    "application/zip": "zip",
    "application/pdf": "pdf",
    "text/csv": "csv",
    "text/calendar": "ics",
    "application/json": "json",
    "application/jsonl": "jsonl",
}
KEY = re.compile(r"[0-9a-f]{32}\.(?:" + "|".join(EXTENSIONS.values()) + ")")
EXTENSION = "kith.storage"


class Storage(Protocol):
    """A place for files."""

    def put(self, content: bytes | IO[bytes], content_type: str) -> str:
        """Keep a file, given whole or as a stream, and return its key."""

    def open(self, key: str) -> IO[bytes]:
        """Return a file to read; NotThere when there is none."""

    def delete(self, key: str) -> None:
        """Remove a file; a missing one is no error."""

    def url(self, key: str) -> str:
        """Return the path a browser reads a file at."""

    def put_before(self, moment: datetime) -> Iterator[str]:
        """Yield the keys of the files put before a moment, and drop what was begun and left."""


class DiskStorage:
    """Files below one folder, in 256 subfolders."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, content: bytes | IO[bytes], content_type: str) -> str:
        """Keep a file and return its key; a type we do not know is a ValueError.

        The file appears under its name only when it is whole and on the disk.
        """
        if content_type not in EXTENSIONS:
            sentence = f"files of type {content_type} are not kept"
            raise ValueError(sentence)
        key = f"{secrets.token_hex(16)}.{EXTENSIONS[content_type]}"
        path = self._path(key)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_suffix(".draft")
        with draft.open("xb") as file:
            if isinstance(content, bytes):
                file.write(content)
            else:
                shutil.copyfileobj(content, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        return key

    def open(self, key: str) -> IO[bytes]:
        """Return a file to read; NotThere when there is none or the key is none of ours."""
        try:
            return self._path(key).open("rb")
        except FileNotFoundError:
            raise NotThere from None

    def delete(self, key: str) -> None:
        """Remove a file; a missing one is no error."""
        self._path(key).unlink(missing_ok=True)

    def url(self, key: str) -> str:
        """Return the path a browser reads a file at."""
        return f"/files/{key}"

    def put_before(self, moment: datetime) -> Iterator[str]:
        """Yield the keys of the files put before a moment, and drop what was begun and left."""
        for path in sorted(self.folder.glob("??/*")):
            if path.stat().st_mtime >= moment.timestamp():
                continue
            if path.suffix == ".draft":
                path.unlink(missing_ok=True)
            elif KEY.fullmatch(path.name):
                yield path.name

    def _path(self, key: str) -> Path:
        """Return where a key's file lies; only our own form of key leads anywhere."""
        if not KEY.fullmatch(key):
            raise NotThere
        return self.folder / key[:2] / key


def init_app(app: Flask) -> None:
    """Keep files in the data folder."""
    app.extensions[EXTENSION] = DiskStorage(app.config["KITH"].data / "files")


def storage() -> Storage:
    """Return the app's place for files."""
    found: Storage = current_app.extensions[EXTENSION]
    return found


def file_url(key: str) -> str:
    """Return the path a browser reads a file at."""
    return storage().url(key)


def keep(
    content: bytes | IO[bytes],
    content_type: str,
    *,
    community_id: int | None = None,
    person_id: int | None = None,
) -> StoredFile:
    """Keep a file, given whole or as a stream, and its row in the current transaction."""
    key = storage().put(content, content_type)
    return add(
        StoredFile(
            key=key,
            content_type=content_type,
            size=len(content) if isinstance(content, bytes) else content.tell(),
            community_id=community_id,
            person_id=person_id,
        )
    )


def keep_picture(
    picture: Picture, *, community_id: int | None = None, person_id: int | None = None
) -> StoredFile:
    """Keep an accepted picture and its row."""
    row = keep(
        picture.content, picture.content_type, community_id=community_id, person_id=person_id
    )
    row.width, row.height = picture.width, picture.height
    return row


def discard(row: StoredFile) -> None:
    """Remove a file's row now and the file itself by a job, once the change is committed."""
    jobs.defer("core.delete_file", key=row.key)
    db.session.delete(row)
