"""Bodies and queries: v1's forms with brackets, v2's JSON."""

import json
import re
from typing import Any
from urllib.parse import parse_qsl

from stripe_sandbox.core.faults import Fault

_PART = re.compile(r"\[([^\]]*)\]")


def read_form(text: str) -> dict[str, Any]:
    """Return a form's words as nested objects and lists, all leaves strings."""
    found: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        first, bracket, rest = name.partition("[")
        _put(found, [first, *_PART.findall(bracket + rest)], value)
    return found


def _put(place: dict[str, Any], names: list[str], value: str) -> None:
    first, *rest = names
    if not rest:
        place[first] = value
        return
    if rest == [""]:
        inner = place.setdefault(first, {})
        inner[str(len(inner))] = value
        return
    inner = place.setdefault(first, {})
    if not isinstance(inner, dict):
        raise Fault(
            f"Invalid object: {first} is given both as a word and as an object", param=first
        )
    _put(inner, rest, value)


def read_json(body: bytes) -> dict[str, Any]:
    """Return a v2 body."""
    if not body:
        return {}
    try:
        found = json.loads(body)
    except ValueError as problem:
        raise Fault("The body is no JSON.") from problem
    if not isinstance(found, dict):
        raise Fault("The body is no JSON object.")
    return found
