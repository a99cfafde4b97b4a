"""Whether a value keeps the contract, told quickly and without reasons."""

import re
from collections.abc import Callable
from typing import Any

from stripe_sandbox.contract.shapes import (
    Anything,
    Choice,
    Digits,
    Either,
    Exact,
    Many,
    Mapping,
    Nothing,
    Number,
    Record,
    Shape,
    Text,
    Truth,
    Unresolved,
    Whole,
)

_DECIMAL = re.compile(r"-?\d+(\.\d+)?")
_DIGITS = re.compile(r"-?\d+")

SIMPLE: dict[type[Shape], tuple[str, Callable[[Any], bool]]] = {
    Text: ("a string", lambda v: isinstance(v, str)),
    Whole: ("an integer", lambda v: type(v) is int),
    Number: ("a number", lambda v: type(v) in {int, float}),
    Truth: ("a boolean", lambda v: isinstance(v, bool)),
    Exact: ("a decimal", lambda v: isinstance(v, str) and bool(_DECIMAL.fullmatch(v))),
    Digits: ("digits", lambda v: isinstance(v, str) and bool(_DIGITS.fullmatch(v))),
    Nothing: ("null", lambda v: v is None),
    Anything: ("anything", lambda _: True),
}
"""What each simple shape is called, and how it is told."""


def fits(shape: Shape, value: Any) -> bool:
    """Whether a value is of a shape."""
    simple = SIMPLE.get(type(shape))
    if simple:
        return simple[1](value)
    told: Callable[[Any, Any], bool] = _FITS.get(type(shape), _unknown)
    return told(shape, value)


def _unknown(shape: Shape, _: Any) -> bool:
    raise Unresolved(f"a shape of an unknown kind: {shape!r}")


def _choice(shape: Choice, value: Any) -> bool:
    return any(value == one and type(value) is type(one) for one in shape.values)


def _many(shape: Many, value: Any) -> bool:
    return isinstance(value, list) and all(fits(shape.item, one) for one in value)


def _mapping(shape: Mapping, value: Any) -> bool:
    return isinstance(value, dict) and all(fits(shape.value, one) for one in value.values())


def _record(shape: Record, value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    if is_mark(shape, value):
        return {"id", "object", "deleted"} == set(value) and isinstance(value["id"], str)
    members = shape.members
    return (
        shape.needed <= value.keys() <= members.keys()
        and (shape.object_name is None or shape.object_name == value.get("object"))
        and all(fits(members[name].shape, one) for name, one in value.items())
    )


def is_mark(shape: Record, value: dict[str, Any]) -> bool:
    """Whether a value is what is left of a deleted object."""
    return value.get("deleted") is True and "deleted" in shape.members


def _either(shape: Either, value: Any) -> bool:
    if value is None:
        return any(type(one) in {Nothing, Anything} for one in shape.options)
    return any(fits(one, value) for one in shape.options)


_FITS: dict[type[Shape], Callable[[Any, Any], bool]] = {
    Choice: _choice,
    Either: _either,
    Many: _many,
    Mapping: _mapping,
    Record: _record,
}
