"""Foreign lists of people: bytes into text, text into rows, rows into people."""

from app.communities.importers.columns import FIELDS, guess_columns
from app.communities.importers.people import Draft, Reading, Reject, read_people
from app.core.foreign.decoding import ENCODINGS, decode
from app.core.foreign.refusals import FileRefused
from app.core.foreign.rows import DELIMITERS, Row, Table, read_pasted, read_table

__all__ = [
    "DELIMITERS",
    "ENCODINGS",
    "FIELDS",
    "Draft",
    "FileRefused",
    "Reading",
    "Reject",
    "Row",
    "Table",
    "decode",
    "guess_columns",
    "read_pasted",
    "read_people",
    "read_table",
]
