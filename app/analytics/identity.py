"""Who is awake, who entered and who departed, month by month: the identity of the health page.

awake(m) = awake(m-1) + inflow(m) + reactivated(m) - outflow(m), for every history there can be.

Months are places in a window, counted from 0; sets of months are bit masks (place 0 lowest).
Someone is awake at the end of a month when they are a member then and did something in one of
the last so many calendar months, that month included; joining is doing something.
"""

from dataclasses import dataclass
from enum import StrEnum

NEWCOMER_DAYS = 90


class Entry(StrEnum):
    """How someone came to be awake who was not at the end of the month before."""

    FIRST = "first"  # joined for the first time ever: inflow
    RETURNED = "returned"  # left once and joined again: reactivated
    WOKE = "woke"  # a sleeping member did something: reactivated


class Exit(StrEnum):
    """Why someone who was awake, or entered, is not awake at the end of the month."""

    LEFT = "left"
    REMOVED = "removed"  # banned included
    OTHER = "other"  # erased, or the community closed
    SLEPT = "slept"  # a member still, who did nothing for too long


REASONS = {"left": Exit.LEFT, "removed": Exit.REMOVED, "banned": Exit.REMOVED}


@dataclass(frozen=True, slots=True)
class Period:
    """A membership as months see it: `left` is the place of the month in which it ended."""

    joined: int  # -1: before the window
    left: int | None
    reason: str = ""
    was_new: bool = False  # it ended within 90 days
    days_old: int | None = None  # the days before the window's place 0 (negative: after) it began

    @property
    def member_at_ends(self) -> int:
        """The months at whose end it lasted, as a mask without an upper end."""
        begun = -1 << max(self.joined, 0)
        return begun if self.left is None else begun & ((1 << max(self.left, 0)) - 1)


@dataclass(frozen=True, slots=True)
class History:
    """One person's memberships in order, and the months in which they did something."""

    periods: tuple[Period, ...]
    acted: int  # a mask
    is_known: bool  # a period lies before the first one here, or began before the window

    @property
    def member(self) -> int:
        """The months at whose end they were a member, as a mask."""
        mask = 0
        for period in self.periods:
            mask |= period.member_at_ends
        return mask

    @property
    def joined(self) -> int:
        """The months in which a membership began, as a mask."""
        mask = 0
        for period in self.periods:
            if period.joined >= 0:
                mask |= 1 << period.joined
        return mask


@dataclass(frozen=True, slots=True)
class Movement:
    """What one month did to one person."""

    is_member: bool  # at its end
    is_awake: bool  # at its end
    entry: Entry | None = None
    exit: Exit | None = None
    was_new: bool = False  # who departed had been there for 90 days at most
    sleeper_left: bool = False  # departed asleep: beside the identity


@dataclass(frozen=True, slots=True)
class Fold:
    """People with one and the same history; `door` is that of a first joining in the window."""

    history: History
    door: str
    number: int
    contact_id: int = 0  # where people are not folded


def awake_at(history: History, place: int, span: int) -> bool:
    """Say whether someone is awake at the end of a month; `span` months keep them so."""
    recent = ((1 << span) - 1) << (place - span + 1)
    acted = history.acted | history.joined
    return bool(history.member >> place & 1 and acted & recent)


def movement(history: History, place: int, span: int, days: int = 0) -> Movement:
    """Return what the month at `place` (at least `span`) did to someone.

    `days` is how many days lie between the window's beginning and the end of that month.
    """
    was_awake = awake_at(history, place - 1, span)
    is_awake = awake_at(history, place, span)
    was_member, is_member = (bool(history.member >> at & 1) for at in (place - 1, place))
    entry = None if was_awake else _entry(history, place, was_member=was_member)
    if is_awake or not (was_awake or entry):
        gone = was_member and not is_member and not was_awake
        return Movement(is_member, is_awake, entry, sleeper_left=gone and entry is None)
    if is_member:
        return Movement(is_member, is_awake, entry, Exit.SLEPT, _is_new(history, place, days))
    last = _ended_in(history, place)
    reason = REASONS.get(last.reason, Exit.OTHER)
    return Movement(is_member, is_awake, entry, reason, last.was_new)


def _entry(history: History, place: int, *, was_member: bool) -> Entry | None:
    if history.joined >> place & 1:
        is_first = not history.is_known and history.periods[0].joined == place
        return Entry.FIRST if is_first else Entry.RETURNED
    return Entry.WOKE if was_member and history.acted >> place & 1 else None


def _ended_in(history: History, place: int) -> Period:
    """Return the last period that ended in a month; there is one."""
    return [period for period in history.periods if period.left == place][-1]


def _is_new(history: History, place: int, days: int) -> bool:
    """Say whether a member who fell asleep had joined within 90 days of the month's end."""
    current = [one for one in history.periods if one.member_at_ends >> place & 1][-1]
    return current.days_old is not None and days + current.days_old <= NEWCOMER_DAYS
