"""Who is let in: after a yes to the rules, not past a ban, and whatever others do meanwhile."""

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.billing.models import Order
from app.communities.models import Contact
from app.communities.service.memberships import ban
from app.core import clock as the_clock
from app.core.database import db
from app.core.jobs import run_pending
from app.events.models import Attendance
from tests.communities.hands import hand_of
from tests.events.conftest import Scene, Statements, mails, pending_seat, seat_of, sell
from tests.factories import (
    make_contact,
    make_event,
    make_member,
    make_person,
    make_rules,
    sign_in,
)

HTMX = {"HX-Request": "true"}


def test_whoever_owes_a_yes_to_the_rules_is_led_to_them_and_back_to_a_page(
    client: FlaskClient, scene: Scene
) -> None:
    seat = seat_of(scene)
    rules = make_rules(scene.community)
    sign_in(client, scene.host)
    page = f"/c/{scene.slug}/rules"

    answer = client.post(scene.path + "/attendance", data={"seats": "1"})
    assert answer.headers["Location"] == f"{page}?next={scene.path}"
    for door in (f"/check-in/{seat.public_id}", f"/check-in/{seat.public_id}/undo"):
        answer = client.post(scene.desk + door, data={"q": ""}, headers=HTMX)
        back = f"{page}?next={scene.desk}/check-in"
        assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, back)
    answer = client.get(scene.desk + "/check-in?q=Zoe", headers=HTMX)
    assert answer.headers["HX-Redirect"] == f"{page}?next={scene.desk}/check-in?q%3DZoe"

    yes = {"rules": str(rules.number), "agrees": "y", "next": scene.path}
    answer = client.post(f"{page}/consent", data=yes)
    assert client.get(answer.headers["Location"]).status_code == 200


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/guests", "No seat is kept for you here any more."),
        ("/orders", "Tickets cannot be bought with this address."),
    ],
)
def test_a_banned_guest_does_not_come_back_with_an_account(
    client: FlaskClient, scene: Scene, path: str, words: str
) -> None:
    person = make_person(email="zoe@example.org")
    guest = make_contact(scene.community, email="zoe@example.org")
    moderator = make_member(scene.community, role="moderator")
    ban(guest, reason="Spam", by=hand_of(moderator), now=the_clock.now())
    data = {"name": "Zoe"}
    if path == "/orders":
        data[f"n_{sell(scene, price=0).public_id}"] = "1"

    sign_in(client, person)
    answer = client.post(scene.path + path, data=data)

    assert answer.status_code == 422
    assert words in answer.text
    assert db.session.scalar(select(Contact.person_id).where(Contact.id == guest.id)) is None
    assert [rows_of(Attendance), rows_of(Order)] == [0, 0]
    sign_in(client, make_person())
    assert client.post(scene.path + path, data=data).status_code == 303


@pytest.mark.parametrize("path", ["/guests", "/orders"])
def test_known_and_unknown_addresses_are_answered_by_the_same_statements(
    client: FlaskClient, scene: Scene, statements: Statements, path: str
) -> None:
    make_contact(scene.community, email="known@example.org", name="Known")
    if path == "/guests":
        seat_of(scene)
        pending_seat(scene, email="waits@example.org", name="Waits")
    chosen = {f"n_{sell(scene, price=0).public_id}": "1"} if path == "/orders" else {}
    seen = {}
    for address in (
        "new@example.org",
        "known@example.org",
        "waits@example.org",
        scene.member.email,
    ):
        client.get(scene.path)
        statements.clear()
        data = {"name": "Zoe", "email": address, **chosen}
        assert client.post(scene.path + path, data=data).status_code == 303
        seen[address] = list(statements)
    assert {tuple(asked) for asked in seen.values()} == {tuple(seen["new@example.org"])}
    name = select(Contact.name).where(Contact.email_key == "known@example.org")
    assert db.session.scalar(name) == "Known"


@pytest.mark.parametrize(("path", "most"), [("/guests", 6), ("/orders", 20)])
def test_nobody_fills_the_mailbox_of_another_or_keeps_them_out(
    app: Flask, client: FlaskClient, scene: Scene, path: str, most: int
) -> None:
    other = replace(scene, event=make_event(scene.community, title="Another"))
    chosen: dict[str, str] = {}
    if path == "/orders":
        chosen = {f"n_{sell(one, price=0).public_id}": "1" for one in (scene, other)}

    def ask(network: int, event: Scene = scene) -> int:
        data = {"name": "Zoe", "email": "zoe@example.org", **chosen}
        here = {"REMOTE_ADDR": f"10.{network}.0.1"}
        return client.post(event.path + path, data=data, environ_base=here).status_code

    assert [ask(1) for _ in range(most + 1)] == [303] * most + [429]
    assert [ask(network) for network in range(2, most)] == [303] * (most - 2)
    run_pending(app)
    sent = len(mails())
    assert 0 < sent <= most
    assert ask(98) == 303
    run_pending(app)
    assert len(mails()) == sent, "the mailbox has the link"
    assert ask(99, other) == 303
    run_pending(app)
    assert [mail.subject.endswith("Another") for mail in mails()[sent:]] == [True]


def rows_of(table: type[Attendance | Order]) -> int | None:
    """Count the rows of a table."""
    return db.session.scalar(select(func.count()).select_from(table))
