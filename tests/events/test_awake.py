"""What tickets tell the activity ledger: one act for each order, and who it keeps awake."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import pytest

from app.analytics.months import last_months
from app.analytics.queries.figures import computed
from app.analytics.queries.histories import Counting
from app.communities.models import Contact
from app.core import clock as the_clock
from app.events.models import Ticket
from app.events.service import gatherings, selling
from tests.conftest import FixedClock
from tests.events.conftest import Scene, buy, sell, told
from tests.factories import make_contact, make_membership


@pytest.fixture
def sleeper(scene: Scene) -> Contact:
    """A member of old who did nothing for a year."""
    contact = make_contact(scene.community)
    make_membership(contact, joined_at=datetime(2024, 12, 1, tzinfo=UTC))
    return contact


def people(scene: Scene) -> dict[str, Any]:
    """Return this month's people, as a community counts them that counts strictly."""
    month = last_months(the_clock.now(), scene.community.zone, 1)
    found, _ = computed(scene.community, month, the_clock.now(), Counting(is_strict=True))
    return asdict(found[0].people)


def moved(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Return the numbers that differ: by how much."""
    return {name: after[name] - before[name] for name in before if before[name] != after[name]}


def gives_back(tickets: list[Ticket], scene: Scene) -> None:
    """Have an organizer take tickets back, the money stays."""
    for one in tickets:
        selling.cancel_ticket(one, by=scene.host, with_money=False, note="", now=the_clock.now())


def test_a_bought_ticket_wakes_its_buyer_where_a_community_counts_strictly(
    scene: Scene, sleeper: Contact
) -> None:
    free, paid = sell(scene, "Free", price=0), sell(scene)
    asleep = people(scene)
    buy(scene, free, contact=sleeper)
    assert moved(asleep, people(scene)) == {}
    tickets = buy(scene, paid, contact=sleeper)
    assert moved(asleep, people(scene)) == {"awake": 1, "woke": 1}
    gives_back(tickets, scene)
    assert moved(asleep, people(scene)) == {}


def test_each_order_is_one_act_until_all_of_it_is_given_back(scene: Scene) -> None:
    sort = sell(scene)
    first, second = buy(scene, sort, 2), buy(scene, sort)
    assert told(scene.community) == [("bought", False)] * 2
    gives_back(first[:1], scene)
    assert told(scene.community) == [("bought", False)] * 2
    gives_back(first[1:], scene)
    assert told(scene.community) == [("bought", True), ("bought", False)]
    gives_back(second, scene)
    assert told(scene.community) == [("bought", True)] * 2


def test_a_further_free_ticket_is_no_further_act(scene: Scene) -> None:
    free = sell(scene, price=0)
    for _ in range(2):
        buy(scene, free)
    assert told(scene.community) == [("event.seat_taken", False)]


def test_what_was_used_or_called_off_was_bought_all_the_same(
    scene: Scene, clock: FixedClock
) -> None:
    sort = sell(scene)
    [used], [unused] = buy(scene, sort), buy(scene, sort)
    used.checked_in_at = clock.now
    gives_back([used], scene)
    gatherings.cancel(scene.event, words="Flood.", by=scene.host, now=clock.now)
    gives_back([unused], scene)
    assert told(scene.community) == [("bought", False)] * 2
