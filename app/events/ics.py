"""Calendar files (RFC 5545): events with their zones, for calendars to read.

METHOD is always PUBLISH: Kith tells calendars what is planned and takes no answers from them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

PRODUCT = "-//Kith//Gatherings//EN"
REFRESH = timedelta(hours=4)
_AROUND = timedelta(days=366)  # clock changes of the year before and after an event are written
_FIRST = datetime(1, 1, 3) + _AROUND  # noqa: DTZ001 - wall time, as far as a calendar reaches
_LAST = datetime(9999, 12, 29) - _AROUND  # noqa: DTZ001 - as above


@dataclass(frozen=True)
class Entry:
    """One event as a calendar shows it."""

    uid: str
    title: str
    starts_local: datetime
    minutes: int
    zone: str
    page: str
    changed_at: datetime
    sequence: int = 0
    place: str = ""
    words: str = ""
    is_cancelled: bool = False


def calendar(entries: Iterable[Entry], *, name: str) -> bytes:
    """Return a calendar with its zones; `name` is what a subscribing program calls it."""
    from icalendar import Calendar  # noqa: PLC0415 - most requests never write a calendar

    found = Calendar()
    found.add("prodid", PRODUCT)
    found.add("version", "2.0")
    found.add("calscale", "GREGORIAN")
    found.add("method", "PUBLISH")
    found.add("x-wr-calname", name)
    found.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    found.add("x-published-ttl", "PT4H")
    entries = list(entries)
    for zone in sorted({entry.zone for entry in entries if entry.zone != "UTC"}):
        found.add_component(_zone(zone, entries))
    for entry in entries:
        found.add_component(_event(entry))
    return bytes(found.to_ical())


def _zone(name: str, entries: list[Entry]) -> Any:
    """Return a zone's clock changes around its events, each written out.

    A change's DTSTART is the wall time *before* it, as RFC 5545 s.3.6.5 wants it.
    """
    from icalendar import Timezone  # noqa: PLC0415 - as above

    place = ZoneInfo(name)
    zone = Timezone()
    zone.add("tzid", name)
    for first, last in _spans(entry.starts_local for entry in entries if entry.zone == name):
        zone.add_component(_rule(place, first, first))
        for change in clock_changes(place, first, last):
            zone.add_component(_rule(place, change - timedelta(seconds=1), change))
    return zone


def _spans(starts: Iterable[datetime]) -> list[tuple[datetime, datetime]]:
    """Return the times around events, those that meet as one: centuries between are left out."""
    spans: list[tuple[datetime, datetime]] = []
    for start in sorted(starts):
        near = min(max(start, _FIRST), _LAST).replace(tzinfo=UTC)
        first, last = near - _AROUND, near + _AROUND
        if spans and first <= spans[-1][1]:
            first = spans.pop()[0]
        spans.append((first, last))
    return spans


def clock_changes(place: ZoneInfo, first: datetime, last: datetime) -> list[datetime]:
    """Return the moments between two at which a zone's clock changes, to the second."""
    changes = []
    day = first
    while day < last:
        following = day + timedelta(days=1)
        if day.astimezone(place).utcoffset() != following.astimezone(place).utcoffset():
            changes.append(_change_between(place, day, following))
        day = following
    return changes


def _change_between(place: ZoneInfo, low: datetime, high: datetime) -> datetime:
    before = low.astimezone(place).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        middle = middle.replace(microsecond=0)
        if middle.astimezone(place).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high


def _rule(place: ZoneInfo, before: datetime, at: datetime) -> Any:
    from icalendar import TimezoneDaylight, TimezoneStandard  # noqa: PLC0415 - as above

    earlier, later = before.astimezone(place), at.astimezone(place)
    rule = TimezoneDaylight() if later.dst() else TimezoneStandard()
    offset = earlier.utcoffset() or timedelta()
    rule.add("dtstart", (at + offset).replace(tzinfo=None, microsecond=0))
    rule.add("tzoffsetfrom", offset)
    rule.add("tzoffsetto", later.utcoffset() or timedelta())
    rule.add("tzname", later.tzname() or place.key)
    return rule


def _event(entry: Entry) -> Any:
    from icalendar import Event  # noqa: PLC0415 - as above

    starts = entry.starts_local.replace(tzinfo=ZoneInfo(entry.zone))
    # by the clock of the world, so that a night in which the clocks change lasts as long as meant
    ends = (starts.astimezone(UTC) + timedelta(minutes=entry.minutes)).astimezone(
        ZoneInfo(entry.zone)
    )
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.changed_at)
    event.add("summary", entry.title)
    event.add("dtstart", starts)
    event.add("dtend", ends)
    event.add("url", entry.page)
    event.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    for field, text in (("location", entry.place), ("description", entry.words)):
        if text:
            event.add(field, text)
    return event
