"""Where the parts of the members' chart stand: members light, the active among them dark."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter

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


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a bar: which series, and where it stands."""

    series: int
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Stack:
    """One month's bar, parts on parts; `place` is its number from the left."""

    place: int
    x: float
    middle: float
    pieces: tuple[Piece, ...]
    has_label: bool


@dataclass(frozen=True, slots=True)
class Stacks:
    """Bars of stacked parts, upwards and downwards from one ground."""

    stacks: tuple[Stack, ...]
    ticks: tuple[Tick, ...]
    bar: float
    ground: float
    has_below: bool = False
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT


Series = tuple[str, str, str, str]
"""A series: its name, the part of the figures it stands in, the field, how it is written."""
TONES = {"imported": "import", "slept": "2", "departed": "3"}


def stacked_months(
    months: Sequence[object], up: Sequence[Series], down: Sequence[Series] = ()
) -> Stacks:
    """Lay out series of the figures of months."""

    def rows(side: Sequence[Series]) -> list[list[float]]:
        return [[attrgetter(f"{part}.{name}")(one) for _, part, name, _ in side] for one in months]

    return stacked(rows(up), rows(down) if down else ())


def tone(name: str, place: int) -> str:
    """Return which colour a series has: by its place, if not by its name."""
    return TONES.get(name, str(place))


def stacked(up: Sequence[Sequence[float]], down: Sequence[Sequence[float]] = ()) -> Stacks:
    """Lay out months from left to right: `up` and `down` hold the parts of each.

    A part of `up` below zero hangs under the ground; the scale counts downwards with a sign where
    nothing is drawn there on purpose.
    """
    hanging = [
        (*_side(parts, -1), *(down[place] if down else ())) for place, parts in enumerate(up)
    ]
    above = max((sum(_side(parts, 1)) for parts in up), default=0)
    below = max((sum(parts) for parts in hanging), default=0)
    size = step_for(above, below)
    top, bottom = (-(-side // size) for side in (max(above, size), below))
    room = (HEIGHT - TOP - BOTTOM) / (size * (top + bottom))
    ground = TOP + room * size * top
    step = (WIDTH - LEFT) / max(len(up), 1)
    bar = round(step * (1 - GAP), 1)
    stacks = tuple(
        Stack(
            place=place,
            x=round(LEFT + step * (place + GAP / 2), 1),
            middle=round(LEFT + step * (place + 0.5), 1),
            pieces=(
                *_pieces(_side(parts, 1), ground, -room),
                *_pieces(hanging[place], ground, room),
            ),
            has_label=(len(up) - 1 - place) % LABEL_EVERY == 0,
        )
        for place, parts in enumerate(up)
    )
    ticks = tuple(
        Tick(round(ground - room * size * at, 1), size * (abs(at) if down else at))
        for at in range(-int(bottom), int(top) + 1)
    )
    return Stacks(stacks, ticks, bar, round(ground, 1), has_below=bottom > 0 or bool(down))


def _side(parts: Sequence[float], sign: int) -> list[float]:
    """Return the parts of one sign, as heights; the others are 0."""
    return [max(sign * part, 0) for part in parts]


def step_for(above: float, below: float) -> int:
    """Return the round distance of the scale's lines: five steps at most, both sides together."""
    scale = 1
    while True:
        for step in STEPS:
            size = step * scale
            if -(-above // size) + -(-below // size) <= TICKS + 1:
                return size
        scale *= 100


def _pieces(parts: Sequence[float], ground: float, room: float) -> Iterator[Piece]:
    """Yield the parts of one side of a bar; `room` is negative upwards."""
    edge = ground
    for series, part in enumerate(parts):
        height = abs(part * room)
        top = edge - height if room < 0 else edge
        edge = top if room < 0 else edge + height
        if part:
            yield Piece(series, round(top, 1), round(height, 1))
