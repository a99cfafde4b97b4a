"""The members' chart: pure arithmetic."""

from datetime import date

import pytest

from app.analytics.drawing import drawn
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
