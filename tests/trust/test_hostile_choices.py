"""Hostile strings where nobody types: choices, names of files, the query of an address."""

import re
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy.orm import Session

from app.communities.models import Visibility
from app.core import clock
from app.core.database import db
from tests import pages as pages_module
from tests.conftest import ROOT
from tests.trust.clients import client_of
from tests.trust.forms import Form, forms_met, pages_of
from tests.trust.strings import HOSTILE, faults_of, in_bytes
from tests.trust.wire import undone
from tests.trust.world import World, build, let_go

ASKED = re.compile(r"""args\.(?:get|getlist|pop)\(\s*"(\w+)\"""")
EDGES = {"0001-01-01": "Asia/Tokyo", "9999-12-31": "America/Los_Angeles"}
"""The ends of the calendar, each with a zone that leaves it there."""
NEEDED = {"title": "Words", "price": "5", "starts": "23:00", "ends": "23:30"}
"""What forms with days ask for besides."""
FREE = {"sort", "order", "filter", "language", "theme"}
"""Names of the query that are asked for by a variable, or that people try."""


@pytest.fixture
def world(session: Session, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(pages_module, "proofread", lambda *_: None)  # read in the matrix
    built = build(visibility=Visibility.PUBLIC)
    let_go()
    return built


def strings(start: int, count: int) -> Iterator[bytes]:
    """Yield some of the hostile strings, from one on and round again."""
    for number in range(start, start + count):
        yield in_bytes(HOSTILE[number % len(HOSTILE)])


def test_choices_nobody_was_given_break_no_form(app: Flask, world: World) -> None:
    people = ("owner", "organizer", "member", "anonymous")
    forms = forms_met(app, world, pages_of(app, world), people)
    faults, turn = [], 0
    for persona, form in [one for one in forms if one[1].chosen]:
        for _ in range(3):
            values: dict[str, str | bytes | list[bytes]] = dict(form.fields)
            values.pop("csrf_token", None)
            for name in form.chosen:
                values[name] = list(strings(turn, 2))
                turn += 1
            client = client_of(app, world, persona)
            with undone(db.session):
                if form.method == "get":
                    answer = client.get(form.action, query_string=values)
                else:
                    answer = client.post(form.action, data=values)
                faults += [f"{form.method} {form.action} {values}: {f}" for f in faults_of(answer)]
    assert faults == []
    assert turn > len(HOSTILE)  # each was somewhere
    dated = [(persona, form) for persona, form in forms if form.dates]
    assert sorted({name for _, form in dated for name, _ in form.dates}) == [
        "day",
        "ends_on",
        "joined_from",
        "joined_until",
        "sells_from",
        "sells_until",
    ]
    found = [fault for persona, form in dated for fault in edge_faults(app, world, persona, form)]
    assert found == []


def edge_faults(app: Flask, world: World, persona: str, form: Form) -> list[str]:
    """Put the ends of the calendar into each field of a form that takes a day."""
    soon = (clock.now() + timedelta(days=3)).date().isoformat()
    client, faults = client_of(app, world, persona), []
    for name, kind in form.dates:
        for day, zone in {soon: "UTC", **EDGES}.items():
            values = dict(form.fields)
            values |= {one: typed for one, typed in NEEDED.items() if not values.get(one)}
            values |= {"day": soon, "zone": zone}
            values[name] = day if kind == "date" else f"{day}T00:00"
            values.pop("csrf_token", None)
            with undone(db.session):
                answer = client.open(form.action, method=form.method, **sent(form, values))
            expected = 200 if form.method == "get" else 303 if day == soon else 422
            if answer.status_code != expected:
                faults.append(f"{form.action} {name} {day}: {answer.status_code}")
    return faults


def sent(form: Form, values: dict[str, str]) -> dict[str, Any]:
    """Return values where a form puts them."""
    return {"query_string" if form.method == "get" else "data": values}


def picture() -> BytesIO:
    out = BytesIO()
    Image.new("RGB", (8, 8), "teal").save(out, "PNG")
    return BytesIO(out.getvalue())


def test_names_of_files_break_no_form(app: Flask, world: World) -> None:
    forms = forms_met(app, world, pages_of(app, world), ("owner",))
    taking = [form for _, form in forms if form.files]
    assert len({form.action for form in taking}) >= 4
    faults = []
    for number, form in enumerate(taking):
        for name in HOSTILE[number % 3 :: 3]:  # each name meets a form, if not every one
            sent = name.encode("utf-8", "replace").decode()[:5_000]  # a header cannot carry halves
            values: dict[str, object] = dict(form.fields)
            values.pop("csrf_token", None)
            values |= {one: (picture(), sent or "a.png", "image/png") for one in form.files}
            with undone(db.session):
                answer = client_of(app, world, "owner").post(
                    form.action, data=values, content_type="multipart/form-data"
                )
                faults += [f"{form.action} {name[:20]!r}: {f}" for f in faults_of(answer)]
    assert faults == []


def test_any_query_breaks_no_page(app: Flask, world: World) -> None:
    pages = pages_of(app, world)
    forms = forms_met(app, world, pages, ("owner", "anonymous"))
    sources = (path.read_text() for path in (ROOT / "app").rglob("*.py"))
    names = FREE | {name for text in sources for name in ASKED.findall(text)}
    names |= {name for _, form in forms if form.method == "get" for name, _ in form.fields}
    assert {"q", "page", "next", "facet", "from"} <= names
    faults, turn = [], 0
    for path in sorted({page.partition("?")[0] for page in pages}):
        for persona in ("owner", "anonymous"):
            query = {}
            for name in sorted(names):
                query[name] = list(strings(turn, 1))
                turn += 1
            with undone(db.session):
                answer = client_of(app, world, persona).get(path, query_string=query)
                faults += [f"{path} {persona} {turn}: {one}" for one in faults_of(answer)]
    assert faults == []
    assert turn > len(HOSTILE) * len(names)  # each string met each name, or nearly
