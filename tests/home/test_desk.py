"""The desk's overview: what waits, who came, what comes, for whom."""

import pytest
from sqlalchemy.orm import Session

from app.communities.models import (
    Community,
    JoinRequest,
    Report,
    ReportState,
    ReportSubject,
)
from app.core.database import add
from tests.conftest import FixedClock
from tests.factories import make_community, make_contact, make_event, make_member, sign_in
from tests.home.conftest import Counted
from tests.pages import ProofreadingClient


@pytest.fixture
def community(session: Session, clock: FixedClock) -> Community:
    """A community past its beginnings."""
    return make_community(slug="lantern", checklist_done_at=clock.now)


def wait_at_the_door(community: Community, clock: FixedClock) -> None:
    add(
        JoinRequest(
            community_id=community.id,
            contact_id=make_contact(community).id,
            created_at=clock.now,
        )
    )


def report(community: Community, clock: FixedClock, state: ReportState = ReportState.OPEN) -> None:
    about = make_member(community)
    add(
        Report(
            community_id=community.id,
            reporter_id=make_member(community).id,
            subject=ReportSubject.CONTACT,
            subject_public_id=about.public_id,
            about_contact_id=about.id,
            words="He sang off key.",
            created_at=clock.now,
            state=state,
        )
    )


@pytest.mark.parametrize("number", [1, 3])
def test_the_overview_costs_nine_statements(
    community: Community,
    client: ProofreadingClient,
    counted: Counted,
    clock: FixedClock,
    number: int,
) -> None:
    owner = make_member(community, role="owner")
    for _ in range(number):
        wait_at_the_door(community, clock)
        report(community, clock)
        make_event(community)
    sign_in(client, owner)
    response, statements = counted("/c/lantern/desk")
    page = response.get_data(as_text=True)
    assert statements == 9
    assert page.count("date-block__day") == number
    assert ("1 person asks" in page, "3 people ask" in page) == (number == 1, number == 3)


def test_a_new_community_is_led_to_its_first_steps(
    client: ProofreadingClient, session: Session, clock: FixedClock
) -> None:
    community = make_community(slug="lantern")
    sign_in(client, make_member(community, role="owner"))
    page = client.get("/c/lantern/desk").get_data(as_text=True)
    assert "To the first ten members" in page
    assert "1 of 10" in page
    community.checklist_done_at = clock.now
    assert "To the first ten" not in client.get("/c/lantern/desk").get_data(as_text=True)


def test_a_host_sees_what_comes_but_neither_the_queue_nor_the_numbers(
    community: Community, client: ProofreadingClient, clock: FixedClock
) -> None:
    wait_at_the_door(community, clock)
    report(community, clock)
    make_event(community, title="Supper")
    sign_in(client, make_member(community, role="host"))
    page = client.get("/c/lantern/desk").get_data(as_text=True)
    assert "Supper" in page
    assert "asks to come in" not in page
    assert "report is open" not in page
    assert "members-chart" not in page


def test_nothing_waits(community: Community, client: ProofreadingClient) -> None:
    sign_in(client, make_member(community, role="moderator"))
    page = client.get("/c/lantern/desk").get_data(as_text=True)
    assert "Nothing waits for you" in page


def test_members_and_strangers_find_no_desk(
    community: Community, client: ProofreadingClient
) -> None:
    assert client.get("/c/lantern/desk").status_code == 303
    sign_in(client, make_member(community))
    assert client.get("/c/lantern/desk").status_code == 404
