"""Tables for spreadsheets: CSV that Excel reads, in which no cell is a formula."""

import csv
from collections.abc import Iterable, Sequence
from decimal import Decimal
from io import StringIO

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
BYTE_ORDER_MARK = "\ufeff"  # without it Excel takes UTF-8 for the machine's own code page


def safe_cell(value: object) -> str:
    """Return a cell's text; one a spreadsheet would calculate begins with an apostrophe."""
    text = "" if value is None else str(value)
    if isinstance(value, int | float | Decimal):
        return text
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA_STARTS) else text


def as_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a whole table with safe cells, as Excel and everyone else reads it."""
    file = StringIO()
    file.write(BYTE_ORDER_MARK)
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return file.getvalue()
