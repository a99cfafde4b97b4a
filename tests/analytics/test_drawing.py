"""The members' chart: pure arithmetic."""

from datetime import date

import pytest

from app.analytics.drawing import drawn, stacked
from app.analytics.months import MonthCount


def counts(*members: int) -> list[MonthCount]:
    return [
        MonthCount(date(2026, 1 + place, 1), n, 0, 0, n // 2) for place, n in enumerate(members)
    ]


def test_nothing_can_be_drawn() -> None:
    drawing = drawn([])
    assert drawing.columns == ()
    assert len(drawing.ticks) == 5


def test_bars_stand_on_the_ground_and_the_active_within_the_members() -> None:
    drawing = drawn(counts(10, 40))
    for column in drawing.columns:
        assert column.members_y + column.members_height == pytest.approx(drawing.ground)
        assert column.active_y + column.active_height == pytest.approx(drawing.ground)
        assert column.active_height == pytest.approx(column.members_height / 2)
    assert drawing.ticks[-1].value >= 40
    assert drawing.columns[-1].x + drawing.columns[-1].width <= drawing.width


def test_the_newest_month_always_has_its_label() -> None:
    drawing = drawn(counts(1, 2, 3, 4, 5))
    assert [column.has_label for column in drawing.columns] == [False, True, False, False, True]


def test_what_is_below_zero_hangs_below_the_ground_and_the_scale_says_so() -> None:
    plot = stacked([(30, -10), (20, 10)])
    (up, hanging), (low, high) = (stack.pieces for stack in plot.stacks)
    assert (up.series, hanging.series) == (0, 1)
    assert up.y + up.height == pytest.approx(plot.ground)
    assert hanging.y == pytest.approx(plot.ground)
    assert up.height == pytest.approx(3 * hanging.height, abs=0.2)
    assert low.y == pytest.approx(high.y + high.height)
    assert plot.has_below
    assert [tick.value for tick in plot.ticks] == [-10, 0, 10, 20, 30]


def test_what_goes_down_on_purpose_is_counted_without_a_sign() -> None:
    plot = stacked([(10,)], [(20, 10)])
    assert [piece.series for piece in plot.stacks[0].pieces] == [0, 1, 2]
    assert [tick.value for tick in plot.ticks] == [30, 20, 10, 0, 10]
    assert not stacked([(10,)]).has_below
