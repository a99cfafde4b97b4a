"""The roll-ups beside the ledger: someone's days, months and span of life here.

They are moved with each fact or counted anew. Someone is a contact or, where an account is linked
to none, an identity; bots have days, but no months and no span. A contact whose months begin or
end is marked as touched: what higher features count from months is stale for them.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Date,
    Integer,
    Select,
    case,
    cast,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from app.activity.kinds import DAILY_CAP, HELPING, KEEPING, SILENT
from app.activity.models import (
    Activity,
    ActivityDay,
    ActivityLast,
    ActivityMonth,
    ActivityTouched,
    Identity,
)
from app.activity.rollups.lasts import (
    ENDS,
    count_last,
    locked,
    mark,
    recount_lasts,
    recount_lasts_of,
    touch,
)
from app.activity.rollups.someone import SOMEONE, chosen_people, same_someone
from app.core.database import db

__all__ = ["SOMEONE", "Act", "recount_lasts", "touch"]

DAY_KEY = [*SOMEONE, "day", "channel_id", "type"]
MONTH_KEY = [*SOMEONE, "month"]
MASKS = ["days", "keeping_days", "helping_days"]
SUMS = ["acts", "weight", "mutual"]
MONTH_COLUMNS = [*MONTH_KEY, *MASKS, *SUMS]


@dataclass(frozen=True, slots=True)
class Act:
    """One fact as the roll-ups see it."""

    community_id: int
    contact_id: int
    day: date
    hour: int
    channel_id: int
    type: str
    weight: int
    is_mutual: bool


def local(moment: datetime, zone: str) -> datetime:
    """Return a moment on the clocks of a zone."""
    return moment.astimezone(ZoneInfo(zone))


def add_act(act: Act) -> None:
    """Count one act more, in the day's, the month's and the life's row: one statement."""
    day = insert(ActivityDay).values(
        community_id=act.community_id,
        contact_id=act.contact_id,
        identity_id=None,
        day=act.day,
        channel_id=act.channel_id,
        type=act.type,
        count=1,
        weight=act.weight,
        hours=1 << act.hour,
        mutual=int(act.is_mutual),
    )
    day = day.on_conflict_do_update(
        index_elements=DAY_KEY,
        set_={
            "count": ActivityDay.count + 1,
            "weight": ActivityDay.weight + day.excluded.weight,
            "hours": ActivityDay.hours.op("|")(day.excluded.hours),
            "mutual": ActivityDay.mutual + day.excluded.mutual,
        },
    )
    if act.type in SILENT:
        db.session.execute(day)
        return
    counted = day.returning(ActivityDay.count, ActivityDay.weight).cte("counted")
    db.session.execute(_moved_by(act, counted))


def take_act(activity: Activity, zone: str) -> None:
    """Count one act less; what is left empty has no row, as after a recount."""
    moment = local(activity.happened_at, zone)
    here = [
        ActivityDay.community_id == activity.community_id,
        *same_someone(ActivityDay, activity),
        ActivityDay.day == moment.date(),
        ActivityDay.channel_id == activity.channel_id,
        ActivityDay.type == activity.type,
    ]
    db.session.execute(
        update(ActivityDay)
        .where(*here)
        .values(
            count=ActivityDay.count - 1,
            weight=ActivityDay.weight - activity.weight,
            mutual=ActivityDay.mutual - int(is_mutual(activity)),
            hours=func.coalesce(_hours_left(activity, moment).scalar_subquery(), 0),
        )
    )
    db.session.execute(delete(ActivityDay).where(*here, ActivityDay.count == 0))
    if activity.type not in SILENT and _count_month(activity, moment.date().replace(day=1)):
        count_last(activity)


def recount(
    community_id: int,
    zone: str,
    *,
    contact_ids: Collection[int] | None = None,
    identity_ids: Collection[int] | None = None,
) -> None:
    """Count days, months and lives anew, of everyone or of some.

    The caller holds the ledger alone.
    """
    mark(community_id, chosen_people(ActivityMonth, contact_ids, identity_ids))
    for table in (ActivityDay, ActivityMonth):
        of_them = chosen_people(table, contact_ids, identity_ids)
        db.session.execute(delete(table).where(table.community_id == community_id, of_them))
    _insert_days(community_id, zone, chosen_people(Activity, contact_ids, identity_ids))
    chosen = chosen_people(ActivityDay, contact_ids, identity_ids)
    _insert_months([ActivityDay.community_id == community_id, chosen])
    recount_lasts_of(community_id, contact_ids, identity_ids)
    mark(community_id, chosen_people(ActivityMonth, contact_ids, identity_ids))


def recount_months(
    community_id: int, who: str, touched: Select[Any], *, first: date, last: date
) -> None:
    """Count some months anew from their days; `touched` selects (`who`, month), each a column.

    `first` and `last` are the earliest and the latest of these months: no other day is read.
    """
    of_month = tuple_(getattr(ActivityMonth, who), ActivityMonth.month)
    of_day = tuple_(getattr(ActivityDay, who), _month_of_day())
    db.session.execute(
        delete(ActivityMonth)
        .where(ActivityMonth.community_id == community_id, of_month.in_(touched))
        .execution_options(synchronize_session=False)
    )
    next_month = last + timedelta(days=31)  # lies in it, at its beginning
    _insert_months(
        [
            ActivityDay.community_id == community_id,
            ActivityDay.day >= first,
            ActivityDay.day < next_month.replace(day=1),
            of_day.in_(touched),
        ]
    )


def is_mutual(activity: Activity) -> bool:
    """Say whether an act was turned to someone: it names them, or answers what they did."""
    return activity.counterpart_id is not None or activity.reply_to_id is not None


def _insert_days(community_id: int, zone: str, chosen: ColumnElement[bool]) -> None:
    moment = func.timezone(zone, Activity.happened_at)
    unlinked = case((Activity.contact_id.is_(None), Activity.identity_id))
    key = (
        Activity.community_id,
        Activity.contact_id,
        unlinked,
        cast(moment, Date),
        Activity.channel_id,
        Activity.type,
    )
    turned = or_(Activity.counterpart_id.is_not(None), Activity.reply_to_id.is_not(None))
    rows = select(
        *key,
        func.count(),
        func.sum(Activity.weight),
        func.bit_or(_bit(func.extract("hour", moment))),
        func.count().filter(turned),
    ).where(
        Activity.community_id == community_id,
        Activity.void_at.is_(None),
        chosen,
    )
    columns = [*DAY_KEY, "count", "weight", "hours", "mutual"]
    db.session.execute(insert(ActivityDay).from_select(columns, rows.group_by(*key)))


def _insert_months(days: list[ColumnElement[bool]]) -> None:
    month = _month_of_day()
    someone = [getattr(ActivityDay, name) for name in SOMEONE]
    rows = (
        select(*someone, month, *_sums())
        .where(*days, ActivityDay.type.not_in(SILENT), ~is_a_bots(ActivityDay))
        .group_by(*someone, month)
    )
    db.session.execute(insert(ActivityMonth).from_select(MONTH_COLUMNS, rows))


def _month_of_day() -> ColumnElement[date]:
    return cast(func.date_trunc("month", ActivityDay.day), Date)


def _sums() -> list[ColumnElement[Any]]:
    """Return a month's columns as sums over its days."""
    bit = _bit(func.extract("day", ActivityDay.day) - 1)
    return [
        func.bit_or(bit),
        func.coalesce(func.bit_or(bit).filter(ActivityDay.type.in_(KEEPING)), 0),
        func.coalesce(func.bit_or(bit).filter(ActivityDay.type.in_(HELPING)), 0),
        func.sum(ActivityDay.count),
        func.sum(capped(ActivityDay.count, ActivityDay.weight)),
        func.sum(ActivityDay.mutual),
    ]


def is_a_bots(table: Any) -> ColumnElement[bool]:
    """Return the clause for what an account did that is known as a bot."""
    return exists().where(Identity.id == table.identity_id, Identity.is_bot)


def capped(count: Any, weight: Any) -> ColumnElement[int]:
    """Return what a day's acts of one sort weigh: no more than the cap's worth of them."""
    return case((count <= DAILY_CAP, weight), else_=func.div(weight * DAILY_CAP, count))


def _moved_by(act: Act, counted: CTE) -> Any:
    """Return the statement that moves someone's month and life by one act, after its day.

    The order is that of `take_act`, so that two transactions do not wait for each other.
    """
    month = _month_moved_by(act, counted).returning(ActivityMonth.acts).cte("moved")
    begun = select(literal(act.community_id), literal(act.contact_id)).where(month.c.acts == 1)
    marks = insert(ActivityTouched).from_select(["community_id", "contact_id"], begun)
    kept_on = act.day if act.type in KEEPING else None
    life = insert(ActivityLast).from_select(
        [*SOMEONE, *ENDS],
        select(
            literal(act.community_id),
            literal(act.contact_id),
            cast(None, BigInteger),
            literal(act.day),
            literal(act.day),
            cast(kept_on, Date),
        ).select_from(month),
    )
    life = life.on_conflict_do_update(
        index_elements=SOMEONE,
        set_={
            "first_on": func.least(ActivityLast.first_on, life.excluded.first_on),
            "last_on": func.greatest(ActivityLast.last_on, life.excluded.last_on),
            "kept_on": func.greatest(ActivityLast.kept_on, life.excluded.kept_on),
        },
    )
    return life.add_cte(locked(marks).cte("marked"))


def _month_moved_by(act: Act, counted: CTE) -> Any:
    """Return the statement that moves a month's row by one act, after its day was counted."""
    before = capped(counted.c.count - 1, counted.c.weight - act.weight)
    bit = 1 << (act.day.day - 1)
    rows = select(
        literal(act.community_id),
        literal(act.contact_id),
        cast(None, BigInteger),
        literal(act.day.replace(day=1)),
        literal(bit),
        literal(bit if act.type in KEEPING else 0),
        literal(bit if act.type in HELPING else 0),
        literal(1),
        cast(capped(counted.c.count, counted.c.weight) - before, BigInteger),
        literal(int(act.is_mutual)),
    ).select_from(counted)
    moved = insert(ActivityMonth).from_select(MONTH_COLUMNS, rows)
    added = {name: getattr(ActivityMonth, name) + moved.excluded[name] for name in SUMS}
    masks = {name: getattr(ActivityMonth, name).op("|")(moved.excluded[name]) for name in MASKS}
    return moved.on_conflict_do_update(index_elements=MONTH_KEY, set_={**added, **masks})


def _count_month(activity: Activity, month: date) -> bool:
    """Count one month anew; its row is locked first, so that facts told meanwhile add to it.

    False where there is none: it was a bot's.
    """
    row = db.session.execute(
        select(ActivityMonth)
        .where(
            ActivityMonth.community_id == activity.community_id,
            *same_someone(ActivityMonth, activity),
            ActivityMonth.month == month,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if row is None:
        return False
    within = cast(func.date_trunc("month", ActivityDay.day), Date) == month
    values = db.session.execute(
        select(*_sums()).where(
            ActivityDay.community_id == activity.community_id,
            *same_someone(ActivityDay, activity),
            within,
            ActivityDay.type.not_in(SILENT),
        )
    ).one()
    if values[0] is None:
        db.session.delete(row)
    else:
        for name, value in zip(MONTH_COLUMNS[len(MONTH_KEY) :], values, strict=True):
            setattr(row, name, int(value))
    db.session.flush()
    if values[0] is None and activity.contact_id is not None:
        touch(activity.community_id, select(literal(activity.contact_id).label("contact_id")))
    return True


def _hours_left(activity: Activity, moment: datetime) -> Any:
    """Return the select for the hours of the day that other acts of this sort still have."""
    begins = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    zone = str(moment.tzinfo)
    here = func.timezone(zone, Activity.happened_at)
    return select(func.bit_or(_bit(func.extract("hour", here)))).where(
        Activity.community_id == activity.community_id,
        *same_someone(Activity, activity),
        Activity.happened_at >= begins,
        cast(here, Date) == moment.date(),
        Activity.channel_id == activity.channel_id,
        Activity.type == activity.type,
        Activity.void_at.is_(None),
    )


def _bit(place: Any) -> ColumnElement[int]:
    return literal(1, BigInteger).op("<<")(cast(place, Integer))
