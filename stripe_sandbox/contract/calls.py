"""The calls that the SDK can make, read from its own services: method, path, request, answer."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import stripe

from stripe_sandbox.contract.reading import evaluate, shape_of
from stripe_sandbox.contract.shapes import Record, Shape

_HOME = Path(stripe.__file__).parent
_OPTIONAL = re.compile(r"Optional\[(.+)\]")


@dataclass(frozen=True)
class Call:
    """One call of Stripe's API as the SDK makes it."""

    verb: str
    path: str
    module: str
    name: str
    params: str | None
    answer: str

    @cached_property
    def request(self) -> Shape:
        """Return the shape of what is sent."""
        if self.params is None:
            return Record("no parameters", dict)
        return shape_of(evaluate(self.params, self.module), self.module)

    @cached_property
    def response(self) -> Shape:
        """Return the shape of what comes back."""
        return shape_of(evaluate(self.answer, self.module), self.module)


@cache
def all_calls() -> dict[tuple[str, str], Call]:
    """Return every call by method and path; the names between braces are blanked."""
    return {
        (call.verb, pattern(call.path)): call
        for path in sorted(_HOME.rglob("_*_service.py"))
        for call in _calls_of(path)
    }


def find(verb: str, path: str) -> Call | None:
    """Return the call of a method and a path with braces, if the SDK knows one."""
    return all_calls().get((verb, pattern(path)))


def pattern(path: str) -> str:
    """Blank the names between a path's braces."""
    return re.sub(r"\{\w+\}", "{}", path)


def _calls_of(path: Path) -> Iterator[Call]:
    module = ".".join(["stripe", *path.relative_to(_HOME).with_suffix("").parts])
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.ClassDef):
            for method in node.body:
                if isinstance(method, ast.FunctionDef):
                    yield from _call_of(method, f"{node.name}.{method.name}", module)


def _call_of(method: ast.FunctionDef, name: str, module: str) -> Iterator[Call]:
    for node in ast.walk(method):
        if isinstance(node, ast.Call) and _is_request(node):
            verb, path = (_text(argument) for argument in node.args[:2])
            yield Call(verb.upper(), path, module, name, _params_of(method), _text(method.returns))


def _is_request(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Attribute) and node.func.attr == "_request"


def _params_of(method: ast.FunctionDef) -> str | None:
    for argument in method.args.args:
        if argument.arg == "params":
            words = ast.unparse(argument.annotation) if argument.annotation else ""
            found = _OPTIONAL.fullmatch(words)
            return (found[1] if found else words).strip("'")
    return None


def _text(node: ast.AST | None) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return _text(node.func.value)
    raise ValueError(f"no text: {ast.dump(node) if node else node}")
