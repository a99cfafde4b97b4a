"""Fifty hostile strings through every field of every form: no 5xx, nothing reflected raw."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.communities.models import Visibility
from app.core.database import db
from tests import pages as pages_module
from tests.trust.clients import client_of
from tests.trust.forms import Form, Met, forms_met, pages_of
from tests.trust.routes import methods
from tests.trust.staged import BUTTONS, rules_form, setup_form, staged
from tests.trust.strings import HOSTILE, MARK, RAW, faults_of
from tests.trust.wire import undone
from tests.trust.world import World, build, let_go

pytestmark = pytest.mark.xdist_group("hostile")  # minutes: begun early, not last
PARTS = 2  # of the owner's forms: none takes over a minute


def test_the_strings_are_fifty_or_more_and_distinct() -> None:
    assert len(set(HOSTILE)) == len(HOSTILE) >= 50


def test_a_raw_reflection_would_be_noticed() -> None:
    assert RAW.search(f"<p><script>{MARK}</script></p>")
    assert not RAW.search(f"<p>&lt;script&gt;{MARK}&lt;/script&gt;</p>")


INSIDE = ("owner",)
OTHERS = ("member", "host", "moderator", "organizer", "site_admin", "anonymous")
"""In turn: each sends the forms that nobody before them met."""


@pytest.fixture
def world(session: Session, monkeypatch: pytest.MonkeyPatch) -> World:
    # the matrix proof-reads these pages; reading each answer too would take minutes
    monkeypatch.setattr(pages_module, "proofread", lambda *_: None)
    return build(visibility=Visibility.PUBLIC)


@pytest.mark.parametrize("part", range(PARTS))
def test_hostile_strings_break_no_form_of_the_owner(app: Flask, world: World, part: int) -> None:
    forms = forms_met(app, world, pages_of(app, world), INSIDE)
    assert len([form for _, form in forms if form.typed]) > 50
    assert faults(app, world, forms[part::PARTS]) == []


def test_hostile_strings_break_no_form_that_only_others_meet(app: Flask, world: World) -> None:
    forms = forms_met(app, world, pages_of(app, world), (*INSIDE, *OTHERS))
    typed = [(persona, form) for persona, form in forms if form.typed and persona not in INSIDE]
    # what hosts, moderators and organizers type into, the owner or a member met before them
    assert {persona for persona, _ in typed} == {"member", "site_admin", "anonymous"}
    assert faults(app, world, typed) == []
    met = endpoints(app, forms)
    late = [one for one in staged(app, world) if not endpoints(app, [one]) & met]
    assert faults(app, world, late) == []
    last = [("member", rules_form(app, world)), ("anonymous", setup_form(app, world))]
    assert faults(app, world, last) == []
    # every address that takes a form was sent them, or it is said here why not
    posts = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in methods(rule)}
    excused = {name for names in BUTTONS.values() for name in names.split()}
    assert posts - met - endpoints(app, late) - endpoints(app, last) == excused


def endpoints(app: Flask, forms: list[Met]) -> set[str]:
    """Return where forms lead."""
    adapter = app.url_map.bind("localhost")
    return {
        adapter.match(form.action.partition("?")[0], method="POST")[0]
        for _, form in forms
        if form.method == "post"
    }


def faults(app: Flask, world: World, forms: list[Met]) -> list[str]:
    """Send each form until every string was in every field; return what broke."""
    rows = let_go()
    found = [
        fault
        for persona, form in forms
        if form.typed
        for shift in range(len(HOSTILE))
        for fault in submit(app, world, persona, form, shift)
    ]
    db.session.add_all(rows)
    return found


def submit(app: Flask, world: World, persona: str, form: Form, shift: int) -> list[str]:
    """Send a form with a hostile string in each field, each field another one; undo what it did."""
    values = dict(form.fields)
    for place, name in enumerate(form.typed):
        values[name] = HOSTILE[(shift + place) % len(HOSTILE)]
    values.pop("csrf_token", None)
    encoded = {name: value.encode("utf-8", "surrogatepass") for name, value in values.items()}
    with undone(db.session):
        client = client_of(app, world, persona)
        if form.method == "get":
            response = client.get(form.action, query_string=encoded)
        else:
            response = client.post(form.action, data=encoded)
        found = faults_of(response)
    return [f"{form.method} {form.action} {HOSTILE[shift][:20]!r}: {one}" for one in found]
