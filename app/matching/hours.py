"""A week of mornings, afternoons and evenings, and its hours in universal time."""

from datetime import datetime
from zoneinfo import ZoneInfo

DAYS, PARTS = 7, ("morning", "afternoon", "evening")
SLOTS = DAYS * len(PARTS)
_FROM_TO = ((8, 12), (12, 18), (18, 23))
_WEEK = DAYS * 24


def mask(slots: list[int]) -> int:
    """Return the bits of some slots; Monday morning is 0, Monday afternoon 1."""
    bits = 0
    for slot in slots:
        if not 0 <= slot < SLOTS:
            raise ValueError(slot)
        bits |= 1 << slot
    return bits


def slots_of(bits: int) -> list[int]:
    """Return the slots of a week's bits, Monday first."""
    return [slot for slot in range(SLOTS) if bits >> slot & 1]


def in_universal_time(bits: int, zone: str, at: datetime) -> int:
    """Return a week of 168 bits, Monday midnight UTC the lowest, as the zone's clocks stand now."""
    offset = at.astimezone(ZoneInfo(zone)).utcoffset()
    ahead = round(offset.total_seconds() / 3600) if offset is not None else 0
    week = 0
    for slot in slots_of(bits):
        day, part = divmod(slot, len(PARTS))
        for hour in range(*_FROM_TO[part]):
            week |= 1 << (day * 24 + hour - ahead) % _WEEK
    return week
