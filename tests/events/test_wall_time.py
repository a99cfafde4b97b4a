"""Wall time: what a clock on the wall means, where clocks jump and where they do not."""

from datetime import UTC, date, datetime, time

import pytest

from app.events import wall_time
from app.events.recurrence import MOST, weekly
from app.events.wall_time import (
    EndsTooEarly,
    LastsTooLong,
    TimeDoesNotExist,
    TooFarAway,
    UnknownZone,
    comes_twice,
    is_near,
    minutes_between,
    moment_of,
    wall_clock,
)


def local(text: str) -> datetime:
    """Read a wall time."""
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("wall", "zone", "moment"),
    [
        ("2026-03-28 02:30", "Europe/Berlin", "2026-03-28 01:30"),
        ("2026-03-29 03:00", "Europe/Berlin", "2026-03-29 01:00"),
        ("2026-10-25 02:30", "Europe/Berlin", "2026-10-25 00:30"),  # the first of two
        ("2026-03-08 03:00", "America/New_York", "2026-03-08 07:00"),
        ("2026-11-01 01:30", "America/New_York", "2026-11-01 05:30"),
        ("2026-04-05 02:15", "Australia/Lord_Howe", "2026-04-04 15:45"),
        ("2026-04-05 01:45", "Australia/Lord_Howe", "2026-04-04 14:45"),  # by half an hour
        ("2026-06-01 12:00", "Asia/Kathmandu", "2026-06-01 06:15"),
        ("2026-06-01 12:00", "UTC", "2026-06-01 12:00"),
        ("2026-06-01 00:30", "Pacific/Kiritimati", "2026-05-31 10:30"),
    ],
)
def test_a_wall_time_means_one_moment(wall: str, zone: str, moment: str) -> None:
    found = moment_of(local(wall), zone)
    assert found == local(moment).replace(tzinfo=UTC)
    assert wall_clock(found, zone) == local(wall)


@pytest.mark.parametrize(
    ("wall", "zone"),
    [
        ("2026-03-29 02:00", "Europe/Berlin"),
        ("2026-03-29 02:59", "Europe/Berlin"),
        ("2026-03-08 02:30", "America/New_York"),
        ("2026-10-04 02:15", "Australia/Lord_Howe"),
        ("2026-09-06 00:30", "America/Santiago"),
        ("2011-12-30 12:00", "Pacific/Apia"),  # a whole day that was skipped
    ],
)
def test_a_time_the_clock_skips_is_refused_with_its_day(wall: str, zone: str) -> None:
    with pytest.raises(TimeDoesNotExist) as refusal:
        moment_of(local(wall), zone)
    assert refusal.value.field == "starts"
    assert refusal.value.values == {"day": wall[:10], "time": wall[11:], "zone": zone}


@pytest.mark.parametrize(
    ("wall", "zone", "twice"),
    [
        ("2026-10-25 02:30", "Europe/Berlin", True),
        ("2026-10-25 03:00", "Europe/Berlin", False),
        ("2026-03-29 02:30", "Europe/Berlin", False),
        ("2026-04-05 01:45", "Australia/Lord_Howe", True),
        ("2026-06-01 12:00", "UTC", False),
    ],
)
def test_a_time_that_comes_twice_is_known(wall: str, zone: str, *, twice: bool) -> None:
    assert comes_twice(local(wall), zone) is twice


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../etc/passwd"])
def test_a_zone_that_is_none_is_refused(zone: str) -> None:
    with pytest.raises(UnknownZone):
        moment_of(local("2026-06-01 12:00"), zone)


@pytest.mark.parametrize(
    ("starts", "ends", "ends_on", "zone", "minutes"),
    [
        ("2026-06-01 19:00", "21:00", None, "Europe/Berlin", 120),
        ("2026-06-01 22:00", "01:00", None, "Europe/Berlin", 180),
        ("2026-06-01 22:00", "22:00", "2026-06-02", "Europe/Berlin", 1440),
        ("2026-03-28 22:00", "04:00", None, "Europe/Berlin", 300),  # the short night
        ("2026-10-24 22:00", "04:00", None, "Europe/Berlin", 420),  # the long one
        ("2026-06-05 18:00", "14:00", "2026-06-07", "Europe/Berlin", 2640),
    ],
)
def test_how_long_it_lasts_is_real_time(
    starts: str, ends: str, ends_on: str | None, zone: str, minutes: int
) -> None:
    last = date.fromisoformat(ends_on) if ends_on else None
    assert minutes_between(local(starts), time.fromisoformat(ends), zone, ends_on=last) == minutes


@pytest.mark.parametrize(
    ("ends_on", "refusal"),
    [(None, EndsTooEarly), ("2026-06-01", EndsTooEarly), ("2026-06-16", LastsTooLong)],
)
def test_an_end_out_of_reason_is_refused(ends_on: str | None, refusal: type[Exception]) -> None:
    last = date.fromisoformat(ends_on) if ends_on else None
    with pytest.raises(refusal):
        minutes_between(local("2026-06-01 19:00"), time(19), "UTC", ends_on=last)


@pytest.mark.parametrize(
    ("starts", "ends", "zone"),
    [
        ("9999-12-31 23:00", "02:00", "Asia/Jakarta"),  # there is no day after it
        ("9999-12-31 23:00", "23:30", "America/Los_Angeles"),
        ("0001-01-01 00:00", "01:00", "Asia/Tokyo"),
    ],
)
def test_past_the_ends_of_the_calendar_is_refused(starts: str, ends: str, zone: str) -> None:
    with pytest.raises(TooFarAway) as refusal:
        minutes_between(local(starts), time.fromisoformat(ends), zone)
    assert refusal.value.field == "day"


@pytest.mark.parametrize(
    ("day", "near"),
    [
        ("1999-12-31", False),
        ("2000-01-01", True),
        ("2036-06-01", True),
        ("2036-06-03", False),
        ("9999-12-31", False),
    ],
)
def test_days_people_plan_for_are_near(day: str, *, near: bool) -> None:
    assert is_near(date.fromisoformat(day), today=date(2026, 6, 1)) is near


def test_zones_to_choose_from_are_places() -> None:
    assert wall_time.zones()[0] == "UTC"
    assert {"Europe/Berlin", "Asia/Jakarta", "America/Sao_Paulo"} < set(wall_time.zones())
    assert not [name for name in wall_time.zones() if name.startswith(("Etc/", "posix"))]


def test_weeks_keep_the_wall_time_over_a_change_of_clocks() -> None:
    first = local("2026-10-18 19:00")
    assert weekly(first, 2) == [local("2026-10-25 19:00"), local("2026-11-01 19:00")]
    moments = [moment_of(one, "Europe/Berlin") for one in (first, *weekly(first, 2))]
    assert [moment.hour for moment in moments] == [17, 18, 18]


def test_weeks_end_after_half_a_year() -> None:
    assert len(weekly(local("2026-01-01 12:00"), 999)) == MOST
    assert weekly(local("9999-12-20 12:00"), 999) == [local("9999-12-27 12:00")]
