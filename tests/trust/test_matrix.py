"""Role x route x community: every cell answers as written down, and a denied one writes nothing."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.communities.models import Visibility
from app.core.database import db
from tests.factories import sign_in
from tests.pages import ProofreadingClient
from tests.trust.arguments import arguments_of, missing
from tests.trust.expected import EXCUSED, GROUP_OF, LADDER, expected
from tests.trust.routes import Call, calls, rules
from tests.trust.wire import Answer, listening, read, undone
from tests.trust.world import World, build

OUTSIDE = ("anonymous", "suspended", "outsider", "left", "pending", "banned", "site_admin")
Ask = Callable[[ProofreadingClient, Call], tuple[Answer, str, list[str]]]


@pytest.fixture
def ask(session: Session) -> Ask:
    """Send a call inside a savepoint and return its answer, its body and what it wrote."""

    def send(client: ProofreadingClient, call: Call) -> tuple[Answer, str, list[str]]:
        with undone(session):
            with listening() as written:
                response = client.open(call.path, method=call.method)
            return read(response), response.get_data().decode(errors="replace"), written.harmful

    return send


def client_of(app: Flask, world: World, persona: str) -> ProofreadingClient:
    client = app.test_client()
    assert isinstance(client, ProofreadingClient)
    person = world.person(persona)
    if person is not None:
        sign_in(client, person)
    return client


def test_every_route_is_classified(app: Flask) -> None:
    assert {rule.endpoint for rule in rules(app)} - set(GROUP_OF) == set()
    assert set(GROUP_OF) - {rule.endpoint for rule in rules(app)} == set()


# Inside, visibility changes nothing: the ladder is climbed once.
CELLS = [(one, Visibility.PRIVATE) for one in LADDER]
CELLS += [(one, v) for one in OUTSIDE for v in Visibility if v is not Visibility.UNLISTED]


@pytest.mark.parametrize(("persona", "visibility"), CELLS)
def test_each_cell_answers_as_written(
    app: Flask, ask: Ask, persona: str, visibility: Visibility
) -> None:
    world = build(visibility=visibility)
    wrong, leaks = [], []
    for call in calls(app, arguments_of(world.a, world.site_admin), only=set(GROUP_OF)):
        client = client_of(app, world, persona)
        answer, body, harm = ask(client, call)
        wanted = expected(persona, GROUP_OF[call.endpoint], visibility)
        if answer is not wanted and not _is_excused(answer, wanted, call.endpoint):
            wrong.append(f"{call.method} {call.endpoint}: {answer}, not {wanted}")
        if wanted is not Answer.IN and harm:
            wrong.append(f"{call.method} {call.endpoint} wrote although denied: {harm[:2]}")
        if "ownbeta" in body and GROUP_OF[call.endpoint] != "site":
            leaks.append(f"{call.endpoint} shows words of the other community")
        if persona in OUTSIDE and "ownalphamembers" in body:
            leaks.append(f"{call.endpoint} shows members' words to the {persona}")
    assert not wrong, "\n".join(wrong)
    assert not leaks, "\n".join(leaks)


def _is_excused(answer: Answer, wanted: Answer, endpoint: str) -> bool:
    """Within reach a row may still be missing; the reasons stand beside the table."""
    is_spent = GROUP_OF[endpoint] == "token" and answer is Answer.NOTHING
    is_blank = endpoint == "communities.mark" and answer is Answer.NOTHING
    return is_blank or (wanted is Answer.IN and (is_spent or answer in EXCUSED.get(endpoint, ())))


@pytest.mark.parametrize("persona", ["member", "owner"])
def test_nobody_reaches_the_other_community(app: Flask, ask: Ask, persona: str) -> None:
    world = build()
    wrong = []
    for call in calls(app, arguments_of(world.b, world.site_admin), only=set(GROUP_OF)):
        if not call.path.startswith("/c/"):
            continue
        answer, body, harm = ask(client_of(app, world, persona), call)
        wanted = expected("outsider", GROUP_OF[call.endpoint], Visibility.PRIVATE)
        if answer is not wanted and not _is_excused(answer, wanted, call.endpoint):
            wrong.append(f"{call.method} {call.endpoint}: {answer}, not {wanted}")
        if wanted is not Answer.IN and harm:
            wrong.append(f"{call.method} {call.endpoint} wrote although denied")
        if "ownbetamembers" in body or "ownbetamoderators" in body:
            wrong.append(f"{call.endpoint} leaks the other community")
    assert not wrong, "\n".join(wrong)


def test_a_row_of_the_other_community_is_as_missing_as_one_that_never_was(
    app: Flask, ask: Ask
) -> None:
    world = build()
    own, other = arguments_of(world.a, world.site_admin), arguments_of(world.b, world.site_admin)
    foreign = {**other, "slug": world.a.slug}
    none = {**missing(own), "slug": world.a.slug}
    checked, wrong = 0, []
    pairs = zip(
        calls(app, foreign, only=set(GROUP_OF)),
        calls(app, none, only=set(GROUP_OF)),
        strict=True,
    )
    for theirs, nobodys in pairs:
        if GROUP_OF[theirs.endpoint] == "token" or theirs.path == nobodys.path:
            continue
        client = client_of(app, world, "owner")
        swapped, absent = ask(client, theirs), ask(client, nobodys)
        checked += 1
        if swapped[0] is not absent[0] or swapped[0] is Answer.IN or swapped[2]:
            wrong.append(f"{theirs.method} {theirs.endpoint}: {swapped[0]} beside {absent[0]}")
        if "ownbeta" in swapped[1]:
            wrong.append(f"{theirs.endpoint} leaks the other community's row")
    assert checked > 20
    assert not wrong, "\n".join(wrong)


def test_a_role_that_ends_ends_with_the_next_request(app: Flask, ask: Ask) -> None:
    world = build()
    client = client_of(app, world, "organizer")
    desk = Call("communities.settings", "GET", f"/c/{world.a.slug}/desk/settings")
    assert ask(client, desk)[0] is Answer.IN
    db.session.execute(
        text("UPDATE membership SET role_key = 'member' WHERE role_key = 'organizer'")
    )
    assert ask(client, desk)[0] is Answer.NOTHING
