"""No request from elsewhere changes anything, whoever is signed in."""

from collections import Counter

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.communities.models import Visibility
from tests.factories import sign_in
from tests.pages import ProofreadingClient
from tests.trust.arguments import arguments_of
from tests.trust.clients import client_of
from tests.trust.expected import expected
from tests.trust.routes import UNSAFE, calls
from tests.trust.wire import Answer, listening, read
from tests.trust.world import build, let_go

FOREIGN = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
FROM_OUTSIDE = {
    "home.create_unsubscribe": "one-click unsubscribe is posted by mail programs (RFC 8058)",
    "notices.create": "the payment service posts them, and signs each: unsigned is 400 too",
}
"""Routes that take posts from elsewhere on purpose, with the reason."""


LEAST = {"owner": 120, "member": 50, "site_admin": 25, "anonymous": 15}
"""How many posts each may make: fewer would say that something else refused them."""


@pytest.mark.parametrize("persona", list(LEAST))
def test_a_post_from_another_site_is_refused(app: Flask, session: Session, persona: str) -> None:
    world = build(visibility=Visibility.PUBLIC)
    client = client_of(app, world, persona)
    let_go()
    answers, accepted = Counter[int](), []
    for call in calls(app, arguments_of(world.a, world)):
        if call.method not in UNSAFE or call.endpoint in FROM_OUTSIDE:
            continue
        with listening() as written:
            response = client.open(
                call.path, method=call.method, **call.sent, csrf=False, headers=FOREIGN
            )
        wanted = expected(persona, call.endpoint, Visibility.PUBLIC)
        # who may do it is refused for where it comes from; others also as they always are
        is_denied = wanted is not Answer.IN and wanted is read(response)
        is_refused = is_denied or response.status_code == 400
        answers[response.status_code] += 1
        if not is_refused or written.harmful:
            accepted.append(f"{call.method} {call.endpoint}: {response.status_code}")
    assert accepted == []
    assert answers[400] >= LEAST[persona], answers


@pytest.mark.parametrize("verb", ["confirmation", "people", "return"])
def test_a_seats_own_secret_does_not_open_it_to_another_site(
    client: ProofreadingClient, verb: str
) -> None:
    world = build(visibility=Visibility.PUBLIC)
    path = f"/seat/{arguments_of(world.a, world)['events.seat:token']}"
    with listening() as written:
        refused = client.post(f"{path}/{verb}", data={"guests": "0"}, csrf=False, headers=FOREIGN)
    assert (refused.status_code, written.harmful) == (400, [])
    taken = client.post(
        f"{path}/{verb}",
        data={"guests": "0"},
        csrf=False,
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    assert taken.status_code in {303, 422}


def test_the_same_post_with_our_token_is_taken(app: Flask, client: ProofreadingClient) -> None:
    world = build()
    sign_in(client, world.a.people["owner"])
    path = f"/c/{world.a.slug}/card/facets"
    refused = client.post(path, data={"kind": "offer", "value": "Tea"}, csrf=False, headers=FOREIGN)
    assert refused.status_code == 400
    taken = client.post(path, data={"kind": "offer", "value": "Tea"})
    assert taken.status_code in {303, 422}
