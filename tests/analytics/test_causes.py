"""Which import is named with a number that was restated, and that none is for what it cannot be."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import null, select, update
from sqlalchemy.orm import Session

from app.activity import service as activity
from app.activity.models import Identity
from app.analytics import service
from app.analytics.models import HealthMonth
from app.analytics.queries.report import report
from app.communities import processes
from app.communities.hooks import Batch
from app.communities.models import Community, ImportKind
from app.communities.service import imports
from app.core.database import db
from tests.activity.imported import SECRET, begun, brought, jsonl, line, taken_back
from tests.analytics.conftest import acted, joined
from tests.analytics.lively import sold
from tests.conftest import TODAY, FixedClock
from tests.factories import make_contact

HOUR = timedelta(hours=1)
BUYS = {"source": "shop", "source_uid": "1", "buyer_uid": "b1", "buyer_email": "ada@example.org"}
PAYS = {"ordered_at": "2026-03-03T12:00:00Z", "currency": "eur", "total": "10.00"}


@pytest.fixture(autouse=True)
def now(clock: FixedClock) -> FixedClock:
    """The clock that imports end by."""
    return clock


def told(community: Community, numbers: Iterable[str] = ()) -> dict[tuple[str, str], str | None]:
    """Return by month and number which import is named behind a restatement."""
    return {
        (f"{one.month:%m}", one.number): one.told_by.source or "?" if one.told_by else None
        for one in report(community, TODAY).changes
        if one.number in numbers or (one.is_first and not numbers)
    }


def act(uid: int, source: str, on: str, **values: Any) -> dict[str, Any]:
    """Return an act of another house; its account is linked to nobody."""
    return line(uid, source=source, happened_at=f"{on}T12:00:00Z", **values)


def linked(community: Community, on: str) -> None:
    """Let a member be awake who is known elsewhere too."""
    member = joined(community, on)
    brought(community, jsonl(act(0, "forum", on)), now=TODAY - 9 * HOUR)
    account = db.session.scalars(select(Identity)).one()
    activity.link(account, contact_id=member.id, zone=community.zone)


def test_an_import_is_named_where_it_brought_something_and_for_what_it_can_move(
    community: Community, now: FixedClock
) -> None:
    one = joined(community, "2025-01-10")
    service.close_months(community, now=TODAY)
    for hour, (source, on) in enumerate([("early", "2026-02-03"), ("late", "2026-05-04")]):
        brought(community, jsonl(act(hour, source, on)), now=now.advance(hours=hour))
    sold(community, one, "2026-02-03", 500)
    sold(community, one, "2026-04-03", 500)
    service.restate(community, now=TODAY + 3 * HOUR)
    assert told(community, ("seen", "active", "acts", "orders", "buyers", "net")) == {
        ("02", "seen"): "early",
        ("02", "active"): "early",
        ("02", "acts"): "early",
        **{("02", name): None for name in ("orders", "buyers", "net")},
        ("03", "seen"): "early",  # ever, so by an act of February
        ("04", "seen"): "early",
        **{("04", name): None for name in ("orders", "buyers", "net")},
        **{("05", name): "late" for name in ("seen", "active", "acts")},
    }


@pytest.mark.parametrize(("on", "awake"), [("2025-05-05", None), ("2025-12-05", "forum")])
def test_acts_of_before_are_named_as_long_as_they_keep_awake(
    community: Community, on: str, awake: str | None
) -> None:
    one = joined(community, "2025-01-10")
    service.close_months(community, now=TODAY)
    brought(community, jsonl(act(1, "forum", on)))
    acted(community, one, "2026-03-03")
    service.restate(community, now=TODAY + HOUR)
    found = told(community, ("seen", "awake"))
    assert (found[("03", "seen")], found[("03", "awake")]) == ("forum", awake)


def test_a_later_version_that_no_import_caused_names_none(community: Community) -> None:
    joined(community, "2025-12-10")
    service.close_months(community, now=TODAY)
    brought(community, jsonl(act(1, "forum", "2026-03-03")))
    service.restate(community, now=TODAY + HOUR)
    assert told(community)[("03", "active")] == "forum"
    acted(community, make_contact(community), "2026-03-03")
    service.restate(community, now=TODAY + 2 * HOUR)
    assert told(community)[("03", "active")] is None


@pytest.mark.parametrize(("days", "named"), [(1, "forum"), (20, None)])
def test_an_import_that_moved_nothing_is_not_named_weeks_later(
    community: Community, days: int, named: str | None
) -> None:
    one = joined(community, "2025-01-10")
    service.close_months(community, now=TODAY)
    brought(community, jsonl(act(1, "forum", "2026-02-05", actor_is_bot=True)), now=TODAY)
    assert service.restate(community, now=TODAY + HOUR) == []
    acted(community, one, "2026-02-03")
    service.restate(community, now=TODAY + timedelta(days=days))
    assert told(community)[("02", "acts")] == named


@pytest.mark.parametrize(("days", "named"), [(1, "?"), (60, None)])
def test_an_import_that_was_taken_back_is_not_named_weeks_later(
    community: Community, days: int, named: str | None
) -> None:
    linked(community, "2025-12-20")
    run = brought(community, jsonl(act(1, "forum", "2026-01-05"), act(2, "forum", "2026-05-05")))
    service.close_months(community, now=TODAY)
    taken_back(run)
    service.restate(community, now=TODAY + HOUR)
    acted(community, make_contact(community), "2026-03-03")  # between what it had told
    service.restate(community, now=TODAY + timedelta(days=days))
    assert told(community)[("03", "acts")] == named


def test_orders_explain_money_and_acts_and_no_members(community: Community) -> None:
    joined(community, "2024-12-10", email="ada@example.org")
    service.close_months(community, now=TODAY)
    brought(community, jsonl(BUYS | PAYS), kind=ImportKind.ORDERS)
    joined(community, "2026-03-03")
    service.restate(community, now=TODAY + HOUR)
    march = {number: by for (month, number), by in told(community).items() if month == "03"}
    assert {number for number, by in march.items() if by is None} == {"members", "grown"}
    assert {number for number, by in march.items() if by} == {
        *("awake", "active", "acts", "orders", "buyers", "net")
    }


def test_each_of_two_imports_is_named_for_what_it_can_move(
    community: Community, now: FixedClock
) -> None:
    service.close_months(community, now=TODAY)
    brought(community, jsonl(BUYS | PAYS), kind=ImportKind.ORDERS)
    now.advance(hours=1)
    brought(community, jsonl(act(1, "forum", "2026-03-03")))
    service.restate(community, now=TODAY + 2 * HOUR)
    found = told(community, ("acts", "net"))
    assert (found[("03", "acts")], found[("03", "net")]) == ("forum", "shop")


def test_a_refund_that_is_taken_back_with_its_order_names_the_import(
    community: Community, now: FixedClock
) -> None:
    back = {"refunded": "4.00", "refunded_at": "2026-05-03T12:00:00Z"}
    run = brought(community, jsonl(BUYS | PAYS | back), kind=ImportKind.ORDERS)
    service.close_months(community, now=TODAY + HOUR)
    now.advance(hours=2)
    taken_back(run, now)
    service.restate(community, now=TODAY + 3 * HOUR)
    assert told(community, ("refunds", "orders")) == {("03", "orders"): "?", ("05", "refunds"): "?"}


def test_an_import_that_was_taken_back_is_named_for_the_months_it_had_told(
    community: Community, now: FixedClock
) -> None:
    run = brought(community, jsonl(act(1, "forum", "2026-03-03")))
    service.close_months(community, now=TODAY + HOUR)
    now.advance(hours=2)
    taken_back(run, now)
    acted(community, make_contact(community), "2026-04-03")
    service.restate(community, now=TODAY + 3 * HOUR)
    found = told(community, ("active",))
    assert found == {("03", "active"): "?", ("04", "active"): None}


def test_each_import_of_several_is_asked_for_its_own_months(
    community: Community, now: FixedClock
) -> None:
    service.close_months(community, now=TODAY)
    for uid, (source, on) in enumerate([("first", "2026-03-03"), ("second", "2026-04-03")]):
        brought(community, jsonl(act(uid, source, on)), now=now.advance(hours=1))
    service.restate(community, now=TODAY + 4 * HOUR)
    named = told(community)
    assert (named[("03", "active")], named[("04", "active")]) == ("first", "second")


def test_an_import_that_was_running_when_a_month_was_kept_is_named(
    community: Community, now: FixedClock
) -> None:
    began = TODAY - HOUR
    run = begun(community, jsonl(act(1, "forum", "2026-05-05")), now=began)
    imports.records.start(run, person=None, with_text=False, is_deferred=False)
    service.close_months(community, now=TODAY)
    now.advance(minutes=5)
    processes.run_import(run.id, secret=SECRET, now=began)
    assert run.finished_at == now.now
    service.restate(community, now=now.advance(minutes=5))
    assert told(community)[("05", "acts")] == "forum"


@pytest.mark.parametrize(("days", "named"), [(0, "forum"), (20, None)])
def test_an_import_that_is_still_running_is_named_for_what_it_brought_of_late(
    community: Community, days: int, named: str | None
) -> None:
    service.close_months(community, now=TODAY)
    run = begun(community, jsonl(act(1, "forum", "2026-02-05")), now=TODAY)
    imports.records.start(run, person=None, with_text=False, is_deferred=False)
    found = next(imports.records.work_of(run.kind).batches(run, now=TODAY))
    part = Batch(found.rows, found.size, is_last=False)
    imports.write_batch(run, part, secret=SECRET, now=TODAY)
    service.restate(community, now=TODAY + timedelta(days=days))
    assert told(community)[("02", "acts")] == named


def test_what_was_kept_without_its_causes_is_compared_until_it_is_counted_again(
    community: Community, session: Session
) -> None:
    one = joined(community, "2026-01-10")
    service.close_months(community, now=TODAY)
    run = brought(community, jsonl(act(1, "forum", "2026-03-03")))
    service.restate(community, now=TODAY + HOUR)
    second = update(HealthMonth).where(HealthMonth.version == 2)
    is_march = HealthMonth.month == date(2026, 3, 1)
    before_0013 = {"causes": null(), "is_imported": is_march, "import_run_id": run.id}
    session.execute(second.values(before_0013))
    seen = [(month, "seen") for month in ("03", "04", "05")]
    before = dict.fromkeys([("03", "acts"), *seen], "forum")
    assert told(community, ("seen", "acts")) == before
    acted(community, one, "2026-03-04")
    assert service.restate(community, now=TODAY + timedelta(days=9)) == [date(2026, 3, 1)]
    after = before | {("03", "acts"): None}
    assert told(community, ("seen", "acts")) == after
    # what the newest version tells is asked of none before it: not in March, nor where it stood
    session.execute(second.where(is_march).values(numbers={}))
    session.execute(second.values(import_run_id=None))
    assert told(community, ("seen", "acts")) == after
