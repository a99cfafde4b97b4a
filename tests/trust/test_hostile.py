"""Fifty hostile strings through every field of every form: no 5xx, nothing reflected raw."""

from collections import Counter
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.communities.models import Visibility
from app.core.database import db
from tests import pages as pages_module
from tests.trust.arguments import arguments_of
from tests.trust.clients import client_of
from tests.trust.forms import Form, all_forms
from tests.trust.routes import calls
from tests.trust.strings import HOSTILE, MARK, RAW, faults_of
from tests.trust.wire import undone
from tests.trust.world import World, build

LEAVE_ALONE = {"/sign-out"}
"""Forms that end the session that tries the others."""


def test_the_strings_are_fifty_or_more_and_distinct() -> None:
    assert len(set(HOSTILE)) == len(HOSTILE) >= 50


def test_a_raw_reflection_would_be_noticed() -> None:
    assert RAW.search(f"<p><script>{MARK}</script></p>")
    assert not RAW.search(f"<p>&lt;script&gt;{MARK}&lt;/script&gt;</p>")


@pytest.mark.parametrize("persona", ["owner", "member", "site_admin", "anonymous"])
def test_hostile_strings_break_no_form(
    app: Flask, session: Session, persona: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = build(visibility=Visibility.PUBLIC)
    client = client_of(app, world, persona)
    pages = [call.path for call in calls(app, arguments_of(world.a, world)) if call.method == "GET"]
    forms = [form for form in all_forms(client, pages) if form.action not in LEAVE_ALONE]
    assert any(form.typed for form in forms)
    # the pages were proof-read just now; reading each answer too would take minutes
    monkeypatch.setattr(pages_module, "proofread", lambda *_: None)
    faults = [
        fault for form, shift in turns(forms) for fault in submit(app, world, persona, form, shift)
    ]
    assert faults == []


def turns(forms: list[Form]) -> Iterator[tuple[Form, int]]:
    """Yield each form with as many shifts as bring every string into every field once.

    Forms with the same fields share the strings, but each gets some of every sort.
    """
    sharing = Counter(form.typed for form in forms)
    met: Counter[tuple[str, ...]] = Counter()
    for form in forms:
        if form.typed:
            first = met[form.typed]
            met[form.typed] += 1
            step = min(sharing[form.typed], 6)
            yield from ((form, shift) for shift in range(first % step, len(HOSTILE), step))


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
