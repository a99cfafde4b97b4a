"""One SQLite file: objects by space and account, notices waiting, answers by idempotency key."""

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Json = dict[str, Any]
Row = sqlite3.Row

_TABLES = """
CREATE TABLE IF NOT EXISTS thing (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    space TEXT NOT NULL,
    account TEXT NOT NULL,
    kind TEXT NOT NULL,
    about TEXT,
    clock TEXT,
    due INTEGER,
    body TEXT NOT NULL,
    UNIQUE (space, account, id)
);
CREATE INDEX IF NOT EXISTS thing_by_kind ON thing (space, account, kind, n);
CREATE INDEX IF NOT EXISTS thing_about ON thing (about, kind) WHERE about IS NOT NULL;
CREATE INDEX IF NOT EXISTS thing_by_id ON thing (id);
CREATE INDEX IF NOT EXISTS thing_due ON thing (space, clock, due) WHERE due IS NOT NULL;
CREATE TABLE IF NOT EXISTS answer (
    space TEXT NOT NULL,
    account TEXT NOT NULL,
    key TEXT NOT NULL,
    asked TEXT NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL,
    created REAL NOT NULL,
    PRIMARY KEY (space, account, key)
);
CREATE TABLE IF NOT EXISTS notice (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    space TEXT NOT NULL,
    account TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    event TEXT NOT NULL,
    due REAL NOT NULL,
    attempt INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT 'waiting',
    twist TEXT NOT NULL DEFAULT '',
    hand TEXT NOT NULL DEFAULT 'post'
);
CREATE INDEX IF NOT EXISTS notice_due ON notice (state, hand, due);
CREATE INDEX IF NOT EXISTS notice_of_event ON notice (event);
CREATE TABLE IF NOT EXISTS setting (
    space TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (space, name)
);
"""


class Store:
    """The file and its lock: one request, or one notice's book-keeping, at a time."""

    def __init__(self, path: Path | str) -> None:
        self.lock = threading.RLock()
        self._depth = 0
        self._file = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._file.row_factory = sqlite3.Row
        self._file.execute("PRAGMA journal_mode = WAL")
        # A killed process loses nothing; only a power cut could, and this is a server for tests.
        self._file.execute("PRAGMA synchronous = OFF")
        self._file.executescript(_TABLES)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Hold the lock; keep everything or, when something unforeseen is raised, nothing."""
        with self.lock:
            if self._depth == 0:
                self._file.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._depth -= 1
                if self._depth == 0:
                    self._file.execute("ROLLBACK")
                raise
            self._depth -= 1
            if self._depth == 0:
                self._file.execute("COMMIT")

    def run(self, statement: str, *values: Any) -> list[Row]:
        """Run one statement and return its rows."""
        with self.lock:
            return self._file.execute(statement, values).fetchall()

    def setting(self, space: str, name: str, default: Any = None) -> Any:
        """Return a setting of a space."""
        rows = self.run("SELECT value FROM setting WHERE space = ? AND name = ?", space, name)
        return json.loads(rows[0]["value"]) if rows else default

    def set(self, space: str, name: str, value: Any) -> None:
        """Keep a setting of a space."""
        self.run("REPLACE INTO setting VALUES (?, ?, ?)", space, name, json.dumps(value))

    def close(self) -> None:
        """Close the file."""
        with self.lock:
            self._file.close()
