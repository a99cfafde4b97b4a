"""Pages of lists, and the objects that `expand` asks to be sent along."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from stripe_sandbox.core.asking import Ask
from stripe_sandbox.core.books import Books
from stripe_sandbox.core.faults import Fault
from stripe_sandbox.core.store import Json

DEEPEST = 4
SHORT = 2  # things on a page of a list, where the control wants many pages
INCLUDED: dict[tuple[str, str], Callable[[Books, Json], Json]] = {}
"""Members that are sent only when asked for: (object, member) and who makes them."""


def page(ask: Ask, things: Iterable[Json], url: str) -> Json:
    """Return one page of things that come newest first, as v1 pages them."""
    limit = int(ask.params.get("limit") or 10)
    if not 1 <= limit <= 100:
        raise Fault("limit must be between 1 and 100", param="limit")
    if ask.books.store.setting(ask.books.space, "pages") == "short":
        limit = min(limit, SHORT)
    rows = (one for one in things if _in_range(one, ask.params.get("created")))
    before = ask.params.get("ending_before")
    if before:
        newer = list(_until(rows, before))
        return _listed(newer[-limit:], url, has_more=len(newer) > limit)
    after = ask.params.get("starting_after")
    if after:
        deque(_until(rows, after), maxlen=0)
    found = list(islice(rows, limit + 1))
    return _listed(found[:limit], url, has_more=len(found) > limit)


def _until(rows: Iterator[Json], ident: str) -> Iterator[Json]:
    """Yield what comes before an object, and swallow the object; refuse when it never comes."""
    for one in rows:
        if one["id"] == ident:
            return
        yield one
    raise Fault(f"No such object: '{ident}'", code="resource_missing")


def _listed(rows: list[Json], url: str, *, has_more: bool) -> Json:
    return {"object": "list", "data": rows, "has_more": has_more, "url": url}


def whole(rows: Iterable[Json], url: str) -> Json:
    """Return a list that stands inside an object."""
    return _listed(list(rows), url, has_more=False)


def _in_range(thing: Json, wanted: Any) -> bool:
    if wanted is None:
        return True
    if not isinstance(wanted, dict):
        return bool(thing["created"] == wanted)
    tests = {
        "gt": thing["created"].__gt__,
        "gte": thing["created"].__ge__,
        "lt": thing["created"].__lt__,
        "lte": thing["created"].__le__,
    }
    return all(tests[name](bound) for name, bound in wanted.items())


def expand(books: Books, answer: Json, paths: Iterable[str]) -> Json:
    """Replace the ids that the caller named by the objects they stand for."""
    for path in paths:
        names = path.split(".")
        if len(names) > DEEPEST + (names[0] == "data"):
            raise Fault(f"You cannot expand more than {DEEPEST} levels: {path}", param="expand")
        _follow(books, answer, names, path)
    return answer


def _follow(books: Books, thing: Any, names: list[str], path: str) -> None:
    if isinstance(thing, list):
        for one in thing:
            _follow(books, one, names, path)
        return
    if not names or not isinstance(thing, dict):
        return
    first, *rest = names
    _open(books, thing, first, path)
    _follow(books, thing.get(first), rest, path)


def _open(books: Books, thing: Json, name: str, path: str) -> None:
    maker = INCLUDED.get((thing.get("object", ""), name))
    if maker:
        thing[name] = maker(books, thing)
    if name not in thing:
        raise Fault(
            f"This property cannot be expanded ({name}). You may want to try {path} elsewhere.",
            param="expand",
        )
    value = thing[name]
    if isinstance(value, str):
        thing[name] = _object(books, value) or value
    elif isinstance(value, list):
        thing[name] = [
            (_object(books, one) or one) if isinstance(one, str) else one for one in value
        ]


def _object(books: Books, ident: str) -> Json | None:
    return books.find(ident) or books.of(books.platform_id).find(ident)
