"""An application with no features: the web floor alone, without a database."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, render_template, render_template_string, request, session
from flask.testing import FlaskClient
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from jinja2 import ChoiceLoader, DictLoader
from psycopg.errors import InvalidTextRepresentation, NumericValueOutOfRange
from sqlalchemy.exc import DataError
from wtforms import PasswordField, StringField, TextAreaField
from wtforms.validators import DataRequired

import config
from app import web
from app.core import policy
from app.core.database import db
from app.core.errors import NotThere, RuleViolation, StaleForm
from app.core.text import N_
from app.web import languages, parts, responses, shell
from app.web.visitor import is_personless


class Note(FlaskForm):
    title = StringField("Title", [DataRequired()])
    words = TextAreaField("Words")
    password = PasswordField("Password")


PAGE = """{% from "components/form.html" import form as open_form %}
{% from "components/field.html" import field %}<!doctype html><html lang="en"><title>Note</title>
<h1>Note</h1>{% call open_form(form, "/note", submit="Save", refusal=refusal) %}
{{ field(form.title) }}{{ field(form.words) }}{{ field(form.password) }}{% endcall %}</html>"""


PANEL = """{% extends "layouts/community.html" %}{% set uses_htmx = true %}
{% block title %}Panel{% endblock %}
{% block content %}<h1>Panel</h1>
<form id="panel" method="post" action="/panel" hx-post="/panel" hx-target="#panel"
hx-swap="outerHTML"><button type="submit">Take a seat</button></form>{% endblock %}"""
PART = """<p id="panel">The last seat is gone.</p>"""


def add_pages(app: Flask) -> None:
    """Add pages that answer in every way the edge knows."""
    own = DictLoader({"note.html": PAGE, "panel.html": PANEL, "panel_part.html": PART})
    app.jinja_env.loader = ChoiceLoader([own, app.jinja_env.loader or own])

    @app.get("/raise/<kind>", endpoint="pages.fail")
    @policy.public
    def fail(kind: str) -> ResponseReturnValue:
        errors: dict[str, Exception] = {
            "missing": NotThere(),
            "refused": RuleViolation(N_("There is no seat left for %(name)s."), name="Ann"),
            "stale": StaleForm(theirs={"Title": "Run"}, yours={"Title": "Long run"}),
            "offer": policy.OfferInstead("/join"),
            "broken": ZeroDivisionError(),
            "large": DataError("", {}, NumericValueOutOfRange()),
            "unfit": DataError("", {}, InvalidTextRepresentation()),
        }
        raise errors[kind]

    @app.route("/note", methods=["GET", "POST"], endpoint="pages.note")
    @policy.public
    def note() -> ResponseReturnValue:
        form = Note()
        if form.validate_on_submit():
            with responses.refusals_shown_in("note.html", form=form):
                if form.title.data == "taken":
                    raise RuleViolation(N_("That title is taken."), field="title")
                raise RuleViolation(N_("Notes are closed on Sundays."))
        return render_template("note.html", form=form, refusal=None)

    @app.route("/panel", methods=["GET", "POST"], endpoint="pages.panel")
    @policy.public
    def panel() -> ResponseReturnValue:
        if request.method == "POST":
            return responses.page_or_partial("panel_part.html", status=422)
        session["is_here"] = True
        return render_template("panel.html")

    @app.get("/stranger", endpoint="pages.stranger")
    @policy.public
    def stranger() -> ResponseReturnValue:
        assert is_personless()
        return responses.kept_page(
            ("note", request.args.get("v")), lambda: render_template_string("<p>Hello {{ 1 }}</p>")
        )


def add_form_without_page(app: Flask) -> None:
    """Add what a form is sent to and nobody can open."""

    @app.post("/panel/seats", endpoint="pages.take_seat")
    @policy.public
    def take_seat() -> ResponseReturnValue:
        raise RuleViolation(N_("The last seat is gone."))


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Flask]:
    """The web floor alone; nothing answers on its database address."""
    yield make(tmp_path)
    responses.forget_kept_pages()


@pytest.fixture(autouse=True)
def _no_frame() -> Iterator[None]:
    """Nobody fills the frame here; afterwards the whole application's features do so again."""
    names = ("viewer", "community", "is_demo")
    before = {name: vars(shell._Providers)[name] for name in names}
    shell.register_viewer(lambda: None)
    shell.register_community_shell(lambda plain: plain)
    shell.register_demo(lambda: False)
    parts.forget_parts()
    yield
    parts.forget_parts()
    for name, provider in before.items():
        setattr(shell._Providers, name, provider)


@pytest.fixture(autouse=True)
def _nobody() -> Iterator[None]:
    """Nobody is signed in here; afterwards the whole application knows its people again."""
    before = languages._Person.language, languages._Person.zone
    languages.register_person(lambda: None, lambda: None)
    yield
    languages.register_person(*before)


def make(folder: Path, **values: Any) -> Flask:
    """Make an application of the web floor alone."""
    settings = config.load(
        environment=values.pop("environment", "test"),
        data=folder,
        secret_key="for-tests-" + "k" * 40,
        database_url="postgresql://nobody@127.0.0.1:9/none",
        **values,
    )
    app = Flask("app", static_folder=None)
    app.config.update(
        KITH=settings,
        SECRET_KEY=settings.secret(),
        SESSION_COOKIE_NAME="kith",
        SQLALCHEMY_ENGINES={"default": settings.database_url},
    )
    db.init_app(app)
    policy.init_app(app)
    web.init_app(app)
    add_pages(app)
    add_form_without_page(app)
    return app


@pytest.fixture
def visitor(bare: Flask) -> FlaskClient:
    """A stranger's browser."""
    return bare.test_client()
