"""Connections of the pool: looked at before use, lent for single reads without a transaction."""

import select
from collections.abc import Mapping, Sequence
from functools import cache
from time import monotonic
from typing import Any

import psycopg
from flask import Flask
from sqlalchemy import Engine, TextClause, event
from sqlalchemy.exc import InvalidatePoolError, OperationalError

from app.core.database import db

QUIET = 30.0  # seconds after which a connection is asked whether it still lives
LOCK_WAIT = "20s"
"""How long a statement waits for a row that somebody else keeps: then a page says to try again, and
a job does. A worker that hangs in mid-transaction must not make the whole house wait."""
_UNKNOWN = (None,) * 5  # sizes, precision and nullability of a column


class PlainCursor(psycopg.Cursor[Any]):
    """A cursor that describes its columns by name and type alone, which is all that is read.

    The driver's own description makes an object of each column, for every statement.
    """

    @property
    def description(self) -> Any:
        """The columns of the result as DBAPI writes them, or None."""
        result = self.pgresult
        if result is None or not result.nfields:
            return None
        return [
            ((result.fname(place) or b"").decode(), result.ftype(place), *_UNKNOWN)
            for place in range(result.nfields)
        ]


def init_app(app: Flask) -> None:
    """Watch over the pool."""
    with app.app_context():
        engine = db.engine
    event.listen(engine, "connect", _set_patience)
    event.listen(engine, "checkin", _note_the_time)
    event.listen(engine, "checkout", _look)


def read_first(statement: TextClause, values: Mapping[str, object]) -> Sequence[Any] | None:
    """Read one row in one round trip: no transaction is begun and ended around it.

    For the first and only read of a request: it goes to the driver directly, which takes a quarter
    of the time. A session that lives on one connection (a test's) reads there.
    """
    if not isinstance(db.session.bind, Engine):
        return db.session.execute(statement, values).first()
    lent = db.engine.raw_connection()
    try:
        connection: Any = lent.driver_connection
        connection.autocommit = True
        try:
            found: Sequence[Any] | None = connection.execute(_sql(statement), values).fetchone()
        finally:
            connection.autocommit = False
    except psycopg.OperationalError as error:
        lent.invalidate(error)
        raise OperationalError(str(statement), dict(values), error) from error
    finally:
        lent.close()
    return found


@cache
def _sql(statement: TextClause) -> str:
    """Return a statement as the driver wants it, with %(name)s for its values."""
    return str(statement.compile(dialect=db.engine.dialect))


def _set_patience(connection: Any, _record: Any) -> None:
    connection.execute(f"SET lock_timeout = '{LOCK_WAIT}'")
    connection.commit()


def _note_the_time(_connection: Any, record: Any) -> None:
    record.info["quiet_since"] = monotonic()


def _look(connection: Any, record: Any, _fairy: Any) -> None:
    """Ask a connection only when there is a reason: asking each time costs three round trips.

    A server that ends closes its sockets, so a dead connection has something to read: its end.
    """
    quiet_for = monotonic() - record.info.get("quiet_since", monotonic())
    if quiet_for < QUIET and not _has_something_to_read(connection.fileno()):
        return
    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except Exception as error:
        raise InvalidatePoolError from error


def _has_something_to_read(descriptor: int) -> bool:
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))
