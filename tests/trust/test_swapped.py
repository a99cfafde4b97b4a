"""Ids of another community inside forms, words that must not be found, and htmx's way of asking."""

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.communities.models import Visibility
from app.communities.service.contacts import refresh_search
from app.core.database import Base, Tenant, db
from tests.pages import ProofreadingClient
from tests.trust.arguments import arguments_of
from tests.trust.clients import client_of
from tests.trust.expected import EXCUSED, expected
from tests.trust.forms import Form, all_forms
from tests.trust.routes import calls
from tests.trust.wire import Answer, read, undone
from tests.trust.world import Side, World, build, marker


def digest(side: Side) -> dict[str, str]:
    """Return what every table holds of one community, for comparison."""
    found = {}
    for mapper in Base.registry.mappers:
        if issubclass(mapper.class_, Tenant):
            table = mapper.local_table
            rows = db.session.execute(
                select(table).where(table.c.community_id == side.community.id).order_by(table.c.id)
            )
            found[str(table)] = repr(rows.all())
    return found


def public_ids(side: Side) -> set[str]:
    """Return every public id of one community's rows."""
    found: set[str] = set()
    for mapper in Base.registry.mappers:
        if issubclass(mapper.class_, Tenant) and "public_id" in mapper.columns:
            table = mapper.local_table
            asked = select(table.c.public_id).where(table.c.community_id == side.community.id)
            found.update(db.session.scalars(asked))
    return found


def owner_of(app: Flask, world: World) -> ProofreadingClient:
    return client_of(app, world, "owner")


def own_forms(app: Flask, world: World) -> list[Form]:
    """Return the forms that the owner of side a meets in their community."""
    pages = [
        call.path
        for call in calls(app, arguments_of(world.a, world))
        if call.method == "GET" and call.path.startswith("/c/")
    ]
    return [form for form in all_forms(owner_of(app, world), pages) if form.method == "post"]


def test_the_other_communitys_ids_in_a_form_change_nothing_there(
    app: Flask, session: Session
) -> None:
    world = build()
    ours, theirs = public_ids(world.a), sorted(public_ids(world.b))
    before = digest(world.b)
    carrying = [
        form for form in own_forms(app, world) if any(value in ours for _, value in form.fields)
    ]
    assert len(carrying) >= 3
    for form in carrying:
        names = {name for name, value in form.fields if value in ours}
        kept = [(name, value) for name, value in form.fields if name not in names]
        data: dict[str, list[str]] = dict.fromkeys(names, theirs)
        data |= {name: [value] for name, value in kept if name != "csrf_token"}
        with undone(session):
            response = owner_of(app, world).post(form.action, data=data)
            assert response.status_code < 500
            assert digest(world.b) == before, form


def test_a_change_over_there_would_be_noticed(session: Session) -> None:
    world = build()
    before = digest(world.b)
    world.b.people["member"].name = "Changed"
    session.flush()
    assert digest(world.b) != before


HIDDEN = {
    "anonymous": ("purpose", "members", "event", "facetmembers", "tag", "organizers"),
    "member": ("facetmatching", "facetoff", "tag", "moderators", "organizers", "blocked", "import"),
}


@pytest.mark.parametrize("persona", list(HIDDEN))
def test_a_search_finds_no_hidden_words(app: Flask, session: Session, persona: str) -> None:
    world = build()
    for contact in world.a.people.values():
        refresh_search(contact)
    client = client_of(app, world, persona)
    searches = ["/communities", f"/c/{world.a.slug}/members", f"/c/{world.a.slug}/desk/members"]
    for path in searches:
        for seen_by in HIDDEN[persona]:
            word = marker("alpha", seen_by)
            typed = f"prefix{word}"  # nothing is called so: what the page repeats of the search
            found, repeated = (
                client.get(path, query_string={"q": one}).get_data(as_text=True).count(word)
                for one in (word, typed)
            )
            assert found <= repeated, f"{path} finds {word}"


def test_the_same_search_finds_shown_words(app: Flask, session: Session) -> None:
    world = build()
    client = owner_of(app, world)
    refresh_search(world.a.people["organizer"])
    word = marker("alpha", "facetmembers")
    page = client.get(f"/c/{world.a.slug}/members", query_string={"q": word})
    assert "Organizer ownalphamembers" in page.get_data(as_text=True)


@pytest.mark.parametrize("persona", ["anonymous", "outsider", "banned", "member"])
def test_htmx_gets_the_same_answers(app: Flask, session: Session, persona: str) -> None:
    world = build()
    wrong = []
    for call in calls(app, arguments_of(world.a, world)):
        wanted = expected(persona, call.endpoint, Visibility.PRIVATE)
        if wanted is Answer.IN:
            continue
        client = client_of(app, world, persona)
        with undone(session):
            response = client.open(
                call.path, method=call.method, **call.sent, headers={"HX-Request": "true"}
            )
            answer = read(response)
        if answer is not wanted and answer not in EXCUSED.get(call.endpoint, ()):
            wrong.append(f"{call.method} {call.endpoint}: {answer}, not {wanted}")
    assert not wrong, "\n".join(wrong)
