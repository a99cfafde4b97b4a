"""The same form sent twice, as a double click does without scripts: what it makes is made once."""

from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import func, literal, select, table, union_all
from sqlalchemy.orm import Session

from app.communities.models import Visibility
from app.core import clock
from app.core.database import Base, db
from tests import pages as pages_module
from tests.factories import make_event
from tests.trust.arguments import arguments_of
from tests.trust.clients import client_of
from tests.trust.forms import Form, forms_of
from tests.trust.routes import calls, methods
from tests.trust.wire import undone
from tests.trust.world import World, build

TABLES = sorted({*Base.metadata.tables, "procrastinate_jobs"} - {"alembic_version"})
LIST = b"name,email\nBo,bo@example.org\n"
RECORDS = b"source,source_uid,type,actor_uid,happened_at\nforum,1,forum.post,u1,2026-01-01\n"


@dataclass(frozen=True)
class Sent:
    """Where a form stands, who sends it, and what they type into it."""

    page: str
    typed: dict[str, str] = field(default_factory=dict)
    persona: str = "owner"
    file: tuple[str, bytes] | None = None
    row: tuple[str, str] | None = None  # an argument of the page, and what it stands for


WORDS = {"words": "As we said"}
EVENT = {"title": "Long run", "day": "2027-01-30", "starts": "18:30", "ends": "20:00"}
MADE = {
    "billing.create_plan": Sent("billing.new_plan", {"name": "Friends", "monthly": "5"}),
    "billing.create_refund": Sent("billing.show_order", {"amount": "3"}),
    "billing.create_sale": Sent("billing.members", {"number": "2"}),
    "communities.create": Sent("communities.new", {"name": "Runners", "purpose": "To run"}),
    "communities.create_contact_note": Sent("communities.desk_contact", WORDS),
    "communities.create_contact_tag": Sent("communities.desk_contact", {"tag": "New here"}),
    "communities.create_facet": Sent("communities.card", {"value": "Bread"}),
    "communities.create_import": Sent("communities.imports", file=("list.csv", LIST)),
    "communities.create_invitation": Sent("communities.invitations", {"label": "Leaflet"}),
    "communities.create_record_import": Sent(
        "communities.record_imports", file=("past.csv", RECORDS)
    ),
    "communities.create_report": Sent("communities.new_report", WORDS),
    "communities.create_report_note": Sent("communities.report", WORDS),
    "communities.create_thanks": Sent("communities.contact", {"reason": "For the cake"}),
    "communities.update_rules": Sent("communities.edit_rules", {"rules-0-title": "Be kind"}),
    "conversations.create_message": Sent("conversations.show", WORDS, persona="member"),
    "events.create": Sent("events.new", EVENT),
    "events.create_attendance": Sent("events.show"),
    "events.create_guest": Sent("events.show", {"name": "Ada"}, persona="site_admin"),
    "events.create_repeats": Sent("events.repeats", {"number": "3"}),
    "events.create_sale": Sent("events.new_sale", {"name": "Bo", "email": "bo@example.org"}),
    "events.create_ticket_type": Sent("events.new_ticket_type", {"title": "Door", "price": "5"}),
    "events.create_walk_in": Sent(
        "events.check_in",
        {"name": "Passer-by", "number": "2"},
        row=("event_id", "tonight"),
    ),
}
"""The forms that make a thing."""
ONCE_BY_ITSELF = {
    "asked again, mailed again within the throttle; the link makes something, and works once": """
        accounts.create_address accounts.create_magic accounts.create_reset accounts.create_sign_up
        accounts.create_person accounts.create_setup communities.create_claim events.create_claim
    """,
    "lets this browser in": """
        accounts.create_code accounts.create_demo_session accounts.create_proof
        accounts.create_session
    """,
    "is so or is not: there is one at most": """
        accounts.create_erasure accounts.create_export accounts.create_second_factor
        accounts.create_site_admin billing.create_account billing.create_cancellation
        communities.create_account_link communities.create_ban communities.create_closing
        communities.create_export communities.create_membership communities.create_removal
        conversations.create_closing conversations.create_departure conversations.create_muting
        events.create_cancellation events.create_check_in events.create_confirmation
        events.create_scan home.create_unsubscribe matching.create_answer matching.create_hello
        matching.create_postponement matching.create_refusal matching.create_withdrawal
    """,
    "a new secret ends the one before; the one that is shown is the one that works": """
        accounts.create_recovery_codes events.create_feed
    """,
    "whoever asks again gets the order that is kept for them, which is paid once": """
        billing.create_membership billing.create_offline_payment billing.create_payment
        events.create_order
    """,
    "sent from a page that only a form leads to: tests/web/test_once.py": """
        communities.create_announcement
    """,
    "makes nothing here: a page of the card company, their notice of an id we keep once": """
        billing.create_portal notices.create
    """,
}
"""What is called to make something, and needs no key, with the reason."""


@pytest.fixture
def world(session: Session, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(pages_module, "proofread", lambda *_: None)  # read in the matrix
    made = build(visibility=Visibility.PUBLIC)
    soon = clock.now() + timedelta(minutes=30)
    made.a.rows["tonight"] = make_event(made.a.community, starts_at=soon)
    return made


def rows() -> dict[str, int]:
    """Return how many rows each table has."""
    counts = [select(literal(name), func.count()).select_from(table(name)) for name in TABLES]
    return dict(db.session.execute(union_all(*counts)).all())


def form_on(app: Flask, world: World, endpoint: str, sent: Sent) -> Form:
    """Return the form that leads to an endpoint, as its sender's page has it."""
    arguments = arguments_of(world.a, world)
    if sent.row:
        name, stands_for = sent.row
        arguments[name] = world.a.rows[stands_for].public_id
    [page] = calls(app, arguments, only={sent.page})
    html = client_of(app, world, sent.persona).get(page.path).get_data(as_text=True)
    adapter = app.url_map.bind("localhost")
    return next(
        form
        for form in forms_of(page.path, html)
        if form.method == "post"
        and adapter.match(form.action.partition("?")[0], method="POST")[0] == endpoint
    )


def filled(form: Form, sent: Sent) -> dict[str, object]:
    """Return what a browser would send."""
    unpressed = {"csrf_token", "more"}  # a browser sends the button that was pressed
    values: dict[str, object] = {k: v for k, v in form.fields if k not in unpressed}
    assert set(sent.typed) <= set(values)
    values |= sent.typed
    if sent.file:
        name, content = sent.file
        values["file"] = (BytesIO(content), name)
    return values


def test_whatever_makes_something_is_sent_twice_here_or_says_why_not(app: Flask) -> None:
    makes = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "POST" in methods(rule) and rule.endpoint.rpartition(".")[2].startswith("create")
    }
    excused = {name for names in ONCE_BY_ITSELF.values() for name in names.split()}
    assert makes - set(MADE) == excused
    assert not excused & set(MADE)


def test_what_a_form_makes_is_made_once(app: Flask, world: World) -> None:
    wrong = []
    for endpoint, sent in MADE.items():
        form = form_on(app, world, endpoint, sent)
        client = client_of(app, world, sent.persona)
        with undone(db.session):
            before = rows()
            answers, counted = [], []
            for _ in range(2):
                answers.append(client.post(form.action, data=filled(form, sent)))
                counted.append(rows())
            made, again = (
                {one for one in TABLES if then[one] < now[one]}
                for then, now in ((before, counted[0]), (counted[0], counted[1]))
            )
            places = {answer.headers.get("Location") for answer in answers}
            statuses = [answer.status_code for answer in answers]
        if statuses != [303, 303] or len(places) != 1 or not made or again:
            wrong.append((endpoint, statuses, places, made, again))
    assert not wrong, wrong
