"""Members and active members by month, for the desk: from periods and the daily roll-up."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, cast, exists, func, or_, select
from sqlalchemy.dialects.postgresql import array

from app.activity.models import ActivityDay
from app.analytics.months import Month, MonthCount, last_months
from app.communities.models import Community, Contact, EndReason, Membership
from app.core.database import db


def monthly(community: Community, now: datetime) -> list[MonthCount]:
    """Return the last 24 months, the oldest first: three statements."""
    months = last_months(now, community.zone)
    before_joined, joined = _by_month(community.id, Membership.joined_at, months)
    before_left, left = _by_month(community.id, Membership.left_at, months)
    active = active_members(community, months)
    members, found = before_joined - before_left, []
    for place, month in enumerate(months):
        members += joined[place] - left[place]
        found.append(
            MonthCount(
                month.first_day,
                members,
                joined[place],
                left[place],
                active.get(month.first_day, 0),
                is_current=place == len(months) - 1,
            )
        )
    return found


def active_members(community: Community, months: Sequence[Month]) -> dict[date, int]:
    """Return how many people did something while they belonged, by month: one statement."""
    month = cast(func.date_trunc("month", ActivityDay.day), Date)
    belonged = exists().where(
        Membership.community_id == ActivityDay.community_id,
        Membership.contact_id == ActivityDay.contact_id,
        _day_of(Membership.joined_at, community.zone) <= ActivityDay.day,
        or_(
            Membership.left_at.is_(None),
            _day_of(Membership.left_at, community.zone) >= ActivityDay.day,
        ),
        _counts(),
    )
    rows = db.session.execute(
        select(month, func.count(ActivityDay.contact_id.distinct()))
        .join(Contact, Contact.id == ActivityDay.contact_id)
        .where(
            ActivityDay.community_id == community.id,
            ActivityDay.day >= months[0].first_day,
            ActivityDay.day < months[-1].next_day,
            ActivityDay.count > 0,
            Contact.is_team.is_(False),
            belonged,
        )
        .group_by(month)
    )
    return dict(rows.all())


def _by_month(community_id: int, moment: Any, months: Sequence[Month]) -> tuple[int, list[int]]:
    """Return how many periods began (or ended) before the first month, and in each month."""
    bounds = array([*(month.begins_at for month in months), months[-1].ends_at])
    place = func.width_bucket(moment, bounds)
    rows = db.session.execute(
        select(place, func.count())
        .join(Contact, Contact.id == Membership.contact_id)
        .where(
            Membership.community_id == community_id,
            moment.is_not(None),
            Contact.is_team.is_(False),
            _counts(),
        )
        .group_by(place)
    )
    counts: dict[int, int] = dict(rows.all())
    return counts.get(0, 0), [counts.get(place, 0) for place in range(1, len(months) + 1)]


def _day_of(moment: Any, zone: str) -> ColumnElement[date]:
    """Return the day of a moment in the community's zone."""
    return cast(func.timezone(zone, moment), Date)


def _counts() -> ColumnElement[bool]:
    """Leave out memberships that an import brought by mistake and that were undone."""
    return or_(Membership.end_reason.is_(None), Membership.end_reason != EndReason.UNDONE)
