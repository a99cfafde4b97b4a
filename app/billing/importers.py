"""Orders of other shops in the neutral form: one record into one sale, and what was paid back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from app.core.foreign.records import Flaw, Refused
from app.core.foreign.values import address, moment, optional, shown_name, whole, word, yes
from app.core.money import Money

FIELDS = (
    "source", "source_uid", "ordered_at", "buyer_uid", "buyer_name", "buyer_email", "currency",
    "total", "kind", "quantity", "lines", "refunded", "refunded_at",
)  # fmt: skip
REQUIRED = ("source", "source_uid", "ordered_at", "currency", "total")
KINDS = frozenset({"plan", "ticket", "other"})
MOST = 10**13  # minor units: ten times the largest order anyone means
MOST_LINES = 100
LONGEST_UID = 72  # the ledger keeps it with the run and the source before it


@dataclass(frozen=True, slots=True)
class SoldLine:
    """A part of an order by what was sold."""

    kind: str
    minor: int
    quantity: int


@dataclass(frozen=True, slots=True)
class SoldElsewhere:
    """One order as a foreign file tells of it."""

    line: int
    source: str
    uid: str
    ordered_at: datetime
    buyer_uid: str | None
    buyer_name: str
    buyer_email: str | None
    total: Money
    lines: tuple[SoldLine, ...]
    refunded: Money
    refunded_at: datetime


def sold(line: int, values: Mapping[str, Any], *, now: datetime) -> SoldElsewhere:
    """Return what a record says was bought; raises Refused. Nothing is believed to be a zero."""
    currency = word(values, "currency", 3).upper()
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
        raise Refused(Flaw.NO_CURRENCY, "currency")
    buyer, email = optional(values, "buyer_uid", 120), address(values, "buyer_email")
    if buyer is None and email is None:
        raise Refused(Flaw.MISSING, "buyer_uid")
    ordered_at = moment(values, "ordered_at", now=now)
    total = _amount(values, "total", currency)
    return SoldElsewhere(
        line=line,
        source=word(values, "source", 32).lower(),
        uid=word(values, "source_uid", LONGEST_UID),
        ordered_at=ordered_at,
        buyer_uid=buyer,
        buyer_name=shown_name(values, "buyer_name", 80),
        buyer_email=email,
        total=total,
        lines=_lines(values, total),
        refunded=_refunded(values, total),
        refunded_at=moment(values, "refunded_at", now=now)
        if values.get("refunded_at")
        else ordered_at,
    )


def _amount(values: Mapping[str, Any], name: str, currency: str) -> Money:
    """Return an amount in major units, from a text or a number; none below zero."""
    value = values.get(name)
    if value is None or value == "":
        raise Refused(Flaw.MISSING, name)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Refused(Flaw.NO_AMOUNT, name)
    written = str(value)[:40].strip() if not isinstance(value, int) else _digits(value)
    try:
        found = Money.of(Decimal(written), currency)
    except (InvalidOperation, ValueError, OverflowError):
        raise Refused(Flaw.NO_AMOUNT, name) from None
    if not 0 <= found.minor <= MOST:
        raise Refused(Flaw.NO_AMOUNT, name)
    return found


def _digits(value: int) -> str:
    return str(value) if value.bit_length() <= 64 else "?"


def _lines(values: Mapping[str, Any], total: Money) -> tuple[SoldLine, ...]:
    """Return the parts of an order; without any it is one part of its kind."""
    given = values.get("lines")
    if given is None or given == "":
        return (SoldLine(_kind(values), total.minor, _quantity(values)),)
    if not isinstance(given, list) or not 0 < len(given) <= MOST_LINES:
        raise Refused(Flaw.WRONG_SORT, "lines")
    found = []
    for one in given:
        if not isinstance(one, dict):
            raise Refused(Flaw.WRONG_SORT, "lines")
        part = _amount(one, "total", total.currency)
        found.append(SoldLine(_kind(one), part.minor, _quantity(one)))
    if sum(part.minor for part in found) != total.minor:
        raise Refused(Flaw.NO_AMOUNT, "lines")
    return tuple(found)


def _kind(values: Mapping[str, Any]) -> str:
    """Return what was sold; a word we do not know is something else."""
    kind = str(values.get("kind") or "other")[:20].strip().lower()
    return kind if kind in KINDS else "other"


def _quantity(values: Mapping[str, Any]) -> int:
    return whole(values, "quantity", 10**9) or 1


def _refunded(values: Mapping[str, Any], total: Money) -> Money:
    """Return what was paid back: an amount, or a yes for all of it."""
    value = values.get("refunded")
    if value is None or value == "" or value is False:
        return Money.zero(total.currency)
    if value is True or (
        isinstance(value, str) and yes(values, "refunded") and not value.isdigit()
    ):
        return total
    if isinstance(value, str) and value.strip().lower() in {"no", "false"}:
        return Money.zero(total.currency)
    found = _amount(values, "refunded", total.currency)
    if found > total:
        raise Refused(Flaw.NO_AMOUNT, "refunded")
    return found
