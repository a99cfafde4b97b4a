"""Give the words of a form the types that the contract names."""

import re
from typing import Any

from stripe_sandbox.contract.checking import problems
from stripe_sandbox.contract.shapes import (
    Choice,
    Either,
    Many,
    Mapping,
    Nothing,
    Number,
    Record,
    Shape,
    Truth,
    Whole,
)

_WHOLE = re.compile(r"-?\d+")
_FRACTION = re.compile(r"-?\d{1,18}\.\d{1,18}")
_TRUTHS = {"true": True, "false": False}


def coerced(shape: Shape, raw: Any) -> Any:
    """Return a form's value as the shape has it; what does not fit stays a string to be refused."""
    if isinstance(shape, Either):
        return _first_fitting(shape, raw)
    if isinstance(raw, dict):
        return _nested(shape, raw)
    if isinstance(raw, list):
        return [coerced(shape.item, one) for one in raw] if isinstance(shape, Many) else raw
    if isinstance(shape, Many | Record) and raw == "":
        return [] if isinstance(shape, Many) else {}
    return _word(shape, raw)


def _word(shape: Shape, raw: str) -> Any:
    if isinstance(shape, Whole | Number) and _WHOLE.fullmatch(raw):
        return int(raw)
    if isinstance(shape, Number) and _FRACTION.fullmatch(raw):
        return float(raw)
    if isinstance(shape, Truth):
        return _TRUTHS.get(raw, raw)
    if isinstance(shape, Nothing) and raw == "":
        return None
    if isinstance(shape, Choice):
        return next((one for one in shape.values if str(one).lower() == raw.lower()), raw)
    return raw


def _nested(shape: Shape, raw: dict[str, Any]) -> Any:
    if isinstance(shape, Many):
        if not all(key.isdigit() for key in raw):
            return raw
        return [coerced(shape.item, raw[key]) for key in sorted(raw, key=int)]
    if isinstance(shape, Mapping):
        return {key: coerced(shape.value, one) for key, one in raw.items()}
    if isinstance(shape, Record):
        known = shape.members
        return {
            key: coerced(known[key].shape, one) if key in known else one for key, one in raw.items()
        }
    return raw


def _first_fitting(shape: Either, raw: Any) -> Any:
    tried = [coerced(option, raw) for option in shape.options]
    return min(
        zip(tried, shape.options, strict=True), key=lambda one: len(problems(one[1], one[0]))
    )[0]
