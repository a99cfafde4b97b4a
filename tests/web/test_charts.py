"""Charts: where things stand."""

import pytest

from app.web import charts


def test_bars_stand_on_the_ground_and_do_not_touch() -> None:
    plot = charts.plotted([("a", 10), ("b", 40), ("c", 0)])
    ground = charts.HEIGHT - charts.BOTTOM
    assert [round(bar.y + bar.height, 1) for bar in plot.bars] == [ground] * 3
    assert plot.bars[1].y == charts.TOP
    assert plot.bars[0].x + plot.bars[0].width < plot.bars[1].x


def test_the_line_goes_through_the_dots() -> None:
    plot = charts.plotted([("a", 10), ("b", 40)])
    assert plot.line == " ".join(f"{dot.x},{dot.y}" for dot in plot.dots)


@pytest.mark.parametrize(
    ("highest", "top"), [(0, 4), (4, 4), (5, 8), (31, 40), (41, 80), (999, 1200), (5001, 8000)]
)
def test_the_scale_ends_at_a_round_number(highest: float, top: int) -> None:
    assert charts.round_top(highest) == top


def test_nothing_can_be_drawn_too() -> None:
    plot = charts.plotted([])
    assert (plot.dots, plot.line, plot.every) == ((), "", 1)


def test_labels_are_left_out_when_there_are_many() -> None:
    assert charts.plotted([(str(n), n) for n in range(24)]).every == 3
