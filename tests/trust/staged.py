"""Forms that stand on no page of the quiet world: something has to happen before they are shown."""

from datetime import timedelta
from typing import Any

from flask import Flask, current_app
from flask.testing import FlaskClient
from sqlalchemy import delete, update
from werkzeug.test import TestResponse

from app.accounts.models import PersonSession
from app.accounts.service import new_setup_token
from app.accounts.views.doors import WAITING, WAITING_PURPOSE
from app.core import clock
from app.core.database import db
from app.core.tokens import sign
from app.events.service.buying import reserve_tickets
from app.matching.models import Hello
from tests.factories import make_rules
from tests.trust.arguments import arguments_of
from tests.trust.clients import COOKIE, client_of
from tests.trust.forms import Form, Met, forms_of
from tests.trust.routes import calls
from tests.trust.world import World

BUTTONS: dict[str, str] = {
    "a button alone: nobody types anything into it": """
        accounts.create_demo_session accounts.create_recovery_codes
        accounts.lift_community accounts.lift_person accounts.remove_second_factor
        billing.cancel_order billing.create_account billing.create_payment
        billing.publish_plan billing.remove_cancellation billing.remove_free
        communities.create_account_link communities.create_claim communities.end_closing
        communities.remove_account_link communities.remove_contact_tag communities.remove_mark
        communities.remove_picture communities.undo_import
        events.answer_attendance events.confirm_seat events.create_confirmation events.remove
        events.remove_feed events.return_ticket events.undo_check_in
    """,
    "no form of ours: the card company calls it, tests/stripe_sandbox/test_notices.py": """
        notices.create
    """,
    "not there in production: a stand-in for a mail program": "home.answer_outbox_mail",
}
"""Where a POST leads that no test sends hostile strings to, with the reason."""


def staged(app: Flask, world: World) -> list[Met]:
    """Let happen what each form waits for, and return the forms of those pages."""
    pages = [*_as_it_is(app, world), *_after_something(app, world), *_at_the_door(app, world)]
    met = [
        (persona, form)
        for persona, page in pages
        for form in forms_of(page.request.path, page.get_data(as_text=True))
        if form.method == "post"
    ]
    return list({(one.action, one.typed): (persona, one) for persona, one in met}.values())


def setup_form(app: Flask, world: World) -> Form:
    """Return the form of the first start, before anybody looks after the site."""
    world.site_admin.is_site_admin = False
    db.session.commit()
    token = new_setup_token(now=clock.now())
    db.session.commit()
    path = f"/setup/{token}"
    return next(
        form
        for form in forms_of(path, app.test_client().get(path).get_data(as_text=True))
        if form.action == path
    )


def rules_form(app: Flask, world: World) -> Form:
    """Return the form of new rules, to which every other page leads until they are agreed to."""
    make_rules(world.a.community, "Be on time")
    db.session.commit()
    path = f"/c/{world.a.slug}/rules"
    html = client_of(app, world, "member").get(path).get_data(as_text=True)
    return next(form for form in forms_of(path, html) if form.action.startswith(path))


Page = tuple[str, TestResponse]


def _as_it_is(app: Flask, world: World) -> list[Page]:
    ticketed = world.a.rows["ticketed"].public_id
    return [
        _page(app, world, "anonymous", "events.show", event_id=ticketed),
        _page(app, world, "member", "events.show", event_id=ticketed),
        _page(app, world, "owner", "events.show", event_id=world.a.rows["walk"].public_id),
        _page(app, world, "blocked", "accounts.blocks"),
        _page(app, world, "paid", "billing.membership"),
        _page(app, world, "pending", "communities.join"),
        _page(app, world, "site_admin", "accounts.site_person", person_id=world.outsider.public_id),
    ]


def _after_something(app: Flask, world: World) -> list[Page]:
    side, owner = world.a, client_of(app, world, "owner")
    desk = f"/c/{side.slug}/desk"
    member = side.people["member"]
    ticketed, sort = side.rows["ticketed"], side.rows["sort"]
    order = reserve_tickets(
        ticketed,
        {sort.public_id: 1},
        contact=member,
        name="Waiting",
        is_member=True,
        now=clock.now(),
        sold_by=side.people["owner"],
    )
    db.session.execute(delete(Hello).where(Hello.contact_id == member.id))
    side.rows["event"].plus_ones = 2
    ticketed.starts_at = clock.now() + timedelta(minutes=30)  # its door is open
    db.session.commit()
    report = f"{desk}/reports/{side.rows['report'].public_id}"
    owner.post(f"{report}/review")
    words = {"subject": "News", "words": "Hello"}
    chosen = {"act": "remove", "chosen": member.public_id}
    return [
        ("owner", owner.get(report)),
        ("owner", owner.post(f"{desk}/announcements/preview", data=words)),
        ("owner", owner.post(f"{desk}/members/selection", data=chosen)),
        _page(app, world, "owner", "billing.show_order", order_id=order.public_id),
        _page(app, world, "owner", "events.check_in", event_id=ticketed.public_id),
        _page(app, world, "member", "matching.index"),
        _page(app, world, "anonymous", "events.seat"),
    ]


def _at_the_door(app: Flask, world: World) -> list[Page]:
    """Ask for the password once more, and for the code of the second factor."""
    outsider = world.outsider
    _page(app, world, "outsider", "home.me")  # signs in
    unproved = update(PersonSession).values(proved_at=None)
    db.session.execute(unproved.where(PersonSession.person_id == outsider.id))
    outsider.totp_confirmed_at = clock.now()
    db.session.commit()
    secret = str(current_app.config["SECRET_KEY"])
    client = app.test_client()
    with client.session_transaction() as session:
        waiting = [outsider.id, "outsider@example.org"]
        session[WAITING] = sign(waiting, purpose=WAITING_PURPOSE, secret=secret)
    world.cookies["waiting"] = _cookie(client)
    return [
        _page(app, world, "outsider", "accounts.confirm"),
        ("waiting", client.get("/sign-in/code")),
    ]


def _cookie(client: FlaskClient) -> str:
    kept = client.get_cookie(COOKIE)
    assert kept
    return kept.value


def _page(app: Flask, world: World, persona: str, endpoint: str, **values: Any) -> Page:
    arguments = arguments_of(world.a, world)
    special = {f"{endpoint}:{name}": value for name, value in values.items()}
    [call] = calls(app, {**arguments, **values, **special}, only={endpoint})
    page = client_of(app, world, persona).get(call.path)
    assert page.status_code == 200, call.path
    return persona, page
