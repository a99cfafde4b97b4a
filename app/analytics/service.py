"""Closing months, restating what was told late, counting cohorts; and how a community counts."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from app.accounts.models import Person
from app.activity.models import HealthSetting
from app.analytics.changes import ToldBy
from app.analytics.figures import Figures
from app.analytics.models import HealthMonth
from app.analytics.months import Month, last_months
from app.analytics.queries import closed, cohorts, figures
from app.analytics.queries.causes import causes_of
from app.analytics.queries.closed import Closed
from app.analytics.queries.histories import Counting
from app.communities.models import Community
from app.core import audit, jobs
from app.core.database import db
from app.core.errors import RuleViolation
from app.core.text import N_
from app.matching import service as matching

LONGEST = 24


class SleepTooLong(RuleViolation):
    """Two years are the longest."""

    message = N_("Choose between 1 and 24 months.")


def close_months(community: Community, *, now: datetime) -> int:
    """Keep the numbers of months that are over and were not kept yet; return how many.

    Two at once keep them once: who comes second finds them.
    """
    months = last_months(now, community.zone)[:-1]
    counting, known = closed.kept(community, months[0].first_day)
    missing = [month for month in months if month.first_day not in known]
    if not missing:
        return 0
    run = months[months.index(missing[0]) :]
    found, _ = figures.computed(community, run, now, counting)
    new = [one for one in found if one.month not in known]
    return _keep(community, counting, new, now=now)


def restate(community: Community, *, now: datetime) -> list[date]:
    """Count closed months anew and keep a new version of those that read otherwise now."""
    months = last_months(now, community.zone)[:-1]
    counting, known = closed.kept(community, months[0].first_day)
    run = [month for month in months if month.first_day in known]
    if not run:
        return []
    found, _ = figures.computed(community, _without_gaps(months, run), now, counting)
    told = [(month, one) for one in found for month in run if month.first_day == one.month]
    restated = []
    for month, one in told:
        before = known[one.month]
        if before.figures.as_json() != one.as_json():
            told_by = causes_of(community, month, before, one, counting, now=now)
            version = before.version + 1
            _keep(community, counting, [one], now=now, version=version, causes=told_by)
            restated.append(one.month)
        elif not before.is_settled:
            _settle(community, counting, before)
    return restated


def count_cohorts(community: Community, *, is_anew: bool = False) -> int:
    """Count the cohorts anew whose cells may read otherwise, or all of them; return how many."""
    touched = cohorts.stale(community)
    if is_anew:
        touched = cohorts.all_of(community)
    if touched:
        cohorts.recount(community, touched)
    return len(touched)


def restate_later(community_id: int) -> None:
    """Have closed months counted anew by a job."""
    jobs.defer(
        "analytics.restate",
        lock=f"analytics:{community_id}",
        queueing_lock=f"analytics.restate:{community_id}",
        community_id=community_id,
    )


def close_later(community_id: int) -> None:
    """Have the months that are over kept by a job."""
    jobs.defer(
        "analytics.close",
        lock=f"analytics:{community_id}",
        queueing_lock=f"analytics.close:{community_id}",
        community_id=community_id,
    )


def count_as(community: Community, *, sleeping_months: int, is_strict: bool, by: Person) -> None:
    """Choose after how many months without an act a member sleeps, and what keeps awake.

    All months are counted by it from now on; those closed under another choice stay kept, and are
    there again when one goes back.
    """
    if not 1 <= sleeping_months <= LONGEST:
        raise SleepTooLong(field="sleeping_months")
    values = {"sleeping_months": sleeping_months, "is_strict": is_strict}
    written = insert(HealthSetting).values(community_id=community.id, **values)
    db.session.execute(written.on_conflict_do_update(index_elements=["community_id"], set_=values))
    audit.record(
        "health.counting_changed",
        actor=by,
        community_id=community.id,
        subject=("community", community.id),
        **values,
    )
    close_later(community.id)
    matching.ask_for_refresh(community.id)  # who wakes by the new choice can be suggested


def _without_gaps(months: Sequence[Month], run: Sequence[Month]) -> Sequence[Month]:
    return months[months.index(run[0]) : months.index(run[-1]) + 1]


def _keep(
    community: Community,
    counting: Counting,
    found: Sequence[Figures],
    *,
    now: datetime,
    version: int = 1,
    causes: Mapping[str, ToldBy] | None = None,
) -> int:
    rows = [
        {
            "community_id": community.id,
            "month": one.month,
            "definition": closed.definition_of(counting),
            "version": version,
            "people": one.people.members,
            "numbers": one.as_json(),
            "closed_at": now,
            "causes": _as_json(causes or {}),
        }
        for one in found
    ]
    written = insert(HealthMonth).values(rows).on_conflict_do_nothing().returning(HealthMonth.id)
    return len(db.session.scalars(written).all())


def _settle(community: Community, counting: Counting, kept: Closed) -> None:
    """Keep with a version of before 0013 which import moved what."""
    db.session.execute(
        update(HealthMonth)
        .where(
            HealthMonth.community_id == community.id,
            HealthMonth.month == kept.figures.month,
            HealthMonth.definition == closed.definition_of(counting),
            HealthMonth.version == kept.version,
        )
        .values(causes=_as_json(kept.causes))
    )


def _as_json(causes: Mapping[str, ToldBy]) -> dict[str, Any]:
    return {number: told_by.as_json() for number, told_by in causes.items()}
