"""What a request did: its answer in one of four words, and what it wrote to the database."""

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Connection,
    Text,
    cast,
    event,
    func,
    literal,
    literal_column,
    select,
    table,
    union_all,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.core.database import Base, db

WRITES = re.compile(r"^\s*(INSERT|UPDATE|DELETE)\b|procrastinate_defer", re.IGNORECASE)
HARMLESS = re.compile(r"^\s*UPDATE person_session SET seen_at", re.IGNORECASE)
"""What a refused request may write: when a session was last seen."""


class Answer(StrEnum):
    """How a request ended, as far as authorisation goes."""

    IN = "in"  # the view ran: a page, a redirect of its own, or a complaint about the input
    SIGN_IN = "sign in"
    OFFER = "offer"
    NOTHING = "nothing"


def read(response: TestResponse) -> Answer:
    """Say which of the four answers a response is."""
    target = response.headers.get("Location", response.headers.get("HX-Redirect", ""))
    if response.status_code == 404:
        return Answer.NOTHING
    if response.status_code in {204, 302, 303}:
        if target.startswith("/sign-in"):
            return Answer.SIGN_IN
        if re.match(r"^/c/[^/]+/join(\?|$)", target):
            return Answer.OFFER
    if response.status_code == 403 and 'href="/sign-in' in response.get_data(as_text=True):
        return Answer.SIGN_IN  # with the words that were sent, to be kept
    assert response.status_code < 500, response.get_data(as_text=True)[:2000]
    return Answer.IN


@dataclass
class Written:
    """The statements that changed something."""

    statements: list[str] = field(default_factory=list)

    @property
    def harmful(self) -> list[str]:
        """Those that a refused request must not cause."""
        return [one for one in self.statements if not HARMLESS.match(one)]


def digest() -> dict[str, str]:
    """Return a sum over all rows of each table, the jobs' too."""
    parts = []
    for name in sorted({*Base.metadata.tables, "procrastinate_jobs"}):
        row = cast(func.to_jsonb(literal_column("t")).op("-")("seen_at"), Text)
        rows = func.md5(func.string_agg(row, aggregate_order_by(literal(""), row)))
        parts.append(select(literal(name), rows).select_from(table(name).alias("t")))
    return {name: found or "" for name, found in db.session.execute(union_all(*parts))}


@contextlib.contextmanager
def undone(session: Session) -> Iterator[None]:
    """Roll back whatever the requests inside committed."""
    session.commit()
    connection = session.get_bind()
    assert isinstance(connection, Connection)
    savepoint = connection.begin_nested()
    try:
        yield
    finally:
        session.rollback()  # what the test itself looked up in between
        session.expire_all()
        savepoint.rollback()


@contextlib.contextmanager
def listening() -> Iterator[Written]:
    """Collect every statement that writes."""
    written = Written()

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if WRITES.search(statement):
            written.statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield written
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
