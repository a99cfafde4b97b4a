"""Everyone's memberships and active months, folded by the database: alike histories are one row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Date,
    DateTime,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from app.activity.models import ActivityMonth
from app.analytics.identity import NEWCOMER_DAYS, Fold, History, Period
from app.analytics.months import Month
from app.communities.models import Community, Contact, EndReason, Membership
from app.core.database import db


@dataclass(frozen=True, slots=True)
class Counting:
    """How a community counts who sleeps, and whether its team is counted."""

    span: int = 6
    is_strict: bool = False
    with_team: bool = False

    @property
    def may_sleep_new(self) -> bool:
        """Whether someone can fall asleep within 90 days of joining."""
        return self.span * 28 < NEWCOMER_DAYS + 31


@dataclass(frozen=True, slots=True)
class Window:
    """Months in a row, and so many before them as keep awake: places count from the first."""

    months: tuple[Month, ...]
    span: int

    @property
    def base(self) -> int:
        """The number of the month at place 0."""
        return self.months[0].number - self.span

    @property
    def base_day(self) -> date:
        """The first day of the month at place 0."""
        return date(self.base // 12, self.base % 12 + 1, 1)

    def place(self, month: Month) -> int:
        """Return where a month stands."""
        return month.number - self.base

    def days_to_end(self, month: Month) -> int:
        """Return the days from the window's beginning to the end of a month."""
        return (month.next_day - self.base_day).days


@dataclass(frozen=True, slots=True)
class Cut:
    """A story told up to a moment: of the last month only its first days count."""

    window: Window
    until: datetime
    days: int = 31


def folds(
    community: Community, cuts: Sequence[Cut], counting: Counting, *, by_contact: bool = False
) -> list[list[Fold]]:
    """Return the histories of all members there ever were, for each cut: one statement."""
    asked = {"community_id": community.id, "zone": community.zone, "span": counting.span}
    for label, cut in enumerate(cuts):
        asked |= _values(cut, label)
    shape = (counting.with_team, counting.is_strict, counting.may_sleep_new)
    found: list[list[Fold]] = [[] for _ in cuts]
    for label, periods, is_known, door, acted, number, contact_id in db.session.execute(
        _all_folded(len(cuts), _Shape(*shape, by_contact)), asked
    ):
        history = History(tuple(Period(*values) for values in periods), acted, is_known)
        found[label].append(Fold(history, str(door or ""), number, contact_id))
    return found


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a statement is made for; each shape is built once."""

    with_team: bool
    is_strict: bool
    may_sleep_new: bool
    by_contact: bool


def _values(cut: Cut, label: int) -> dict[str, Any]:
    return {
        f"base_{label}": cut.window.base + 1,
        f"base_day_{label}": cut.window.base_day,
        f"until_{label}": cut.until,
        f"last_{label}": cut.window.months[-1].first_day,
        f"mask_{label}": (1 << cut.days) - 1,
    }


@lru_cache(maxsize=64)
def _all_folded(number: int, shape: _Shape) -> CompoundSelect[*tuple[Any, ...]]:
    return union_all(*(_folded(shape, label) for label in range(number)))


def counted(*, with_team: bool) -> ColumnElement[bool]:
    """Return the clause for contacts that are counted: the team as it is marked now is not."""
    return true() if with_team else Contact.is_team.is_(False)


def happened() -> ColumnElement[bool]:
    """Leave out memberships that an import brought by mistake and that were undone."""
    return or_(Membership.end_reason.is_(None), Membership.end_reason != EndReason.UNDONE)


def here() -> BindParameter[int]:
    """Return the slot for the community."""
    return bindparam("community_id", type_=BigInteger)


def zone_here() -> BindParameter[str]:
    """Return the slot for the community's zone."""
    return bindparam("zone", type_=String)


def day_slot(name: str) -> BindParameter[date]:
    """Return a slot for a day."""
    return bindparam(name, type_=Date)


def moment_slot(name: str) -> BindParameter[datetime]:
    """Return a slot for a moment."""
    return bindparam(name, type_=DateTime(timezone=True))


def number_slot(name: str) -> BindParameter[int]:
    """Return a slot for a number."""
    return bindparam(name, type_=BigInteger)


def _place_of(moment: Any, label: int) -> ColumnElement[int]:
    """Return the place of the month a moment falls into, in the community's zone."""
    local = func.timezone(zone_here(), moment)
    number = func.extract("year", local) * 12 + func.extract("month", local)
    return cast(number - number_slot(f"base_{label}"), Integer)


def _folded(shape: _Shape, label: int) -> Select[*tuple[Any, ...]]:
    story = _stories(shape, label).subquery(f"story{label}")
    acted = _acted(shape, label).subquery(f"acted{label}")
    columns = [
        literal(label, Integer),
        story.c.periods,
        story.c.first < 0,
        case((story.c.first >= number_slot("span"), story.c.door)),
        func.coalesce(acted.c.mask, 0),
    ]
    rows = (
        select(*columns)
        .select_from(story)
        .outerjoin(acted, acted.c.contact_id == story.c.contact_id)
        .where(story.c.periods.is_not(None))
    )
    if shape.by_contact:
        return rows.add_columns(literal(1), story.c.contact_id)
    return rows.add_columns(func.count(), literal(0)).group_by(*columns[1:])


def _stories(shape: _Shape, label: int) -> Select[*tuple[Any, ...]]:
    """Select each contact's periods that reach into the window, in order."""
    until = moment_slot(f"until_{label}")
    has_ended = and_(Membership.left_at.is_not(None), Membership.left_at < until)
    joined = _place_of(Membership.joined_at, label)
    left = case((has_ended, _place_of(Membership.left_at, label)))
    begun_on = cast(func.timezone(zone_here(), Membership.joined_at), Date)
    ended_on = cast(func.timezone(zone_here(), Membership.left_at), Date)
    age = day_slot(f"base_day_{label}") - begun_on
    period = func.jsonb_build_array(
        func.greatest(joined, -1),
        left,
        case((has_ended, Membership.end_reason), else_=""),
        func.coalesce(and_(has_ended, ended_on - begun_on <= NEWCOMER_DAYS), False),
        age if shape.may_sleep_new else null(),
    )
    in_order = aggregate_order_by(period, Membership.joined_at, Membership.id)
    door = func.array_agg(aggregate_order_by(Membership.joined_via, Membership.joined_at))
    return (
        select(
            Membership.contact_id,
            func.jsonb_agg(in_order).filter(or_(left.is_(None), left >= 0)).label("periods"),
            func.min(joined).label("first"),
            door[1].label("door"),
        )
        .join(Contact, Contact.id == Membership.contact_id)
        .where(
            Membership.community_id == here(),
            Membership.joined_at < until,
            happened(),
            counted(with_team=shape.with_team),
        )
        .group_by(Membership.contact_id)
    )


def _acted(shape: _Shape, label: int) -> Select[*tuple[Any, ...]]:
    """Select each contact's months with a qualifying act in the window, as a mask."""
    last = day_slot(f"last_{label}")
    days = ActivityMonth.keeping_days if shape.is_strict else ActivityMonth.days
    number = func.extract("year", ActivityMonth.month) * 12 + func.extract(
        "month", ActivityMonth.month
    )
    bit = literal(1, BigInteger).op("<<")(cast(number - number_slot(f"base_{label}"), Integer))
    whole = literal((1 << 31) - 1, BigInteger)
    shown = case((ActivityMonth.month == last, number_slot(f"mask_{label}")), else_=whole)
    return (
        select(ActivityMonth.contact_id, func.bit_or(bit).label("mask"))
        .where(
            ActivityMonth.community_id == here(),
            ActivityMonth.contact_id.is_not(None),
            ActivityMonth.month >= day_slot(f"base_day_{label}"),
            ActivityMonth.month <= last,
            days.op("&")(shown) != 0,
        )
        .group_by(ActivityMonth.contact_id)
    )
