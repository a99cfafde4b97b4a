"""Periods of a subscription: whole months keep the day they began on, as far as a month has it."""

from calendar import monthrange
from datetime import UTC, datetime, timedelta

from stripe_sandbox.core.store import Json


def after(moment: int, recurring: Json, anchor: int) -> int:
    """Return the end of the period that begins at a moment."""
    count, unit = recurring["interval_count"], recurring["interval"]
    start = datetime.fromtimestamp(moment, UTC)
    if unit in {"day", "week"}:
        return int((start + timedelta(days=count * (7 if unit == "week" else 1))).timestamp())
    months = count * (12 if unit == "year" else 1)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    wanted = datetime.fromtimestamp(anchor, UTC).day
    day = min(wanted, monthrange(year, month + 1)[1])
    return int(start.replace(year=year, month=month + 1, day=day).timestamp())


def prorated(amount: int, start: int, end: int, now: int) -> int:
    """Return the part of a period's price for what is left of it."""
    return round(amount * (end - now) / (end - start)) if end > start else 0
