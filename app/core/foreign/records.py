"""Records of a file, one after another: JSON lines or CSV, as a stream that never grows.

A file may be larger than memory and may lie in every way: what cannot be read is a `Broken` with
its line and the reason, and reading goes on behind it.
"""

import csv
import io
import json
import re
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from typing import IO, Any

from app.core.foreign.decoding import encoding_of_head, look_at_head
from app.core.foreign.refusals import FileRefused
from app.core.foreign.rows import guess_delimiter
from app.core.text import N_

HEAD = 200_000
MOST_LINE = 200_000  # characters of one line, and of one record over several lines
MOST_COLUMNS = 60
SHOWN = 80
JSONL, CSV = "jsonl", "csv"
_ONE_DOCUMENT = N_(
    "This is one JSON document. Write one object on each line (JSON Lines), without brackets "
    "and commas around them."
)
_NO_HEADER = N_("The first line must name the columns. These are missing: %(names)s.")
_NO_TEXT = re.compile("[\0\ud800-\udfff\ufffe\uffff]")


class Flaw(StrEnum):
    """Why a record is left out."""

    NOT_JSON = "not_json"
    NOT_AN_OBJECT = "not_an_object"
    NAME_TWICE = "name_twice"
    TOO_LONG = "too_long"
    UNCLOSED = "unclosed"
    UNREADABLE = "unreadable"
    MISSING = "missing"
    WRONG_SORT = "wrong_sort"
    FIELD_TOO_LONG = "field_too_long"
    NO_MOMENT = "no_moment"
    FUTURE = "future"
    BEFORE_1970 = "before_1970"
    NO_NUMBER = "no_number"
    NO_AMOUNT = "no_amount"
    NO_CURRENCY = "no_currency"
    NO_TYPE = "no_type"
    OURS = "ours"


QUARANTINE = frozenset({Flaw.FUTURE, Flaw.BEFORE_1970})
"""Well written, but it cannot have happened then: kept apart from slips."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a file; `line` is where it begins."""

    line: int
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Broken:
    """A record that cannot be taken: why, in which field, and the beginning of what stood there."""

    line: int
    flaw: Flaw
    shown: str
    field: str = ""


class Refused(Exception):
    """A record's value is not what the field asks for."""

    def __init__(self, flaw: Flaw, field: str = "") -> None:
        self.flaw = flaw
        self.field = field
        super().__init__(flaw)


@dataclass(frozen=True)
class Layout:
    """How a file is written: JSON lines or CSV, in which letters and columns."""

    format: str
    encoding: str
    delimiter: str = ","
    columns: tuple[str, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        """Return what is kept of it."""
        return {
            "format": self.format,
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "columns": list(self.columns),
        }

    @classmethod
    def of_json(cls, kept: dict[str, Any]) -> "Layout":
        """Return it as it was kept."""
        return cls(kept["format"], kept["encoding"], kept["delimiter"], tuple(kept["columns"]))


def layout_of(file: IO[bytes], *, required: Sequence[str]) -> Layout:
    """Tell how a file is written by its beginning; raises FileRefused.

    `required` are the columns that a CSV must name in its first line.
    """
    head = file.read(HEAD)
    file.seek(0)
    look_at_head(head)
    encoding = encoding_of_head(head)
    text = head.decode(encoding, "replace").removeprefix("\ufeff").lstrip()
    if text.startswith("["):
        raise FileRefused(_ONE_DOCUMENT)
    if text.startswith("{"):
        return Layout(JSONL, "utf-16" if encoding == "utf-16" else "utf-8")
    delimiter = guess_delimiter(text)
    columns = _header(text, delimiter)
    lacking = [name for name in required if name not in columns]
    if lacking:
        raise FileRefused(_NO_HEADER, names=", ".join(lacking))
    return Layout(CSV, encoding, delimiter, columns)


def _header(text: str, delimiter: str) -> tuple[str, ...]:
    lines = text.splitlines()[:1]
    try:
        cells = next(csv.reader(lines, delimiter=delimiter), [])
    except csv.Error:
        cells = []
    return tuple(_column(cell) for cell in cells[:MOST_COLUMNS])


def records(
    file: IO[bytes], layout: Layout, *, skip: int = 0
) -> Generator[Record | Broken, None, None]:
    """Yield the records of a file from the beginning, or behind the first `skip` ones.

    Who stops before the end closes it before the file.
    """
    errors = "replace" if layout.encoding == "utf-16" else "surrogateescape"
    encoding = "utf-8-sig" if layout.encoding == "utf-8" else layout.encoding
    text = io.TextIOWrapper(file, encoding, errors, newline="")
    try:
        if layout.format == JSONL:
            yield from _json_records(_Lines(text), skip)
        else:
            yield from islice(_csv_records(_Lines(text), layout), skip, None)
    finally:
        text.detach()  # the file stays open: it is its giver's


def shown(text: str) -> str:
    """Return the beginning of what stands there, as it may stand in a page."""
    return " ".join(_NO_TEXT.sub("\ufffd", text[: SHOWN * 3]).split())[:SHOWN]


class _Lines:
    """The lines of a text, none longer than allowed; `number` is that of the last one given."""

    def __init__(self, text: IO[str]) -> None:
        self._text = text
        self.number = 0
        self.given = 0  # characters since `begin`

    def begin(self) -> None:
        """Begin a record."""
        self.given = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._text.readline(MOST_LINE + 1)
        if not line:
            raise StopIteration
        self.number += 1
        rest = line
        while rest and not rest.endswith(("\n", "\r")) and len(rest) > MOST_LINE:
            rest = self._text.readline(MOST_LINE + 1)
        self.given += len(line)
        if self.given > MOST_LINE:
            raise _RecordTooLong(line)
        return line


class _RecordTooLong(Exception):
    """One record goes on and on."""

    def __init__(self, line: str) -> None:
        self.line = line
        super().__init__()


def _json_records(lines: _Lines, skip: int) -> Iterator[Record | Broken]:
    while True:
        lines.begin()
        try:
            line = next(lines)
        except StopIteration:
            return
        except _RecordTooLong as long:
            found: Record | Broken = Broken(lines.number, Flaw.TOO_LONG, shown(long.line))
        else:
            if not line.strip():
                continue
            found = _object_in(line, lines.number) if skip <= 0 else Record(lines.number, {})
        skip -= 1
        if skip < 0:
            yield found


def _object_in(line: str, number: int) -> Record | Broken:
    if _NO_TEXT.search(line):
        return Broken(number, Flaw.UNREADABLE, shown(line))
    try:
        value = _DECODER.decode(line)
    except Refused as refusal:
        return Broken(number, refusal.flaw, shown(line), refusal.field)
    except (ValueError, RecursionError):
        return Broken(number, Flaw.NOT_JSON, shown(line))
    if not isinstance(value, dict):
        return Broken(number, Flaw.NOT_AN_OBJECT, shown(line))
    return Record(number, value)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse an object that says one thing twice: which one counts is anybody's guess."""
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Refused(Flaw.NAME_TWICE, twice[:40])
    return found


def _no_constant(_name: str) -> None:
    raise Refused(Flaw.NOT_JSON)


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_constant)


def _csv_records(lines: _Lines, layout: Layout) -> Iterator[Record | Broken]:
    reader = csv.reader(lines, delimiter=layout.delimiter)
    has_header = True
    while True:
        lines.begin()
        begins = lines.number + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except _RecordTooLong as long:
            yield Broken(begins, Flaw.TOO_LONG, shown(long.line))
            continue
        except csv.Error:
            yield Broken(begins, Flaw.UNCLOSED, "")
            continue
        if not any(cell.strip() for cell in cells):
            continue
        if has_header:
            has_header = False
            continue
        yield _row(cells, begins, layout.columns)


def _row(cells: list[str], begins: int, columns: tuple[str, ...]) -> Record | Broken:
    if any(_NO_TEXT.search(cell) for cell in cells):
        return Broken(begins, Flaw.UNREADABLE, shown(" ".join(cells[:MOST_COLUMNS])))
    values = {
        name: _unguarded(cell) for name, cell in zip(columns, cells, strict=False) if name and cell
    }
    return Record(begins, values)


def _unguarded(cell: str) -> str:
    """Take off the apostrophe that our own spreadsheets put before a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in {"=", "+", "-", "@"} else cell


def _column(cell: str) -> str:
    return re.sub(r"[\s-]+", "_", cell.strip().removeprefix("\ufeff").lower())[:40]
