"""Every route with its arguments filled in: a new one without an entry here fails the tests."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from werkzeug.routing import Rule

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
MISSING = "zzzzzzzzzzzz"


@dataclass(frozen=True)
class Call:
    """One request: an endpoint, a method, a path."""

    endpoint: str
    method: str
    path: str
    form: tuple[tuple[str, str], ...] = ()

    @property
    def sent(self) -> dict[str, Any]:
        """What a client sends along, by the name of its argument."""
        return {"data": dict(self.form)} if self.form else {}

    @property
    def is_look(self) -> bool:
        """Whether it only asks for a page."""
        return self.method == "GET"


def rules(app: Flask) -> list[Rule]:
    """Return the routes of the product in a steady order."""
    return sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint))


def methods(rule: Rule) -> list[str]:
    """Return the methods that reach the view of a rule."""
    return sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})


def calls(app: Flask, arguments: dict[str, Any], *, only: set[str] | None = None) -> Iterator[Call]:
    """Yield a call for each rule and method; raises KeyError for an argument nobody registered."""
    adapter = app.url_map.bind("localhost")
    for rule in rules(app):
        if only is not None and rule.endpoint not in only:
            continue
        values = {
            name: arguments.get(f"{rule.endpoint}:{name}") or arguments[name]
            for name in rule.arguments
        }
        sent = arguments.get(f"{rule.endpoint}:sent", {})
        for method in methods(rule):
            path = adapter.build(rule.endpoint, values, method=method)
            if method == "GET" and sent:
                yield Call(rule.endpoint, method, f"{path}?{urlencode(sent)}")
            else:
                yield Call(rule.endpoint, method, path, tuple(sent.items()))
