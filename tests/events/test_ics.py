"""Calendar files, read back by another program's eyes: zones, ends, escapes."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest

from app.events.ics import Entry, calendar, clock_changes

MADE = datetime(2026, 6, 1, tzinfo=UTC)


def entry(**values: Any) -> Entry:
    """Return an entry, valid and dull."""
    plain: dict[str, Any] = {
        "uid": "event-1@example.org",
        "title": "Run",
        "starts_local": datetime(2026, 6, 20, 19, 0),  # noqa: DTZ001 - wall time has no zone
        "minutes": 120,
        "zone": "Europe/Berlin",
        "page": "https://example.org/e/1",
        "changed_at": MADE,
    }
    return Entry(**{**plain, **values})


def read(*entries: Entry) -> Any:
    """Write a calendar and parse it."""
    return icalendar.Calendar.from_ical(calendar(entries, name="Runners"))


def events(found: Any) -> list[Any]:
    """Return the events of a parsed calendar."""
    return list(found.walk("VEVENT"))


@pytest.mark.parametrize(
    ("zone", "wall", "minutes", "ends"),
    [
        ("Europe/Berlin", "2026-06-20 19:00", 120, "2026-06-20 21:00"),
        ("Europe/Berlin", "2026-03-28 22:00", 360, "2026-03-29 05:00"),  # an hour is skipped
        ("Europe/Berlin", "2026-10-24 22:00", 360, "2026-10-25 03:00"),  # an hour comes twice
        ("America/New_York", "2026-11-01 00:30", 120, "2026-11-01 01:30"),
        ("Australia/Lord_Howe", "2026-10-04 01:00", 120, "2026-10-04 03:30"),
        ("Asia/Kathmandu", "2026-06-20 19:00", 45, "2026-06-20 19:45"),
        ("UTC", "2026-06-20 19:00", 60, "2026-06-20 20:00"),
    ],
)
def test_wall_times_and_moments_survive(zone: str, wall: str, minutes: int, ends: str) -> None:
    starts = datetime.fromisoformat(wall)
    (event,) = events(read(entry(zone=zone, starts_local=starts, minutes=minutes)))
    begins, over = event["dtstart"].dt, event["dtend"].dt
    assert begins.replace(tzinfo=None) == starts
    assert over.replace(tzinfo=None) == datetime.fromisoformat(ends)
    assert begins.astimezone(UTC) == starts.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    "zone",
    [
        "Europe/Berlin",
        "America/New_York",
        "Australia/Lord_Howe",
        "Asia/Jakarta",
        "Africa/Casablanca",
    ],
)
def test_the_zone_written_out_is_the_zone_itself(zone: str) -> None:
    found = read(entry(zone=zone))
    (written,) = found.walk("VTIMEZONE")
    assert written["tzid"] == zone
    ours = written.to_tz(lookup_tzid=False)
    for hours in range(0, 24 * 365, 7):
        wall = datetime(2025, 12, 1, 12, 30) + timedelta(hours=hours)  # noqa: DTZ001 - wall time
        theirs = wall.replace(tzinfo=ZoneInfo(zone)).utcoffset()
        assert wall.replace(tzinfo=ours).utcoffset() == theirs, wall


@pytest.mark.parametrize("wall", ["0001-01-03 10:00", "9999-12-30 10:00"])
def test_the_ends_of_the_calendar_break_no_file(wall: str) -> None:
    zone = "America/New_York"
    found = read(entry(zone=zone), entry(zone=zone, starts_local=datetime.fromisoformat(wall)))
    assert len(events(found)) == 2
    (written,) = found.walk("VTIMEZONE")
    assert 4 <= len(written.subcomponents) < 20, "the centuries between are left out"


def test_each_zone_stands_once_and_utc_not_at_all() -> None:
    found = read(entry(), entry(uid="2@x"), entry(uid="3@x", zone="UTC"), entry(zone="Asia/Tokyo"))
    assert [zone["tzid"] for zone in found.walk("VTIMEZONE")] == ["Asia/Tokyo", "Europe/Berlin"]
    assert len(events(found)) == 4


def test_words_of_others_cannot_break_out() -> None:
    title = "Walk; talk, eat\\drink\nEND:VEVENT\r\nBEGIN:VALARM \U0001f37a" + "长" * 60
    (event,) = events(read(entry(title=title, words="a\n\nb", place="Café, 2; x")))
    assert str(event["summary"]).replace("\r\n", "\n") == title.replace("\r\n", "\n")
    assert (str(event["description"]), str(event["location"])) == ("a\n\nb", "Café, 2; x")


def test_lines_are_folded_and_end_as_the_rfc_wants() -> None:
    lines = calendar([entry(title="长" * 80)], name="Runners").split(b"\r\n")
    assert max(len(line) for line in lines) <= 75
    assert b"METHOD:PUBLISH" in lines


@pytest.mark.parametrize(("cancelled", "status"), [(False, "CONFIRMED"), (True, "CANCELLED")])
def test_state_and_sequence_are_told(*, cancelled: bool, status: str) -> None:
    (event,) = events(read(entry(is_cancelled=cancelled, sequence=3)))
    assert (event["status"], event["sequence"]) == (status, 3)
    assert event["dtstamp"].dt == MADE
    assert "location" not in event


def test_an_empty_calendar_is_one_too() -> None:
    found = read()
    assert (str(found["x-wr-calname"]), list(found.walk("VTIMEZONE"))) == ("Runners", [])


def test_clock_changes_are_found_to_the_second() -> None:
    first, last = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    assert clock_changes(ZoneInfo("Europe/Berlin"), first, last) == [
        datetime(2026, 3, 29, 1, tzinfo=UTC),
        datetime(2026, 10, 25, 1, tzinfo=UTC),
    ]
    assert clock_changes(ZoneInfo("Asia/Jakarta"), first, last) == []
