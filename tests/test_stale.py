"""Two editors of one thing: what the second typed comes back, field by field, in words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask_wtf import FlaskForm
from PIL import Image
from sqlalchemy.orm import Session
from wtforms.fields.core import UnboundField

from app.billing.forms import PlanForm
from app.billing.service.plans import PlanDraft, create_plan
from app.communities.forms.card import CardForm
from app.communities.forms.rules import RulesForm
from app.communities.forms.settings import DoorForm, ProfileForm
from app.core import clock
from app.events.forms import EventForm, TicketTypeForm
from app.events.service.ticket_types import Terms, add_type
from tests.factories import make_community, make_event, make_member, make_rules, sign_in
from tests.pages import ProofreadingClient

VERSIONS = {"version", "based_on"}
PICTURE = "walk.png"


@dataclass(frozen=True)
class Case:
    """A form, where it stands, what the first one sends, and what the second one types.

    Of each field it says what is sent (None: left out) and the words it comes back in.
    """

    form: type[FlaskForm]
    page: str
    first: dict[str, str]
    typed: dict[str, tuple[str | dict[str, str] | None, str]]
    sent_to: str = ""
    twice: int = 303  # the answer to the same form sent twice


CASES = [
    Case(
        ProfileForm,
        "/c/runners/desk/settings",
        {"name": "Walkers", "purpose": "We walk", "visibility": "public", "hue": "15"}
        | {"zone": "Europe/Paris", "language": "fr", "currency": "chf"},
        {
            "name": ("Swimmers", "Swimmers"),
            "purpose": ("We swim", "We swim"),
            "about": ("One\r\ntwo", "One\ntwo"),
            "visibility": ("unlisted", "Unlisted: open to read for whoever has the link"),
            "hue": ("45", "Colour 4"),
            "language": ("ru", "Русский"),
            "zone": ("America/New_York", "America/New York"),
            "currency": ("usd", "USD"),
        },
    ),
    Case(
        DoorForm,
        "/c/runners/desk/joining",
        {"joining": "open", "questions-0-words": "Who?"},
        {
            "joining": ("approval", "Approval: they answer, and one of you decides"),
            "questions": (
                {"questions-0-words": "Why?", "questions-0-is_required": "y"}
                | {"questions-1-words": "", "questions-2-words": "Whence?"},
                "Why?\nMust be answered\n\nWhence?",
            ),
            "welcome": ("Hello", "Hello"),
        },
    ),
    Case(
        RulesForm,
        "/c/runners/desk/rules",
        {"rules-0-title": "Be on time", "note": "Clocks"},
        {
            "rules": (
                {"rules-0-title": "Be brief", "rules-0-words": "Two lines"}
                | {"rules-1-title": "Be kind"},
                "Be brief\nTwo lines\n\nBe kind",
            ),
            "note": ("Shorter", "Shorter"),
        },
        twice=422,  # without its mark there is nothing new to publish
    ),
    Case(
        CardForm,
        "/c/runners/card",
        {"name": "Anna", "is_listed": "y"},
        {
            "name": ("Ana B.", "Ana B."),
            "pronouns": ("she", "she"),
            "place": ("Lisbon", "Lisbon"),
            "place_visibility": ("matching", "Only for suggestions"),
            "about": ("I run", "I run"),
            "about_visibility": ("off", "Only me"),
            "is_listed": (None, "no"),
        },
    ),
    Case(
        PlanForm,
        "/c/runners/desk/plans/PLAN",
        {"name": "Patron", "grace_days": "7"},
        {
            "name": ("Supporter", "Supporter"),
            "words": ("A cup", "A cup"),
            "monthly": ("3.50", "€3.50"),
            "yearly": ("33.33", "€33.33"),
            "grace_days": ("9", "9"),
        },
    ),
    Case(
        EventForm,
        "/c/runners/events/EVENT/edit",
        {"title": "Walk", "day": "2026-06-22", "starts": "14:00", "ends": "16:00"}
        | {"zone": "Europe/Berlin", "size": "50", "plus_ones": "0", "visibility": "public"},
        {
            "title": ("Swim", "Swim"),
            "day": ("2026-06-23", "Tue, Jun 23, 2026, 9:10 AM"),
            "starts": ("09:10", "Tue, Jun 23, 2026, 9:10 AM"),
            "ends": ("11:00", "Thu, Jun 25, 2026, 11:00 AM"),
            "ends_on": ("2026-06-25", "Thu, Jun 25, 2026, 11:00 AM"),
            "zone": ("America/New_York", "America/New York"),
            "place": ("Pier", "Pier"),
            "address": ("1 Quay", "1 Quay"),
            "link": ("https://example.org/swim", "https://example.org/swim"),
            "words": ("Bring towels", "Bring towels"),
            "size": ("20", "20"),
            "plus_ones": ("2", "2"),
            "visibility": ("members", "Members only"),
            "hosts": ("HOST", "Ben Adler"),
            "picture": (PICTURE, PICTURE),
            "remove_picture": ("y", "yes"),
        },
        sent_to="/c/runners/events/EVENT",
    ),
    Case(
        TicketTypeForm,
        "/c/runners/desk/events/EVENT/tickets/SORT",
        {"title": "Early", "price": "9", "most_each": "4"},
        {
            "title": ("Late", "Late"),
            "words": ("Soup", "Soup"),
            "price": ("33,33", "€33.33"),
            "member_price": ("9", "€9.00"),
            "size": ("7", "7"),
            "most_each": ("2", "2"),
            "sells_from": ("2026-06-16T09:10", "Tue, Jun 16, 2026, 9:10 AM"),
            "sells_until": ("2026-06-20T18:00", "Sat, Jun 20, 2026, 6:00 PM"),
            "is_hidden": ("y", "yes"),
        },
    ),
]


@pytest.fixture
def names(session: Session, client: ProofreadingClient) -> dict[str, str]:
    """One of each thing that two may edit at once, by the word that stands for it in CASES."""
    community = make_community(slug="runners", zone="Europe/Berlin")
    owner = make_member(community, role="owner", name="Ana")
    host = make_member(community, role="host", name="Ben Adler")
    make_rules(community, agreed=(owner,))
    plan = create_plan(community, PlanDraft("Friend", "", None, None, 7), now=clock.now())
    event = make_event(community)
    terms = Terms(title="Ticket", price_minor=1200)
    sort = add_type(event, terms, community=community, now=clock.now())
    sign_in(client, owner)
    things = {"PLAN": plan, "EVENT": event, "SORT": sort, "HOST": host}
    return {name: thing.public_id for name, thing in things.items()}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.form.__name__)
def test_the_second_of_two_finds_all_they_typed_and_the_way_back(
    client: ProofreadingClient, names: dict[str, str], case: Case
) -> None:
    page, sent_to = (named(path, names) for path in (case.page, case.sent_to or case.page))
    version = version_in(client.get(page).text)
    for status in (303, case.twice):
        assert client.post(sent_to, data={**case.first, **version}).status_code == status

    stale = client.post(
        sent_to, data={**sent(case, names), **version}, content_type="multipart/form-data"
    )

    assert stale.status_code == 409
    wanted = dict.fromkeys(words for _, words in in_order(case))
    assert texts(stale.text) == list(wanted)
    assert f'href="{page}">The form as it is now</a>' in stale.text
    assert version_in(client.get(page).text) != version
    first = next(iter(case.first.values()))
    assert f'value="{first}"' in client.get(page).text, "what the first one wrote stands"


def test_every_form_with_a_version_is_among_them(app: Flask) -> None:
    versioned = {form for form in all_forms(FlaskForm) if fields(form) & VERSIONS}
    assert {case.form for case in CASES} == versioned


def test_a_question_is_none_where_more_is_said(
    client: ProofreadingClient, names: dict[str, str]
) -> None:
    case = next(one for one in CASES if one.form is TicketTypeForm)
    page = named(case.page, names)
    version = version_in(client.get(page).text)
    client.post(page, data={**case.first, **version})
    stale = client.post(page, data={**sent(case, names), **version}).text
    headings = [unescape(one) for one in re.findall(r"<h2[^>]*>(.*?)</h2>", stale)]
    assert {"What is it called, as saved now", "What is it called, as you wrote it"} <= {*headings}
    assert not [one for one in headings if "?" in one]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.form.__name__)
def test_every_field_of_theirs_is_typed(case: Case) -> None:
    assert set(case.typed) == fields(case.form) - VERSIONS


def named(path: str, names: dict[str, str]) -> str:
    """Put the ids of what was made into a path or a value."""
    return "/".join(names.get(part, part) for part in path.split("/"))


def sent(case: Case, names: dict[str, str]) -> dict[str, Any]:
    """Return what the second one's form sends."""
    found: dict[str, Any] = {}
    for name, (value, _) in case.typed.items():
        if isinstance(value, dict):
            found |= value
        elif value == PICTURE:
            found[name] = (picture(), value)
        elif value is not None:
            found[name] = named(value, names) if name == "hosts" else value
    return found


def picture() -> BytesIO:
    file = BytesIO()
    Image.new("RGB", (400, 200), "teal").save(file, "PNG")
    file.seek(0)
    return file


def in_order(case: Case) -> list[tuple[object, str]]:
    """Return what is typed in the order of the form."""
    order = sorted(fields(case.form), key=lambda name: getattr(case.form, name).creation_counter)
    return [case.typed[name] for name in order if name not in VERSIONS]


def texts(page: str) -> list[str]:
    """Return what stands in the boxes of a page."""
    boxes = re.findall(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)
    return [re.sub("[\xa0\u202f]", " ", unescape(box)).strip() for box in boxes]


def version_in(page: str) -> dict[str, str]:
    """Return the version that a page's form was drawn from."""
    tags = re.findall(r"<input[^>]*>", page)
    found = {name: tag for tag in tags for name in VERSIONS if f'name="{name}"' in tag}
    assert len(found) == 1, found
    return {name: re.findall(r'value="(\d+)"', tag)[0] for name, tag in found.items()}


def fields(form: type[FlaskForm]) -> set[str]:
    return {name for name in dir(form) if isinstance(getattr(form, name), UnboundField)}


def all_forms(form: type[FlaskForm]) -> Iterator[type[FlaskForm]]:
    for one in form.__subclasses__():
        yield one
        yield from all_forms(one)
