"""Text into rows: delimiters, quotes, line ends, pasted addresses."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from app.core.foreign.refusals import FileRefused
from app.core.text import N_

DELIMITERS = {",": N_("Comma"), ";": N_("Semicolon"), "\t": N_("Tab"), "|": N_("Bar")}
MOST_ROWS = 20_000
MOST_COLUMNS = 60
_SAMPLE_LINES = 40
_TOO_MANY = N_("This list has more than %(limit)s lines. Split it, and bring one part at a time.")
_BROKEN = N_(
    "Line %(line)s cannot be read: a quotation mark is never closed, or the line is far too long."
)
# A word at a time: a pattern with an @ in its middle tries a long word again from each letter.
_WORD = re.compile(r"""[^\s<>,;:"'()\[\]]+""")
_SEPARATOR_LINE = re.compile(r"""\A["']?sep=(.)["']?\r?\n""", re.IGNORECASE)


@dataclass(frozen=True)
class Row:
    """The cells of one line; `line` is its number in the file."""

    line: int
    cells: list[str]


@dataclass(frozen=True)
class Table:
    """What a file holds, row by row, and how it was cut."""

    rows: list[Row]
    delimiter: str

    @property
    def width(self) -> int:
        """The number of columns."""
        return max((len(row.cells) for row in self.rows), default=0)


def read_table(text: str, delimiter: str = "") -> Table:
    """Cut a text into rows; a delimiter someone chose goes before the one the text shows.

    Raises FileRefused for an unclosed quotation mark, and past 20,000 lines.
    """
    declared = _SEPARATOR_LINE.match(text)
    skipped = 1 if declared else 0
    body = text[declared.end() :] if declared else text
    said = declared.group(1) if declared and declared.group(1) in DELIMITERS else ""
    found = delimiter or said or guess_delimiter(body)
    rows: list[Row] = []
    for row in _cut(body, found, skipped):
        if len(rows) == MOST_ROWS:
            raise FileRefused(_TOO_MANY, limit=MOST_ROWS)
        rows.append(row)
    return Table(rows, found)


def read_pasted(text: str) -> Table:
    """Cut pasted addresses into rows of name and address: one a line or many, named or bare."""
    rows: list[Row] = []
    for number, line in enumerate(text.splitlines(), 1):
        for part in line.split(";"):
            rows.extend(Row(number, cells) for cells in _people_in(part))
            if len(rows) > MOST_ROWS:
                raise FileRefused(_TOO_MANY, limit=MOST_ROWS)
    return Table(rows, "")


def _people_in(part: str) -> Iterator[list[str]]:
    end = 0
    for match in _WORD.finditer(part):
        if "@" not in match.group()[1:-1]:
            continue
        yield [_bare(part[end : match.start()]), match.group()]
        end = match.end()
    if end == 0 and _bare(part):
        yield [_bare(part), ""]


def _bare(name: str) -> str:
    return name.strip(" \t,<>\"'():[]")


def _cut(text: str, delimiter: str, skipped: int) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    before = 0
    try:
        for cells in reader:
            line, before = before + 1, reader.line_num
            if any(cell.strip() for cell in cells):
                yield Row(line + skipped, [cell.strip() for cell in cells[:MOST_COLUMNS]])
    except csv.Error:
        raise FileRefused(_BROKEN, line=before + 1 + skipped) from None


def guess_delimiter(text: str) -> str:
    """Return the delimiter that cuts the first lines into the same number of cells most often."""
    head = "".join(text[:50_000].splitlines(keepends=True)[:_SAMPLE_LINES])

    def evenness(delimiter: str) -> tuple[int, int]:
        try:
            widths = Counter(len(row.cells) for row in _cut(head, delimiter, 0))
        except FileRefused:
            return (0, 0)
        widths.pop(1, None)
        width, times = max(widths.items(), key=lambda pair: (pair[1], pair[0]), default=(0, 0))
        return (times, width)

    return max(DELIMITERS, key=evenness)
