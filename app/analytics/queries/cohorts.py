"""Who stays: of those who joined first in one month, how many did something in later ones."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select, text

from app.activity.models import ActivityLast, ActivityMonth
from app.analytics.models import HealthCohort
from app.analytics.months import Month, first_of, last_months, number_of
from app.analytics.queries.histories import counted, happened
from app.communities.models import Community, Contact, Membership
from app.core.database import db

FARTHEST = 12  # months after joining that are shown


@dataclass(frozen=True, slots=True)
class Cell:
    """So many of a cohort, in a month after theirs."""

    people: int
    of: int
    month: date

    @property
    def shade(self) -> int:
        """How strong it is drawn, from 0 to 5."""
        return -(-self.people * 5 // self.of)


@dataclass(frozen=True, slots=True)
class Cohort:
    """Those who joined first in a month, and what became of them; unfinished months are None."""

    month: date
    people: int
    cells: tuple[Cell | None, ...]


def cohorts(
    community: Community, now: datetime, *, with_team: bool = False, is_later: bool = False
) -> tuple[Cohort, ...]:
    """Return the cohorts of two years, the newest first: one statement.

    With `is_later` a cell counts who did something in its month or after it.
    """
    months = last_months(now, community.zone)
    asked = select(
        HealthCohort.cohort,
        HealthCohort.month,
        func.sum(HealthCohort.people),
        func.sum(HealthCohort.ended),
    ).where(HealthCohort.community_id == community.id, HealthCohort.cohort >= months[0].first_day)
    if not with_team:
        asked = asked.where(HealthCohort.is_team.is_(False))
    asked = asked.group_by(HealthCohort.cohort, HealthCohort.month).order_by(
        HealthCohort.cohort.desc(), HealthCohort.month
    )
    rows = db.session.execute(asked).all()
    return tuple(
        _cohort(month, list(cells), months[-1], is_later=is_later)
        for month, cells in groupby(rows, key=lambda row: row[0])
    )


def who_stayed(
    community: Community, cohort: Month, month: Month, *, with_team: bool, is_later: bool
) -> list[int]:
    """Return who is behind a cell: one statement. All of a cohort are in their own month."""
    here = Membership.community_id == community.id
    then = select(Membership.contact_id).where(
        here,
        Membership.joined_at >= cohort.begins_at,
        Membership.joined_at < cohort.ends_at,
        happened(),
    )
    asked = (
        select(Membership.contact_id)
        .join(Contact, Contact.id == Membership.contact_id)
        .where(here, Membership.contact_id.in_(then), happened(), counted(with_team=with_team))
        .group_by(Membership.contact_id)
        .having(func.min(Membership.joined_at) >= cohort.begins_at)
    )
    if month != cohort:
        asked = asked.where(_acted(month, is_later=is_later))
    return list(db.session.scalars(asked))


def _acted(month: Month, *, is_later: bool) -> ColumnElement[bool]:
    """Return the clause for members who did something in a month, or in it or after it."""
    told: type[ActivityLast | ActivityMonth]
    if is_later:
        told, fits = ActivityLast, ActivityLast.last_on >= month.first_day
    else:
        told, fits = ActivityMonth, ActivityMonth.month == month.first_day
    return exists().where(
        told.community_id == Membership.community_id,
        told.contact_id == Membership.contact_id,
        fits,
    )


def stale(community: Community) -> list[date]:
    """Take the marks away and return the cohorts to be counted anew.

    These are the cohorts of whoever is marked, and those that have more people or fewer than when
    they were counted: someone joined, an import came or went, the zone is another.
    """
    return list(db.session.scalars(text(_STALE), _values(community)))


def all_of(community: Community) -> list[date]:
    """Return all cohorts there are, and all that were counted once."""
    return list(db.session.scalars(text(_ALL), _values(community)))


def recount(community: Community, months: Collection[date]) -> None:
    """Count some cohorts anew, each with all its cells."""
    values = _values(community) | {"cohorts": list(months)}
    for statement in (_FORGET, _COUNT):
        db.session.execute(text(statement), values)


def _cohort(month: date, rows: Sequence[Any], current: Month, *, is_later: bool) -> Cohort:
    acted = {number_of(at): int(people) for _, at, people, _ in rows}
    ended = {number_of(at): int(number) for _, at, _, number in rows}
    first = number_of(month)
    size = acted[first]

    def people(number: int) -> int:
        if is_later:
            return sum(n for at, n in ended.items() if at >= number)
        return acted.get(number, 0)

    cells = tuple(
        Cell(people(number), size, first_of(number)) if number < current.number else None
        for number in range(first + 1, first + FARTHEST + 1)
    )
    return Cohort(month, size, cells)


def _values(community: Community) -> dict[str, Any]:
    return {"community": community.id, "zone": community.zone}


_FIRST = """
first AS (
    SELECT membership.contact_id, contact.is_team,
        date_trunc('month', min(membership.joined_at) AT TIME ZONE :zone)::date AS cohort
    FROM membership JOIN contact ON contact.id = membership.contact_id
    WHERE membership.community_id = :community
        AND membership.end_reason IS DISTINCT FROM 'undone'
    GROUP BY membership.contact_id, contact.is_team
)
"""
_STALE = f"""
WITH marked AS (
    DELETE FROM activity_touched WHERE community_id = :community RETURNING contact_id
), {_FIRST}
SELECT cohort FROM first WHERE contact_id IN (SELECT contact_id FROM marked)
UNION
SELECT cohort FROM (
    SELECT cohort, is_team, count(*) AS people FROM first GROUP BY cohort, is_team
) AS here FULL JOIN (
    SELECT cohort, is_team, people FROM health_cohort
    WHERE community_id = :community AND month = cohort
) AS kept USING (cohort, is_team)
WHERE here.people IS DISTINCT FROM kept.people
"""  # noqa: S608 - made of our own words only
_ALL = f"""
WITH {_FIRST}
SELECT cohort FROM first UNION SELECT cohort FROM health_cohort WHERE community_id = :community
"""  # noqa: S608 - the same
_FORGET = "DELETE FROM health_cohort WHERE community_id = :community AND cohort = ANY(:cohorts)"
# Joining is doing something: all of a cohort are in its first cell.
_COUNT = f"""
WITH {_FIRST}, acted AS (
    SELECT first.*, cohort AS month FROM first WHERE cohort = ANY(:cohorts)
    UNION ALL
    SELECT first.*, activity_month.month
    FROM first JOIN activity_month ON activity_month.community_id = :community
        AND activity_month.contact_id = first.contact_id AND activity_month.month > first.cohort
    WHERE first.cohort = ANY(:cohorts)
)
INSERT INTO health_cohort (community_id, cohort, is_team, month, people, ended)
SELECT :community, cohort, is_team, month, count(*),
    count(*) FILTER (WHERE month = greatest(cohort, date_trunc('month', last_on)::date))
FROM acted LEFT JOIN activity_last ON activity_last.community_id = :community
    AND activity_last.contact_id = acted.contact_id
GROUP BY cohort, is_team, month
"""  # noqa: S608 - the same
