"""What of a closed month reads otherwise now, and which import may have told it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any, Self

from app.analytics.figures import Figures
from app.analytics.numbers import BOUGHT, CAME, DONE, DOOR, DOORS, MOVED, NUMBERS, PAID, SEEN, UNITS
from app.core.money import Money

PARTS: Mapping[str, tuple[str, ...]] = {
    "people": (SEEN, *MOVED),
    "doing": tuple(DONE),
    "gathered": tuple(CAME),
    "sold": (*BOUGHT, *PAID),
}
"""All numbers of a month, by the part of its figures that holds them."""
FIELDS = {"active": "people", "active_members": "members", "turned": "mutual"}
FIRST = frozenset(
    (
        *("members", "awake", "grown", "imported", "outflow"),
        *("active", "helped", "acts"),
        *("places", "arrived"),
        *("orders", "buyers", "refunds", "net"),
        *("mrr", "payers"),
    )
)
"""What is told openly; the others that moved are folded below."""
MEANS = frozenset({"weekly", "daily", "frequency", "depth"})
SHARE = "stickiness"
PLACES = {**dict.fromkeys(MEANS, 1), SHARE: 2}
"""How many decimals the page writes of what is no whole number: less is no move."""

_BELONGING = {"members", "inflow", "grown", "imported", *(DOOR + door for door in DOORS)}
_REMEMBERED = frozenset({SEEN, *MOVED} - _BELONGING)
_ACTS = _REMEMBERED | frozenset(DONE)
EXPLAINS: Mapping[str, frozenset[str]] = {
    "members": frozenset(),  # people who are yet to join
    "activities": _ACTS,
    "orders": _ACTS | frozenset(BOUGHT),
    "": _ACTS,  # it is not there any more: what either could have told
}
"""Which numbers an import of a kind can move."""


class Reach(Enum):
    """When what an import brought happened, as a month sees it, and which numbers that moves."""

    MONTH = NUMBERS
    SPAN = _REMEMBERED  # in the months before it that keep awake
    EVER = frozenset({SEEN})  # before those


@dataclass(frozen=True, slots=True)
class ToldBy:
    """The import that told a month late, or was taken back."""

    kind: str = ""  # empty: it is not there any more
    source: str = ""  # where its records came from, as far as they were here
    moment: datetime | None = None
    is_taken_back: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return it as it is kept with a month."""
        return asdict(self) | {"moment": self.moment and self.moment.isoformat()}

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> Self:
        """Return what `as_json` kept."""
        moment = kept["moment"] and datetime.fromisoformat(kept["moment"])
        return cls(**{**kept, "moment": moment})


@dataclass(frozen=True, slots=True)
class Change:
    """One number of a closed month that reads otherwise than when the month was closed."""

    month: date
    number: str  # as in NUMBERS
    before: float
    after: float
    told_by: ToldBy | None = None  # None: no import told it
    currencies: tuple[str, str] | None = None  # of amounts: the community may have changed its own

    @property
    def amounts(self) -> tuple[Money, ...]:
        """Both as money, if they are."""
        said = zip((self.before, self.after), self.currencies or (), strict=False)
        return tuple(Money(int(minor), currency) for minor, currency in said)

    @property
    def is_first(self) -> bool:
        """Whether it is told openly."""
        return self.number in FIRST

    @property
    def is_share(self) -> bool:
        """Whether it is a part of one."""
        return self.number == SHARE


def explains(kind: str, number: str, reach: Reach = Reach.MONTH) -> bool:
    """Say whether an import of a kind can have moved a number of a month."""
    return number in EXPLAINS[kind] & reach.value


def moved(before: Figures, after: Figures) -> dict[str, tuple[float, float]]:
    """Return all numbers that moved, with what they were and are."""
    has_other_money = before.sold.currency != after.sold.currency
    found = {}
    for part, numbers in PARTS.items():
        for number in numbers:
            was, now = (_value(one, part, number) for one in (before, after))
            if was != now or (was and has_other_money and UNITS.get(number) == "money"):
                found[number] = (was, now)
    return found


def changes(before: Figures, after: Figures, causes: Mapping[str, ToldBy]) -> list[Change]:
    """Return every number of a month that reads otherwise, with the import that moved it."""
    currencies = (before.sold.currency, after.sold.currency)
    return [
        Change(
            after.month,
            number,
            *values,
            causes.get(number),
            currencies if UNITS.get(number) == "money" else None,
        )
        for number, values in moved(before, after).items()
    ]


def _value(figures: Figures, part: str, number: str) -> float:
    """Return a number of a month as the page writes it; what cannot be told is nothing."""
    if number.startswith(DOOR):
        return dict(figures.people.doors).get(number.removeprefix(DOOR), 0)
    told: float | None = getattr(getattr(figures, part), FIELDS.get(number, number))
    return round(told or 0, PLACES.get(number))
