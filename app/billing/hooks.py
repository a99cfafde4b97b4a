"""What a higher feature tells billing: how an item it sells is handed over, and taken back.

An order line names an opaque item by its kind and public id. Whoever sells that kind registers
one object for it, in `init_app` of its `answers`:

    register_item_kind("ticket", TicketKind())
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from app.billing.models import Order, OrderLine
from app.core.hooks import Hook


class Withdrawal(StrEnum):
    """Why something sold is taken back."""

    REFUNDED = "refunded"
    CANCELLED = "cancelled"  # without money: it was free, or the money stays


@dataclass(frozen=True)
class Described:
    """A line as pages and mails show it; `endpoint` leads to the thing itself.

    `news` is what whoever ordered it has to know first, paid or not; the way is shown with it.
    """

    title: str
    text: str = ""
    endpoint: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    news: str = ""


class ItemKind(Protocol):
    """How one sort of thing is handed over. Every verb runs in billing's transaction."""

    def describe(self, line: OrderLine) -> Described:
        """Say in the reader's language what the line is, and where it is to be seen."""

    def fulfil(self, order: Order, line: OrderLine, now: datetime) -> None:
        """Hand over what was paid for. Called once for each line."""

    def withdraw(
        self, order: Order, line: OrderLine, *, number: int, reason: Withdrawal, now: datetime
    ) -> None:
        """Take back so many of the line; `line.withdrawn` has counted them already.

        What the line took of its quotas is given back by billing.
        """

    def suspend(self, order: Order, line: OrderLine, now: datetime) -> None:
        """Make the thing unusable while the money is disputed."""

    def resume(self, order: Order, line: OrderLine, now: datetime) -> None:
        """Make it usable again."""


class UnknownItem(LookupError):
    """Nobody sells this kind of item."""


_kinds: dict[str, ItemKind] = {}

sold_elsewhere: Hook[[int], Mapping[int, int]] = Hook("sold_elsewhere")
"""How many of each quota of a community are sold without an order, counted from rows: quota id ->
number. Reconciliation compares the sum with the counter."""


def register_item_kind(name: str, kind: ItemKind) -> None:
    """Say who hands over a kind of item; a second one replaces the first of the same class."""
    known = _kinds.get(name)
    if known is not None and type(known) is not type(kind):
        text = f"items of the kind {name} are handed over by {type(known).__name__} already"
        raise ValueError(text)
    _kinds[name] = kind


def item_kind(name: str) -> ItemKind:
    """Return who hands over a kind of item. Raises UnknownItem."""
    if name not in _kinds:
        raise UnknownItem(name)
    return _kinds[name]
