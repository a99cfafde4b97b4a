"""Addresses built once: a page asks for a hundred of them, and most are asked for again."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from flask import Flask, has_request_context, request

KEPT = 4096

Pairs = tuple[tuple[str, Any], ...]


class AddressBook(Flask):
    """Flask, but an address that only its endpoint and plain values decide is built once."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._kept_address: Callable[..., str] = lru_cache(KEPT)(self._built_address)

    def url_for(self, /, endpoint: str, **values: Any) -> str:
        """Return the address of an endpoint."""
        pairs = _plain(values) if has_request_context() and endpoint[0] != "." else None
        if pairs is None:
            return super().url_for(endpoint, **values)
        # the method and the mount point belong to the key: both have a say in the address
        return self._kept_address(request.method, request.root_path, endpoint, pairs)

    def ensure_sync(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function as it is: none of ours is async, and Flask asks each, every time."""
        return function

    def _built_address(self, _method: str, _root: str, endpoint: str, pairs: Pairs) -> str:
        return super().url_for(endpoint, **dict(pairs))


def _plain(values: Mapping[str, Any]) -> Pairs | None:
    """Return the values as a key, or None if one of them may mean something else next time."""
    pairs = []
    for name, value in values.items():
        kind = type(value)
        if name[0] == "_":
            if value is not None:
                return None
            continue  # what flask.url_for passes on when it was not asked for
        if kind is str or kind is int or value is None:
            pairs.append((name, value))
        elif kind is list and all(type(one) is str for one in value):
            pairs.append((name, tuple(value)))
        else:
            return None
    return tuple(pairs)
