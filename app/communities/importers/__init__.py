"""Foreign lists of people: bytes into text, text into rows, rows into people."""

from app.communities.importers.columns import FIELDS, guess_columns
from app.communities.importers.decoding import ENCODINGS, decode
from app.communities.importers.people import Draft, Reading, Reject, read_people
from app.communities.importers.refusals import FileRefused
from app.communities.importers.rows import DELIMITERS, Row, Table, read_table

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
    "read_people",
    "read_table",
]
