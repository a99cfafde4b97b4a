"""What of a closed month reads otherwise now, and which import may have told it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from app.analytics.figures import Figures
from app.analytics.numbers import BOUGHT, DONE, DOOR, DOORS, KINDS, MOVED, SEEN, UNITS
from app.core.money import Money


@dataclass(frozen=True, slots=True)
class Section:
    """Numbers under one heading: others are told where none of the first ones moved."""

    part: str
    first: tuple[str, ...]
    others: tuple[str, ...]


SECTIONS = (
    Section(
        "people",
        ("members", "awake", "grown", "imported", "outflow"),
        (
            *("seen", "returned", "woke", "left", "removed", "other", "slept", "new_gone"),
            *("sleepers_left", *(DOOR + door for door in DOORS)),
        ),
    ),
    Section(
        "doing",
        ("active", "helped", "acts"),
        ("active_members", "weekly", "daily", "frequency", "depth", "turned"),
    ),
    Section("gathered", ("places", "arrived"), ("held", "stayed_away")),
    Section(
        "sold",
        ("orders", "buyers", "refunds", "net"),
        (
            *("receipt", "strange"),
            *(f"buyers_{kind}" for kind in KINDS),
            *(f"net_{kind}" for kind in KINDS),
        ),
    ),
    Section(
        "sold",
        ("mrr", "payers"),
        ("mrr_new", "mrr_expansion", "mrr_reactivation", "mrr_contraction", "mrr_churn"),
    ),
)
"""Whatever else the page shows is a sum, a difference or a quotient of these."""
FIELDS = {"active": "people", "active_members": "members", "turned": "mutual"}

_BELONGING = {"members", "inflow", "grown", "imported", *(DOOR + door for door in DOORS)}
REMEMBERED = frozenset({SEEN, *MOVED} - _BELONGING)
"""Numbers of a month that acts of the months before it move too: these keep awake."""
_ACTS = REMEMBERED | frozenset(DONE)
EXPLAINS: Mapping[str, frozenset[str]] = {
    "members": frozenset(),  # people who are yet to join
    "activities": _ACTS,
    "orders": _ACTS | frozenset(BOUGHT),
    "": _ACTS,  # it is not there any more: what either could have told
}
"""Which numbers an import of a kind can move."""


@dataclass(frozen=True, slots=True)
class ToldBy:
    """The import that told a month late, or was taken back."""

    kind: str = ""  # empty: it is not there any more
    source: str = ""  # where its records came from, as far as they are here
    moment: datetime | None = None
    is_taken_back: bool = False
    is_direct: bool = True  # it brought rows of the month itself, not of months before it only

    def explains(self, number: str) -> bool:
        """Say whether a number can have moved by it."""
        return explains(self.kind, number, is_direct=self.is_direct)


@dataclass(frozen=True, slots=True)
class Change:
    """One number of a closed month that reads otherwise than when the month was closed."""

    month: date
    number: str  # as in NUMBERS
    before: float
    after: float
    told_by: ToldBy | None = None  # None: no import told it
    currency: str = ""  # of an amount
    is_alone: bool = False  # none of the first numbers of its section moved

    @property
    def amounts(self) -> tuple[Money, Money]:
        """Both as money."""
        return Money(int(self.before), self.currency), Money(int(self.after), self.currency)


def explains(kind: str, number: str, *, is_direct: bool) -> bool:
    """Say whether an import of a kind can have moved a number of a month."""
    return number in EXPLAINS[kind] and (is_direct or number in REMEMBERED)


def moved(before: Figures, after: Figures) -> dict[str, tuple[float, float]]:
    """Return all numbers that moved, with what they were and are."""
    found = {}
    for section in SECTIONS:
        for number in (*section.first, *section.others):
            was, now = (_value(one, section.part, number) for one in (before, after))
            if was != now:
                found[number] = (was, now)
    return found


def changes(before: Figures, after: Figures, causes: Mapping[str, ToldBy]) -> list[Change]:
    """Return what is told of a month: in each section its first numbers, or those moved alone."""
    seen = moved(before, after)
    found = []
    for section in SECTIONS:
        first = [number for number in section.first if number in seen]
        found += [
            Change(
                after.month,
                number,
                *seen[number],
                causes.get(number),
                after.sold.currency if UNITS.get(number) == "money" else "",
                is_alone=not first,
            )
            for number in first or _among(seen, section.others)
        ]
    return found


def _among(seen: Collection[str], numbers: tuple[str, ...]) -> list[str]:
    return [number for number in numbers if number in seen]


def _value(figures: Figures, part: str, number: str) -> float:
    """Return a number of a month; what cannot be told is nothing."""
    if number.startswith(DOOR):
        return dict(figures.people.doors).get(number.removeprefix(DOOR), 0)
    told: float | None = getattr(getattr(figures, part), FIELDS.get(number, number))
    return told or 0
