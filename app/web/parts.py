"""Parts of pages that say the same to whoever gives them the same values: drawn once, then kept.

Everything a part shows is in its arguments, so a kept part is never stale and never somebody
else's. What knows the request (a CSRF token, a flash, who may do what) does not belong in one.
Where a form needs its reader's token, the kept part has a gap, which is filled for each reader.
"""

import secrets
from collections.abc import Callable, Hashable, Mapping
from functools import lru_cache, wraps
from typing import ParamSpec, TypeVar

from flask import current_app
from markupsafe import Markup

from app.web import translating

KEPT = 2048  # a part is 1-10 kB
_GAP = secrets.token_hex(16)  # nobody can write it
_forgetters: list[Callable[[], None]] = []
KEPT_PERSONAL = 256  # six match cards are 22 kB and 10 kB of key: 8 MB at most
KEPT_LARGE = 32  # two years of a community are 200 kB, and what of them was told late as much

P = ParamSpec("P")
Said = TypeVar("Said")


def part(template: str, /, *, own: Mapping[str, str] | None = None, **values: Hashable) -> Markup:
    """Return a template filled with plain or frozen values, in the language being written.

    Moments in it need their zone named: the reader's own is no argument of it. Texts of `own` are
    this reader's: they are written into the gaps of the kept part, and kept nowhere.
    """
    return _filled(_kept, template, own or {}, values)


def personal_part(
    template: str, /, *, own: Mapping[str, str] | None = None, **values: Hashable
) -> Markup:
    """Return a part that hardly two readers share: kept for those who came last."""
    return _filled(_kept_personal, template, own or {}, values)


def large_part(template: str, /, **values: Hashable) -> Markup:
    """Return a part as large as a page: only the last few are kept."""
    return _drawn_once(_kept_large, template, values)


def _filled(
    keep: Callable[[str, str, "Key"], Markup],
    template: str,
    own: Mapping[str, str],
    values: dict[str, Hashable],
) -> Markup:
    gaps = {name: f"{_GAP}-{name}" for name in own}
    drawn = _drawn_once(keep, template, {**values, **gaps})
    for name, text in own.items():
        drawn = drawn.replace(gaps[name], text)  # escaped, as whatever is no markup
    return drawn


def _drawn_once(
    keep: Callable[[str, str, "Key"], Markup], template: str, values: dict[str, Hashable]
) -> Markup:
    if current_app.jinja_env.auto_reload:  # who edits templates wants to see them
        return _drawn(template, values)
    return keep(template, translating.language(), _key(values))


def said_once(say: Callable[P, Said]) -> Callable[P, Said]:
    """Keep what a function of hashable values says in each language."""

    @lru_cache(KEPT)
    def kept(_language: str, *args: P.args, **kwargs: P.kwargs) -> Said:
        return say(*args, **kwargs)

    _forgetters.append(kept.cache_clear)

    @wraps(say)
    def asked(*args: P.args, **kwargs: P.kwargs) -> Said:
        return kept(translating.language(), *args, **kwargs)  # type: ignore[arg-type]  # hashable, says the docstring

    return asked


def forget_parts() -> None:
    """Throw away what is kept: it was drawn by one application (tests make several)."""
    _kept.cache_clear()
    _kept_personal.cache_clear()
    _kept_large.cache_clear()
    for forget in _forgetters:
        forget()


Key = tuple[tuple[str, type, Hashable], ...]


def _key(values: dict[str, Hashable]) -> Key:
    # the type belongs to the key: markup and plain text of the same letters are equal
    return tuple((name, type(value), value) for name, value in values.items())


@lru_cache(KEPT)
def _kept(template: str, _language: str, key: Key) -> Markup:
    return _drawn(template, {name: value for name, _, value in key})


@lru_cache(KEPT_PERSONAL)
def _kept_personal(template: str, _language: str, key: Key) -> Markup:
    return _drawn(template, {name: value for name, _, value in key})


@lru_cache(KEPT_LARGE)
def _kept_large(template: str, _language: str, key: Key) -> Markup:
    return _drawn(template, {name: value for name, _, value in key})


def _drawn(template: str, values: dict[str, Hashable]) -> Markup:
    found = current_app.jinja_env.get_template(template)
    return Markup(found.render(values))  # noqa: S704 - a template of ours, autoescaped
