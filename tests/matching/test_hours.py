"""A week in slots, and where it lies in universal time."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.matching import hours

SUMMER, WINTER = datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)


@given(st.sets(st.integers(0, 20)))
def test_slots_and_bits_are_the_same_week(slots: set[int]) -> None:
    assert hours.slots_of(hours.mask(sorted(slots))) == sorted(slots)


@pytest.mark.parametrize("slot", [-1, 21])
def test_a_slot_outside_the_week_is_refused(slot: int) -> None:
    with pytest.raises(ValueError, match=str(slot)):
        hours.mask([slot])


def test_the_zone_and_the_season_move_the_hours() -> None:
    monday_morning = hours.mask([0])
    assert hours.in_universal_time(monday_morning, "UTC", WINTER) == 0b1111 << 8
    assert hours.in_universal_time(monday_morning, "Europe/Berlin", WINTER) == 0b1111 << 7
    assert hours.in_universal_time(monday_morning, "Europe/Berlin", SUMMER) == 0b1111 << 6


def test_a_monday_morning_in_auckland_is_a_sunday_here() -> None:
    week = hours.in_universal_time(hours.mask([0]), "Pacific/Auckland", SUMMER)
    assert week == 0b1111 << (6 * 24 + 20)


@given(st.integers(0, 2**21 - 1), st.sampled_from(["Asia/Kolkata", "America/New_York", "UTC"]))
def test_no_hour_is_lost_on_the_way(bits: int, zone: str) -> None:
    """Mornings have four hours, afternoons six, evenings five."""
    expected = sum((4, 6, 5)[slot % 3] for slot in hours.slots_of(bits))
    assert hours.in_universal_time(bits, zone, SUMMER).bit_count() == expected
