"""Where the parts of the members' chart stand: members light, the active among them dark."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.analytics.months import MonthCount
from app.web.charts import BOTTOM, HEIGHT, LEFT, TOP, WIDTH, Tick, round_top

GAP = 0.3  # the share of a step that stays free between two bars
LABEL_EVERY = 3


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
        Tick(round(HEIGHT - BOTTOM - room * part / 4, 1), top * part // 4) for part in range(5)
    )
    return Drawing(tuple(column(place, count) for place, count in enumerate(counts)), ticks)
