"""What people did, by month, from the monthly roll-up; and when, from the daily one."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Date,
    Integer,
    Select,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import BIT

from app.activity.kinds import SILENT
from app.activity.models import ActivityDay, ActivityLast, ActivityMonth
from app.activity.rollups import is_a_bots
from app.analytics.figures import Doing
from app.analytics.months import Month
from app.analytics.numbers import WEEKS
from app.analytics.queries.histories import (
    Counting,
    counted,
    day_slot,
    happened,
    here,
    moment_slot,
    number_slot,
    zone_here,
)
from app.communities.models import Community, Contact, Membership
from app.core.database import db

WHOLE = (1 << 31) - 1
HEAT_WEEKS = 12


def doing(
    community: Community, months: Sequence[tuple[Month, int]], counting: Counting
) -> list[Doing]:
    """Return what was done in the first so many days of months, in their order: one statement."""
    asked = {"community_id": community.id, "zone": community.zone}
    for label, (month, days) in enumerate(months):
        asked |= month_values(month, label) | {f"mask_{label}": (1 << days) - 1}
    statement = _all_done(len(months), counting.with_team)
    found = {row.label: row for row in db.session.execute(statement, asked)}
    return [
        _doing(found[label], min(days, month.length)) for label, (month, days) in enumerate(months)
    ]


def active_people(community: Community, months: Sequence[Month]) -> dict[date, int]:
    """Return how many people did something, by month: team and bots are out, guests are in.

    Someone is a contact, or an account that is linked to none. One statement.
    """
    someone = func.count(ActivityMonth.contact_id.distinct()) + func.count(
        ActivityMonth.identity_id.distinct()
    )
    rows = db.session.execute(
        select(ActivityMonth.month, someone)
        .outerjoin(Contact, Contact.id == ActivityMonth.contact_id)
        .where(
            ActivityMonth.community_id == community.id,
            ActivityMonth.month >= months[0].first_day,
            ActivityMonth.month <= months[-1].first_day,
            someone_counts(with_team=False),
        )
        .group_by(ActivityMonth.month)
    )
    return dict(rows.all())


def someone_counts(*, with_team: bool) -> ColumnElement[bool]:
    """Return the clause over a month joined to its contact: team out (or in), accounts in."""
    return or_(ActivityMonth.contact_id.is_(None), counted(with_team=with_team))


def month_values(month: Month, label: int = 0) -> dict[str, Any]:
    """Return what fills the slots of a month."""
    return {
        f"month_{label}": month.first_day,
        f"begins_{label}": month.begins_at,
        f"ends_{label}": month.ends_at,
    }


def belonging(label: int = 0) -> Select[*tuple[Any, ...]]:
    """Select the days of a month on which each contact belonged, as masks."""
    month_begins, month_ends = moment_slot(f"begins_{label}"), moment_slot(f"ends_{label}")
    first, last = _day_of(Membership.joined_at), _day_of(Membership.left_at)
    begins = case((Membership.joined_at < month_begins, 0), else_=first - 1)
    ends = case(
        (or_(Membership.left_at.is_(None), Membership.left_at >= month_ends), 31), else_=last
    )
    one = literal(1, BigInteger)
    mask = (one.op("<<")(ends) - 1).op("&")(
        (one.op("<<")(begins) - 1).op("#")(literal(WHOLE, BigInteger))
    )
    return (
        select(Membership.contact_id, func.bit_or(mask).label("days"))
        .where(
            Membership.community_id == here(),
            Membership.joined_at < month_ends,
            or_(Membership.left_at.is_(None), Membership.left_at >= month_begins),
            happened(),
        )
        .group_by(Membership.contact_id)
    )


def heat(community: Community, now_on: date, counting: Counting) -> dict[tuple[int, int], int]:
    """Return how many person-hours were active, by weekday (1-7) and hour, in twelve weeks."""
    asked = {
        "community_id": community.id,
        "since": now_on - timedelta(weeks=HEAT_WEEKS),
        "until": now_on,
    }
    rows = db.session.execute(_heat(counting.with_team), asked)
    return {(day, at): number for day, at, number in rows}


def seen(community: Community, days: Sequence[date], counting: Counting) -> list[int]:
    """Return how many people were ever seen by the end of each day: one statement.

    Seen are members of any time and whoever did something, accounts that are linked to none too.
    """
    asked = {"community_id": community.id, "zone": community.zone}
    rows = db.session.execute(_seen(counting.with_team), asked).all()
    return [sum(number for day, number in rows if day <= last) for last in days]


@lru_cache
def _heat(with_team: bool) -> Select[*tuple[Any, ...]]:  # noqa: FBT001 - a shape
    """Count everyone's hours of each day once, however many sorts of things they did in them."""
    someone = (ActivityDay.contact_id, ActivityDay.identity_id, ActivityDay.day)
    day = (
        select(ActivityDay.day, func.bit_or(ActivityDay.hours).label("hours"))
        .outerjoin(Contact, Contact.id == ActivityDay.contact_id)
        .where(
            ActivityDay.community_id == here(),
            ActivityDay.day > day_slot("since"),
            ActivityDay.day <= day_slot("until"),
            ActivityDay.type.not_in(SILENT),
            or_(ActivityDay.contact_id.is_(None), counted(with_team=with_team)),
            ~is_a_bots(ActivityDay),
        )
        .group_by(*someone)
        .subquery()
    )
    hour = func.generate_series(0, 23).table_valued("hour", name="hours").render_derived()
    weekday = cast(func.extract("isodow", day.c.day), Integer)
    is_set = day.c.hours.op("&")(literal(1, BigInteger).op("<<")(cast(hour.c.hour, Integer)))
    return (
        select(weekday, hour.c.hour, func.count())
        .select_from(day)
        .join(hour, is_set != 0)
        .group_by(weekday, hour.c.hour)
    )


@lru_cache
def _all_done(number: int, with_team: bool) -> CompoundSelect[*tuple[Any, ...]]:  # noqa: FBT001 - a shape
    return union_all(*(_done(label, with_team=with_team) for label in range(number)))


def _done(label: int, *, with_team: bool) -> Select[*tuple[Any, ...]]:
    own = belonging(label).subquery(f"own{label}")
    shown = ActivityMonth.days.op("&")(number_slot(f"mask_{label}"))
    as_member = shown.op("&")(func.coalesce(own.c.days, 0))
    helping = ActivityMonth.helping_days.op("&")(number_slot(f"mask_{label}"))
    sums = ("acts", "weight", "mutual")
    return (
        select(
            literal(label, Integer).label("label"),
            func.count().label("people"),
            func.count().filter(as_member != 0).label("members"),
            func.coalesce(func.sum(bits(as_member)), 0).label("member_days"),
            func.coalesce(func.sum(bits(shown)), 0).label("person_days"),
            *(
                func.count().filter(shown.op("&")(week) != 0).label(f"week{place}")
                for place, week in enumerate(WEEKS)
            ),
            *(
                func.coalesce(func.sum(getattr(ActivityMonth, name)), 0).label(name)
                for name in sums
            ),
            func.count().filter(helping != 0).label("helped"),
        )
        .select_from(ActivityMonth)
        .outerjoin(Contact, Contact.id == ActivityMonth.contact_id)
        .outerjoin(own, own.c.contact_id == ActivityMonth.contact_id)
        .where(
            ActivityMonth.community_id == here(),
            ActivityMonth.month == day_slot(f"month_{label}"),
            someone_counts(with_team=with_team),
            shown != 0,
        )
    )


@lru_cache
def _seen(with_team: bool) -> Select[*tuple[Any, ...]]:  # noqa: FBT001 - a shape
    joined = cast(func.timezone(zone_here(), Membership.joined_at), Date)
    nobody = literal(None, BigInteger).label("identity_id")
    firsts = union_all(
        select(Membership.contact_id, nobody, joined.label("day")).where(
            Membership.community_id == here(), happened()
        ),
        select(ActivityLast.contact_id, ActivityLast.identity_id, ActivityLast.first_on).where(
            ActivityLast.community_id == here()
        ),
    ).subquery()
    first = (
        select(func.min(firsts.c.day).label("day"))
        .outerjoin(Contact, Contact.id == firsts.c.contact_id)
        .where(or_(firsts.c.contact_id.is_(None), counted(with_team=with_team)))
        .group_by(firsts.c.contact_id, firsts.c.identity_id)
        .subquery()
    )
    return select(first.c.day, func.count()).group_by(first.c.day)


def bits(mask: Any) -> ColumnElement[int]:
    """Return how many bits of a mask are set."""
    return func.bit_count(cast(cast(mask, Integer), BIT(32)))


def _doing(row: Any, days: int) -> Doing:
    full = [place for place in range(len(WEEKS)) if days >= 7 * (place + 1)]
    return Doing(
        people=row.people,
        members=row.members,
        member_days=int(row.member_days),
        person_days=int(row.person_days),
        days=days,
        weeks=tuple(getattr(row, f"week{place}") for place in full),
        acts=int(row.acts),
        weight=int(row.weight),
        mutual=int(row.mutual),
        helped=row.helped,
    )


def _day_of(moment: Any) -> ColumnElement[int]:
    """Return the day of the month a moment falls on, in the community's zone."""
    return cast(func.extract("day", func.timezone(zone_here(), moment)), Integer)
