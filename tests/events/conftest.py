"""A community with hosts, members and one event a week from now."""

from dataclasses import dataclass, field

import pytest
from sqlalchemy.orm import Session

from app.communities.models import Community, Contact
from app.core.database import add
from app.events.models import Event, EventHost
from tests.factories import make_community, make_event, make_member


@dataclass
class Scene:
    """What most tests of gatherings stand on."""

    community: Community
    host: Contact
    member: Contact
    event: Event
    slug: str = field(init=False)

    def __post_init__(self) -> None:
        self.slug = self.community.slug

    @property
    def path(self) -> str:
        """The path of the event's page."""
        return f"/c/{self.slug}/events/{self.event.public_id}"

    @property
    def desk(self) -> str:
        """The path of the event's page at the desk."""
        return f"/c/{self.slug}/desk/events/{self.event.public_id}"


@pytest.fixture
def scene(session: Session) -> Scene:
    """A public community and a public event with 50 seats, hosted by one of two members."""
    community = make_community(name="Riverside Runners", zone="Europe/Berlin")
    host = make_member(community, role="host", name="Amara Okafor")
    member = make_member(community, name="Ben Adler")
    event = make_event(community, title="Sunday run", place="Boathouse", created_by_id=host.id)
    add(EventHost(community_id=community.id, event_id=event.id, contact_id=host.id))
    session.commit()
    return Scene(community, host, member, event)
