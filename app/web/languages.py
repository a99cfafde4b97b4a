"""Which language and zone a page is written in.

The person's own comes first, then what this visitor chose, then what the browser asks for.
"""

from collections.abc import Callable
from copy import deepcopy
from functools import cache
from zoneinfo import ZoneInfo

from babel import Locale, localedata, negotiate_locale
from flask import g, has_app_context, has_request_context, request
from flask_babel import Babel

from app.web import translating
from app.web.visitor import is_personless

LANGUAGES = {
    "en": "English",
    "id": "Bahasa Indonesia",
    "fr": "Français",
    "zh_Hans": "简体中文",
    "ru": "Русский",
}
DEFAULT_LANGUAGE = "en"
LANGUAGE_COOKIE = "lang"

# What browsers send, and the language we have for it.
_ALIASES = {
    "zh": "zh_Hans",
    "zh_CN": "zh_Hans",
    "zh_SG": "zh_Hans",
    "zh_Hans_CN": "zh_Hans",
    "zh_TW": "zh_Hans",
    "zh_HK": "zh_Hans",
    "in": "id",
}

Zone = ZoneInfo | str | None

babel = Babel()


class _Person:
    """Where the accounts feature says what the signed-in person chose."""

    language: Callable[[], str | None] = staticmethod(lambda: None)
    zone: Callable[[], str | None] = staticmethod(lambda: None)


def register_person(language: Callable[[], str | None], zone: Callable[[], str | None]) -> None:
    """Register how to learn the signed-in person's language and zone."""
    _Person.language = staticmethod(language)
    _Person.zone = staticmethod(zone)


@cache
def keep_languages_apart() -> None:
    """Give every language its own copy of its names of months and days, once in a process.

    Babel lets languages share what they have in common, and notes there what it looked up: after
    one Chinese page French months were Chinese.
    """
    for code in LANGUAGES:
        names = localedata.load(code)
        names.update(deepcopy(names))


def chosen_language() -> str:
    """Return the language of this request, one of `LANGUAGES`."""
    if not has_request_context():
        return DEFAULT_LANGUAGE
    person = None if is_personless() else _Person.language()
    wished = person or request.cookies.get(LANGUAGE_COOKIE, "")
    return wished if wished in LANGUAGES else browser_language()


def browser_language() -> str:
    """Return the language that this request's browser asks for, one of `LANGUAGES`."""
    return from_browser(request.accept_languages.values())


def from_browser(wishes: object) -> str:
    """Choose the language that suits an Accept-Language list best."""
    names = [str(wish).replace("-", "_") for wish in wishes] if wishes else []  # type: ignore[attr-defined]
    return (
        negotiate_locale([_ALIASES.get(name, name) for name in names], list(LANGUAGES))
        or DEFAULT_LANGUAGE
    )


def chosen_zone() -> str | None:
    """Return the zone of who reads: of a mail, else the signed-in person; None for UTC."""
    if has_app_context() and "reader_zone" in g:
        return str(g.reader_zone)
    if not has_request_context() or is_personless():
        return None
    return _Person.zone()


def language() -> str:
    """Return the code of the language being written, one of `LANGUAGES`."""
    return translating.language()


def html_language() -> str:
    """Return the language as HTML wants it, such as zh-Hans."""
    return language().replace("_", "-")


def zone_for(zone: Zone) -> ZoneInfo:
    """Return the zone to write a moment in: the given one, else the person's, else UTC."""
    if isinstance(zone, ZoneInfo):
        return zone
    return ZoneInfo(zone or chosen_zone() or "UTC")


def date_time_glue() -> str:
    """Return the pattern by which the language joins a day {1} and a time {0}."""
    return str(Locale.parse(language()).datetime_formats["medium"]).replace("'", "")
