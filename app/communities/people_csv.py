"""The member list as a spreadsheet, line by line: as many members as there are, little memory."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from app.core.tables import BYTE_ORDER_MARK, safe_cell


def lines(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield a CSV file line by line, with a byte order mark and Windows line ends."""
    yield BYTE_ORDER_MARK + _line(header)
    for row in rows:
        yield _line([safe_cell(cell) for cell in row])


def _line(cells: Sequence[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()
