"""One call as a handler sees it, and the table of the calls that are answered."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from stripe_sandbox.contract import calls
from stripe_sandbox.core.books import Books
from stripe_sandbox.core.faults import Fault
from stripe_sandbox.core.store import Json


@dataclass(frozen=True)
class Ask:
    """A checked call: whose books, which parameters, which ids stood in the path."""

    books: Books
    params: Json
    ids: dict[str, str]

    def has(self, name: str) -> bool:
        """Whether a parameter was sent with a value."""
        return self.params.get(name) not in (None, "")


Handler = Callable[[Ask], Json]
Given = TypeVar("Given", bound=Handler)


@dataclass(frozen=True)
class Route:
    """A call that is answered, with what the SDK says of it."""

    call: calls.Call
    handler: Handler
    takes: frozenset[str] | None
    pattern: re.Pattern[str]


ROUTES: list[Route] = []
ALWAYS = {"expand", "limit", "starting_after", "ending_before"}


def answers(verb: str, path: str, takes: Iterable[str] | None = None) -> Callable[[Given], Given]:
    """Register the handler of a call; `takes` names the parameters it honours (None: all)."""
    call = calls.find(verb, path)
    if call is None:
        raise LookupError(f"Stripe's SDK makes no call {verb} {path}")

    def register(handler: Given) -> Given:
        pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))
        known = None if takes is None else frozenset(takes) | ALWAYS
        ROUTES.append(Route(call, handler, known, pattern))
        return handler

    return register


def find(verb: str, path: str) -> tuple[Route, dict[str, str]] | None:
    """Return the route of a request with the ids in its path."""
    for route in ROUTES:
        found = route.pattern.fullmatch(path)
        if found and route.call.verb == verb:
            return route, found.groupdict()
    return None


def insist(value: Any, message: str, param: str | None = None, **more: Any) -> None:
    """Refuse a call unless a condition holds."""
    if not value:
        if param:
            more["param"] = param
        raise Fault(message, **more)
