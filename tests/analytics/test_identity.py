"""awake(m) = awake(m-1) + inflow + reactivated - outflow, on random lives and against an oracle."""

import itertools
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.analytics.figures import People, people_in
from app.analytics.identity import Entry, Exit, Fold, History, Period, awake_at, movement

MONTHS = 12
SPANS = (1, 2, 3, 6)
DAYS = 30  # a month of the oracle's calendar


@dataclass(frozen=True)
class Life:
    """One person by days: stays as (joined, left or None, reason), and the days of their acts."""

    stays: tuple[tuple[int, int | None, str], ...]
    acts: frozenset[int]


@st.composite
def lives(draw: st.DrawFn) -> Life:
    """Draw stays that do not overlap, some begun before the window, and days of acts."""
    edges = sorted(draw(st.sets(st.integers(-200, MONTHS * DAYS - 1), min_size=1, max_size=7)))
    stays = []
    for begins, ends in zip(edges[::2], [*edges[1::2], None], strict=False):
        reason = draw(st.sampled_from(["left", "removed", "banned", "erased"])) if ends else ""
        stays.append((begins, ends, reason))
    acts = draw(st.sets(st.integers(0, MONTHS * DAYS - 1), max_size=8))
    return Life(tuple(stays), frozenset(acts))


def place(day: int) -> int:
    return day // DAYS


def history(life: Life) -> History:
    """Tell a life as months do."""
    periods = []
    for begins, ends, reason in life.stays:
        left = None if ends is None else place(ends)
        if left is not None and left < 0:
            continue
        was_new = ends is not None and ends - begins <= 90
        periods.append(Period(max(place(begins), -1), left, reason, was_new, -begins))
    acted = sum(1 << month for month in {place(day) for day in life.acts})
    return History(tuple(periods), acted, is_known=place(life.stays[0][0]) < 0)


class Oracle:
    """Looks at every day, as slowly and plainly as can be."""

    def __init__(self, life: Life, span: int) -> None:
        self.life, self.span = life, span

    def is_member(self, month: int) -> bool:
        """Whether they were one in the last moment of a month."""
        end = (month + 1) * DAYS
        return any(b < end and (e is None or e >= end) for b, e, _ in self.life.stays)

    def did_something(self, month: int) -> bool:
        days = range(month * DAYS, (month + 1) * DAYS)
        joined = {b for b, _, _ in self.life.stays}
        return any(day in self.life.acts or day in joined for day in days)

    def is_awake(self, month: int) -> bool:
        recent = range(month - self.span + 1, month + 1)
        return self.is_member(month) and any(self.did_something(one) for one in recent)

    def belonged_during(self, month: int) -> bool:
        first, end = month * DAYS, (month + 1) * DAYS
        return any(b < end and (e is None or e >= first) for b, e, _ in self.life.stays)


@given(life=lives(), span=st.sampled_from(SPANS))
@settings(max_examples=400, deadline=None)
def test_every_month_of_every_life_agrees_with_the_oracle(life: Life, span: int) -> None:
    told, oracle = history(life), Oracle(life, span)
    for month in range(span, MONTHS):
        moved = movement(told, month, span, (month + 1) * DAYS)
        was_awake = oracle.is_awake(month - 1)
        assert moved.is_member == oracle.is_member(month)
        assert moved.is_awake == oracle.is_awake(month) == awake_at(told, month, span)
        entered, departed = moved.entry is not None, moved.exit is not None
        assert moved.is_awake - was_awake == entered - departed
        assert not (entered and was_awake)
        assert not (departed and moved.is_awake)
        if moved.entry is Entry.FIRST:
            assert place(life.stays[0][0]) == month
        if moved.entry is Entry.WOKE:
            assert oracle.is_member(month - 1)
        if moved.exit is Exit.SLEPT:
            assert oracle.is_member(month)
            assert not any(oracle.did_something(month - back) for back in range(span))
        elif departed:
            assert not oracle.is_member(month)
        assert moved.sleeper_left == (
            oracle.is_member(month - 1)
            and not was_awake
            and not oracle.is_member(month)
            and not entered
        )


@given(crowd=st.lists(lives(), max_size=12), span=st.sampled_from(SPANS))
@settings(max_examples=150, deadline=None)
def test_the_identity_holds_for_every_crowd(crowd: list[Life], span: int) -> None:
    folds = [Fold(history(life), "open", 1) for life in crowd]
    months = [people_in(folds, month, span) for month in range(span, MONTHS)]
    for before, now in itertools.pairwise(months):
        assert now.awake == before.awake + now.inflow + now.reactivated - now.outflow
        assert now.outflow == now.new_gone + now.long_gone
        assert sum(number for _, number in now.doors) == now.grown
        assert now.sleeping >= 0


@given(life=lives(), number=st.integers(1, 50))
@settings(max_examples=50, deadline=None)
def test_alike_people_count_as_often_as_there_are(life: Life, number: int) -> None:
    one = people_in([Fold(history(life), "open", 1)], 8, 6)
    many = people_in([Fold(history(life), "open", number)], 8, 6)
    assert many.awake == one.awake * number
    assert many.outflow == one.outflow * number
    assert many.doors == tuple((door, times * number) for door, times in one.doors)


def only(*periods: Period, acted: int = 0, is_known: bool = False) -> History:
    return History(periods, acted, is_known)


CASES = {
    "joins": (only(Period(6, None)), (Entry.FIRST, None, True)),
    "joins and leaves at once": (only(Period(6, 6, "left")), (Entry.FIRST, Exit.LEFT, False)),
    "is removed": (only(Period(4, 6, "banned")), (None, Exit.REMOVED, False)),
    "is erased": (only(Period(4, 6, "erased")), (None, Exit.OTHER, False)),
    "falls asleep": (only(Period(0, None)), (None, Exit.SLEPT, False)),
    "stays awake": (only(Period(0, None), acted=1 << 3), (None, None, True)),
    "wakes": (only(Period(-1, None), acted=1 << 6, is_known=True), (Entry.WOKE, None, True)),
    "wakes and leaves": (
        only(Period(-1, 6, "left"), acted=1 << 6, is_known=True),
        (Entry.WOKE, Exit.LEFT, False),
    ),
    "comes back": (
        only(Period(0, 3, "left"), Period(6, None), is_known=False),
        (Entry.RETURNED, None, True),
    ),
    "leaves and comes back": (only(Period(4, 6, "left"), Period(6, None)), (None, None, True)),
    "slept and left": (only(Period(-1, 6, "left"), is_known=True), (None, None, False)),
    "sleeps on": (only(Period(-1, None), is_known=True), (None, None, False)),
}


@pytest.mark.parametrize("name", CASES)
def test_what_a_month_does(name: str) -> None:
    told, expected = CASES[name]
    moved = movement(told, 6, 6)
    assert (moved.entry, moved.exit, moved.is_awake) == expected
    assert moved.sleeper_left == (name == "slept and left")


def test_who_joined_lately_can_fall_asleep_as_new() -> None:
    told = only(Period(4, None, "", False, -130))  # joined on day 130 of the window
    assert movement(told, 5, 1, days=180).was_new
    assert not movement(told, 5, 1, days=221).was_new


def test_an_import_is_no_growth() -> None:
    folds = [Fold(only(Period(6, None)), "import", 40), Fold(only(Period(6, None)), "open", 2)]
    found = people_in(folds, 6, 6)
    assert found == People(members=42, awake=42, inflow=42, imported=40, doors=(("open", 2),))
    assert found.grown == 2
