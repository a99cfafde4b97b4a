"""Cohorts: counted by hand, kept up by the hourly job, the same as when counted anew."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.accounts.models import Person
from app.activity import service as activity
from app.analytics import service, tasks
from app.analytics.models import HealthCohort
from app.analytics.queries.cohorts import Cell, Cohort, cohorts
from app.communities.models import Community, Contact, EndReason
from app.communities.service.team import mark_team
from app.core.database import db
from tests.analytics.conftest import ZONE, acted, at, joined
from tests.conftest import TODAY
from tests.factories import make_community, make_contact, make_member, make_person, sign_in
from tests.pages import ProofreadingClient

PAGE = "/c/lantern/health/cohorts"
CELL = "/c/lantern/health/people?number=cohort"
Key = tuple[date, bool, date]


def cells(community: Community) -> dict[Key, tuple[int, int]]:
    """Return what is kept: people, and who did nothing afterwards."""
    rows = db.session.execute(
        select(HealthCohort.cohort, HealthCohort.is_team, HealthCohort.month, HealthCohort.people,
               HealthCohort.ended).where(HealthCohort.community_id == community.id)
    )  # fmt: skip
    return {(row[0], row[1], row[2]): (row[3], row[4]) for row in rows}


def month(text: str) -> date:
    return date.fromisoformat(f"{text}-01")


def shown(community: Community, **asked: bool) -> dict[date, tuple[int, list[int | None]]]:
    """Return each cohort's size, and its cells."""
    return {
        one.month: (one.people, [cell.people if cell else None for cell in one.cells])
        for one in cohorts(community, TODAY, **asked)
    }


def test_a_cohort_is_counted_by_hand(community: Community) -> None:
    ada, ben = joined(community, "2026-01-10"), joined(community, "2026-01-31T18:00")  # February
    cem = joined(community, "2026-01-05", left="2026-02-01")
    acted(community, ada, "2026-02-03")
    acted(community, ada, "2026-04-03")
    acted(community, cem, "2026-04-30T17:00")  # the first of May in Jakarta; a guest by now
    acted(community, ben, "2025-12-01")  # a guest before joining
    service.count_cohorts(community)
    january, february = month("2026-01"), month("2026-02")
    assert cells(community) == {
        (january, False, january): (2, 0),
        (january, False, february): (1, 0),
        (january, False, month("2026-04")): (1, 1),
        (january, False, month("2026-05")): (1, 1),
        (february, False, february): (1, 1),
    }


def test_unfinished_months_are_blank_and_later_is_a_sum(community: Community) -> None:
    ada, _ben = joined(community, "2026-03-10"), joined(community, "2026-03-11")
    acted(community, ada, "2026-05-03")
    service.count_cohorts(community)
    march = month("2026-03")
    blank = [None] * 10
    assert shown(community) == {march: (2, [0, 1, *blank])}
    assert shown(community, is_later=True) == {march: (2, [1, 1, *blank])}
    assert Cell(1, 3, march).shade == 2
    assert Cohort(march, 1, ()).people == 1


def test_the_team_stands_apart(community: Community) -> None:
    joined(community, "2026-03-10", is_team=True)
    joined(community, "2026-03-11")
    service.count_cohorts(community)
    assert shown(community)[month("2026-03")][0] == 1
    assert shown(community, with_team=True)[month("2026-03")][0] == 2


def test_only_touched_cohorts_are_counted(community: Community) -> None:
    ada = joined(community, "2026-03-10")
    joined(community, "2026-04-10")
    assert service.count_cohorts(community) == 2
    assert service.count_cohorts(community) == 0
    before = ids(community)
    acted(community, ada, "2026-03-20")  # in a month that is counted already
    assert service.count_cohorts(community) == 0
    acted(community, ada, "2026-05-20")
    assert service.count_cohorts(community) == 1
    assert ids(community)[month("2026-04")] == before[month("2026-04")]


def ids(community: Community) -> dict[date, list[int]]:
    found: dict[date, list[int]] = {}
    for cohort, number in db.session.execute(
        select(HealthCohort.cohort, HealthCohort.id)
        .where(HealthCohort.community_id == community.id)
        .order_by(HealthCohort.id)
    ):
        found.setdefault(cohort, []).append(number)
    return found


def test_another_s_cohorts_stay(community: Community) -> None:
    other = make_community(zone=ZONE)
    joined(other, "2026-03-10")
    service.count_cohorts(other)
    joined(community, "2026-04-10")
    service.count_cohorts(community, is_anew=True)
    assert list(cells(other)) == [(month("2026-03"), False, month("2026-03"))]
    assert list(cells(community)) == [(month("2026-04"), False, month("2026-04"))]


def test_another_zone_counts_anew(community: Community) -> None:
    joined(community, "2026-01-31T18:00")
    service.count_cohorts(community)
    assert [key[0] for key in cells(community)] == [month("2026-02")]
    community.zone = "UTC"
    activity.rebuild(community.id, zone="UTC")
    service.count_cohorts(community)
    assert [key[0] for key in cells(community)] == [month("2026-01")]


def test_the_hourly_job_counts_what_was_touched_the_nightly_one_all(community: Community) -> None:
    joined(community, "2026-03-10")
    tasks.close(community.id)
    (key,) = cells(community)
    spoilt = {(key[0], key[1], month("2026-04")): (1, 1)}
    db.session.execute(
        text("UPDATE health_cohort SET month = '2026-04-01' WHERE community_id = :here"),
        {"here": community.id},
    )
    assert cells(community) == spoilt
    tasks.restate(community.id)
    assert list(cells(community)) == [key]


LIVES = st.lists(
    st.tuples(
        st.sampled_from(["join", "act", "act", "act", "void", "team", "leave", "count", "merge"]),
        st.integers(0, 3),
        st.sampled_from(["2026-01-31T20:00", "2026-02-10", "2026-03-31T20:00", "2026-04-02"]),
    ),
    max_size=16,
)


@given(lives=LIVES)
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_counting_what_was_touched_equals_counting_all(
    session: Session, lives: list[tuple[str, int, str]]
) -> None:
    community = make_community(zone=ZONE)
    people = [make_contact(community) for _ in range(4)]
    belongs: set[int] = set()
    boss = make_person()
    for step in lives:
        live(community, people, belongs, step, boss)
    service.count_cohorts(community)
    kept = cells(community)
    service.count_cohorts(community, is_anew=True)
    assert kept == cells(community)


def live(
    community: Community,
    people: list[Contact],
    belongs: set[int],
    step: tuple[str, int, str],
    boss: Person,
) -> None:
    """Take one step in the lives of four people."""
    verb, who, on = step
    one = people[who]
    if verb == "join" and who not in belongs:
        belongs.add(who)
        joined(community, on, contact=one)
    elif verb == "leave" and who not in belongs:
        joined(community, on, left="2026-05-01", reason=EndReason.LEFT, contact=one)
    elif verb == "act":
        acted(community, one, on)
    elif verb == "void":
        activity.void(
            community_id=community.id, uid=f"{one.id}:event.seat_taken:{on}", zone=ZONE,
            now=at("2026-06-01"),
        )  # fmt: skip
    elif verb == "team":
        mark_team(one, is_team=not one.is_team, by=boss)
        db.session.refresh(one)
    elif verb == "merge":
        activity.reassign(
            community_id=community.id, from_id=one.id, to_id=people[who - 1].id, zone=ZONE
        )
    elif verb == "count":
        service.count_cohorts(community)


@pytest.fixture
def organizer(community: Community, client: ProofreadingClient) -> Contact:
    contact = make_member(community, role="organizer", is_team=True)
    sign_in(client, contact)
    return contact


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_costs_four_statements_a_cell_seven(
    client: ProofreadingClient,
    organizer: Contact,
    community: Community,
    statements: Callable[[], Any],
    number: int,
) -> None:
    for place in range(number):
        joined(community, f"2026-0{place + 1}-10")
    service.count_cohorts(community)
    client.get(PAGE)
    with statements() as seen:
        html = client.get(PAGE).get_data(as_text=True)
    assert (len(seen), html.count('<th scope="row">')) == (4, number)
    acted(community, joined(community, "2026-01-20"), "2026-03-02")
    for asked, people, who in (
        ("month=2026-01", 2, "ever in the month, members still"),
        ("month=2026-03", 1, "did something in the other, members still"),
        ("month=2026-02&count=later", 1, "did something in the other or after it, members still"),
    ):
        with statements() as seen:
            html = client.get(f"{CELL}&cohort=2026-01&{asked}").get_data(as_text=True)
        assert (len(seen), html.count('class="person"')) == (7, people)
        assert who in html
        assert (f'href="{PAGE}?count=later"' in html) is ("later" in asked)  # the way back


@pytest.mark.parametrize(
    "asked",
    ["cohort=2026-04&month=2026-03", "cohort=1999-01&month=2026-03", "cohort=x&month=2026-03"],
)
def test_only_cells_that_there_are_open(
    client: ProofreadingClient, organizer: Contact, asked: str
) -> None:
    assert client.get(f"{CELL}&{asked}").status_code == 404


def test_an_empty_page_says_when_the_first_comes(
    client: ProofreadingClient, organizer: Contact
) -> None:
    assert "Nobody to follow yet" in client.get(PAGE).get_data(as_text=True)
    service.count_cohorts(db.session.get_one(Community, organizer.community_id))
    assert "Nobody to follow yet" not in client.get(f"{PAGE}?team=in").get_data(as_text=True)


def test_the_choices_stay_together(
    client: ProofreadingClient, organizer: Contact, community: Community
) -> None:
    joined(community, "2026-03-10")
    service.count_cohorts(community)
    html = client.get(f"{PAGE}?team=in&count=later").get_data(as_text=True)
    for address in ("team=in", "count=later", "team=in&amp;count=later"):
        assert f'href="{PAGE}?{address}"' in html
