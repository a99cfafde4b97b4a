"""Rows into people: addresses checked, names put together, what cannot be taken said by line."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from email_validator import EmailNotValidError, validate_email

from app.communities.place import is_finer_than_a_city
from app.core.foreign.rows import Row
from app.core.text import clean_line, clean_text, email_key, is_blank, is_mailable

TAGS = 10
_TAGS_APART = re.compile("[,;|、，；]")
_EAST_ASIAN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


class Reject(StrEnum):
    """Why a line is left out."""

    NO_ADDRESS = "no_address"
    ADDRESS_BROKEN = "address_broken"
    NOT_MAILABLE = "not_mailable"
    UNREADABLE = "unreadable"
    TWICE = "twice"


@dataclass(frozen=True)
class Draft:
    """A person as one line of a list tells of them."""

    line: int
    name: str
    email: str
    key: str
    place: str = ""
    pronouns: str = ""
    about: str = ""
    tags: tuple[str, ...] = ()


@dataclass
class Reading:
    """What a list holds: people, and lines left out as (line, reason, what stood there)."""

    people: list[Draft] = field(default_factory=list)
    rejects: list[tuple[int, Reject, str]] = field(default_factory=list)


def read_people(rows: Sequence[Row], columns: Sequence[str], *, has_header: bool) -> Reading:
    """Return the people of a table; of two lines with one address the first counts."""
    reading = Reading()
    seen: set[str] = set()
    for row in rows[1:] if has_header else rows:
        found = _person(row, columns)
        if isinstance(found, Draft) and found.key in seen:
            found = Reject.TWICE
        if isinstance(found, Reject):
            reading.rejects.append((row.line, found, clean_line(" ".join(row.cells))[:80]))
            continue
        seen.add(found.key)
        reading.people.append(found)
    return reading


def _person(row: Row, columns: Sequence[str]) -> Draft | Reject:
    cells = _by_field(row, columns)
    typed = _address_in(cells.get("email", [""])[0])
    if _is_unreadable(row):
        return Reject.UNREADABLE
    if not typed:
        return Reject.NO_ADDRESS
    if not is_mailable(typed):
        return Reject.NOT_MAILABLE
    try:
        address = validate_email(typed, check_deliverability=False).normalized
    except EmailNotValidError:
        return Reject.ADDRESS_BROKEN
    place = clean_line(cells.get("place", [""])[0])[:80]
    return Draft(
        line=row.line,
        name=_name(cells) or address.partition("@")[0][:80],
        email=address,
        key=email_key(address),
        place="" if is_finer_than_a_city(place) else place,
        pronouns=clean_line(cells.get("pronouns", [""])[0])[:40],
        about=clean_text(cells.get("about", [""])[0])[:600],
        tags=tuple(dict.fromkeys(_tags(cells.get("tags", []))))[:TAGS],
    )


def _by_field(row: Row, columns: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, cell in zip(columns, row.cells, strict=False):
        if name:
            found.setdefault(name, []).append(_unguarded(cell))
    return found


def _unguarded(cell: str) -> str:
    """Take off the apostrophe that our own spreadsheets put before a formula."""
    return cell[1:] if re.match("'[=+@-]", cell) else cell


def _address_in(cell: str) -> str:
    """Return the address of a cell, which may read `Ada <ada@example.org>` or `mailto:...`."""
    inside = re.search("<([^<>]*@[^<>]*)>", cell)
    return (inside.group(1) if inside else cell).strip().removeprefix("mailto:")


def _name(cells: dict[str, list[str]]) -> str:
    whole = clean_line(cells.get("name", [""])[0])
    first, last = (clean_line(cells.get(one, [""])[0]) for one in ("first_name", "last_name"))
    if is_blank(whole):
        is_eastern = bool(_EAST_ASIAN.search(first + last))
        whole = f"{last}{first}" if is_eastern else f"{first} {last}".strip()
    return "" if is_blank(whole) else whole[:80].strip()


def _tags(cells: Sequence[str]) -> Iterator[str]:
    for cell in cells:
        for part in _TAGS_APART.split(cell):
            if not is_blank(tag := clean_line(part)[:40].strip()):
                yield tag


def _is_unreadable(row: Row) -> bool:
    """Tell whether a line holds what no text has: NUL, the mark of broken decoding."""
    return any("\0" in cell or "\ufffd" in cell for cell in row.cells)
