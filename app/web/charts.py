"""Where the parts of a small chart stand: pure arithmetic, drawn by components/chart.html."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 640, 240
LEFT, TOP, BOTTOM = 56, 12, 28
GAP = 0.34  # the share of a step that stays free between two bars
MOST_LABELS = 8
TICKS = 4


@dataclass(frozen=True, slots=True)
class Dot:
    """A point of the line, and where its label stands."""

    x: float
    y: float
    label: str
    value: float


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar from the ground up."""

    x: float
    y: float
    width: float
    height: float
    label: str
    value: float


@dataclass(frozen=True, slots=True)
class Tick:
    """A line across the chart at a round number."""

    y: float
    value: float


@dataclass(frozen=True, slots=True)
class Plot:
    """Everything a chart draws."""

    dots: tuple[Dot, ...]
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    every: int
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT

    @property
    def line(self) -> str:
        """Return the points of the polyline."""
        return " ".join(f"{dot.x},{dot.y}" for dot in self.dots)


def plotted(points: Sequence[tuple[str, float]]) -> Plot:
    """Lay out points (label, number at least 0) from left to right."""
    top = round_top(max((value for _, value in points), default=0))
    step = (WIDTH - LEFT) / max(len(points), 1)

    def height_of(value: float) -> float:
        return round((HEIGHT - TOP - BOTTOM) * value / top, 1)

    def y_of(value: float) -> float:
        return round(HEIGHT - BOTTOM - height_of(value), 1)

    dots = tuple(
        Dot(round(LEFT + step * (place + 0.5), 1), y_of(value), label, value)
        for place, (label, value) in enumerate(points)
    )
    width = round(step * (1 - GAP), 1)
    bars = tuple(
        Bar(round(dot.x - width / 2, 1), dot.y, width, height_of(dot.value), dot.label, dot.value)
        for dot in dots
    )
    ticks = tuple(Tick(y_of(value), value) for value in _tick_values(top))
    return Plot(dots, bars, ticks, every=-(-len(points) // MOST_LABELS) or 1)


def round_top(highest: float) -> int:
    """Return the round number at which the scale ends: 1, 2 or 5 and zeros, in four equal steps."""
    top = TICKS
    while top < highest:
        scale = 10 ** (len(str(top)) - 1)
        top = next((c for c in (scale * n for n in (2, 4, 8, 12, 20, 40)) if c > top), top * 2)
    return top


def _tick_values(top: int) -> list[int]:
    return [top * part // TICKS for part in range(TICKS + 1)]
