"""The kinds of value that the contract knows, each with its place in the SDK's types."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any


class Unresolved(Exception):
    """A type of the SDK that this reader does not understand: never taken for "anything"."""


class Shape:
    """What a value may be."""


@dataclass(frozen=True)
class Text(Shape):
    """A string."""


@dataclass(frozen=True)
class Whole(Shape):
    """An integer; a boolean is none."""


@dataclass(frozen=True)
class Number(Shape):
    """An integer or a fraction."""


@dataclass(frozen=True)
class Truth(Shape):
    """True or false."""


@dataclass(frozen=True)
class Exact(Shape):
    """A decimal, written as a string of digits."""


@dataclass(frozen=True)
class Digits(Shape):
    """An integer that v2 writes as a string."""


@dataclass(frozen=True)
class Nothing(Shape):
    """null."""


@dataclass(frozen=True)
class Anything(Shape):
    """What the SDK itself declares as Any."""


@dataclass(frozen=True)
class Choice(Shape):
    """One of a closed list of values."""

    values: tuple[Any, ...]


@dataclass(frozen=True)
class Many(Shape):
    """A list of one kind."""

    item: Shape


@dataclass(frozen=True)
class Mapping(Shape):
    """Free keys, values of one kind."""

    value: Shape


@dataclass(frozen=True)
class Either(Shape):
    """One of several shapes."""

    options: tuple[Shape, ...]


@dataclass(frozen=True)
class Member:
    """A named part of a record."""

    shape: Shape
    required: bool


@dataclass(frozen=True, eq=False)
class Record(Shape):
    """Named members, read when first asked for: Stripe's objects refer in circles."""

    name: str
    read: Callable[[], dict[str, Member]] = field(repr=False)

    @cached_property
    def members(self) -> dict[str, Member]:
        """Return the members by name."""
        return self.read()

    @cached_property
    def needed(self) -> frozenset[str]:
        """Return the names that must be there."""
        return frozenset(name for name, member in self.members.items() if member.required)

    @cached_property
    def object_name(self) -> str | None:
        """Return the value of `object` that marks this kind, if it has one."""
        mark = self.members.get("object")
        if mark and isinstance(mark.shape, Choice) and len(mark.shape.values) == 1:
            return str(mark.shape.values[0])
        return None
