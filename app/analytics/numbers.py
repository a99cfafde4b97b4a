"""Every number that opens its people, by the name it has in an address: a fixed list."""

from collections.abc import Callable, Mapping

Told = frozenset[str]
"""The names of the numbers of `figures.People` that count one person in one month."""

EXITS = frozenset({"left", "removed", "other", "slept"})

MOVED: Mapping[str, Callable[[Told], bool]] = {
    "members": lambda told: "members" in told,
    "awake": lambda told: "awake" in told,
    "sleeping": lambda told: "members" in told and "awake" not in told,
    "inflow": lambda told: "inflow" in told,
    "grown": lambda told: "inflow" in told and "imported" not in told,
    "imported": lambda told: "imported" in told,
    "returned": lambda told: "returned" in told,
    "woke": lambda told: "woke" in told,
    "reactivated": lambda told: bool(told & {"returned", "woke"}),
    "outflow": lambda told: bool(told & EXITS),
    "left": lambda told: "left" in told,
    "removed": lambda told: "removed" in told,
    "other": lambda told: "other" in told,
    "slept": lambda told: "slept" in told,
    "new_gone": lambda told: "new_gone" in told,
    "long_gone": lambda told: bool(told & EXITS) and "new_gone" not in told,
    "sleepers_left": lambda told: "sleepers_left" in told,
}
"""People by what a month did to them."""

DONE = frozenset({"active", "active_members", "helped", "seen"})
"""People by what they did."""

CAME = frozenset({"places", "arrived", "stayed_away"})
"""People by gatherings."""

BOUGHT = frozenset({"buyers", "buyers_plan", "buyers_ticket", "buyers_other", "payers"})
"""People by what they bought; payers bring recurring revenue."""

NUMBERS = frozenset(MOVED) | DONE | CAME | BOUGHT
