"""Gatherings for members with a plan: a grant opens the seat and the member price."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from app.billing.models import Grant, GrantSource, Plan
from app.billing.service import grants, plans
from app.billing.service.plans import PlanDraft
from app.communities.models import Contact
from app.core.database import db
from app.core.money import Money
from app.events import queries
from app.events.models import EventVisibility
from app.events.service import buying, refusals
from tests.conftest import FixedClock
from tests.events.conftest import Scene, counters, seat_of, sell
from tests.factories import sign_in
from tests.pages import ProofreadingClient

NEEDED = "Seats here are for members with a plan."


@pytest.fixture
def plan(scene: Scene, clock: FixedClock) -> Plan:
    """A plan that the community sells; its gathering is for those who have it."""
    draft = PlanDraft("Supporter", "Every run", Money(500, "EUR"), Money(5000, "EUR"), 14)
    made = plans.create_plan(scene.community, draft, now=clock.now)
    plans.publish_plan(made, now=clock.now)
    scene.event.visibility = EventVisibility.PLAN
    db.session.flush()
    return made


def give(scene: Scene, plan: Plan, clock: FixedClock, *, days: int = 30) -> Grant:
    """Give the member the plan for some days."""
    until = clock.now + timedelta(days=days)
    return grants.give(
        scene.member, source=GrantSource.COMP, plan=plan, now=clock.now, ends_at=until
    )


def panel(client: ProofreadingClient, scene: Scene) -> str:
    """Return the page of the gathering as the member reads it."""
    sign_in(client, scene.member)
    return client.get(scene.path).get_data(as_text=True)


def test_members_see_what_a_plan_opens(
    client: ProofreadingClient, scene: Scene, plan: Plan, clock: FixedClock
) -> None:
    without = panel(client, scene)
    assert NEEDED in without
    assert f'href="/c/{scene.slug}/membership"' in without
    answer = client.post(f"{scene.path}/attendance", data={"seats": "1"})
    assert answer.status_code == 422
    assert NEEDED in answer.get_data(as_text=True)
    assert counters(scene.event) == (0, 0)
    give(scene, plan, clock)
    db.session.commit()
    assert NEEDED not in panel(client, scene)
    assert client.post(f"{scene.path}/attendance", data={"seats": "1"}).status_code == 303
    assert counters(scene.event) == (0, 1)


def test_strangers_do_not_see_it(
    client: ProofreadingClient, scene: Scene, plan: Plan, clock: FixedClock
) -> None:
    assert plan.is_offered
    assert scene.event.title not in client.get(f"/c/{scene.slug}").get_data(as_text=True)
    assert client.get(scene.path).status_code in {303, 404}


@pytest.mark.parametrize("ending", ["over", "taken back"])
def test_a_plan_that_ended_opens_nothing(
    scene: Scene, plan: Plan, clock: FixedClock, ending: str
) -> None:
    given = give(scene, plan, clock, days=1)
    if ending == "over":
        clock.now += timedelta(days=1)
    else:
        assert grants.revoke(given, now=clock.now)
    with pytest.raises(refusals.NeedsPlan):
        seat_of(scene)
    scene.event.visibility = EventVisibility.MEMBERS
    assert seat_of(scene).seats == 1  # it was the plan that was missing


def test_tickets_ask_for_the_plan_too_but_not_at_the_desk(
    scene: Scene, plan: Plan, clock: FixedClock
) -> None:
    sort = sell(scene)
    chosen = {sort.public_id: 1}

    def buy(sold_by: Contact | None = None) -> int:
        order = buying.reserve_tickets(
            scene.event,
            chosen,
            contact=scene.member,
            name="Ben",
            is_member=True,
            now=clock.now,
            sold_by=sold_by,
        )
        return order.total_minor

    with pytest.raises(refusals.NeedsPlan):
        buy()
    assert buy(sold_by=scene.host) == sort.price_minor
    give(scene, plan, clock)
    chosen[sort.public_id] = 2
    assert buy() == 2 * sort.price_minor


@pytest.mark.parametrize(
    ("state", "is_member_price"), [("none", False), ("covers", True), ("over", False)]
)
def test_where_plans_are_sold_the_member_price_is_theirs_who_have_one(
    scene: Scene, plan: Plan, clock: FixedClock, state: str, *, is_member_price: bool
) -> None:
    if state != "none":
        give(scene, plan, clock, days=1)
    if state == "over":
        clock.now += timedelta(days=1)
    found = queries.pays_as_member(scene.member.id, scene.community.id, clock.now)
    assert found is is_member_price


def test_the_form_offers_it_where_plans_are_sold(
    client: ProofreadingClient, scene: Scene, session: Session, clock: FixedClock
) -> None:
    words = "Members see it, those with a plan come"
    sign_in(client, scene.host)
    assert words not in client.get(f"/c/{scene.slug}/events/new").get_data(as_text=True)
    draft = PlanDraft("Supporter", "", Money(500, "EUR"), None, 14)
    plans.publish_plan(plans.create_plan(scene.community, draft, now=clock.now), now=clock.now)
    session.commit()
    assert words in client.get(f"/c/{scene.slug}/events/new").get_data(as_text=True)
