"""A form posted twice makes one thing, and both posts lead to it."""

import re

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.communities.models import Announcement, Community
from app.events.models import Event
from tests.conftest import FixedClock
from tests.factories import make_community, make_member, make_person, sign_in
from tests.pages import ProofreadingClient

EVENT = {
    "title": "Long run",
    "day": "2027-01-30",
    "starts": "18:30",
    "ends": "20:00",
    "zone": "Europe/Berlin",
    "visibility": "members",
}


def key_in(page: str) -> str:
    """Return the hidden key of a page's form."""
    found = re.search(r'name="once" value="([\w-]+)"', page)
    assert found
    return found[1]


def places(client: ProofreadingClient, path: str, data: dict[str, str]) -> tuple[str, str]:
    """Post a form twice and return where each post led."""
    first, second = (client.post(path, data=data).headers["Location"] for _ in range(2))
    return first, second


def test_an_announcement_is_sent_once(session: Session, client: ProofreadingClient) -> None:
    community = make_community()
    sign_in(client, make_member(community, role="owner"))
    index = f"/c/{community.slug}/desk/announcements"
    data = {"subject": "News", "words": "Hello"}
    data["once"] = key_in(client.post(f"{index}/preview", data=data).text)

    first, second = places(client, index, data)

    assert first == second
    assert session.scalars(select(Announcement.subject)).all() == ["News"]
    other = client.post(index, data={**data, "subject": "More"}).headers["Location"]
    assert other != first  # gone back and changed: another announcement


def test_a_community_is_founded_once(session: Session, client: ProofreadingClient) -> None:
    sign_in(client, make_person())
    data = {"name": "Runners", "purpose": "To run"}
    data["once"] = key_in(client.get("/communities/new").text)

    refused = client.post("/communities", data={**data, "name": ""})
    first, second = places(client, "/communities", data)

    assert key_in(refused.text) == data["once"]
    assert (first, second) == ("/c/runners/desk/start", "/c/runners/desk/start")
    assert session.scalars(select(Community.slug)).all() == ["runners"]


def test_the_key_of_another_person_spends_nothing(
    session: Session, client: ProofreadingClient
) -> None:
    data = {"name": "Runners", "purpose": "To run", "once": "the-key-of-a-form"}
    made = []
    for _ in range(2):
        sign_in(client, make_person())
        made.append(client.post("/communities", data=data).headers["Location"])
    assert len(set(made)) == 2


def test_an_event_is_announced_once(session: Session, client: ProofreadingClient) -> None:
    community = make_community()
    sign_in(client, make_member(community, role="owner"))
    path = f"/c/{community.slug}/events"
    data = {**EVENT, "once": key_in(client.get(f"{path}/new").text)}

    first, second = places(client, path, data)

    assert first == second
    assert session.scalars(select(Event.title)).all() == ["Long run"]


def test_the_same_words_from_a_page_fetched_again_lead_to_the_first(
    session: Session, client: ProofreadingClient, clock: FixedClock
) -> None:
    community = make_community()
    sign_in(client, make_member(community, role="owner"))
    path = f"/c/{community.slug}/events"

    def announce(query: str = "", **values: str) -> str:
        key = key_in(client.get(f"{path}/new{query}").text)
        sent = client.post(f"{path}{query}", data={**EVENT, "once": key, **values})
        return str(sent.headers["Location"])

    first = announce()
    notice = "You sent just the same a few minutes ago."
    assert notice not in client.get(first).text
    clock.advance(minutes=9)
    assert announce() == first
    assert notice in client.get(first).text
    copy = announce(f"?from={first.rpartition('/')[2]}")  # meant: the button Duplicate
    other = announce(title="Longer run")
    sign_in(client, make_member(community, role="organizer"))
    theirs = announce()
    clock.advance(minutes=2)
    later = announce()
    assert later == theirs
    clock.advance(minutes=9)
    much_later = announce()
    assert len({first, copy, other, theirs, much_later}) == 5
    assert session.scalar(select(func.count(Event.id))) == 5
