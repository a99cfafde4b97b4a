"""Jinja filters: how moments, numbers and money are written in the reader's language."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from functools import lru_cache
from hashlib import sha256
from typing import Any

from babel.dates import (
    format_date,
    format_skeleton,
    format_time,
    format_timedelta,
    get_timezone_location,
)
from babel.numbers import format_decimal, format_percent
from flask_babel import gettext
from markupsafe import Markup

from app.core import clock
from app.core.markdown import render as render_markdown
from app.core.money import Money, format_money
from app.web import hue, languages

Zone = languages.Zone

# Skeletons, not patterns: each language puts the parts in its own order.
SHORT_DAY = "MMMEd"
KEPT = 1024


def money(amount: Money) -> str:
    """Write an amount of money, such as €12.50."""
    return _money(amount, languages.language())


def when(moment: datetime, zone: Zone = None) -> str:
    """Write a day and a time in a zone, such as Thu, Nov 26, 2026, 7:00 PM."""
    local = _local(moment, zone)
    day_text = _skeleton("yMMMEd", local.date(), languages.language())
    return _joined(day_text, time(moment, zone))


def day(moment: datetime | date, zone: Zone = None) -> str:
    """Write a day in full, such as Thursday, November 26, 2026."""
    return _date(_as_date(moment, zone), "full", languages.language())


def short_day(moment: datetime | date, zone: Zone = None) -> str:
    """Write a day of this year, such as Thu, Nov 26."""
    return _skeleton(SHORT_DAY, _as_date(moment, zone), languages.language())


def date_text(moment: datetime | date, zone: Zone = None) -> str:
    """Write a date for tables, such as Nov 26, 2026."""
    return _date(_as_date(moment, zone), "medium", languages.language())


def month(moment: datetime | date, zone: Zone = None) -> str:
    """Write the short name of a month, such as Nov."""
    return _date(_as_date(moment, zone), "LLL", languages.language()).strip(".")


def day_number(moment: datetime | date, zone: Zone = None) -> str:
    """Write the number of the day in its month, such as 26."""
    return str(_as_date(moment, zone).day)


def weekday(moment: datetime | date, zone: Zone = None) -> str:
    """Write the short name of the day of the week, such as Thu."""
    return _date(_as_date(moment, zone), "ccc", languages.language())


def month_year(moment: datetime | date, zone: Zone = None) -> str:
    """Write a month of a year, such as November 2026."""
    return _skeleton("yMMMM", _as_date(moment, zone), languages.language())


def time(moment: datetime, zone: Zone = None) -> str:
    """Write the time of day, such as 7:00 PM."""
    return _time(_local(moment, zone).time(), languages.language())


def ago(moment: datetime) -> str:
    """Write how far away a moment is, such as just now, 3 days ago or in 2 hours."""
    distance = moment - clock.now()
    if timedelta(minutes=-1) < distance <= timedelta():
        return str(gettext("just now"))
    if timedelta() < distance < timedelta(minutes=1):
        distance = timedelta(minutes=1)
    return format_timedelta(
        distance, add_direction=True, granularity="minute", locale=languages.language()
    )


def count(number: float) -> str:
    """Write a number with the language's separators."""
    return _decimal(number, languages.language())


def percent(part: float) -> str:
    """Write a share of one as a percentage, such as 19%."""
    return format_percent(part, locale=languages.language())


def place_of_zone(zone: str) -> str:
    """Name the city a zone is called by, in the reader's language, such as Moscow."""
    return _place(zone, languages.language())


def iso(moment: datetime | date) -> str:
    """Write a moment for machines."""
    return moment.isoformat()


def markdown(text: str | None) -> Markup:
    """Turn a member's words into safe HTML."""
    return Markup(render_markdown(text or ""))  # noqa: S704 - sanitised by app.core.markdown


def tint(value: int | str) -> str:
    """Name the class that colours a face or card: by its hue, or by a name that has none."""
    if isinstance(value, int):
        return hue.tint(value)
    return hue.tint(int(anchor(value), 16) % 24 * hue.TINT_STEP)


def initials(name: str) -> str:
    """Shorten a name to the one or two letters that stand in for a face."""
    words = [word for word in name.split() if word[0].isalnum()] or [name.strip() or "?"]
    if _is_cjk(words[0][0]):
        return words[0][:1]
    letters = [words[0][0], words[-1][0]] if len(words) > 1 else [words[0][0]]
    return "".join(letters).upper()


def given(item: object, name: str, default: object = None) -> object:
    """Return a part of a mapping or an object that may leave it out."""
    if isinstance(item, Mapping):
        return item.get(name, default)
    return getattr(item, name, default)


def anchor(text: str) -> str:
    """Make a short id of any text, the same each time."""
    return sha256(text.encode()).hexdigest()[:8]


def _is_cjk(letter: str) -> bool:
    return "\u2e80" <= letter <= "\u9fff" or letter >= "\U00020000"


def _joined(day_text: str, time_text: str) -> str:
    pattern = languages.date_time_glue()
    return pattern.replace("{1}", day_text).replace("{0}", time_text)


def _local(moment: datetime, zone: Zone) -> datetime:
    return moment.astimezone(languages.zone_for(zone))


def _as_date(moment: datetime | date, zone: Zone) -> date:
    return _local(moment, zone).date() if isinstance(moment, datetime) else moment


# Babel takes long over each, and a page says the same days, times and numbers again and again.


@lru_cache(KEPT)
def _date(local: date, form: str, language: str) -> str:
    return format_date(local, form, locale=language)


@lru_cache(KEPT)
def _skeleton(skeleton: str, local: date, language: str) -> str:
    return format_skeleton(skeleton, local, locale=language)


@lru_cache(KEPT)
def _time(local: clock_time, language: str) -> str:
    return format_time(local, "short", tzinfo=None, locale=language)


@lru_cache(KEPT, typed=True)
def _decimal(number: float, language: str) -> str:
    return format_decimal(number, locale=language)


@lru_cache(KEPT)
def _place(zone: str, language: str) -> str:
    named = get_timezone_location(zone, locale=language, return_city=True)
    return named.rpartition("/")[2].replace("_", " ")


@lru_cache(KEPT)
def _money(amount: Money, language: str) -> str:
    return format_money(amount, language)


FILTERS: dict[str, Callable[..., Any]] = {
    "money": money,
    "when": when,
    "day": day,
    "short_day": short_day,
    "date": date_text,
    "month": month,
    "place_of_zone": place_of_zone,
    "month_year": month_year,
    "day_number": day_number,
    "weekday": weekday,
    "time": time,
    "ago": ago,
    "count": count,
    "percent": percent,
    "iso": iso,
    "markdown": markdown,
    "tint": tint,
    "initials": initials,
    "anchor": anchor,
}
