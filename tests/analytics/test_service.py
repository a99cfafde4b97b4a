"""Closed months keep their numbers; what is told late is a restatement; how one counts."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.activity import service as activity
from app.activity.models import HealthSetting
from app.analytics import service
from app.analytics.models import HealthMonth
from app.analytics.queries.report import report
from app.communities.models import Community
from app.core.database import add, db
from app.core.jobs import run_pending
from app.core.models import AuditEntry
from tests.analytics.conftest import acted, joined
from tests.conftest import TODAY, FixedClock
from tests.factories import make_community, make_person

NEXT_MONTH = TODAY + timedelta(days=20)


def versions(community: Community, month: str) -> list[tuple[int, int]]:
    """Return the versions of a closed month: (version, active people)."""
    rows = db.session.scalars(
        select(HealthMonth)
        .where(
            HealthMonth.community_id == community.id,
            func.to_char(HealthMonth.month, "YYYY-MM") == month,
        )
        .order_by(HealthMonth.version)
    )
    return [(row.version, row.numbers["doing"]["people"]) for row in rows]


def test_months_that_are_over_are_kept_once(community: Community) -> None:
    joined(community, "2026-03-10")
    assert service.close_months(community, now=TODAY) == 23
    assert service.close_months(community, now=TODAY) == 0
    assert versions(community, "2026-03") == [(1, 1)]
    assert versions(community, "2026-06") == []
    assert service.close_months(community, now=NEXT_MONTH) == 1


def test_nothing_told_late_changes_nothing(community: Community) -> None:
    joined(community, "2026-03-10")
    assert service.restate(community, now=TODAY) == []
    service.close_months(community, now=TODAY)
    assert service.restate(community, now=TODAY) == []


def test_what_is_told_late_stays_hidden_until_it_is_restated_in_the_open(
    community: Community,
) -> None:
    one = joined(community, "2025-01-10")
    service.close_months(community, now=TODAY)
    acted(community, one, "2026-03-03")
    kept = report(community, TODAY)
    assert (kept.months[-4].doing.people, kept.changes) == (0, ())
    service.restate(community, now=TODAY)
    told = report(community, TODAY)
    assert versions(community, "2026-03") == [(1, 0), (2, 1)]
    assert told.months[-4].doing.people == 1
    changes = (one for one in told.changes if one.is_first)
    assert {(f"{one.month:%m}", one.number, one.before, one.after) for one in changes} == {
        ("03", "awake", 0, 1),
        ("03", "active", 0, 1),
        ("03", "acts", 0, 1),
        ("04", "awake", 0, 1),
        ("05", "awake", 0, 1),
    }


def test_days_counted_anew_have_the_months_restated_by_a_job(
    app: Flask, community: Community, clock: FixedClock, session: Session
) -> None:
    one = joined(community, "2025-01-10")
    service.close_months(community, now=TODAY)
    acted(community, one, "2026-03-03")
    activity.rebuild(community.id, zone=community.zone)
    activity.rebuild(community.id, zone=community.zone)
    session.commit()
    assert run_pending(app) == ["analytics.restate"]
    assert versions(community, "2026-03")[-1] == (2, 1)


def test_the_hourly_and_nightly_jobs_reach_every_community(
    app: Flask, community: Community, clock: FixedClock, session: Session
) -> None:
    from app.analytics import tasks  # noqa: PLC0415 - registered with the app

    joined(community, "2026-03-10")
    tasks.close_all()
    tasks.restate_all()
    assert run_pending(app) == ["analytics.close"]
    assert len(versions(community, "2026-03")) == 1
    tasks.restate_all()
    assert run_pending(app) == ["analytics.restate"]


def test_a_job_for_a_community_that_is_gone_ends_quietly(session: Session) -> None:
    from app.analytics import tasks  # noqa: PLC0415 - registered with the app

    tasks.close(0)
    tasks.restate(0)
    assert session.scalars(select(HealthMonth)).all() == []


def test_another_way_of_counting_has_months_of_its_own(
    app: Flask, community: Community, clock: FixedClock, session: Session
) -> None:
    joined(community, "2026-01-10")
    service.close_months(community, now=TODAY)
    person = make_person()
    for months in (3, 2):
        service.count_as(community, sleeping_months=months, is_strict=months == 2, by=person)
    session.commit()
    run_pending(app)
    told = report(community, TODAY)
    assert (told.counting.span, told.counting.is_strict) == (2, True)
    assert [one.people.awake for one in told.months[-6:]] == [1, 1, 0, 0, 0, 0]
    kept = set(session.scalars(select(HealthMonth.definition)))
    assert kept == {"1.6", "1.2s"}
    actions = session.scalars(select(AuditEntry.action)).all()
    assert actions.count("health.counting_changed") == 2


@pytest.mark.parametrize("months", [0, 25])
def test_sleep_is_between_a_month_and_two_years(community: Community, months: int) -> None:
    with pytest.raises(service.SleepTooLong):
        service.count_as(community, sleeping_months=months, is_strict=False, by=make_person())


def test_the_database_keeps_that_promise_too(community: Community) -> None:
    with pytest.raises(IntegrityError, match="sleeping_months_in_reason"):
        add(HealthSetting(community_id=community.id, sleeping_months=25))


def test_one_community_s_months_are_not_another_s(community: Community) -> None:
    other = make_community()
    service.close_months(community, now=TODAY)
    assert len(report(other, TODAY).changes) == 0
    assert (
        db.session.scalars(select(HealthMonth).where(HealthMonth.community_id == other.id)).all()
        == []
    )
