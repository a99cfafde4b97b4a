"""The health page: sentences, five metrics, charts with their tables, and the people behind."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import null, select, update
from sqlalchemy.orm import Session

from app.activity.models import HealthSetting, Identity
from app.analytics import service
from app.analytics.models import HealthMonth
from app.analytics.months import last_months
from app.analytics.queries import behind
from app.analytics.queries import people as lists
from app.analytics.queries.histories import Counting
from app.billing.models import LedgerName, LedgerSource, Price
from app.billing.service.ledger import Entry, Occasion, post
from app.communities.models import Community, Contact
from app.communities.queries.people import Viewer
from app.core.database import add, db
from app.core.money import Money
from tests.activity.imported import brought, jsonl, line, taken_back
from tests.analytics.conftest import ZONE, acted, joined
from tests.conftest import TODAY, FixedClock
from tests.factories import make_contact, make_member, person_of, sign_in
from tests.pages import ProofreadingClient

HEALTH = "/c/lantern/health"
PEOPLE = f"{HEALTH}/people"


@pytest.fixture
def organizer(community: Community, client: ProofreadingClient) -> Contact:
    """An organizer, of the team, signed in."""
    contact = make_member(community, role="organizer", is_team=True)
    sign_in(client, contact)
    return contact


def text_of(client: ProofreadingClient, url: str = HEALTH) -> str:
    """Return the words of a page."""
    html = client.get(url).get_data(as_text=True)
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_a_community_of_its_team_alone_is_told_what_will_be_here(
    client: ProofreadingClient, organizer: Contact
) -> None:
    words = text_of(client)
    assert "Health begins with your first members" in words
    assert '<svg class="chart__plot"' not in client.get(HEALTH).get_data(as_text=True)
    assert "Health begins with your first members" not in text_of(client, f"{HEALTH}?team=in")


def test_a_first_month_has_nothing_to_compare_with(
    client: ProofreadingClient, organizer: Contact, community: Community
) -> None:
    joined(community, "2026-06-02")
    words = text_of(client)
    assert "1 person took part in something this month. 1 joined. Nobody fell asleep." in words
    assert "Too early to compare months" in words
    html = client.get(HEALTH).get_data(as_text=True)
    assert html.count("Cannot tell yet: there was nothing then.") > 20


def test_nothing_at_all_has_words_of_its_own(
    client: ProofreadingClient, organizer: Contact, community: Community
) -> None:
    joined(community, "2026-04-02")
    words = text_of(client)
    assert "Nobody has taken part in anything this month yet." in words
    assert "Nobody new has joined yet. Nobody fell asleep." in words
    assert "0 joined" not in words
    assert "Nothing was sold yet." in words
    assert "Who stayed away cannot be told yet" in words


def test_two_years_are_told_in_sentences_pictures_and_tables(
    client: ProofreadingClient, organizer: Contact, community: Community
) -> None:
    for month in range(1, 13):
        joined(community, f"2025-{month:02}-03")
    waking = joined(community, "2024-08-03")
    acted(community, waking, "2026-06-01", "found_useful")
    html, words = client.get(HEALTH).get_data(as_text=True), text_of(client)
    assert "1 person was helped this month." in words
    assert "1 fell asleep. 1 woke up." in words  # who joined in December has slept since June
    assert html.count('<svg class="chart__plot"') == 5
    assert html.count("The same as a table") == 5
    assert html.count('fill="url(#hatch-members)"') >= 1
    assert ZONE in words
    assert "Awake: 4 of 13" not in words
    assert re.search(r"Awake: \d+% \(likely between \d+% and \d+%\) of the members", words)


def test_the_page_costs_eleven_statements(
    client: ProofreadingClient,
    organizer: Contact,
    community: Community,
    statements: Callable[[], Any],
) -> None:
    for number in (1, 30):
        for _ in range(number):
            joined(community, "2026-03-10")
        with statements() as seen:
            assert client.get(HEALTH).status_code == 200
        assert len(seen) == 11
    service.close_months(community, now=TODAY)
    with statements() as seen:
        client.get(HEALTH)
    assert len(seen) == 11


def test_the_team_is_counted_in_when_asked(
    client: ProofreadingClient, organizer: Contact, community: Community
) -> None:
    joined(community, "2026-06-02")
    assert "1 of 1 member is awake" in text_of(client)
    assert "2 of 2 members are awake" in text_of(client, f"{HEALTH}?team=in")


def test_what_was_told_late_stands_at_the_top(
    client: ProofreadingClient, organizer: Contact, community: Community
) -> None:
    one = joined(community, "2025-01-10")
    service.close_months(community, now=TODAY)
    assert "What was told late" not in text_of(client)
    acted(community, one, "2026-03-03")
    service.restate(community, now=TODAY)
    words = text_of(client)
    assert "March 2026. Active people: 0 → 1 March 2026. Acts: 0 → 1 April" in words
    open_ones, _, folded = words.partition("The other numbers that moved")
    assert "Woke up" not in open_ones.partition("What was told late")[2]
    assert "March 2026. Woke up (Members): 0 → 1 March" in folded
    assert "March 2026. Stickiness (daily of monthly) (Activity): 0% → 3% March" in folded
    assert "March 2026. Active people a week (Activity): 0 → 0.2 March" in folded


def test_a_restatement_names_the_import_that_told_it(
    client: ProofreadingClient, organizer: Contact, community: Community, clock: FixedClock
) -> None:
    one = joined(community, "2025-01-10")
    service.close_months(community, now=TODAY)
    march = {"source": "discord", "happened_at": "2026-03-03T12:00:00Z"}
    run = brought(community, jsonl(line(1, **march)))
    service.restate(community, now=TODAY)
    told = (
        "March 2026. Active people: 0 → 1 , after the import of Jun 15, 2026: Activity from discord"
    )
    assert told in text_of(client)
    taken_back(run)
    acted(community, one, "2026-03-03")
    acted(community, make_contact(community), "2026-03-03")
    clock.set(TODAY + timedelta(days=1))
    service.restate(community, now=clock.now)
    told = "0 → 2 , after an import was taken back on Jun 15, 2026: Activity"
    assert f"March 2026. Active people: {told} March 2026. Acts: {told} April" in text_of(client)
    before_0013 = {"causes": null(), "is_imported": True}
    db.session.execute(update(HealthMonth).values(before_0013))
    assert "March 2026. Acts: 0 → 2 , after an import April" in text_of(client)


def sell(community: Community, contact: Contact, uid: str, minor: int, price: Price | None) -> None:
    """Write a sale in cash into the ledger, of a plan or of something else."""
    kind, item = ("plan", price.public_id) if price else ("ticket", "abc")
    post(
        Occasion(community.id, "offline", LedgerSource.PAYMENT, uid, TODAY, contact.id),
        [
            Entry(LedgerName.CASH, Money(minor, "EUR")),
            Entry(LedgerName.SALES, Money(-minor, "EUR"), kind, item, 1),
        ],
    )


def refund(community: Community, contact: Contact, uid: str, minor: int) -> None:
    post(
        Occasion(community.id, "offline", LedgerSource.REFUND, uid, TODAY, contact.id),
        [
            Entry(LedgerName.CASH, Money(-minor, "EUR")),
            Entry(LedgerName.REFUNDS, Money(minor, "EUR"), "ticket", "abc", 1),
        ],
    )


def test_sales_are_those_of_the_ledger(
    client: ProofreadingClient, organizer: Contact, community: Community
) -> None:
    one, other = joined(community, "2026-06-02"), joined(community, "2026-06-02")
    sell(community, one, "a", 1500, None)
    sell(community, other, "b", 900, None)
    refund(community, other, "c", 400)
    post(Occasion(community.id, "offline", LedgerSource.PAYMENT, "d", TODAY, one.id), [])
    words = text_of(client)
    assert "Gross €24.00" in words
    assert "Refunds €4.00" in words
    assert "Net €20.00" in words
    assert "Average receipt €10.00" in words
    assert "Orders 3" in words
    assert "Bought a ticket 2" in words
    assert listed(community, "buyers") == {one.id, other.id}
    assert listed(community, "buyers_other") == {one.id}


def listed(community: Community, number: str) -> set[int]:
    (month,) = last_months(TODAY, community.zone, 1)
    asked = behind.Asked(number, month, Counting())
    return {contact or 0 for contact, _ in behind.behind(community, asked, TODAY)}


def test_a_number_opens_its_people(
    client: ProofreadingClient, organizer: Contact, community: Community
) -> None:
    joined(community, "2026-06-02", name="Ana")
    joined(community, "2026-05-02", name="Bima")
    html = client.get(HEALTH).get_data(as_text=True)
    link = re.search(r'href="(/c/lantern/health/people\?number=grown&amp;month=2026-06)"', html)
    assert link
    words = text_of(client, link[1].replace("&amp;", "&"))
    assert "Joined by themselves, June 2026" in words
    assert "Ana" in words
    assert "Bima" not in words


@pytest.mark.parametrize("number", [1, 3])
def test_a_list_costs_seven_statements(
    client: ProofreadingClient,
    organizer: Contact,
    community: Community,
    statements: Callable[[], Any],
    number: int,
) -> None:
    for _ in range(number):
        joined(community, "2026-06-02")
    with statements() as seen:
        assert text_of(client, f"{PEOPLE}?number=awake").count("Jun 2, 2026") >= number
    assert len(seen) == 7


def test_a_list_has_pages(
    client: ProofreadingClient, organizer: Contact, community: Community
) -> None:
    for place in range(lists.PAGE + 2):
        joined(community, "2026-06-02", name=f"Person {place:03}")
    first, second = (text_of(client, f"{PEOPLE}?number=awake&page={page}") for page in (1, 2))
    assert "Person 000" in first
    assert "Person 051" not in first
    assert "1 to 50 of 52" in first
    assert "Person 051" in second
    assert "51 to 52 of 52" in second


def test_who_was_erased_is_counted_and_not_shown(
    client: ProofreadingClient, organizer: Contact, community: Community
) -> None:
    joined(community, "2026-06-02", name="Ana")
    gone = joined(community, "2026-06-02", name="")
    gone.erased_at = TODAY
    words = text_of(client, f"{PEOPLE}?number=inflow")
    assert "2 people" in words
    assert "1 more is counted and not shown" in words


def test_an_account_that_is_linked_to_nobody_stands_under_its_own_name(
    community: Community, organizer: Contact
) -> None:
    account = add(Identity(community_id=community.id, source="discord", uid="7", name="zig"))
    bot = add(Identity(community_id=community.id, source="discord", uid="8", is_bot=True))
    from app.activity import service as activity  # noqa: PLC0415
    from app.activity.models import Activity, Channel  # noqa: PLC0415

    channel = add(Channel(community_id=community.id, source="discord", uid="c", name="c"))
    for place, one in enumerate((account, bot)):
        add(
            Activity(
                community_id=community.id, identity_id=one.id, type="message.posted",
                happened_at=TODAY, recorded_at=TODAY, channel_id=channel.id, source="discord",
                source_uid=str(place), weight=1,
            )
        )  # fmt: skip
    activity.rebuild(community.id, zone=community.zone)
    (month,) = last_months(TODAY, community.zone, 1)
    viewer = Viewer(person_of(organizer).id, organizer.id, is_organizer=True)
    asked = behind.Asked("active", month, Counting())
    found = lists.listed(community, asked, TODAY, viewer)
    assert [(one.name, one.public_id, one.source) for one in found.people] == [
        ("zig", None, "discord")
    ]
    assert (found.total, found.visible) == (1, 1)


@pytest.mark.parametrize(
    "query",
    [
        "number=secrets",
        "number=awake&month=1999-01",
        "number=awake&month=x",
        "number=awake&part=same-days",  # of the month before alone
        "number=hour",
        "number=hour&hour=8-1",
        "number=hour&hour=1-24",
    ],
)
def test_only_known_numbers_of_shown_months_open(
    client: ProofreadingClient, organizer: Contact, query: str
) -> None:
    assert client.get(f"{PEOPLE}?{query}").status_code == 404


@pytest.mark.parametrize("page", ["0", "-1", "x", "²", "99999999999999"])
def test_a_page_that_is_none_shows_no_error(
    client: ProofreadingClient, organizer: Contact, page: str
) -> None:
    assert client.get(f"{PEOPLE}?page={page}").status_code == 200


@pytest.mark.parametrize(("role", "status"), [("member", 404), ("host", 404), ("organizer", 200)])
def test_only_organizers_read_it(
    community: Community, client: ProofreadingClient, role: str, status: int
) -> None:
    sign_in(client, make_member(community, role=role))
    assert client.get(HEALTH).status_code == status
    assert client.get(PEOPLE).status_code == status


def test_how_to_count_is_chosen_on_the_page(
    client: ProofreadingClient, organizer: Contact, community: Community, session: Session
) -> None:
    joined(community, "2026-03-02")
    answer = client.post(f"{HEALTH}/counting", data={"sleeping_months": "3", "is_strict": "y"})
    assert answer.status_code == 303
    setting = session.scalars(select(HealthSetting)).one()
    assert (setting.sleeping_months, setting.is_strict) == (3, True)
    assert "in the last 3 calendar months" in text_of(client)


@pytest.mark.parametrize("months", ["0", "25", "", "x"])
def test_a_choice_out_of_bounds_comes_back_as_typed(
    client: ProofreadingClient, organizer: Contact, community: Community, session: Session,
    months: str,
) -> None:  # fmt: skip
    answer = client.post(f"{HEALTH}/counting", data={"sleeping_months": months})
    assert answer.status_code == 422
    assert f'value="{months}"' in answer.get_data(as_text=True)
    assert session.scalars(select(HealthSetting)).all() == []


def test_who_may_read_but_not_edit_sees_no_form(
    client: ProofreadingClient, organizer: Contact, community: Community, clock: FixedClock
) -> None:
    make_contact(community)
    clock.set(TODAY + timedelta(days=1))
    assert "Change who counts as asleep" in text_of(client)
