"""The health page: sentences, four numbers, a picture and its table."""

import pytest
from sqlalchemy.orm import Session

from app.communities.models import Community
from tests.conftest import FixedClock
from tests.factories import make_community, make_member, sign_in
from tests.pages import ProofreadingClient


@pytest.fixture
def community(session: Session) -> Community:
    """A community."""
    return make_community(slug="lantern", zone="Asia/Jakarta")


def test_the_page_says_the_month_and_shows_two_years(
    community: Community, client: ProofreadingClient, clock: FixedClock
) -> None:
    for _ in range(3):
        make_member(community)
    sign_in(client, make_member(community, role="organizer", is_team=True))
    page = client.get("/c/lantern/health").get_data(as_text=True)
    assert "June 2026" in page
    assert "3 people joined." in page
    assert "Nobody left." in page
    assert "3 members by now" in page
    assert page.count('<th scope="row">') == 24
    assert page.count('fill="url(#hatch)"') == 1
    assert "Asia/Jakarta" in page


@pytest.mark.parametrize(("role", "status"), [("member", 404), ("host", 404), ("organizer", 200)])
def test_only_organizers_read_it(
    community: Community, client: ProofreadingClient, role: str, status: int
) -> None:
    sign_in(client, make_member(community, role=role))
    assert client.get("/c/lantern/health").status_code == status
