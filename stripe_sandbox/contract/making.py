"""Make the smallest value that keeps the contract, to build real ones upon."""

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

_SMALLEST: dict[type[Shape], Any] = {
    Text: "",
    Whole: 0,
    Number: 0,
    Truth: False,
    Exact: "0",
    Digits: "0",
    Nothing: None,
    Anything: None,
}


def smallest(shape: Shape, *, whole: bool = False) -> Any:
    """Return a minimal valid value; `whole` names what may be null as null, as answers do."""
    if type(shape) in _SMALLEST:
        return _SMALLEST[type(shape)]
    if isinstance(shape, Choice):
        return shape.values[0]
    if isinstance(shape, Many):
        return []
    if isinstance(shape, Mapping):
        return {}
    if isinstance(shape, Either):
        nothing = Nothing() in shape.options
        return None if nothing else smallest(shape.options[0], whole=whole)
    if isinstance(shape, Record):
        return {
            name: smallest(member.shape, whole=whole)
            for name, member in shape.members.items()
            if member.required or (whole and not _comes_only_sometimes(name, member.shape))
        }
    raise Unresolved(f"a shape of an unknown kind: {shape!r}")


def _comes_only_sometimes(name: str, shape: Shape) -> bool:
    """Lists that are sent when asked for, and the mark of what is deleted, are left out."""
    return name == "deleted" or (
        isinstance(shape, Either)
        and any(isinstance(one, Record) and one.name == "list" for one in shape.options)
    )
