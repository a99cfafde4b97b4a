"""The pages of the queue, and what each list asks of the database."""

import pytest

from app.communities import queries
from app.communities.models import (
    Ban,
    Community,
    Contact,
    Invitation,
    JoinRequestState,
)
from app.core.database import add
from tests.communities.reading import make_request, statements_of, text_of
from tests.conftest import TODAY
from tests.factories import (
    make_community,
    make_contact,
    make_member,
    make_person,
    make_rules,
)
from tests.pages import ProofreadingClient


def test_the_queue_is_decided_in_bulk(
    client: ProofreadingClient, community: Community, owner: Contact
) -> None:
    assert "Nobody is waiting" in text_of(client, "/c/runners/desk/requests")
    first, second, third = (make_request(community, name) for name in ("One", "Two", "Three"))
    page = text_of(client, "/c/runners/desk/requests")
    assert "3 people wait" in page
    assert "Because Two" in page

    answer = client.post(
        "/c/runners/desk/requests/decision",
        data={
            "decision": "approve",
            "chosen": [first.public_id, second.public_id],
            "reply": "See you",
        },
    )

    page = client.follow(answer).get_data(as_text=True)
    assert "2 people are in." in page
    assert "Decided of late" in page
    assert queries.member_count(community.id) == 3
    answer = client.post(
        "/c/runners/desk/requests/decision",
        data={"decision": "decline", "chosen": [second.public_id, third.public_id]},
    )
    page = client.follow(answer).get_data(as_text=True)
    assert "One request is declined." in page
    assert "decided by someone else" in page
    assert third.state is JoinRequestState.DECLINED


def test_a_decision_needs_someone_chosen(
    client: ProofreadingClient, community: Community, owner: Contact
) -> None:
    request = make_request(community)
    path = "/c/runners/desk/requests/decision"

    answer = client.post(path, data={"decision": "approve", "reply": "Typed"})
    assert answer.status_code == 422
    assert "Choose at least one person first." in answer.get_data(as_text=True)
    assert "Typed" in answer.get_data(as_text=True)
    long = {"decision": "approve", "chosen": request.public_id, "reply": "x" * 501}
    assert client.post(path, data=long).status_code == 422
    assert client.post(path, data={"decision": "sell"}).status_code == 404
    foreign = make_request(make_community())
    answer = client.post(path, data={"decision": "approve", "chosen": foreign.public_id})
    assert answer.status_code == 422
    assert (request.state, foreign.state) == (JoinRequestState.WAITING,) * 2


@pytest.mark.parametrize(
    ("tail", "statements"),
    [
        ("requests", 5),
        ("invitations", 4),
        ("rules", 7),
        ("rules/1", 6),
        ("roles", 6),
        ("bans", 4),
        ("settings", 3),
    ],
)
def test_a_list_asks_as_much_of_the_database_for_one_as_for_three(
    client: ProofreadingClient,
    community: Community,
    owner: Contact,
    tail: str,
    statements: int,
) -> None:
    path = f"/c/runners/desk/{tail}"
    make_rules(community, "Be kind", agreed=(owner,)).number = 1

    def fill() -> None:
        make_request(community)
        make_member(community, role="host")
        add(Invitation(community_id=community.id, kind="trusted", created_at=TODAY))
        guest = make_contact(community, person=make_person())
        add(Ban(community_id=community.id, contact_id=guest.id, reason="x", banned_at=TODAY))

    fill()
    client.get(path)
    one = statements_of(client, path)
    fill()
    fill()

    assert (one, statements_of(client, path)) == (statements, statements)
