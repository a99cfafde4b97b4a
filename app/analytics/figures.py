"""The numbers of one month of a community, as they are shown, frozen and compared."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date
from typing import Any, Self

from app.analytics.identity import Entry, Exit, Fold, Movement, movement
from app.analytics.revenue import Flow
from app.core.money import Money

DEFINITION = 1
"""Grows when a number begins to mean something else; docs/metrics.md tells what changed."""
IMPORT = "import"  # the door of those whom an organizer brought


@dataclass(frozen=True, slots=True)
class People:
    """Members, and how they came and went; the identity of `identity.py` holds from month to month.

    awake = awake before + inflow + reactivated - outflow.
    """

    members: int = 0
    awake: int = 0
    seen: int = 0  # ever, by the end of the month
    inflow: int = 0  # joined for the first time
    imported: int = 0  # of these, brought by an import: no growth
    doors: tuple[tuple[str, int], ...] = ()  # the others by the door they came through
    returned: int = 0
    woke: int = 0
    left: int = 0
    removed: int = 0
    other: int = 0
    slept: int = 0
    new_gone: int = 0  # of those who departed, had been there for 90 days at most
    sleepers_left: int = 0

    @property
    def sleeping(self) -> int:
        """Members who are not awake."""
        return self.members - self.awake

    @property
    def grown(self) -> int:
        """First-ever joins without imports."""
        return self.inflow - self.imported

    @property
    def reactivated(self) -> int:
        """Those who came back or woke up."""
        return self.returned + self.woke

    @property
    def came(self) -> int:
        """All who came to be awake; whom an import brought did not come."""
        return self.grown + self.reactivated

    @property
    def departed(self) -> int:
        """Those who were awake and do not belong any more."""
        return self.left + self.removed + self.other

    @property
    def outflow(self) -> int:
        """Those who were awake and are not any more."""
        return self.departed + self.slept

    @property
    def long_gone(self) -> int:
        """Of those who departed, had been there for more than 90 days."""
        return self.outflow - self.new_gone


@dataclass(frozen=True, slots=True)
class Doing:
    """What people did: `people` are all who did something, members are those who belonged."""

    people: int = 0
    members: int = 0
    member_days: int = 0  # active days of active members
    person_days: int = 0  # the sum of the daily distinct people
    days: int = 0  # how many days of the month are counted
    weeks: tuple[int, ...] = ()  # distinct people of each full week, from the first of the month
    acts: int = 0
    weight: int = 0
    mutual: int = 0
    helped: int = 0

    @property
    def guests(self) -> int:
        """Those who did something and did not belong then."""
        return self.people - self.members

    @property
    def frequency(self) -> float | None:
        """Active days per active member."""
        return self.member_days / self.members if self.members else None

    @property
    def daily(self) -> float | None:
        """Mean daily distinct people."""
        return self.person_days / self.days if self.days else None

    @property
    def weekly(self) -> float | None:
        """Mean weekly distinct people, over full weeks."""
        return sum(self.weeks) / len(self.weeks) if self.weeks else None

    @property
    def stickiness(self) -> float | None:
        """Mean daily distinct people by those of the month."""
        return self.daily / self.people if self.people and self.daily is not None else None

    @property
    def depth(self) -> float | None:
        """Mean weight of an act."""
        return self.weight / self.acts if self.acts else None


@dataclass(frozen=True, slots=True)
class Gathered:
    """Gatherings that took place, and their places; who stayed away is known with a check-in."""

    held: int = 0
    places: int = 0
    arrived: int = 0
    checked: int = 0  # gatherings at which someone was checked in
    checked_places: int = 0
    stayed_away: int = 0


@dataclass(frozen=True, slots=True)
class Sold:
    """Money of the month from the ledger, in minor units of one currency; refunds are positive."""

    currency: str = ""
    orders: int = 0
    sales: int = 0  # orders with net > 0
    buyers: int = 0
    gross: int = 0
    refunds: int = 0
    kinds: tuple[tuple[str, int, int], ...] = ()  # kind, net, buyers
    strange: int = 0  # of the orders, in another currency: counted, not in the sums
    currencies: tuple[str, ...] = ()  # the other ones
    mrr: int = 0
    mrr_new: int = 0
    mrr_expansion: int = 0
    mrr_reactivation: int = 0
    mrr_contraction: int = 0
    mrr_churn: int = 0
    payers: int = 0

    @property
    def net(self) -> int:
        """What is left after refunds."""
        return self.gross - self.refunds

    @property
    def receipt(self) -> int | None:
        """The average receipt: net by orders with net > 0, rounded."""
        return round(self.net / self.sales) if self.sales else None

    @property
    def per_order(self) -> int | None:
        """Net by all orders, those that cost nothing included, rounded."""
        return round(self.net / self.orders) if self.orders else None

    @property
    def per_buyer(self) -> int | None:
        """Net by buyers, rounded."""
        return round(self.net / self.buyers) if self.buyers else None

    @property
    def has_any(self) -> bool:
        """Whether anything was sold, given away by an order, or paid back."""
        return bool(self.orders or self.gross or self.refunds or self.mrr or self.mrr_churn)

    def money(self, minor: int) -> Money:
        """Return an amount in this month's currency."""
        return Money(minor, self.currency)

    @property
    def buyers_plan(self) -> int:
        """How many bought a plan, or renewed one."""
        return self.buyers_of("plan")

    @property
    def buyers_ticket(self) -> int:
        """How many bought a ticket."""
        return self.buyers_of("ticket")

    @property
    def buyers_other(self) -> int:
        """How many bought something else, or had an order that cost nothing."""
        return self.buyers_of("other")

    @property
    def net_plan(self) -> int:
        """The net of plans."""
        return self.net_of("plan")

    @property
    def net_ticket(self) -> int:
        """The net of tickets."""
        return self.net_of("ticket")

    @property
    def net_other(self) -> int:
        """The net of everything else."""
        return self.net_of("other")

    def net_of(self, kind: str) -> int:
        """Return the net of one sort of thing sold."""
        return next((net for name, net, _ in self.kinds if name == kind), 0)

    def buyers_of(self, kind: str) -> int:
        """Return how many bought one sort of thing."""
        return next((buyers for name, _, buyers in self.kinds if name == kind), 0)


@dataclass(frozen=True, slots=True)
class Figures:
    """One month in numbers."""

    month: date
    is_current: bool = False
    people: People = field(default_factory=People)
    doing: Doing = field(default_factory=Doing)
    gathered: Gathered = field(default_factory=Gathered)
    sold: Sold = field(default_factory=Sold)

    def as_json(self) -> dict[str, Any]:
        """Return the numbers to be frozen."""
        return {name: asdict(getattr(self, name)) for name in PARTS}

    @classmethod
    def from_json(cls, month: date, kept: Mapping[str, Any]) -> Self:
        """Return what `as_json` kept."""
        parts = {name: _thawed(kind, kept.get(name, {})) for name, kind in PARTS.items()}
        return cls(month, **parts)

    def closed(self) -> Self:
        """Return the month as one that is over."""
        return replace(self, is_current=False)


PARTS: dict[str, type[Any]] = {
    "people": People,
    "doing": Doing,
    "gathered": Gathered,
    "sold": Sold,
}


def people_in(folds: Iterable[Fold], place: int, span: int, days: int = 0) -> People:
    """Return what the month at a place did to everyone; `days` as in `identity.movement`."""
    counts: Counter[str] = Counter()
    doors: Counter[str] = Counter()
    for fold in folds:
        change = movement(fold.history, place, span, days)
        for name in numbers_moved(change, fold.door):
            counts[name] += fold.number
        if change.entry is Entry.FIRST and fold.door != IMPORT:
            doors[fold.door] += fold.number
    return People(doors=tuple(sorted(doors.items())), **counts)


def with_recurring(sold: Sold, flow: Flow) -> Sold:
    """Return a month's sales with its recurring revenue."""
    return replace(
        sold,
        mrr=flow.mrr,
        mrr_new=flow.new,
        mrr_expansion=flow.expansion,
        mrr_reactivation=flow.reactivation,
        mrr_contraction=flow.contraction,
        mrr_churn=flow.churn,
        payers=flow.payers,
    )


def numbers_moved(change: Movement, door: str) -> list[str]:
    """Return the names of the numbers of `People` that count someone who moved so."""
    is_new = change.exit is not None and change.was_new
    said = {
        "members": change.is_member,
        "awake": change.is_awake,
        "inflow": change.entry is Entry.FIRST,
        "imported": change.entry is Entry.FIRST and door == IMPORT,
        "returned": change.entry is Entry.RETURNED,
        "woke": change.entry is Entry.WOKE,
        "left": change.exit is Exit.LEFT,
        "removed": change.exit is Exit.REMOVED,
        "other": change.exit is Exit.OTHER,
        "slept": change.exit is Exit.SLEPT,
        "new_gone": is_new,
        "sleepers_left": change.sleeper_left,
    }
    return [name for name, is_so in said.items() if is_so]


def _thawed(kind: type[Any], kept: Mapping[str, Any]) -> Any:
    known = {one.name for one in fields(kind)}
    return kind(**{name: _frozen(value) for name, value in kept.items() if name in known})


def _frozen(value: Any) -> Any:
    return tuple(_frozen(one) for one in value) if isinstance(value, list) else value
