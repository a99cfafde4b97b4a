"""Read the SDK's annotations into shapes. A type that is not understood raises."""

import ast
import inspect
import sys
import types
from collections import abc
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache
from importlib import import_module
from typing import (
    Any,
    ClassVar,
    ForwardRef,
    Literal,
    NotRequired,
    Required,
    TypeVar,
    Union,
    get_args,
    get_origin,
)

from stripe import ListObject, SearchResultObject, StripeContext, StripeObject
from stripe._request_options import RequestOptions
from stripe._stripe_object import UntypedStripeObject
from stripe.v2 import ListObject as ListObjectV2

from stripe_sandbox.contract.shapes import (
    Anything,
    Choice,
    Digits,
    Either,
    Exact,
    Many,
    Mapping,
    Member,
    Nothing,
    Number,
    Record,
    Shape,
    Text,
    Truth,
    Unresolved,
    Whole,
)

_PLAIN: dict[Any, Shape] = {
    str: Text(),
    int: Whole(),
    float: Number(),
    bool: Truth(),
    Decimal: Exact(),
    Any: Anything(),
    object: Anything(),
    None: Nothing(),
    type(None): Nothing(),
    StripeContext: Text(),
}
_PAGES: dict[type, str] = {
    ListObject: "list",
    SearchResultObject: "search_result",
    ListObjectV2: "list",
}
_MARKERS = {NotRequired: False, Required: True}
_ENCODED: dict[str, Shape] = {"int64_string": Digits(), "decimal_string": Exact()}


class _Names(abc.Mapping[str, Any]):
    """The names that a module's annotations may use, those imported for type checkers included."""

    def __init__(self, module: str) -> None:
        self._real = vars(import_module(module))
        self._imports = dict(_imports_for_checkers(module))

    def __getitem__(self, name: str) -> Any:
        if name in self._real:
            return self._real[name]
        if name in self._imports:
            home, original = self._imports[name]
            return getattr(import_module(home), original)
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter({**self._real, **self._imports})

    def __len__(self) -> int:
        return len({**self._real, **self._imports})


def _imports_for_checkers(module: str) -> Iterator[tuple[str, tuple[str, str]]]:
    for node in ast.walk(ast.parse(inspect.getsource(sys.modules[module]))):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            for line in node.body:
                if isinstance(line, ast.ImportFrom) and line.module:
                    for name in line.names:
                        yield name.asname or name.name, (line.module, name.name)


@cache
def _names(module: str) -> _Names:
    return _Names(module)


def evaluate(text: str, module: str) -> Any:
    """Return what an annotation written as a string means in its module."""
    try:
        return eval(text, {}, _names(module))  # noqa: S307  # the SDK's own source, pinned by hash
    except NameError as problem:
        raise Unresolved(f"{text} in {module}: {problem}") from problem


def shape_of(annotation: Any, module: str) -> Shape:
    """Return the shape that an annotation of the SDK describes."""
    if isinstance(annotation, ForwardRef | str):
        text = annotation if isinstance(annotation, str) else annotation.__forward_arg__
        return shape_of(evaluate(text, module), module)
    if isinstance(annotation, TypeVar):
        raise Unresolved(f"the free type {annotation} in {module}")
    plain = _PLAIN.get(annotation) if annotation.__hash__ else None
    if plain is not None:
        return plain
    origin = get_origin(annotation)
    if origin is not None:
        return _generic(origin, get_args(annotation), module)
    if inspect.isclass(annotation):
        return record(annotation)
    raise Unresolved(f"{annotation!r} in {module}")


def _generic(origin: Any, given: tuple[Any, ...], module: str) -> Shape:
    if origin is Literal:
        return Choice(given)
    if origin in {Union, types.UnionType}:
        return _either([shape_of(option, module) for option in given])
    if origin is list:
        return Many(shape_of(given[0], module))
    if origin is dict:
        return Mapping(shape_of(given[1], module))
    if origin is UntypedStripeObject:
        return Mapping(shape_of(given[0], module))
    if origin in _PAGES:
        return _page(origin, shape_of(given[0], module))
    raise Unresolved(f"{origin!r} of {given!r} in {module}")


def _either(options: list[Shape]) -> Shape:
    """Join options; a list of values beside a bare string is closed, as Stripe's API treats it."""
    closed = any(isinstance(one, Choice) and any(one.values) for one in options)
    records = any(isinstance(one, Record) for one in options)
    if closed and not records:
        options = [one for one in options if not isinstance(one, Text)]
    return options[0] if len(options) == 1 else Either(tuple(options))


@cache
def _page(kind: type, item: Shape) -> Record:
    def members() -> dict[str, Member]:
        data = {"data": Member(Many(item), required=True)}
        link = Member(Either((Text(), Nothing())), required=False)
        if kind is ListObjectV2:
            return data | {"next_page_url": link, "previous_page_url": link}
        more = {"next_page": link, "total_count": Member(Whole(), required=False)}
        return {
            **data,
            "object": Member(Choice((_PAGES[kind],)), required=True),
            "has_more": Member(Truth(), required=True),
            "url": Member(Text(), required=True),
            **(more if kind is SearchResultObject else {}),
        }

    return Record("list", members)


def record(kind: type) -> Record:
    """Return the shape of a TypedDict or of a class of Stripe's objects."""
    return _known(kind)


def _record_of(kind: Any) -> Record:
    if not kind.__module__.startswith("stripe."):
        raise Unresolved(f"{kind!r} is none of Stripe's types")
    if issubclass(kind, dict) and hasattr(kind, "__total__"):
        return Record(kind.__qualname__, lambda: _params(kind))
    return Record(kind.__qualname__, lambda: _object(kind))


_known: Callable[[Any], Record] = cache(_record_of)


def _params(kind: type) -> dict[str, Member]:
    """Read a TypedDict; the SDK mixes the options of a call into its outermost ones."""
    bases = getattr(kind, "__orig_bases__", ())
    options = RequestOptions.__annotations__ if RequestOptions in bases else {}
    return {
        name: _parameter(annotation, kind.__module__)
        for name, annotation in kind.__annotations__.items()
        if name not in options
    }


def _parameter(annotation: Any, module: str) -> Member:
    if isinstance(annotation, ForwardRef):
        annotation = evaluate(annotation.__forward_arg__, module)
    marker = _MARKERS.get(get_origin(annotation))
    inner = annotation if marker is None else get_args(annotation)[0]
    return Member(shape_of(inner, module), required=marker is not False)


def _object(kind: type) -> dict[str, Member]:
    members: dict[str, Member] = {}
    for base in reversed(kind.__mro__):
        if base is StripeObject or not base.__module__.startswith("stripe."):
            continue
        encodings = vars(base).get("_field_encodings", {})
        for name, annotation in vars(base).get("__annotations__", {}).items():
            if get_origin(annotation) is ClassVar or name.startswith("_"):
                continue
            shape = _encoded(shape_of(annotation, base.__module__), encodings.get(name))
            members[name] = Member(shape, required=not _may_be_nothing(shape))
    if not members and not issubclass(kind, StripeObject):
        raise Unresolved(f"{kind!r} says nothing of its members")
    return members


def _encoded(shape: Shape, encoding: Any) -> Shape:
    stands = _ENCODED.get(encoding) if isinstance(encoding, str) else None
    if stands is None:
        return shape
    return Either((stands, Nothing())) if _may_be_nothing(shape) else stands


def _may_be_nothing(shape: Shape) -> bool:
    return isinstance(shape, Nothing | Anything) or (
        isinstance(shape, Either) and any(_may_be_nothing(one) for one in shape.options)
    )
