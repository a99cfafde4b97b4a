"""Dates that repeat: the same wall time, week after week."""

from datetime import datetime, timedelta

MOST = 26  # half a year of weeks


def weekly(first: datetime, number: int) -> list[datetime]:
    """Return the wall times of the next weeks after the first, at most half a year of them."""
    left = (datetime.max - first) // timedelta(weeks=1)  # noqa: DTZ901 - wall time
    return [first + timedelta(weeks=week) for week in range(1, min(number, MOST, left) + 1)]
