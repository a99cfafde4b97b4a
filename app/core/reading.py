"""Statements of columns that pages ask again and again: compiled once, then told to the driver.

What SQLAlchemy does around an execution takes three times as long as the driver and the wire.
"""

import re
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from sqlalchemy import Engine, Select
from sqlalchemy.exc import OperationalError

from app.core.database import db

Found = tuple[Any, ...]
Columns = Select[*tuple[Any, ...]]
_PLACE = re.compile(r"%\(([^)]+)\)s|%%")  # a value's place, or a percent sign that stays one


class Reading:
    """A select of columns, never of entities, whose values have names; make it once and keep it.

    It reads in the session's transaction and sees what the session changed.
    """

    def __init__(self, statement: Columns) -> None:
        self._statement = statement
        self._compiled: _Compiled | None = None
        self._row: Callable[[Found], Any] | None = None

    def rows(self, **values: object) -> list[Any]:
        """Return every row, its columns under the names that the select gives them."""
        if not isinstance(db.session.bind, Engine):  # a test's, whose statements are counted
            return list(db.session.execute(self._statement, values))
        db.session.flush()
        compiled = self._compiled = self._compiled or _compile(self._statement, values)
        cursor = _told(compiled, values)
        row = self._row = self._row or _row_of(self._statement, cursor.description or [])
        return [row(found) for found in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A statement as the server takes it, its places by number: `$1`, not `%(name)s`.

    The driver would look for names again each time in a statement longer than 4 kB.
    """

    sql: bytes
    names: tuple[str, ...]
    constants: Mapping[str, object]


def _told(compiled: _Compiled, values: dict[str, object]) -> psycopg.Cursor[Found]:
    connection = db.session.connection()
    driver: Any = connection.connection.driver_connection
    cursor: psycopg.Cursor[Found] = psycopg.RawCursor(driver)
    given = {**compiled.constants, **values}
    try:
        cursor.execute(compiled.sql, [given[name] for name in compiled.names])
    except psycopg.OperationalError as error:
        connection.invalidate(error)
        raise OperationalError(compiled.sql.decode(), None, error) from error
    return cursor


def _compile(statement: Columns, values: dict[str, object]) -> _Compiled:
    """Return a statement as the server takes it, with the values that stand in it for good."""
    compiled: Any = statement.compile(dialect=db.engine.dialect)
    expanded = compiled.construct_expanded_state(values)  # writes out the lists of `in_`
    own = {name: value for name, value in expanded.parameters.items() if name not in values}
    numbers: dict[str, int] = {}

    def place(found: re.Match[str]) -> str:
        name = found[1]
        return f"${numbers.setdefault(name, len(numbers) + 1)}" if name else "%"

    sql = _PLACE.sub(place, expanded.statement)
    return _Compiled(sql.encode(), tuple(numbers), own)


def _row_of(statement: Columns, found: Sequence[Any]) -> Callable[[Found], Any]:
    """Return what makes a row of what the driver found: named, its texts made enums."""
    columns, dialect = list(statement.selected_columns), db.engine.dialect
    named: Any = namedtuple("Row", [one.key for one in columns], rename=True)  # type: ignore[misc]  # noqa: PYI024 - known only now
    read = [
        column.type.dialect_impl(dialect).result_processor(dialect, described[1])
        for column, described in zip(columns, found, strict=True)
    ]
    places = [(place, one) for place, one in enumerate(read) if one]

    def row(told: Found) -> Any:
        values = list(told)
        for place, one in places:
            values[place] = one(values[place])
        return named._make(values)

    return row if places else named._make
