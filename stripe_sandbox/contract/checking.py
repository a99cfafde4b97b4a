"""Compare a value with a shape, and say what is wrong and where."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from stripe_sandbox.contract.fitting import SIMPLE, fits, is_mark
from stripe_sandbox.contract.shapes import Choice, Either, Many, Mapping, Record, Shape


@dataclass(frozen=True)
class Problem:
    """One thing that breaks the contract."""

    path: str
    said: str
    code: str = "parameter_invalid"

    def __str__(self) -> str:
        return f"{self.path or '(body)'}: {self.said}"


def problems(shape: Shape, value: Any, path: str = "") -> list[Problem]:
    """Return what in a value breaks the contract; an empty list is good news."""
    if fits(shape, value):
        return []
    if type(shape) in SIMPLE:
        return [Problem(path, f"{_shown(value)} is not {SIMPLE[type(shape)][0]}")]
    return _REASONS[type(shape)](shape, value, path)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _not_chosen(shape: Choice, value: Any, path: str) -> list[Problem]:
    some = ", ".join(map(repr, shape.values[:12])) + (" ..." if len(shape.values) > 12 else "")
    return [Problem(path, f"{_shown(value)} is none of {some}")]


def _record(shape: Record, value: Any, path: str) -> list[Problem]:
    if not isinstance(value, dict):
        return [Problem(path, f"{_shown(value)} is not an object ({shape.name})")]
    if is_mark(shape, value):
        return _mark(shape, value, path)
    found = [
        Problem(_below(path, name), f"{shape.name} has no such key", "parameter_unknown")
        for name in value
        if name not in shape.members
    ]
    for name, member in shape.members.items():
        if name in value:
            found += problems(member.shape, value[name], _below(path, name))
        elif member.required:
            said = f"{shape.name} needs this key"
            found.append(Problem(_below(path, name), said, "parameter_missing"))
    return found


def _mark(shape: Record, value: dict[str, Any], path: str) -> list[Problem]:
    """Check what is left of a deleted object: its id, its kind, and that it is deleted."""
    members = {name: shape.members[name] for name in ("id", "object")}
    rest = {name: one for name, one in value.items() if name != "deleted"}
    return _record(Record(shape.name, lambda: members), rest, path)


def _many(shape: Many, value: Any, path: str) -> list[Problem]:
    if not isinstance(value, list):
        return [Problem(path, f"{_shown(value)} is not a list")]
    return [
        problem
        for number, item in enumerate(value)
        for problem in problems(shape.item, item, _below(path, str(number)))
    ]


def _mapping(shape: Mapping, value: Any, path: str) -> list[Problem]:
    if not isinstance(value, dict):
        return [Problem(path, f"{_shown(value)} is not an object")]
    return [
        problem
        for name, item in value.items()
        for problem in problems(shape.value, item, _below(path, str(name)))
    ]


def _either(shape: Either, value: Any, path: str) -> list[Problem]:
    tried = [(option, problems(option, value, path)) for option in shape.options]
    if isinstance(value, dict):
        tried = [one for one in tried if _could_be(one[0], value)] or tried
    elif isinstance(value, list):
        tried = [one for one in tried if isinstance(one[0], Many)] or tried
    return min((found for _, found in tried), key=len)


def _could_be(option: Shape, value: dict[str, Any]) -> bool:
    """Whether an object claims to be of this kind by its mark."""
    if not isinstance(option, Record):
        return isinstance(option, Mapping)
    return option.object_name is None or option.object_name == value.get("object")


def _below(path: str, name: str) -> str:
    return f"{path}[{name}]" if path else name


_REASONS: dict[type[Shape], Callable[[Any, Any, str], list[Problem]]] = {
    Choice: _not_chosen,
    Either: _either,
    Many: _many,
    Mapping: _mapping,
    Record: _record,
}
