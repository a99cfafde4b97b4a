"""Every form of the product, found by opening its pages as someone who sees the most."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from xml.etree.ElementTree import Element

from flask import Flask
from flask.testing import FlaskClient

from app.matching.steps import Step
from tests.pages import parse
from tests.trust.arguments import arguments_of
from tests.trust.clients import client_of
from tests.trust.expected import GROUP_OF
from tests.trust.routes import calls
from tests.trust.world import World

TYPED = {"text", "email", "password", "search", "url", "tel", "number", "date", "time"}
TYPED |= {"datetime-local", "hidden", "month", "color"}
LEAVE_ALONE = {"/sign-out"}
"""Forms that end the session that tries the others."""
WHOLE = re.compile(r"<form\b.*?</form>", re.DOTALL)  # none stands in another
DATES = {"date", "datetime-local"}
CHOSEN = {"select", "radio", "checkbox", "button", "submit", "range"}


@dataclass(frozen=True)
class Form:
    """A form as a browser would send it."""

    page: str
    action: str
    method: str
    fields: tuple[tuple[str, str], ...]  # name, value as it stands
    typed: tuple[str, ...]  # names of the fields people can write anything into
    files: tuple[str, ...] = field(default=())
    chosen: tuple[str, ...] = field(default=())  # names of those people choose a value for
    dates: tuple[tuple[str, str], ...] = field(default=())  # name, kind of those that take a day

    @property
    def key(self) -> tuple[str, str, tuple[str, ...]]:
        """What makes two forms the same one: where it goes and what it carries."""
        return (self.method, self.action, tuple(name for name, _ in self.fields))


Met = tuple[str, Form]
"""Who meets a form, and the form."""


def forms_of(page: str, html: str) -> list[Form]:
    """Return the forms of a page."""
    found = [_parsed(whole) for whole in WHOLE.findall(html)]
    return [_read(page, form) for form in found if form.get("method") != "dialog"]


@lru_cache(2048)
def _parsed(html: str) -> Element:
    """Read one form, which is read once: the same stand on many pages, and the reader is slow."""
    return next(parse(html, is_page=False).iter("form"))


def forms_met(app: Flask, world: World, pages: list[str], personas: Sequence[str]) -> list[Met]:
    """Return the forms of every endpoint, each as the first of some personas meets it.

    A form that stands on several pages, or leads to several rows, is one: what reads it is.
    """
    adapter = app.url_map.bind("localhost")
    found: dict[tuple[object, ...], Met] = {}
    for persona in personas:
        for form in all_forms(client_of(app, world, persona), pages):
            path = form.action.partition("?")[0]
            endpoint, _ = adapter.match(path, method=form.method.upper())
            key = (endpoint, frozenset(form.typed), frozenset(form.chosen), form.files)
            if path not in LEAVE_ALONE:
                found.setdefault(key, (persona, form))
    return list(found.values())


def pages_of(app: Flask, world: World) -> list[str]:
    """Return the address of every page of side a."""
    arguments = arguments_of(world.a, world)
    shown = set(GROUP_OF) - {"styleguide.show"}  # its forms lead nowhere
    pages = [call.path for call in calls(app, arguments, only=shown) if call.is_look]
    steps = [calls(app, {**arguments, "step": one}, only={"matching.step"}) for one in Step]
    return pages + [call.path for asked in steps for call in asked]


def _read(page: str, form: Element) -> Form:
    fields, typed, files, chosen, dates = [], [], [], [], []
    for one in form.iter():
        name = one.get("name")
        if not name or one.tag not in {"input", "select", "textarea", "button"}:
            continue
        kind = one.get("type", "text") if one.tag == "input" else one.tag
        if kind == "file":
            files.append(name)
            continue
        fields.append((name, _value(one, kind)))
        if kind in TYPED or kind == "textarea":
            typed.append(name)
        elif kind in CHOSEN and name not in chosen:
            chosen.append(name)
        if kind in DATES:
            dates.append((name, kind))
    return Form(
        page,
        form.get("action") or page,
        form.get("method", "get"),
        tuple(fields),
        tuple(name for name in typed if name != "csrf_token"),
        tuple(files),
        tuple(chosen),
        tuple(dates),
    )


def _value(one: Element, kind: str) -> str:
    if kind == "select":
        options = list(one.iter("option"))
        chosen = [o for o in options if o.get("selected") is not None] or options[:1]
        return (chosen[0].get("value") or "") if chosen else ""
    if kind == "textarea":
        return "".join(one.itertext())
    return one.get("value", "")


def all_forms(client: FlaskClient, pages: list[str]) -> list[Form]:
    """Open pages and return each distinct form found on them."""
    found: dict[tuple[str, str, tuple[str, ...]], Form] = {}
    for page in pages:
        response = client.get(page)
        if response.status_code == 200 and response.mimetype == "text/html":
            for form in forms_of(page, response.get_data(as_text=True)):
                found.setdefault(form.key, form)
    return list(found.values())
