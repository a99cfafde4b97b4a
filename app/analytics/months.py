"""Months of a community: its own calendar, half-open, the current one unfinished."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import pairwise
from zoneinfo import ZoneInfo

MOST_SHOWN = 24


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month: its days, and the moments where it begins and ends in the zone."""

    first_day: date
    next_day: date  # the first day of the month after
    begins_at: datetime
    ends_at: datetime

    @property
    def number(self) -> int:
        """A count of months in which neighbours differ by one."""
        return number_of(self.first_day)

    @property
    def length(self) -> int:
        """How many days it has."""
        return (self.next_day - self.first_day).days


@dataclass(frozen=True, slots=True)
class MonthCount:
    """One month of a community in four numbers; the team is not in them."""

    month: date
    members: int  # at the end of the month, or now
    joined: int
    left: int
    active: int  # members who did something in it
    is_current: bool = False


def number_of(month: date) -> int:
    """Return the count of months up to the one a day lies in."""
    return month.year * 12 + month.month - 1


def first_of(number: int) -> date:
    """Return the first day of the month of a count: what `number_of` counted."""
    return date(number // 12, number % 12 + 1, 1)


def month_of(moment: datetime, zone: str) -> date:
    """Return the first day of the month a moment falls into, in a zone."""
    return moment.astimezone(ZoneInfo(zone)).date().replace(day=1)


def last_months(now: datetime, zone: str, count: int = MOST_SHOWN) -> list[Month]:
    """Return the last months up to the current one, the oldest first."""
    current = month_of(now, zone)
    firsts = [_step(current, back) for back in range(count - 1, -2, -1)]
    return list(_between(firsts, zone))


def month_from(first: date, zone: str) -> Month:
    """Return the month that begins on a day."""
    return next(_between([first, _step(first, -1)], zone))


def same_days_before(now: datetime, zone: str) -> datetime:
    """Return the moment a month ago: the same day and time, or the end of a shorter month."""
    local = now.astimezone(ZoneInfo(zone))
    before, following = _step(local.date().replace(day=1), 1), local.date().replace(day=1)
    if local.day > (following - before).days:
        return _midnight(following, zone)
    moment = datetime.combine(before.replace(day=local.day), local.time(), ZoneInfo(zone))
    return moment.astimezone(UTC)


def _between(firsts: list[date], zone: str) -> Iterator[Month]:
    for first, following in pairwise(firsts):
        yield Month(first, following, _midnight(first, zone), _midnight(following, zone))


def _step(month: date, back: int) -> date:
    return first_of(number_of(month) - back)


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
