"""All numbers of a month from the database: against an oracle, and moved by one act alone."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.activity.models import Activity
from app.analytics import service
from app.analytics.figures import Figures, People
from app.analytics.models import HealthCohort, HealthMonth
from app.analytics.months import MOST_SHOWN, Month, last_months, month_of
from app.analytics.numbers import NUMBERS
from app.analytics.queries import behind
from app.analytics.queries.activity import active_people, heat
from app.analytics.queries.figures import computed, first_days
from app.analytics.queries.histories import Counting
from app.analytics.queries.report import report
from app.billing.models import Interval, PaymentMethod, RefundReason
from app.billing.queries.orders import lines_of
from app.billing.service.plans import sell_by_hand
from app.billing.service.refunds import Part, refund
from app.communities.models import Community, Contact, EndReason, JoinedVia, Membership
from app.core.database import add, db
from app.events.models import Attendance, AttendanceState, Event
from tests.analytics.conftest import ZONE, acted, at, joined, undone
from tests.analytics.lively import monthly, sold
from tests.conftest import TODAY
from tests.factories import make_community, make_contact, make_event

ALL = Counting()


def months_of(community: Community, now: datetime = TODAY) -> dict[str, Figures]:
    """Return two years of a community by month."""
    found, _ = computed(community, last_months(now, community.zone), now, ALL)
    return {f"{one.month:%Y-%m}": one for one in found}


def listed(community: Community, number: str, month: str) -> set[int]:
    """Return the ids of the contacts behind a number."""
    chosen = next(
        one for one in last_months(TODAY, community.zone) if f"{one.first_day:%Y-%m}" == month
    )
    asked = behind.Asked(number, chosen, ALL)
    return {contact or 0 for contact, _ in behind.behind(community, asked, TODAY)}


def test_an_empty_community_has_months_of_nothing(community: Community) -> None:
    found = months_of(community)
    assert len(found) == 24
    assert {one.people for one in found.values()} == {People()}
    assert [one.is_current for one in found.values()] == [False] * 23 + [True]


def test_a_life_in_months(community: Community) -> None:
    joined(community, "2025-01-10")
    joined(community, "2025-01-10", left="2025-03-05")
    sleeper = joined(community, "2025-01-10", left="2025-11-20", reason=EndReason.REMOVED)
    found = months_of(community)
    assert found["2025-01"].people == People(
        members=3, awake=3, seen=3, inflow=3, doors=(("open", 3),)
    )
    assert found["2025-03"].people == People(members=2, awake=2, seen=3, left=1, new_gone=1)
    assert found["2025-07"].people == People(members=2, awake=0, seen=3, slept=2)
    assert found["2025-11"].people == People(members=1, awake=0, seen=3, sleepers_left=1)
    assert listed(community, "sleepers_left", "2025-11") == {sleeper.id}


def test_who_comes_back_is_reactivated_and_who_wakes_too(community: Community) -> None:
    back = joined(community, "2025-01-10", left="2025-02-10")
    joined(community, "2026-05-02", contact=back)
    waking = joined(community, "2025-01-10")
    acted(community, waking, "2026-05-04")
    found = months_of(community)["2026-05"].people
    assert (found.returned, found.woke, found.inflow, found.awake) == (1, 1, 0, 2)
    assert listed(community, "returned", "2026-05") == {back.id}
    assert listed(community, "woke", "2026-05") == {waking.id}
    assert listed(community, "reactivated", "2026-05") == {back.id, waking.id}


def test_the_border_of_a_month_is_midnight_in_the_zone(community: Community) -> None:
    late = joined(community, "2026-05-31T17:00")
    found = months_of(community)
    assert (found["2026-05"].people.inflow, found["2026-06"].people.inflow) == (0, 1)
    assert found["2026-06"].doing.people == 1
    assert listed(community, "inflow", "2026-06") == {late.id}


def test_an_import_an_undone_import_and_the_team_are_no_growth(community: Community) -> None:
    joined(community, "2026-05-02", via=JoinedVia.IMPORT)
    joined(community, "2026-05-02", left="2026-05-03", reason=EndReason.UNDONE)
    joined(community, "2026-05-02", is_team=True)
    found = months_of(community)["2026-05"].people
    assert (found.inflow, found.imported, found.grown, found.members) == (1, 1, 0, 1)
    counted_in, _ = computed(
        community, last_months(TODAY, ZONE, 2), TODAY, replace(ALL, with_team=True)
    )
    assert counted_in[0].people.members == 2


@pytest.mark.parametrize(("is_strict", "awake"), [(False, 2), (True, 1)])
def test_a_strict_community_counts_coming_and_buying_only(
    community: Community, *, is_strict: bool, awake: int
) -> None:
    for kind in ("event.seat_taken", "event.checked_in"):
        acted(community, joined(community, "2025-01-10"), "2026-04-04", kind)
    counting = Counting(is_strict=is_strict)
    found, _ = computed(community, last_months(TODAY, ZONE, 3), TODAY, counting)
    assert [one.people.awake for one in found] == [awake] * 3


def test_the_span_of_sleep_is_the_community_s(community: Community) -> None:
    joined(community, "2026-01-10")
    for span, awake in ((1, 0), (5, 0), (6, 1), (24, 1)):
        found, _ = computed(community, last_months(TODAY, ZONE, 1), TODAY, Counting(span))
        assert found[0].people.awake == awake


def everyone(community: Community, count: int = MOST_SHOWN) -> dict[str, dict[str, behind.Shares]]:
    """Return who is behind every number of every month, and of the same days of the last one."""
    months = last_months(TODAY, community.zone, count)
    found = {
        f"{month.first_day:%Y-%m}": behind.everyone(
            community, behind.Asked("", month, ALL), TODAY, NUMBERS
        )
        for month in months
    }
    asked = behind.Asked("", months[-2], ALL, same_days=True)
    return found | {"same days": behind.everyone(community, asked, TODAY, NUMBERS)}


Lists = dict[str, dict[str, behind.Shares]]
Moves = dict[str, dict[str, dict[behind.Who, tuple[int | None, int | None]]]]


def moved_lists(before: Lists, after: Lists) -> Moves:
    """Return who came into which lists, left them, or has another share in them."""
    found: Moves = {}
    for month, numbers in before.items():
        for number, was in numbers.items():
            now = after[month][number]
            for who in was.keys() | now.keys():
                if was.get(who) != now.get(who):
                    moves = found.setdefault(month, {}).setdefault(number, {})
                    moves[who] = (was.get(who), now.get(who))
    return found


def test_one_act_moves_its_own_numbers_and_lists_and_no_others(community: Community) -> None:
    sleeper = joined(community, "2025-01-10")
    joined(community, "2026-01-10")
    before, lists_before = months_of(community), everyone(community)
    uid = acted(community, sleeper, "2026-03-03", "event.checked_in")
    assert moved(before, months_of(community)) == {
        "2026-03": {
            "people.awake": (1, 2),
            "people.woke": (0, 1),
            "doing.people": (0, 1),
            "doing.members": (0, 1),
            "doing.member_days": (0, 1),
            "doing.person_days": (0, 1),
            "doing.weeks": ((0, 0, 0, 0), (1, 0, 0, 0)),
            "doing.acts": (0, 1),
            "doing.weight": (0, 6),
        },
        "2026-04": {"people.awake": (1, 2)},
        "2026-05": {"people.awake": (1, 2)},
        "2026-06": {"people.awake": (1, 2)},
    }
    who = (sleeper.id, None)
    wakes = {"awake": {who: (None, 1)}, "sleeping": {who: (1, None)}}
    does = ("woke", "reactivated", "came", "active", "active_members", "weekly", "daily",
            "stickiness", "frequency", "acts")  # fmt: skip
    assert moved_lists(lists_before, everyone(community)) == {
        "2026-03": wakes
        | {number: {who: (None, 1)} for number in does}
        | {"depth": {who: (None, 6)}},
        "2026-04": wakes,
        "2026-05": wakes,
        "same days": wakes,
        "2026-06": wakes,
    }
    undone(community, uid)
    assert moved(before, months_of(community)) == {}
    assert moved_lists(lists_before, everyone(community)) == {}


def test_an_act_moves_its_hour_its_cohort_and_its_closed_month_and_no_others(
    community: Community,
) -> None:
    sleeper, other = joined(community, "2025-07-10"), joined(community, "2026-01-10")
    acted(community, other, "2026-06-01T10:00")
    service.close_months(community, now=TODAY)
    service.count_cohorts(community)
    before, kept, closed = drawn(community), cohort_cells(community), versions(community)
    figures, lists = months_of(community), everyone(community, 2)

    now = acted(community, sleeper, "2026-06-08T10:00", "thanked", counterpart_id=other.id)
    past = acted(community, sleeper, "2026-03-03T10:00", "message.posted")
    monday = {(1, 17): (1, 2)}  # ten of UTC; twelve weeks do not reach the third of March
    who = (sleeper.id, None)
    assert moved_hours(before, drawn(community)) == (monday, {(1, 17): {who: (None, 1)}})
    months = moved(figures, months_of(community))
    assert months["2026-06"] == {
        "doing.people": (1, 2), "doing.members": (1, 2), "doing.member_days": (1, 2),
        "doing.person_days": (1, 2), "doing.weeks": ((1, 0), (1, 1)), "doing.acts": (1, 2),
        "doing.weight": (3, 9), "doing.mutual": (0, 1), "doing.helped": (0, 1),
        "people.awake": (1, 2),
    }  # fmt: skip
    assert months["2026-03"]["doing.weight"] == (0, 1)
    comes = ("active", "active_members", "helped", "weekly", "daily", "stickiness", "frequency",
             "acts", "turned", "awake")  # fmt: skip
    came = {number: {who: (None, 1)} for number in comes} | {"depth": {who: (None, 6)}}
    june = moved_lists(lists, everyone(community, 2))["2026-06"]
    assert june == came | {"sleeping": {who: (1, None)}}

    spring = [date(2026, number, 1) for number in (3, 4, 5)]
    assert service.restate(community, now=TODAY) == spring
    assert versions(community) == closed | dict.fromkeys(spring, 2)
    assert service.count_cohorts(community) == 1
    july = date(2025, 7, 1)
    assert cohort_cells(community) == kept | {
        (july, july): (1, 0), (july, date(2026, 3, 1)): (1, 0), (july, date(2026, 6, 1)): (1, 1),
    }  # fmt: skip

    for uid in (now, past):
        undone(community, uid)
    service.count_cohorts(community)
    assert service.restate(community, now=TODAY) == spring
    assert (drawn(community), cohort_cells(community)) == (before, kept)
    assert (months_of(community), everyone(community, 2)) == (figures, lists)


Hours = dict[tuple[int, int], int]
Drawn = tuple[Hours, dict[tuple[int, int], behind.Shares]]


def drawn(community: Community) -> Drawn:
    """Return the hours of the week, each with the people behind it."""
    (month,) = last_months(TODAY, community.zone, 1)
    hours = heat(community, TODAY.date(), ALL)
    asked = {hour: behind.Asked("hour", month, ALL, hour=hour) for hour in [*hours, (2, 17)]}
    return hours, {hour: behind.behind(community, one, TODAY) for hour, one in asked.items()}


def moved_hours(before: Drawn, after: Drawn) -> tuple[object, object]:
    """Return which hours say another number, and which have other people behind them."""
    (was, were), (now, are) = before, after
    numbers = {
        hour: (was.get(hour, 0), now.get(hour, 0))
        for hour in were
        if was.get(hour, 0) != now.get(hour, 0)
    }
    return numbers, moved_lists({"": were}, {"": are}).get("", {})  # type: ignore[dict-item]


def cohort_cells(community: Community) -> dict[tuple[date, date], tuple[int, int]]:
    """Return the cells of who stays: people, and who did nothing afterwards."""
    rows = db.session.scalars(
        select(HealthCohort).where(HealthCohort.community_id == community.id)
    ).all()
    return {(one.cohort, one.month): (one.people, one.ended) for one in rows}


def versions(community: Community) -> dict[date, int]:
    """Return how often each closed month was kept."""
    rows = db.session.execute(
        select(HealthMonth.month, func.max(HealthMonth.version))
        .where(HealthMonth.community_id == community.id)
        .group_by(HealthMonth.month)
    )
    return dict(rows.all())


def test_every_number_has_as_many_people_behind_it(community: Community) -> None:
    for place in range(12):
        one = joined(
            community,
            f"2025-{place % 12 + 1:02}-10",
            left=f"2026-0{place % 5 + 1}-20" if place % 3 == 0 else None,
            reason=EndReason.LEFT if place % 2 else EndReason.BANNED,
        )
        if place % 4 == 0:
            acted(community, one, f"2026-0{place % 5 + 1}-07")
    acted(community, make_contact(community), "2026-04-02")
    for month, figures in list(months_of(community).items())[-9::2]:
        said = {**asdict(figures.people), "active": figures.doing.people}
        said |= {name: getattr(figures.people, name) for name in ("sleeping", "grown", "outflow",
                 "reactivated", "long_gone")}  # fmt: skip
        said["active_members"] = figures.doing.members
        del said["doors"]
        behind = {number: len(listed(community, number, month)) for number in said}
        assert behind == said, month


def test_days_and_weeks_and_depth(community: Community) -> None:
    one, other = joined(community, "2025-01-10"), joined(community, "2025-01-10")
    for day in ("03", "03T13:00", "09"):
        acted(community, one, f"2026-03-{day}", "event.checked_in", counterpart_id=other.id)
    acted(community, other, "2026-03-31")
    found = months_of(community)["2026-03"].doing
    assert (found.people, found.acts, found.mutual, found.weight) == (2, 4, 3, 21)
    assert (found.member_days, found.weeks) == (3, (1, 1, 0, 0))
    assert found.frequency == 1.5
    assert found.depth == 21 / 4
    assert found.daily == 3 / 31
    assert found.stickiness == 3 / 31 / 2


def test_what_weighs_is_capped_and_leaving_is_no_act(community: Community) -> None:
    one = joined(community, "2025-01-10")
    for minute in range(25):
        acted(community, one, f"2026-03-03T10:{minute:02}")
    acted(community, one, "2026-03-09", "member.left")
    found = months_of(community)["2026-03"].doing
    assert (found.acts, found.weight, found.person_days) == (25, 20 * 3, 1)


def test_help_is_counted_by_who_was_helped(community: Community) -> None:
    one, other = joined(community, "2025-01-10"), joined(community, "2025-01-10")
    acted(community, one, "2026-03-03", "found_useful", counterpart_id=other.id)
    acted(community, one, "2026-03-04", "found_useful", counterpart_id=other.id)
    assert months_of(community)["2026-03"].doing.helped == 1
    assert listed(community, "helped", "2026-03") == {one.id}


def test_active_people_are_guests_too(community: Community) -> None:
    joined(community, "2026-03-10")
    acted(community, make_contact(community), "2026-03-03")
    acted(community, make_contact(community, is_team=True), "2026-03-03")
    found = active_people(community, last_months(TODAY, ZONE, 4))
    assert {f"{month:%m}": number for month, number in found.items()} == {"03": 2}
    march = months_of(community)["2026-03"].doing
    assert (march.people, march.members) == (2, 1)


def seat(event: Event, contact: Contact, *, seats: int = 1, arrived: int = 0) -> None:
    add(
        Attendance(
            community_id=event.community_id,
            event_id=event.id,
            contact_id=contact.id,
            state=AttendanceState.GOING,
            seats=seats,
            arrived=arrived,
            reserved_at=TODAY,
            checked_in_at=TODAY if arrived else None,
        )
    )


def test_gatherings_that_took_place(community: Community) -> None:
    one, other = joined(community, "2025-01-10"), joined(community, "2025-01-10")
    checked = make_event(community, starts_at=at("2026-03-03"))
    seat(checked, one, seats=3, arrived=2)
    seat(checked, other)
    seat(make_event(community, starts_at=at("2026-03-10")), one)
    seat(make_event(community, starts_at=TODAY + timedelta(days=1)), one)
    found = months_of(community)
    march = found["2026-03"].gathered
    assert (march.held, march.places, march.arrived) == (2, 5, 2)
    assert (march.checked, march.checked_places, march.stayed_away) == (1, 4, 2)
    assert found["2026-06"].gathered.held == 0
    assert listed(community, "arrived", "2026-03") == {one.id}
    assert listed(community, "stayed_away", "2026-03") == {one.id, other.id}


def test_an_hour_of_a_person_s_day_counts_once(community: Community) -> None:
    one, other = joined(community, "2026-05-02"), joined(community, "2026-05-02T13:00")
    acted(community, one, "2026-05-02", "event.checked_in")  # at the hour of joining
    acted(community, one, "2026-05-09")
    found = heat(community, TODAY.date(), ALL)
    assert found == {(6, 19): 2, (6, 20): 1}  # noon of UTC, a Saturday
    (month,) = last_months(TODAY, community.zone, 1)
    asked = behind.Asked("hour", month, ALL, hour=(6, 19))
    assert behind.behind(community, asked, TODAY) == {(one.id, None): 2}
    asked = behind.Asked("hour", month, ALL, hour=(6, 20))
    assert behind.behind(community, asked, TODAY) == {(other.id, None): 1}


def test_the_first_days_of_a_month_see_what_had_come_by_then(community: Community) -> None:
    early, late = joined(community, "2026-05-02"), joined(community, "2026-05-29")
    price = monthly(community, 500)
    for contact, on in ((early, "2026-05-14"), (late, "2026-05-29"), (early, "2026-06-02")):
        sold(community, contact, on, 500, price)
    months = last_months(TODAY, community.zone, 2)
    part = first_days(months[0], TODAY, community.zone)
    (may, june), begun = computed(community, months, TODAY, ALL, same_days=part)
    assert begun is not None
    assert (may.people.seen, begun.people.seen, begun.people.members) == (2, 1, 1)
    assert (may.sold.mrr, begun.sold.mrr, june.sold.mrr) == (1000, 500, 500)
    assert (begun.sold.mrr_new, june.sold.mrr_churn) == (500, 500)
    asked = behind.Asked("", months[0], ALL, same_days=True)
    lists = behind.everyone(community, asked, TODAY, ["seen", "mrr", "net", "active", "acts"])
    who = (early.id, None)
    assert lists == {
        "seen": {who: 1}, "mrr": {who: 500}, "net": {who: 500}, "active": {who: 1}, "acts": {},
    }  # fmt: skip


def test_months_paid_at_once_count_in_as_many(community: Community) -> None:
    one, other = joined(community, "2025-01-10"), joined(community, "2025-01-10")
    sold(community, one, "2026-03-20", 1800, monthly(community, 600), quantity=3)
    sold(community, one, "2026-06-02", 600, monthly(community, 600))
    years = monthly(community, 6000, Interval.YEAR)
    sold(community, other, "2024-08-05", 12_000, years, quantity=2)
    found = months_of(community)
    told = [found[f"2026-0{month}"].sold for month in range(2, 7)]
    assert [one.mrr for one in told] == [500, 1100, 1100, 1100, 1100]
    assert [one.mrr_new for one in told] == [0, 600, 0, 0, 0]
    assert {one.mrr_churn for one in told} == {0}
    assert listed(community, "mrr", "2026-05") == {one.id, other.id}


def test_a_month_taken_back_of_several_shortens_them(community: Community) -> None:
    one = joined(community, "2025-01-10")
    order = sell_by_hand(
        one, monthly(community, 600), method=PaymentMethod.CASH, sold_by=one,
        now=at("2026-03-20"), number=3,
    )  # fmt: skip
    before = months_of(community)
    back = Part(lines_of(order.id)[0], 1)
    refund(order, [back], reason=RefundReason.ASKED, now=at("2026-04-02"))
    after = months_of(community)
    months = ["2026-03", "2026-04", "2026-05", "2026-06"]
    assert [before[month].sold.mrr for month in months] == [600, 600, 600, 0]
    assert [after[month].sold.mrr for month in months] == [600, 600, 0, 0]


def test_the_first_days_know_what_was_paid_a_year_before(community: Community) -> None:
    """Also when all that is asked beside them is the month that runs: the others are closed."""
    one, other = joined(community, "2025-01-10"), joined(community, "2025-01-10")
    years, each = monthly(community, 6000, Interval.YEAR), monthly(community, 700)
    for on in ("2025-05-10", "2026-05-09"):
        sold(community, one, on, 6000, years)
    for on in ("2025-03-02", "2026-05-03"):
        sold(community, other, on, 700, each)
    live = report(community, TODAY).same_days.sold
    service.close_months(community, now=TODAY)
    kept = report(community, TODAY).same_days.sold
    assert kept == live
    assert (kept.mrr, kept.mrr_reactivation, kept.mrr_churn) == (1200, 700, 0)
    before = last_months(TODAY, community.zone, 2)[0]
    asked = behind.Asked("", before, ALL, same_days=True)
    lists = behind.everyone(community, asked, TODAY, ["mrr", "mrr_reactivation"])
    assert {name: sum(found.values()) for name, found in lists.items()} == {
        "mrr": 1200,
        "mrr_reactivation": 700,
    }


def test_the_first_days_know_nothing_of_months_that_were_given_back_after_them(
    community: Community,
) -> None:
    one = joined(community, "2025-01-10")
    order = sell_by_hand(
        one, monthly(community, 600), method=PaymentMethod.CASH, sold_by=one,
        now=at("2026-05-05"), number=3,
    )  # fmt: skip
    for on, now in (("2026-05-08", 600), ("2026-05-25", 0)):
        refund(order, [Part(lines_of(order.id)[0], 1)], reason=RefundReason.ASKED, now=at(on))
        told = report(community, TODAY)
        assert [part.sold.mrr for part in (told.same_days, told.last, told.this)] == [600, 600, now]
    before = last_months(TODAY, community.zone, 2)[0]
    asked = behind.Asked("mrr", before, ALL, same_days=True)
    assert behind.behind(community, asked, TODAY) == {(one.id, None): 600}


def test_communities_stay_apart(community: Community) -> None:
    other = make_community(zone=ZONE)
    joined(other, "2026-03-03")
    mine, theirs = months_of(community)["2026-03"], months_of(other)["2026-03"]
    assert (mine.people, mine.doing.people) == (People(), 0)
    assert (theirs.people.members, theirs.doing.people) == (1, 1)


def moved(
    before: dict[str, Figures], after: dict[str, Figures]
) -> dict[str, dict[str, tuple[object, object]]]:
    """Return which numbers of which months are others."""
    found: dict[str, dict[str, tuple[object, object]]] = {}
    for month, was in before.items():
        for part, numbers in was.as_json().items():
            now = after[month].as_json()[part]
            for name, value in numbers.items():
                if now[name] != value:
                    found.setdefault(month, {})[f"{part}.{name}"] = (value, now[name])
    return found


DAYS = st.integers(0, 700)
LIVES = st.lists(
    st.tuples(st.lists(DAYS, min_size=1, max_size=4, unique=True), st.lists(DAYS, max_size=4)),
    min_size=1,
    max_size=3,
)


@given(lives=LIVES, span=st.sampled_from([1, 2, 6]))
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_database_agrees_with_the_oracle_and_the_identity_holds(
    session: Session, lives: list[tuple[list[int], list[int]]], span: int
) -> None:
    community = make_community(zone="Europe/Berlin")
    for edges, acts in lives:
        contact = make_contact(community)
        stays = sorted(edges)
        for begins, ends in zip(stays[::2], [*stays[1::2], None], strict=False):
            joined(community, on_day(begins), left=on_day(ends), contact=contact)  # type: ignore[arg-type]
        for day in acts:
            acted(community, contact, on_day(day) or "")
    months = last_months(TODAY, community.zone, 12)
    found, _ = computed(community, months, TODAY, Counting(span))
    for month, figures in zip(months, found, strict=True):
        assert (figures.people.members, figures.people.awake) == plainly(community, month, span)
    for before, now in pairwise(one.people for one in found):
        assert now.awake == before.awake + now.inflow + now.reactivated - now.outflow


def on_day(number: int | None) -> str | None:
    if number is None:
        return None
    return f"{(TODAY - timedelta(days=number_back(number))):%Y-%m-%d}"


def number_back(number: int) -> int:
    return 720 - number


def plainly(community: Community, month: Month, span: int) -> tuple[int, int]:
    """Count members and awake members at a month's end, one by one."""
    stays: Sequence[Membership] = db.session.scalars(
        select(Membership).where(Membership.community_id == community.id)
    ).all()
    acts = db.session.execute(
        select(Activity.contact_id, Activity.happened_at).where(
            Activity.community_id == community.id
        )
    ).all()
    end = min(month.ends_at, TODAY)
    here = {
        stay.contact_id
        for stay in stays
        if stay.joined_at < end and (stay.left_at is None or stay.left_at >= end)
    }
    recent = {(month.number - back) for back in range(span)}
    awake = {
        contact
        for contact, moment in acts
        if contact in here and number(moment, community.zone) in recent
    }
    return len(here), len(awake)


def number(moment: datetime, zone: str) -> int:
    first = month_of(moment, zone)
    return first.year * 12 + first.month - 1
