"""Wall time and zones: what a clock on the wall of a place shows, and the moment it means.

A gathering keeps its local wall time and its IANA zone as truth; the moment in UTC follows from
them. Twice a year a clock jumps: an hour is missing in spring and comes twice in autumn.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from app.core.errors import RuleViolation
from app.core.text import N_

_AREAS = frozenset(
    (
        "Africa",
        "America",
        "Antarctica",
        "Arctic",
        "Asia",
        "Atlantic",
        "Australia",
        "Europe",
        "Indian",
        "Pacific",
    )
)
LONGEST = timedelta(days=14)
FIRST_DAY = date(2000, 1, 1)
AHEAD = timedelta(days=3653)
"""How far ahead people plan: ten years. At the ends of the calendar zones leave it."""


class UnknownZone(RuleViolation):
    """The zone is none of the IANA database."""

    message = N_("Choose a time zone from the list.")


class TimeDoesNotExist(RuleViolation):
    """The clock jumps over this time."""

    message = N_(
        "On %(day)s the clocks in %(zone)s go forward and skip %(time)s. Choose a time before or"
        " after that hour."
    )


class TooFarAway(RuleViolation):
    """No day of our years: a slip of the finger, and zones leave the calendar at its ends."""

    message = N_("Choose a day within the next ten years.")


class EndsTooEarly(RuleViolation):
    """The end is not after the start."""

    message = N_("The end must come after the start.")


class LastsTooLong(RuleViolation):
    """Longer than a gathering lasts."""

    message = N_("A gathering lasts two weeks at most. Make several of a longer one.")


@cache
def zones() -> tuple[str, ...]:
    """Return the names of the zones people choose from."""
    places = (name for name in available_timezones() if name.split("/")[0] in _AREAS)
    return ("UTC", *sorted(places))


def zone_named(name: str) -> ZoneInfo:
    """Return a zone by its IANA name. Raises UnknownZone."""
    if name not in available_timezones():
        raise UnknownZone(field="zone")
    return ZoneInfo(name)


def is_near(day: date, *, today: date) -> bool:
    """Tell whether a day is one that people plan for, or planned for in the past."""
    return FIRST_DAY <= day <= today + AHEAD


def moment_of(local: datetime, zone: str) -> datetime:
    """Return the moment a wall time means; of a time that comes twice it is the first.

    Raises TimeDoesNotExist for a time the clock jumps over, TooFarAway, UnknownZone.
    """
    place = zone_named(zone)
    try:
        moment = local.replace(tzinfo=place, fold=0).astimezone(UTC)
        shown = moment.astimezone(place).replace(tzinfo=None)
    except OverflowError:
        raise TooFarAway(field="day") from None
    if shown != local:
        raise TimeDoesNotExist(
            field="starts", day=local.date().isoformat(), time=f"{local:%H:%M}", zone=zone
        )
    return moment


def comes_twice(local: datetime, zone: str) -> bool:
    """Tell whether the clock shows this time twice that day."""
    place = ZoneInfo(zone)
    offsets = {local.replace(tzinfo=place, fold=fold).utcoffset() for fold in (0, 1)}
    return len(offsets) == 2 and _exists(local, place)


def wall_clock(moment: datetime, zone: str) -> datetime:
    """Return what the clock on the wall shows at a moment."""
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def minutes_between(starts: datetime, ends: time, zone: str, *, ends_on: date | None = None) -> int:
    """Return how many minutes pass from a wall time to the next time the clock shows `ends`.

    Without a day of its own an end before the start is on the next day; one at the start is more
    often a field left as it was than a whole day. Raises EndsTooEarly, LastsTooLong, TooFarAway,
    TimeDoesNotExist.
    """
    end = datetime.combine(ends_on or starts.date(), ends)
    if ends_on is None and end < starts:
        end = _next_day(end)
    passed = moment_of(end, zone) - moment_of(starts, zone)
    if passed <= timedelta():
        raise EndsTooEarly(field="ends")
    if passed > LONGEST:
        raise LastsTooLong(field="ends_on")
    return int(passed.total_seconds()) // 60


def _next_day(local: datetime) -> datetime:
    try:
        return local + timedelta(days=1)
    except OverflowError:
        raise TooFarAway(field="day") from None


def _exists(local: datetime, place: ZoneInfo) -> bool:
    moment = local.replace(tzinfo=place).astimezone(UTC)
    return moment.astimezone(place).replace(tzinfo=None) == local
