"""Shares of few: in words, with an interval, or as they are."""

import pytest

from app.analytics.intervals import Share, wilson


def test_nothing_of_nothing_is_no_share() -> None:
    assert Share(0, 0).value is None
    assert Share(0, 0).is_few
    assert Share(0, 0).interval is None


@pytest.mark.parametrize(
    ("whole", "is_few", "has_interval"),
    [(9, True, False), (10, False, True), (29, False, True), (30, False, False)],
)
def test_the_rules_for_small_numbers(whole: int, is_few: bool, has_interval: bool) -> None:  # noqa: FBT001 - a column
    share = Share(3, whole)
    assert share.is_few == is_few
    assert (share.interval is not None) == has_interval


def test_wilson_s_interval_is_the_published_one() -> None:
    low, high = wilson(81, 263)  # Newcombe 1998, table I: 81 of 263, method 3
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)


@pytest.mark.parametrize("part", [0, 20])
def test_an_interval_stays_within_a_share(part: int) -> None:
    low, high = wilson(part, 20)
    assert 0 <= low < high <= 1
