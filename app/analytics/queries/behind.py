"""Who is behind each number, and with how much: found by the same definitions that counted them."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, Date, Integer, cast, func, literal, null, or_, select, union

from app.activity.kinds import SILENT
from app.activity.models import ActivityDay, ActivityLast, ActivityMonth
from app.activity.rollups import is_a_bots
from app.analytics import revenue
from app.analytics.figures import numbers_moved
from app.analytics.identity import Fold, movement
from app.analytics.months import Month
from app.analytics.numbers import (
    BOUGHT,
    CAME,
    DONE,
    DOOR,
    HOUR,
    MOVED,
    PAID,
    SEEN,
    Deal,
    Did,
    Place,
    Told,
)
from app.analytics.queries import activity, sales
from app.analytics.queries.cohorts import who_stayed
from app.analytics.queries.figures import Span, first_days, so_far
from app.analytics.queries.histories import Counting, Cut, Window, counted, folds, happened
from app.communities.models import Community, Contact, Membership
from app.core.database import db
from app.events.models import Attendance, AttendanceState, Event, EventState

Who = tuple[int | None, int | None]
"""A contact, or an account that is linked to none."""
Shares = dict[Who, int]
SUMS = ("acts", "weight", "mutual")
One = TypeVar("One")


@dataclass(frozen=True, slots=True)
class Asked:
    """A number of a month, or of its first days; an hour of the week (1-7, 0-23) has its own.

    A cell of the cohorts has its cohort's month: who joined first in it and acted in the other.
    """

    number: str
    month: Month
    counting: Counting
    same_days: bool = False
    hour: tuple[int, int] = (1, 0)
    cohort: Month | None = None
    is_later: bool = False


@dataclass(frozen=True, slots=True)
class _Place:
    """Where and when is looked."""

    community: Community
    span: Span
    counting: Counting
    same_days: bool
    now: datetime

    @property
    def month(self) -> Month:
        """The month."""
        return self.span.month

    @property
    def slots(self) -> dict[str, Any]:
        """What fills the slots of statements that are shared with the counting."""
        moments = sales.span_values((self.month.begins_at, self.span.until))
        zone = {"zone": self.community.zone}
        return sales.common(self.community) | moments | zone


def behind(community: Community, asked: Asked, now: datetime) -> Shares:
    """Return who is behind a number, each with their share of it."""
    if asked.number == HOUR:
        return _at_an_hour(community, asked, now)
    if asked.cohort:
        return _of_a_cohort(community, asked, asked.cohort)
    return everyone(community, asked, now, {asked.number})[asked.number]


def everyone(
    community: Community, asked: Asked, now: datetime, numbers: Collection[str]
) -> dict[str, Shares]:
    """Return who is behind several numbers of one month: a statement for each sort of number."""
    said = first_days if asked.same_days else so_far
    span = said(asked.month, now, community.zone)
    place = _Place(community, span, asked.counting, asked.same_days, now)
    found: dict[str, Shares] = {}
    for fits, told in SORTS:
        if wanted := {name: fits[name] for name in fits if name in numbers}:
            shares = list(told(place).items())
            for name, share in wanted.items():
                parts = ((who, share(one)) for who, one in shares)
                found[name] = {who: part for who, part in parts if part is not None}
    return found


def _moved(place: _Place) -> dict[Who, Told]:
    """Tell of every member there was what the month did to them."""
    window = Window((place.month,), place.counting.span)
    at, days = window.place(place.month), window.days_to_end(place.month)
    cut = Cut(window, place.span.until, place.span.days)
    (told,) = folds(place.community, [cut], place.counting, by_contact=True)

    def names(one: Fold) -> Told:
        moved = numbers_moved(movement(one.history, at, window.span, days), one.door)
        return frozenset((*moved, DOOR + one.door))

    return {(one.contact_id, None): names(one) for one in told}


def _did(place: _Place) -> dict[Who, Did]:
    """Tell what everyone did; of the first days of a month it is not known how much."""
    own = activity.belonging().subquery()
    shown = literal((1 << place.span.days) - 1, BigInteger)
    days = ActivityMonth.days.op("&")(shown)
    rows: Sequence[Any] = db.session.execute(
        select(
            ActivityMonth.contact_id,
            ActivityMonth.identity_id,
            days,
            days.op("&")(func.coalesce(own.c.days, 0)),
            ActivityMonth.helping_days.op("&")(shown),
            *(literal(0) if place.same_days else getattr(ActivityMonth, name) for name in SUMS),
        )
        .outerjoin(Contact, Contact.id == ActivityMonth.contact_id)
        .outerjoin(own, own.c.contact_id == ActivityMonth.contact_id)
        .where(
            ActivityMonth.community_id == place.community.id,
            ActivityMonth.month == place.month.first_day,
            activity.someone_counts(with_team=place.counting.with_team),
            days != 0,
        ),
        place.slots | {"begins_0": place.month.begins_at, "ends_0": place.month.ends_at},
    ).all()
    known = min(place.span.days, place.month.length)
    return {(row[0], row[1]): Did(known, *row[2:]) for row in rows}


def _seen(place: _Place) -> dict[Who, bool]:
    """Tell who was a member, or did something, by the end of the last day."""
    last, with_team = place.span.last_day, place.counting.with_team
    did = (
        select(ActivityLast.contact_id, ActivityLast.identity_id)
        .outerjoin(Contact, Contact.id == ActivityLast.contact_id)
        .where(
            ActivityLast.community_id == place.community.id,
            ActivityLast.first_on <= last,
            or_(ActivityLast.contact_id.is_(None), counted(with_team=with_team)),
        )
    )
    joined_on = cast(func.timezone(place.community.zone, Membership.joined_at), Date)
    joined = (
        select(Membership.contact_id, null())
        .join(Contact, Contact.id == Membership.contact_id)
        .where(
            Membership.community_id == place.community.id,
            joined_on <= last,
            happened(),
            counted(with_team=with_team),
        )
    )
    rows: Sequence[Any] = db.session.execute(union(did, joined)).all()
    return {(one.contact_id, one.identity_id): True for one in rows}


def _came(place: _Place) -> dict[Who, list[Place]]:
    """Tell who had places at gatherings that are over."""
    some = select(Attendance.event_id).where(
        Attendance.community_id == place.community.id,
        Attendance.state == AttendanceState.GOING,
        Attendance.arrived > 0,
    )
    rows = db.session.execute(
        select(
            Attendance.contact_id,
            Attendance.seats,
            Attendance.arrived,
            Event.id.in_(some),
        )
        .join(Event, Event.id == Attendance.event_id)
        .join(Contact, Contact.id == Attendance.contact_id)
        .where(
            Event.community_id == place.community.id,
            Event.state == EventState.PUBLISHED,
            Event.starts_at >= place.month.begins_at,
            Event.starts_at < place.span.until,
            Event.ends_at <= place.now,
            Attendance.state == AttendanceState.GOING,
            counted(with_team=place.counting.with_team),
        )
    )
    return _grouped(((row[0], None), Place(*row[1:])) for row in rows)


def _bought(place: _Place) -> dict[Who, list[Deal]]:
    """Tell what those whom we know ordered, and what went back to them."""
    deal = sales.deals(with_team=place.counting.with_team).subquery()
    statement = select(deal).where(deal.c.contact_id.is_not(None))
    return _grouped(
        (
            (one.contact_id, None),
            Deal(
                one.deal, one.kind, one.is_order, int(one.gross), int(one.refunds),
                is_strange=one.strange is not None,
            ),
        )
        for one in db.session.execute(statement, place.slots)
    )  # fmt: skip


def _paid(place: _Place) -> dict[Who, revenue.Flow]:
    """Tell how the recurring revenue of each moved."""
    known, by_then = sales.recurring(place.community, place.month, place.counting, place.span.until)
    told = by_then if place.same_days else known
    return {
        (who, None): revenue.flow({who: months}, place.month.number) for who, months in told.items()
    }


SORTS: tuple[tuple[Mapping[str, Callable[[Any], int | None]], Callable[[_Place], Any]], ...] = (
    (MOVED, _moved),
    (DONE, _did),
    ({SEEN: lambda _: 1}, _seen),
    (CAME, _came),
    (BOUGHT, _bought),
    (PAID, _paid),
)


def _at_an_hour(community: Community, asked: Asked, now: datetime) -> Shares:
    """Return who did something at an hour of the week, and on how many days of twelve weeks."""
    until = now.astimezone(ZoneInfo(community.zone)).date()
    day, hour = asked.hour
    is_set = ActivityDay.hours.op("&")(literal(1 << hour, BigInteger)) != 0
    rows = db.session.execute(
        select(
            ActivityDay.contact_id,
            ActivityDay.identity_id,
            func.count(ActivityDay.day.distinct()),
        )
        .outerjoin(Contact, Contact.id == ActivityDay.contact_id)
        .where(
            ActivityDay.community_id == community.id,
            ActivityDay.day > until - timedelta(weeks=activity.HEAT_WEEKS),
            ActivityDay.day <= until,
            cast(func.extract("isodow", ActivityDay.day), Integer) == day,
            is_set,
            ActivityDay.type.not_in(SILENT),
            or_(ActivityDay.contact_id.is_(None), counted(with_team=asked.counting.with_team)),
            ~is_a_bots(ActivityDay),
        )
        .group_by(ActivityDay.contact_id, ActivityDay.identity_id)
    )
    return {(contact, identity): days for contact, identity, days in rows}


def _of_a_cohort(community: Community, asked: Asked, cohort: Month) -> Shares:
    """Return who is behind a cell of the cohorts."""
    found = who_stayed(
        community, cohort, asked.month,
        with_team=asked.counting.with_team, is_later=asked.is_later,
    )  # fmt: skip
    return {(contact, None): 1 for contact in found}


def _grouped(rows: Iterable[tuple[Who, One]]) -> dict[Who, list[One]]:
    found: dict[Who, list[One]] = defaultdict(list)
    for who, one in rows:
        found[who].append(one)
    return found
