"""How the time of a gathering is told, to people and to machines."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from babel.dates import get_timezone_name
from flask import url_for
from flask_babel import pgettext
from markupsafe import Markup

from app.communities.models import Community
from app.core import clock
from app.core.links import absolute_url
from app.core.markdown import plain
from app.events.models import AttendanceState, CameFor, EventState
from app.events.queries import AnyEvent, AnySeat
from app.events.wall_time import wall_clock
from app.web import filters, languages
from app.web.parts import said_once


@dataclass(frozen=True, slots=True)
class TimeWords:
    """When a gathering is: its day, its hours, its zone, and the reader's own beside it."""

    day: str
    hours: str
    zone: str
    mine: str | None


def time_words(event: AnyEvent, reader_zone: str | None) -> TimeWords:
    """Tell when an event is by the clock of its place; online, by the reader's clock as well."""
    is_far = event.link and reader_zone and _differs(event, reader_zone)
    return _time_words(event.starts_at, event.ends_at, event.zone, reader_zone if is_far else None)


@said_once
def _time_words(
    starts_at: datetime, ends_at: datetime, zone: str, reader_zone: str | None
) -> TimeWords:
    starts, ends = filters.time(starts_at, zone), filters.time(ends_at, zone)
    if wall_clock(ends_at, zone).date() != wall_clock(starts_at, zone).date():
        ends = filters.when(ends_at, zone)
    mine = filters.when(starts_at, reader_zone) if reader_zone else None
    name = _name_of_zone(zone, starts_at)
    return TimeWords(filters.day(starts_at, zone), f"{starts} – {ends}", name, mine)


@dataclass(frozen=True, slots=True)
class Facts:
    """When, where and how full a gathering is, as one reader may see it."""

    times: TimeWords
    place: str
    address: str
    is_online: bool
    link: str | None  # for those who have a seat
    calendar_url: str | None
    size: int | None
    taken: int


def facts_of(event: AnyEvent, seat: AnySeat | None, times: TimeWords, *, slug: str) -> Facts:
    """Return the facts of a gathering for one who has a seat, or has none."""
    is_on = event.state is EventState.PUBLISHED
    is_going = is_on and seat is not None and seat.state is AttendanceState.GOING
    is_ahead = is_on and clock.now() < event.ends_at
    return Facts(
        times=times,
        place=event.place,
        address=event.address,
        is_online=bool(event.link),
        link=event.link if is_going and event.link else None,
        calendar_url=url_for("events.calendar", slug=slug, event_id=event.public_id)
        if is_ahead
        else None,
        size=event.quota.size,
        taken=event.quota.taken,
    )


def answer_words() -> list[tuple[str, str]]:
    """Return what can be said of whether one got what one came for."""
    return [
        (CameFor.YES.value, pgettext("got what I came for", "Yes")),
        (CameFor.PARTLY.value, pgettext("got what I came for", "Partly")),
        (CameFor.NO.value, pgettext("got what I came for", "No")),
    ]


def structured_data(event: AnyEvent, community: Community, page: str) -> Markup:
    """Return the event as JSON-LD (schema.org/Event), safe inside a script element."""
    is_cancelled = event.state is EventState.CANCELLED
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": event.title,
        "url": page,
        "startDate": filters.iso(event.starts_at),
        "endDate": filters.iso(event.ends_at),
        "eventStatus": f"https://schema.org/Event{'Cancelled' if is_cancelled else 'Scheduled'}",
        "eventAttendanceMode": f"https://schema.org/{_mode(event)}EventAttendanceMode",
        "location": _location(event, page),
        "organizer": {"@type": "Organization", "name": community.name},
        "isAccessibleForFree": not any(sort.price_minor for sort in event.ticket_types),
        "image": [absolute_url("events.preview", slug=community.slug, event_id=event.public_id)],
    }
    if event.words:
        data["description"] = plain(event.words)[:500]
    text = json.dumps(data, ensure_ascii=False)
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 - every character that could end the script is escaped


def _differs(event: AnyEvent, zone: str) -> bool:
    return wall_clock(event.starts_at, zone) != event.starts_local


@said_once
def _name_of_zone(zone: str, at: datetime) -> str:
    local = at.astimezone(languages.zone_for(zone))
    return str(get_timezone_name(local, "long", locale=languages.language()))


def _mode(event: AnyEvent) -> str:
    if event.link and event.place:
        return "Mixed"
    return "Online" if event.link else "Offline"


def _location(event: AnyEvent, page: str) -> dict[str, Any]:
    if event.link and not event.place:
        return {"@type": "VirtualLocation", "url": page}  # the link itself is for those going
    place: dict[str, Any] = {"@type": "Place", "name": event.place or event.title}
    if event.address:
        place["address"] = event.address
    return place
