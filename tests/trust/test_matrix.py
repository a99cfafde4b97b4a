"""Role x route x community: every cell answers as written down, and a denied one writes nothing."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.communities.models import Visibility
from app.core.database import db
from tests.factories import sign_in
from tests.pages import ProofreadingClient
from tests.trust.arguments import arguments_of, missing
from tests.trust.expected import GROUP_OF, LADDER, expected
from tests.trust.routes import Call, calls, rules
from tests.trust.wire import Answer, listening, read
from tests.trust.world import World, build

OUTSIDE = ("anonymous", "suspended", "outsider", "left", "pending", "banned", "site_admin")
PERSONAS = (*OUTSIDE, *LADDER)
Ask = Callable[[ProofreadingClient, Call], tuple[Answer, str, list[str]]]


@pytest.fixture
def ask(session: Session) -> Iterator[Ask]:
    """Send a call inside a savepoint and return its answer, its body and what it wrote."""

    def send(client: ProofreadingClient, call: Call) -> tuple[Answer, str, list[str]]:
        session.commit()
        savepoint = db.engine.connect().begin_nested()
        try:
            with listening() as written:
                response = client.open(call.path, method=call.method)
            answer = read(response)
            return answer, response.get_data(as_text=True), written.harmful
        finally:
            session.expire_all()
            savepoint.rollback()

    return send


def client_of(app: Flask, world: World, persona: str) -> ProofreadingClient:
    client: Any = app.test_client()
    person = world.person(persona)
    if person is not None:
        sign_in(client, person)
    return client


def test_every_route_is_classified(app: Flask) -> None:
    assert {rule.endpoint for rule in rules(app)} - set(GROUP_OF) == set()
    assert set(GROUP_OF) - {rule.endpoint for rule in rules(app)} == set()


@pytest.mark.parametrize("visibility", [Visibility.PUBLIC, Visibility.PRIVATE, Visibility.SECRET])
@pytest.mark.parametrize("persona", PERSONAS)
def test_each_cell_answers_as_written(
    app: Flask, ask: Ask, persona: str, visibility: Visibility
) -> None:
    world = build(visibility=visibility)
    wrong, leaks = [], []
    for call in calls(app, arguments_of(world.a, world.site_admin)):
        client = client_of(app, world, persona)
        answer, body, harm = ask(client, call)
        group = GROUP_OF[call.endpoint]
        wanted = expected(persona, group, visibility)
        if answer is not wanted and not _may_be_nothing(answer, wanted, group):
            wrong.append(f"{call.method} {call.endpoint}: {answer}, not {wanted}")
        if answer is not Answer.IN and harm:
            wrong.append(f"{call.method} {call.endpoint} wrote although denied: {harm[:2]}")
        if "ownbeta" in body:
            leaks.append(f"{call.endpoint} shows words of the other community")
        if persona in OUTSIDE and "ownalphamembers" in body:
            leaks.append(f"{call.endpoint} shows members' words to the {persona}")
    assert wrong == []
    assert leaks == []


def _may_be_nothing(answer: Answer, wanted: Answer, group: str) -> bool:
    """Within reach a row may still be missing (a used token, another's session)."""
    return wanted is Answer.IN and answer is Answer.NOTHING and group in {"token", "own"}


@pytest.mark.parametrize("persona", ["member", "owner"])
def test_nobody_reaches_the_other_community(app: Flask, ask: Ask, persona: str) -> None:
    world = build()
    wrong = []
    for call in calls(app, arguments_of(world.b, world.site_admin)):
        if not call.path.startswith("/c/"):
            continue
        answer, body, harm = ask(client_of(app, world, persona), call)
        wanted = expected("outsider", GROUP_OF[call.endpoint], Visibility.PRIVATE)
        if answer is not wanted:
            wrong.append(f"{call.method} {call.endpoint}: {answer}, not {wanted}")
        if answer is not Answer.IN and harm:
            wrong.append(f"{call.method} {call.endpoint} wrote although denied")
        if "ownbetamembers" in body or "ownbetamoderators" in body:
            wrong.append(f"{call.endpoint} leaks the other community")
    assert wrong == []


def test_a_row_of_the_other_community_is_as_missing_as_one_that_never_was(
    app: Flask, ask: Ask
) -> None:
    world = build()
    own, other = arguments_of(world.a, world.site_admin), arguments_of(world.b, world.site_admin)
    foreign = {**other, "slug": world.a.slug}
    none = {**missing(own), "slug": world.a.slug}
    checked, wrong = 0, []
    pairs = zip(calls(app, foreign), calls(app, none), strict=True)
    for theirs, nobodys in pairs:
        if not theirs.path.startswith("/c/") or theirs.path == nobodys.path:
            continue
        client = client_of(app, world, "owner")
        swapped, absent = ask(client, theirs), ask(client, nobodys)
        checked += 1
        if swapped[0] is not absent[0] or swapped[0] is Answer.IN or swapped[2]:
            wrong.append(f"{theirs.method} {theirs.endpoint}: {swapped[0]} beside {absent[0]}")
        if "ownbeta" in swapped[1]:
            wrong.append(f"{theirs.endpoint} leaks the other community's row")
    assert checked > 20
    assert wrong == []


def test_a_role_that_ends_ends_with_the_next_request(app: Flask, ask: Ask) -> None:
    world = build()
    client = client_of(app, world, "organizer")
    desk = Call("communities.settings", "GET", f"/c/{world.a.slug}/desk/settings")
    assert ask(client, desk)[0] is Answer.IN
    db.session.execute(
        text("UPDATE membership SET role_key = 'member' WHERE role_key = 'organizer'")
    )
    assert ask(client, desk)[0] is Answer.NOTHING
