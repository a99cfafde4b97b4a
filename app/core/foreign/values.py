"""Values of foreign records: words, moments, numbers and amounts, checked and never trusted."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from app.core.foreign.records import Flaw, Refused
from app.core.text import clean_line, email_key

AHEAD = timedelta(minutes=5)  # clocks of others may run a little fast
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LATEST_SECOND = 10**11  # past this a number counts milliseconds
LONGEST_ADDRESS = 254
_HIDDEN = re.compile("[\0-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_NUMBER = re.compile(r"-?\d{1,16}(\.\d{1,9})?")
_YES = frozenset({"1", "true", "yes", "y"})


def word(values: Mapping[str, Any], name: str, most: int) -> str:
    """Return a field that must be there, on one line; raises Refused."""
    found = optional(values, name, most)
    if found is None:
        raise Refused(Flaw.MISSING, name)
    return found


def optional(values: Mapping[str, Any], name: str, most: int) -> str | None:
    """Return a field as one word or line, None where there is none; raises Refused."""
    value = values.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        if isinstance(value, bool) or not isinstance(value, int):
            raise Refused(Flaw.WRONG_SORT, name)
        if value.bit_length() > 512:
            raise Refused(Flaw.FIELD_TOO_LONG, name)
        value = str(value)
    value = value.strip()
    if _HIDDEN.search(value):
        raise Refused(Flaw.UNREADABLE, name)
    if len(value) > most:
        raise Refused(Flaw.FIELD_TOO_LONG, name)
    return value or None


def shown_name(values: Mapping[str, Any], name: str, most: int) -> str:
    """Return a name to show: cleaned and cut, never a reason to refuse a record."""
    value = values.get(name)
    return _clean(value[: most * 4])[:most].strip() if isinstance(value, str) else ""


def address(values: Mapping[str, Any], name: str) -> str | None:
    """Return an e-mail address as written, None for what cannot be one."""
    value = values.get(name)
    if not isinstance(value, str) or len(value) > LONGEST_ADDRESS or _HIDDEN.search(value):
        return None
    local, at, domain = value.strip().rpartition("@")
    return value.strip() if at and local and domain and " " not in value.strip() else None


@lru_cache(20_000)
def key_of_address(written: str) -> str:
    """Return the form two spellings of an address share."""
    return email_key(written)[:LONGEST_ADDRESS]


def moment(values: Mapping[str, Any], name: str, *, now: datetime) -> datetime:
    """Return when it happened, in UTC: ISO 8601 (UTC where no offset stands) or Unix seconds.

    What is to come, or was before 1970, is refused with a reason of its own.
    """
    value = values.get(name)
    if value is None or value == "":
        raise Refused(Flaw.MISSING, name)
    found = _moment(value)
    if found is None:
        raise Refused(Flaw.NO_MOMENT, name)
    if found < EPOCH:
        raise Refused(Flaw.BEFORE_1970, name)
    if found > now + AHEAD:
        raise Refused(Flaw.FUTURE, name)
    return found


def whole(values: Mapping[str, Any], name: str, most: int) -> int | None:
    """Return a whole number from 0 on, None where there is none; raises Refused."""
    value = values.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, str) and re.fullmatch(r"\s*\d{1,18}\s*", value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise Refused(Flaw.NO_NUMBER, name)
    return value


def yes(values: Mapping[str, Any], name: str) -> bool | None:
    """Return a yes or no, None where nothing is said."""
    value = values.get(name)
    if value is None or value == "":
        return None
    return value if isinstance(value, bool) else str(value)[:8].strip().lower() in _YES


def _moment(value: object) -> datetime | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        value = value.strip()
        if not _NUMBER.fullmatch(value):
            return _iso(value)
    if isinstance(value, str | int | float):
        return _unix(value)
    return None


def _iso(value: str) -> datetime | None:
    if len(value) > 40:
        return None
    try:
        found = datetime.fromisoformat(value)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _unix(value: str | float) -> datetime | None:
    """Return a moment from seconds (or milliseconds) since 1970; days like 20040415 are days."""
    if isinstance(value, str) and len(value) == 8 and value.isdecimal():
        return _iso(value)
    try:
        number = float(value)
        number = number / 1000 if abs(number) >= LATEST_SECOND else number
        return EPOCH + timedelta(seconds=number)
    except (ValueError, OverflowError):
        return None


@lru_cache(20_000)
def _clean(value: str) -> str:
    return clean_line(value)
