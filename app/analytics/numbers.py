"""Every number that opens its people, by the name it has in an address: a fixed list.

Each says of one person's share of a month how much of it belongs to the number: None is nothing, so
that they are not behind it. The shares of a number of people are 1 each.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from app.analytics.revenue import Flow

Told = frozenset[str]
"""The names of the numbers of `figures.People` that count one person in one month."""

EXITS = frozenset({"left", "removed", "other", "slept"})
DOORS = ("founding", "open", "questions", "approval", "invitation", "event")
DOOR = "door_"
WEEKS = tuple(0b1111111 << first for first in (0, 7, 14, 21))


@dataclass(frozen=True, slots=True)
class Did:
    """What someone did in the first `counted` days of a month, as masks of them.

    Of acts it is not known on which day they were: they are 0 where a month is not told whole.
    """

    counted: int
    days: int
    own: int  # of these, on which they belonged
    helping: int  # of these, on which they said that they were helped
    acts: int
    weight: int
    mutual: int

    @property
    def weeks(self) -> int:
        """In how many of the full weeks they did something."""
        full = WEEKS[: self.counted // 7]
        return sum(bool(self.days & week) for week in full)


@dataclass(frozen=True, slots=True)
class Place:
    """Someone's places at one gathering that is over."""

    seats: int
    arrived: int
    is_checked: bool  # somebody was checked in there


@dataclass(frozen=True, slots=True)
class Deal:
    """What one order brought and gave back in a month, of one kind of thing sold."""

    deal: int
    kind: str
    is_order: bool  # it was made in the month
    gross: int
    refunds: int
    is_strange: bool  # in another currency: not in these amounts

    @property
    def net(self) -> int:
        """What is left."""
        return self.gross - self.refunds


def _one(holds: object) -> int | None:
    return 1 if holds else None


MOVED: Mapping[str, Callable[[Told], int | None]] = {
    "members": lambda told: _one("members" in told),
    "awake": lambda told: _one("awake" in told),
    "sleeping": lambda told: _one("members" in told and "awake" not in told),
    "inflow": lambda told: _one("inflow" in told),
    "grown": lambda told: _one("inflow" in told and "imported" not in told),
    "imported": lambda told: _one("imported" in told),
    "returned": lambda told: _one("returned" in told),
    "woke": lambda told: _one("woke" in told),
    "reactivated": lambda told: _one(told & {"returned", "woke"}),
    "came": lambda told: _one(told & {"inflow", "returned", "woke"} and "imported" not in told),
    "outflow": lambda told: _one(told & EXITS),
    "left": lambda told: _one("left" in told),
    "removed": lambda told: _one("removed" in told),
    "other": lambda told: _one("other" in told),
    "departed": lambda told: _one(told & EXITS - {"slept"}),
    "slept": lambda told: _one("slept" in told),
    "new_gone": lambda told: _one("new_gone" in told),
    "long_gone": lambda told: _one(told & EXITS and "new_gone" not in told),
    "sleepers_left": lambda told: _one("sleepers_left" in told),
    **{
        DOOR + door: lambda told, name=DOOR + door: _one("inflow" in told and name in told)  # type: ignore[misc]  # bound now
        for door in DOORS
    },
}
"""People by what a month did to them."""

DONE: Mapping[str, Callable[[Did], int | None]] = {
    "active": lambda did: _one(did.days),
    "active_members": lambda did: _one(did.own),
    "guests": lambda did: _one(did.days and not did.own),
    "helped": lambda did: _one(did.helping),
    "weekly": lambda did: did.weeks or None,
    "daily": lambda did: did.days.bit_count() or None,
    "stickiness": lambda did: did.days.bit_count() or None,
    "frequency": lambda did: did.own.bit_count() or None,
    "acts": lambda did: did.acts or None,
    "depth": lambda did: did.weight or None,
    "turned": lambda did: did.mutual or None,
}
"""People by what they did."""

CAME: Mapping[str, Callable[[Sequence[Place]], int | None]] = {
    "held": lambda places: sum(bool(one.seats) for one in places) or None,
    "places": lambda places: sum(one.seats for one in places) or None,
    "arrived": lambda places: sum(one.arrived for one in places) or None,
    "stayed_away": lambda places: (
        sum(one.seats - one.arrived for one in places if one.is_checked) or None
    ),
}
"""People by gatherings."""


def _orders(deals: Sequence[Deal], *, strange: bool = False) -> int | None:
    made = [one for one in deals if one.is_order and (one.is_strange or not strange)]
    return len({one.deal for one in made}) or None


def _sales(deals: Sequence[Deal]) -> int | None:
    """Return what was net in the orders that brought something."""
    nets: dict[int, int] = {}
    for one in deals:
        nets[one.deal] = nets.get(one.deal, 0) + one.net
    made = {one.deal for one in deals if one.is_order}
    return sum(net for deal, net in nets.items() if deal in made and net > 0) or None


def _buyer_of(kind: str) -> Callable[[Sequence[Deal]], int | None]:
    return lambda deals: _one(any(one.is_order and one.kind == kind for one in deals))


def _net(deals: Sequence[Deal], kind: str = "") -> int | None:
    """Return what is left of money that moved: it may be nothing."""
    moved = [one for one in deals if (one.gross or one.refunds) and kind in {"", one.kind}]
    return sum(one.net for one in moved) if moved else None


def _mean(deals: Sequence[Deal]) -> int | None:
    """Return what is left of money that moved, nothing for orders that cost nothing."""
    net = _net(deals)
    return 0 if net is None and _orders(deals) else net


KINDS = ("plan", "ticket", "other")

BOUGHT: Mapping[str, Callable[[Sequence[Deal]], int | None]] = {
    "orders": _orders,
    "strange": lambda deals: _orders(deals, strange=True),
    "buyers": lambda deals: _one(_orders(deals)),
    "gross": lambda deals: sum(one.gross for one in deals) or None,
    "refunds": lambda deals: sum(one.refunds for one in deals) or None,
    "net": _net,
    "receipt": _sales,
    "per_order": _mean,
    "per_buyer": _mean,
    **{f"buyers_{kind}": _buyer_of(kind) for kind in KINDS},
    **{f"net_{kind}": lambda deals, kind=kind: _net(deals, kind) for kind in KINDS},  # type: ignore[misc]  # bound now
}
"""People by what they bought, and what went back to them."""

PAID: Mapping[str, Callable[[Flow], int | None]] = {
    "payers": lambda flow: flow.payers or None,
    "mrr": lambda flow: flow.mrr or None,
    "mrr_new": lambda flow: flow.new or None,
    "mrr_expansion": lambda flow: flow.expansion or None,
    "mrr_reactivation": lambda flow: flow.reactivation or None,
    "mrr_contraction": lambda flow: flow.contraction or None,
    "mrr_churn": lambda flow: flow.churn or None,
}
"""People by the recurring revenue that they bring, or brought."""

SEEN, HOUR, COHORT = "seen", "hour", "cohort"
NUMBERS = frozenset({SEEN, HOUR, COHORT, *MOVED, *DONE, *CAME, *BOUGHT, *PAID})

UNITS: Mapping[str, str] = {
    **dict.fromkeys(("weekly",), "weeks"),
    **dict.fromkeys(("daily", "stickiness", "frequency"), "days"),
    **dict.fromkeys(("acts", "turned"), "acts"),
    "depth": "weight",
    "held": "gatherings",
    **dict.fromkeys(("places", "arrived", "stayed_away"), "places"),
    **dict.fromkeys(("orders", "strange"), "orders"),
    **dict.fromkeys(("gross", "refunds", "net", "receipt", "per_order", "per_buyer"), "money"),
    **dict.fromkeys((f"net_{kind}" for kind in KINDS), "money"),
    **dict.fromkeys((name for name in PAID if name != "payers"), "money"),
    HOUR: "hours",
}
"""What the shares of a number are counted in, where it is not people."""
