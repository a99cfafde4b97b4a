"""Where the parts of the members' chart stand: members light, the active among them dark."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.analytics.months import MonthCount
from app.web.charts import BOTTOM, HEIGHT, LEFT, TOP, WIDTH, Tick

GAP = 0.3  # the share of a step that stays free between two bars
LABEL_EVERY = 3
TICKS = 4
STEPS = (1, 2, 5, 10, 15, 20, 25, 30, 40, 50, 75)


@dataclass(frozen=True, slots=True)
class Column:
    """One month: a bar of all members, and within it the active ones."""

    count: MonthCount
    x: float
    middle: float
    width: float
    members_y: float
    members_height: float
    active_y: float
    active_height: float
    has_label: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything the chart draws."""

    columns: tuple[Column, ...]
    ticks: tuple[Tick, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    ground: int = HEIGHT - BOTTOM


def round_top(highest: int) -> int:
    """Return the round number at which the scale ends: four equal steps."""
    scale = 1
    while True:
        for step in STEPS:
            if TICKS * step * scale >= highest:
                return TICKS * step * scale
        scale *= 100


def drawn(counts: Sequence[MonthCount]) -> Drawing:
    """Lay out months from left to right; the newest always has its label."""
    top = round_top(max((max(count.members, count.active) for count in counts), default=0))
    step = (WIDTH - LEFT) / max(len(counts), 1)
    room = HEIGHT - TOP - BOTTOM

    def column(place: int, count: MonthCount) -> Column:
        members, active = (round(room * n / top, 1) for n in (count.members, count.active))
        x = LEFT + step * (place + GAP / 2)
        return Column(
            count=count,
            x=round(x, 1),
            middle=round(x + step * (1 - GAP) / 2, 1),
            width=round(step * (1 - GAP), 1),
            members_y=round(HEIGHT - BOTTOM - members, 1),
            members_height=members,
            active_y=round(HEIGHT - BOTTOM - active, 1),
            active_height=active,
            has_label=(len(counts) - 1 - place) % LABEL_EVERY == 0,
        )

    ticks = tuple(
        Tick(round(HEIGHT - BOTTOM - room * part / TICKS, 1), top * part // TICKS)
        for part in range(TICKS + 1)
    )
    return Drawing(tuple(column(place, count) for place, count in enumerate(counts)), ticks)
