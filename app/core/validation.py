"""The guard at the door: what no page of ours can mean is refused before any page sees it.

NUL and lone surrogates (PostgreSQL and UTF-8 cannot hold them), oversize values, and whole numbers
no column holds, in the path, the query, forms and JSON: a 400 that says what and where. A number
that somebody mistyped in a form is left to the form, which shows it again under its own label.
"""

import re
from collections.abc import Iterable, Iterator

from flask import Flask, request
from werkzeug.exceptions import BadRequest

from app.core.errors import RuleViolation
from app.core.text import N_

LARGEST_REQUEST = 12 * 2**20  # bytes: a picture as a telephone takes it
LONGEST_QUERY = 4_000
LONGEST_FIELD = 1_000_000  # five thousand pasted members fit
LONGEST_NAME = 200
LARGEST = 2**63 - 1
MISTYPED = 40  # so many digits can a form be given: far more, and reading them takes long or fails
DEEPEST = 20
_NOT_TEXT = re.compile("[\0\ud800-\udfff]")
_HUGE_NUMBER = re.compile(r"\s*[+-]?\d{19,}\s*")


class NotReadable(RuleViolation):
    """The request holds what no form of ours sends."""

    status = 400


class NotText(NotReadable):
    """It holds what is no text, which can be taken out."""


_TEXT = N_("The field %(name)s holds characters that are no text. Remove them and send it again.")
_LONG = N_("The field %(name)s is too long. Shorten it and send it again.")
_NUMBER = N_("The number in the field %(name)s is too large. Correct it and send it again.")
_SHAPE = N_("What was sent is nested too deeply to be read.")


def init_app(app: Flask) -> None:
    """Look at every request before anything else does."""
    app.before_request(check_request)


def check_request() -> None:
    """Refuse a request that cannot be meant; raises NotReadable."""
    for name, value in (request.view_args or {}).items():
        _check(name, value, LONGEST_QUERY)
    _check_pairs(request.args.items(multi=True), LONGEST_QUERY)
    if request.method in {"POST", "PUT", "PATCH", "DELETE"}:
        _check_body()


def _check_body() -> None:
    if request.is_json:
        for name, value in _leaves(_json()):
            _check(name, value, LONGEST_FIELD)
        return
    for name, value in request.form.items(multi=True):
        _check_text(name, name, LONGEST_NAME)
        _check_text(name, value, LONGEST_FIELD)
        if len(value) > MISTYPED:
            _check_digits(name, value)
    for name, file in request.files.items(multi=True):
        _check_text(name, name, LONGEST_NAME)
        file.filename = (file.filename or "")[-LONGEST_NAME:]  # the end says what it is
        _check_text(name, file.filename, LONGEST_NAME)


def _check_pairs(pairs: Iterable[tuple[str, str]], longest: int) -> None:
    for name, value in pairs:
        _check(name, name, LONGEST_NAME)
        _check(name, value, longest)


def _check(name: str, value: object, longest: int) -> None:
    if isinstance(value, str):
        _check_text(name, value, longest)
        _check_digits(name, value)
    elif isinstance(value, int):
        _refuse_if(abs(value) > LARGEST, _NUMBER, name)


def _check_text(name: str, value: str, longest: int) -> None:
    _refuse_if(_NOT_TEXT.search(value), _TEXT, name, sort=NotText)
    _refuse_if(len(value) > longest, _LONG, name)


def _check_digits(name: str, value: str) -> None:
    _refuse_if(_HUGE_NUMBER.fullmatch(value) and _is_huge(value), _NUMBER, name)


def _is_huge(digits: str) -> bool:
    """Tell whether a number of 19 digits or more is past the largest a column holds."""
    text = digits.strip().lstrip("+-").lstrip("0")
    return len(text) > 19 or int(text or "0") > LARGEST


def _refuse_if(
    found: object, message: str, name: str, *, sort: type[NotReadable] = NotReadable
) -> None:
    if found:
        raise sort(message, name=_shown(name))


def only_text(typed: str) -> str:
    """Return what is left without the characters that are no text."""
    return _NOT_TEXT.sub("", typed)


def _shown(name: str) -> str:
    """Return a field's name as it may stand in a page."""
    return _NOT_TEXT.sub("?", name)[:40]


def _json() -> object:
    try:
        return request.get_json(silent=False)
    except RecursionError:
        raise NotReadable(_SHAPE) from None
    except BadRequest:
        return None  # the view says what it expected, in its own words


def _leaves(value: object, name: str = "json", depth: int = 0) -> Iterator[tuple[str, object]]:
    """Yield every name and value of a JSON document with the name it stands under."""
    if depth > DEEPEST:
        raise NotReadable(_SHAPE)
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key, key
            yield from _leaves(inner, key, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, name, depth + 1)
    else:
        yield name, value
