"""Orders of other shops: counted once, reversed when their import is taken back."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.activity.models import Activity
from app.analytics.months import last_months
from app.analytics.queries import sales
from app.analytics.queries.figures import computed
from app.analytics.queries.histories import Counting
from app.billing.importers import sold
from app.billing.models import ImportedOrder, LedgerEntry, LedgerName, LedgerTxn
from app.communities.models import Community, Contact, ContactSource, ImportKind, ImportState
from app.core.foreign.records import Refused
from app.core.money import Money
from tests.activity.imported import (
    begun,
    brought,
    counted,
    jsonl,
    line,
    number_of,
    recounted,
    taken_back,
)
from tests.conftest import TODAY
from tests.factories import make_community, make_contact, make_membership

MAY = date(2026, 5, 1)


def order(uid: object, **values: Any) -> dict[str, Any]:
    """Return one order, valid and dull."""
    return {
        "source": "shop",
        "source_uid": str(uid),
        "ordered_at": "2026-05-04T10:00:00Z",
        "buyer_uid": "b1",
        "buyer_name": "Ada",
        "currency": "eur",
        "total": "10.00",
        **values,
    }


@pytest.fixture
def community(session: Session) -> Community:
    return make_community(zone="UTC", currency="eur")


def bring(community: Community, *orders: dict[str, Any]) -> Any:
    """Bring orders from the look to the end."""
    return brought(community, jsonl(*orders), kind=ImportKind.ORDERS)


def people(community: Community) -> dict[str, Any]:
    """Return this month's people, as a community counts them that counts strictly."""
    month = last_months(TODAY, "UTC", 1)
    found, _ = computed(community, month, TODAY, Counting(is_strict=True))
    return asdict(found[0].people)


def may(community: Community) -> tuple[int, int, int, int, int]:
    """Return May as the health page has it: orders, sales, buyers, gross, refunds."""
    found = sales.by_month(community, last_months(TODAY, "UTC", 3))[MAY]
    return found.orders, found.sales, found.buyers, found.gross, found.refunds


def entries(session: Session) -> Iterable[tuple[Any, ...]]:
    """Return the ledger's entries in order."""
    rows = session.execute(
        select(
            LedgerEntry.name, LedgerEntry.amount_minor, LedgerEntry.item_kind, LedgerEntry.quantity
        ).order_by(LedgerEntry.id)
    )
    return [tuple(row) for row in rows]


def told(session: Session) -> list[tuple[str, bool]]:
    """Return what the activity ledger holds, and whether it is void."""
    rows = session.execute(
        select(Activity.type, Activity.void_at.is_not(None)).order_by(Activity.id)
    )
    return [(kind, bool(is_void)) for kind, is_void in rows]


def test_an_order_is_read_whole() -> None:
    found = sold(
        3,
        order(
            7,
            buyer_email="ada@example.org",
            total=29.33,
            refunded="9.33",
            refunded_at="2026-05-20",
            lines=[
                {"kind": "plan", "total": "20.00"},
                {"kind": "Cup", "total": 9.33, "quantity": "3"},
            ],
        ),
        now=TODAY,
    )
    assert (found.total, found.refunded) == (Money(2933, "EUR"), Money(933, "EUR"))
    assert [(part.kind, part.minor, part.quantity) for part in found.lines] == [
        ("plan", 2000, 1),
        ("other", 933, 3),
    ]
    assert found.refunded_at == datetime(2026, 5, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "currency", "minor"),
    [("10", "JPY", 10), (1.25, "KWD", 1250), (0, "EUR", 0), ("1e2", "EUR", 10000), (5, "usd", 500)],
)
def test_amounts_are_in_the_major_unit(written: object, currency: str, minor: int) -> None:
    assert sold(1, order(1, total=written, currency=currency), now=TODAY).total.minor == minor


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"total": "10.001"}, ("no_amount", "total")),
        ({"total": "ten"}, ("no_amount", "total")),
        ({"total": "-1"}, ("no_amount", "total")),
        ({"total": "NaN"}, ("no_amount", "total")),
        ({"total": "Infinity"}, ("no_amount", "total")),
        ({"total": 10**400}, ("no_amount", "total")),
        ({"total": "1e400"}, ("no_amount", "total")),
        ({"total": True}, ("no_amount", "total")),
        ({"total": None}, ("missing", "total")),
        ({"currency": "E"}, ("no_currency", "currency")),
        ({"currency": "€€€"}, ("no_currency", "currency")),
        ({"refunded": "10.01"}, ("no_amount", "refunded")),
        ({"lines": [{"total": "1"}]}, ("no_amount", "lines")),
        ({"lines": ["x"]}, ("wrong_sort", "lines")),
        ({"lines": []}, ("wrong_sort", "lines")),
        ({"buyer_uid": None}, ("missing", "buyer_uid")),
        ({"source_uid": "x" * 73}, ("field_too_long", "source_uid")),
        ({"ordered_at": "2099-01-01"}, ("future", "ordered_at")),
    ],
)
def test_what_cannot_be_taken_says_why(values: dict[str, Any], expected: tuple[str, str]) -> None:
    with pytest.raises(Refused) as refused:
        sold(1, order(1, **values), now=TODAY)
    assert (refused.value.flaw.value, refused.value.field) == expected


@pytest.mark.parametrize(
    ("written", "minor"), [(True, 1000), ("yes", 1000), ("no", 0), ("", 0), (4, 400), ("1", 100)]
)
def test_a_refund_is_an_amount_or_all_of_it(written: object, minor: int) -> None:
    assert sold(1, order(1, refunded=written), now=TODAY).refunded.minor == minor


def test_orders_come_into_the_ledger_and_a_zero_is_no_sale(
    community: Community, session: Session
) -> None:
    run = bring(
        community,
        order(1),
        order(2, total="0"),
        order(3, buyer_uid="b2", kind="plan", refunded="4", refunded_at="2026-05-30"),
        order(1),
    )
    assert (run.state, run.counts["added"], run.counts["known"]) == (ImportState.DONE, 3, 0)
    assert run.counts["twice"] == 1
    assert entries(session) == [
        (LedgerName.IMPORTED, 1000, None, None),
        (LedgerName.SALES, -1000, "other", 1),
        (LedgerName.IMPORTED, 1000, None, None),
        (LedgerName.SALES, -1000, "plan", 1),
        (LedgerName.REFUNDS, 400, "plan", None),
        (LedgerName.IMPORTED, -400, None, None),
    ]
    assert may(community) == (3, 2, 2, 2000, 400)
    assert told(session) == [("bought", False), ("took_free", False), ("bought", False)]
    assert counted(community) == recounted(community)
    buyers = session.execute(select(Contact.name, Contact.source, Contact.import_run_id)).all()
    assert sorted(buyers) == [("Ada", ContactSource.IMPORT, run.id)] * 2
    assert number_of("membership") == number_of("outgoing_mail") == 0


def test_the_look_counts_what_would_come(community: Community) -> None:
    bring(community, order(1))
    run = begun(
        community,
        jsonl(
            order(1), order(2, total="0"), order(3, buyer_uid="b2"), order(3), order(4, total="x")
        ),
        kind=ImportKind.ORDERS,
    )
    seen = {name: run.counts[name] for name in ("new", "known", "twice", "people", "zero")}
    assert seen == {"new": 2, "known": 1, "twice": 1, "people": 2, "zero": 1}
    assert run.counts["rejected"] == 1
    assert run.counts["money"] == {"EUR": 1000}
    assert number_of("ledger_txn") == 1


def test_a_buyer_is_the_card_with_the_address_or_who_bought_before(
    community: Community, session: Session
) -> None:
    bo = make_contact(community, name="Bo", email="bo@example.org")
    make_contact(make_community(), email="cy@example.org")
    bring(community, order(1, buyer_uid="b2", buyer_email="BO@example.org"))
    bring(
        community,
        order(2, buyer_uid="b2", buyer_email=None),
        order(3, buyer_uid=None, buyer_email="cy@example.org", buyer_name=""),
        order(4, buyer_uid="b4", buyer_email="CY@example.org"),
    )
    told = session.execute(
        select(ImportedOrder.uid, Contact.name)
        .join(Contact, Contact.id == ImportedOrder.contact_id)
        .order_by(ImportedOrder.uid)
    )
    assert [tuple(row) for row in told] == [("1", "Bo"), ("2", "Bo"), ("3", "cy"), ("4", "cy")]
    here = select(func.count(Contact.id)).where(Contact.community_id == community.id)
    assert session.scalar(here) == 2
    assert bo.import_run_id is None


def test_taken_back_it_never_happened_and_may_come_again(
    community: Community, session: Session
) -> None:
    bo = make_contact(community, name="Bo", email="bo@example.org")
    orders = [order(1, refunded=True), order(2, buyer_uid="b2", buyer_email="bo@example.org")]
    run = bring(community, *orders)
    assert may(community) == (2, 1, 2, 2000, 1000)
    acts = [("bought", True), ("bought", False)]
    assert told(session) == acts
    taken_back(run)
    assert told(session) == []
    assert (run.state, run.counts["undone"], run.counts["stayed"]) == (ImportState.UNDONE, 2, 0)
    assert may(community) == (0, 0, 0, 0, 0)
    assert session.scalar(select(func.sum(LedgerEntry.amount_minor))) == 0
    assert session.scalars(select(Contact.id)).all() == [bo.id]
    assert session.scalars(select(LedgerTxn.contact_id).distinct()).all() == [None]
    assert bring(community, *orders).counts["added"] == 2
    assert may(community) == (2, 1, 2, 2000, 1000)
    assert told(session) == acts


def test_an_order_keeps_its_buyer_awake_and_is_no_growth(
    community: Community, session: Session
) -> None:
    ada = make_contact(community, name="Ada", email="ada@example.org")
    make_membership(ada, joined_at=datetime(2024, 12, 1, tzinfo=UTC))
    asleep = people(community)
    run = bring(
        community,
        order(1, buyer_email="ada@example.org", ordered_at="2026-06-04"),
        order(2, buyer_uid="b2"),
        order(3, buyer_uid="b3", buyer_email="cy@example.org"),
    )
    after = people(community)
    changed = {name: after[name] - asleep[name] for name in after if after[name] != asleep[name]}
    assert changed == {"awake": 1, "woke": 1, "seen": 2}
    waits = text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'analytics.restate'")
    assert session.scalar(waits) == 1  # closed months read otherwise now
    taken_back(run)
    assert people(community) == asleep
    bring(
        community,
        order(1, buyer_email="ada@example.org", ordered_at="2026-06-04", refunded=True),
        order(2, buyer_email="ada@example.org", ordered_at="2026-06-04", total=0),
    )
    assert people(community) == asleep


def test_what_another_file_told_of_the_same_orders_is_told_once(
    community: Community, session: Session
) -> None:
    line_of_it = line(1, source="shop", source_uid="1", channel_uid="orders", type="bought")
    brought(community, jsonl(line_of_it))
    run = bring(community, order(1), order(2))
    assert told(session) == [("bought", False)] * 2
    assert counted(community) == recounted(community)
    taken_back(run)
    assert told(session) == [("bought", False)]
    assert (number_of("channel"), number_of("imported_order")) == (1, 0)


def test_many_orders_come_and_go_in_parts(
    community: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.communities.service.imports.records.BATCH", 3)
    monkeypatch.setattr("app.billing.service.imported.UNDONE_AT_ONCE", 4)
    run = bring(community, *(order(n, buyer_uid=f"b{n % 7}") for n in range(20)))
    assert may(community) == (20, 20, 7, 20000, 0)
    assert counted(community) == recounted(community)
    taken_back(run)
    assert may(community) == (0, 0, 0, 0, 0)
    gone = ("contact", "imported_order", "activity", "activity_day", "activity_last", "channel")
    assert [number_of(table) for table in gone] == [0] * 6
