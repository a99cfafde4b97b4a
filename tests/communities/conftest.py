"""A community with its owner signed in: where most tests of the desk begin."""

import pytest
from sqlalchemy.orm import Session

from app.communities.models import (
    Community,
    Contact,
)
from tests.factories import (
    make_community,
    make_member,
    sign_in,
)
from tests.pages import ProofreadingClient


@pytest.fixture
def community(session: Session) -> Community:
    return make_community(slug="runners", name="Runners", zone="Europe/Berlin")


@pytest.fixture
def owner(client: ProofreadingClient, community: Community) -> Contact:
    """The signed-in owner."""
    contact = make_member(community, role="owner", name="Ana")
    sign_in(client, contact)
    return contact
