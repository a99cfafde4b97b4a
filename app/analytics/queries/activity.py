"""What people did, by month, from the monthly roll-up; and when, from the daily one."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Integer,
    Select,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import BIT

from app.activity.kinds import SILENT
from app.activity.models import ActivityDay, ActivityMonth
from app.activity.rollups import is_a_bots
from app.analytics.figures import Doing
from app.analytics.months import Month
from app.analytics.queries.histories import Counting, counted, happened
from app.communities.models import Community, Contact, Membership
from app.core.database import db

WHOLE = (1 << 31) - 1
WEEKS = tuple(0b1111111 << first for first in (0, 7, 14, 21))
HEAT_WEEKS = 12


def doing(
    community: Community, months: Sequence[tuple[Month, int]], counting: Counting
) -> list[Doing]:
    """Return what was done in the first so many days of months, in their order: one statement."""
    parts = [
        _done(community, month, days, counting, label) for label, (month, days) in enumerate(months)
    ]
    found = {row.label: row for row in db.session.execute(union_all(*parts))}
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
            someone_counts(Counting()),
        )
        .group_by(ActivityMonth.month)
    )
    return dict(rows.all())


def someone_counts(counting: Counting) -> ColumnElement[bool]:
    """Return the clause over a month joined to its contact: team out (or in), accounts in."""
    return or_(ActivityMonth.contact_id.is_(None), counted(counting))


def belonging(month: Month, zone: str) -> Select[*tuple[Any, ...]]:
    """Select the days of a month on which each contact belonged, as masks."""
    first = _day_in(Membership.joined_at, zone)
    last = _day_in(Membership.left_at, zone)
    begins = case((Membership.joined_at < month.begins_at, 0), else_=first - 1)
    ends = case(
        (or_(Membership.left_at.is_(None), Membership.left_at >= month.ends_at), 31), else_=last
    )
    one = literal(1, BigInteger)
    mask = (one.op("<<")(ends) - 1).op("&")(
        (one.op("<<")(begins) - 1).op("#")(literal(WHOLE, BigInteger))
    )
    return (
        select(Membership.contact_id, func.bit_or(mask).label("days"))
        .where(
            Membership.joined_at < month.ends_at,
            or_(Membership.left_at.is_(None), Membership.left_at >= month.begins_at),
            happened(),
        )
        .group_by(Membership.contact_id)
    )


def heat(community: Community, now_on: date, counting: Counting) -> dict[tuple[int, int], int]:
    """Return how many person-hours were active, by weekday (1-7) and hour, in twelve weeks."""
    hour = func.generate_series(0, 23).table_valued("hour", name="hours").render_derived()
    weekday = cast(func.extract("isodow", ActivityDay.day), Integer)
    is_set = ActivityDay.hours.op("&")(literal(1, BigInteger).op("<<")(cast(hour.c.hour, Integer)))
    rows = db.session.execute(
        select(weekday, hour.c.hour, func.count())
        .select_from(ActivityDay)
        .join(hour, is_set != 0)
        .outerjoin(Contact, Contact.id == ActivityDay.contact_id)
        .where(
            ActivityDay.community_id == community.id,
            ActivityDay.day > now_on - timedelta(weeks=HEAT_WEEKS),
            ActivityDay.day <= now_on,
            ActivityDay.type.not_in(SILENT),
            or_(ActivityDay.contact_id.is_(None), counted(counting)),
            ~is_a_bots(ActivityDay),
        )
        .group_by(weekday, hour.c.hour)
    )
    return {(day, at): number for day, at, number in rows}


def _done(
    community: Community, month: Month, days: int, counting: Counting, label: int
) -> Select[*tuple[Any, ...]]:
    belonged = belonging(month, community.zone).where(Membership.community_id == community.id)
    own = belonged.subquery(f"own{label}")
    shown = ActivityMonth.days.op("&")((1 << days) - 1)
    as_member = shown.op("&")(func.coalesce(own.c.days, 0))
    is_whole = days >= month.length
    acts, weight, mutual, helps = (
        ActivityMonth.acts,
        ActivityMonth.weight,
        ActivityMonth.mutual,
        ActivityMonth.helps,
    )
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
            func.coalesce(func.sum(acts), 0).label("acts"),
            func.coalesce(func.sum(weight), 0).label("weight"),
            func.coalesce(func.sum(mutual), 0).label("mutual"),
            func.count().filter(helps > 0).label("helped"),
        )
        .select_from(ActivityMonth)
        .outerjoin(Contact, Contact.id == ActivityMonth.contact_id)
        .outerjoin(own, own.c.contact_id == ActivityMonth.contact_id)
        .where(
            ActivityMonth.community_id == community.id,
            ActivityMonth.month == month.first_day,
            someone_counts(counting),
            true() if is_whole else shown != 0,
        )
    )


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


def _day_in(moment: Any, zone: str) -> ColumnElement[int]:
    """Return the day of the month a moment falls on; it falls into the month."""
    return cast(func.extract("day", func.timezone(zone, moment)), Integer)


def seen(community: Community, months: Iterable[Month], counting: Counting) -> dict[date, int]:
    """Return how many people were ever seen by the end of each month: one statement.

    Seen are members of any time and whoever did something, accounts that are linked to none too.
    """
    zone = community.zone
    joined = cast(func.date_trunc("month", func.timezone(zone, Membership.joined_at)), Date)
    firsts = union_all(
        select(
            Membership.contact_id,
            literal(None, BigInteger).label("identity_id"),
            joined.label("month"),
        ).where(Membership.community_id == community.id, happened()),
        select(ActivityMonth.contact_id, ActivityMonth.identity_id, ActivityMonth.month).where(
            ActivityMonth.community_id == community.id
        ),
    ).subquery()
    first = (
        select(func.min(firsts.c.month).label("month"))
        .outerjoin(Contact, Contact.id == firsts.c.contact_id)
        .where(or_(firsts.c.contact_id.is_(None), counted(counting)))
        .group_by(firsts.c.contact_id, firsts.c.identity_id)
        .subquery()
    )
    rows = db.session.execute(select(first.c.month, func.count()).group_by(first.c.month)).all()
    return {
        month.first_day: sum(number for at, number in rows if at <= month.first_day)
        for month in months
    }
