"""Every page of accounts: what it costs in statements, and what it says when there is nothing."""

import pytest

from app.accounts import service
from app.accounts.models import Person
from app.core import clock as core_clock
from app.core.database import db
from tests.accounts.conftest import make_member_of_site, prove
from tests.factories import make_community, make_contact, sign_in
from tests.pages import ProofreadingClient

OUTSIDE = {
    "/sign-in": 0,
    "/sign-in/link": 0,
    "/sign-up": 1,
    "/password": 0,
    "/mail-sent/sign-up": 0,
    "/mail-sent/password": 0,
    "/mail-sent/link": 0,
}
INSIDE = {
    "/settings": 1,
    "/settings/security": 2,
    "/settings/confirm": 1,
    "/settings/address": 1,
    "/settings/password": 1,
    "/settings/second-factor": 2,
    "/settings/devices": 2,
    "/settings/mails": 3,
    "/settings/blocked": 2,
    "/settings/data": 2,
    "/settings/data/erasure": 1,
}
SITE = {"/site": 5, "/site/people": 4, "/site/communities": 4}


def cost(client: ProofreadingClient, statements: list[str], path: str) -> int:
    """Fetch a page a second time and count its statements."""
    assert client.get(path).status_code == 200
    statements.clear()
    assert client.get(path).status_code == 200
    return len(statements)


@pytest.mark.parametrize("path", OUTSIDE)
def test_pages_at_the_door(client: ProofreadingClient, statements: list[str], path: str) -> None:
    assert cost(client, statements, path) == OUTSIDE[path]


@pytest.mark.parametrize("path", INSIDE)
def test_pages_of_an_account(inside: ProofreadingClient, statements: list[str], path: str) -> None:
    assert cost(inside, statements, path) == INSIDE[path]


@pytest.mark.parametrize("path", INSIDE)
def test_strangers_are_led_to_the_door_and_back(client: ProofreadingClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/sign-in?next={path}")


@pytest.mark.parametrize("path", SITE)
def test_pages_of_the_site(
    inside: ProofreadingClient, person: Person, statements: list[str], path: str
) -> None:
    person.is_site_admin = True
    make_community()
    assert cost(inside, statements, path) == SITE[path]


@pytest.mark.parametrize("many", [1, 3])
def test_lists_cost_the_same_for_one_and_many(
    inside: ProofreadingClient, person: Person, statements: list[str], many: int
) -> None:
    person.is_site_admin = True
    for _ in range(many):
        community = make_community()
        other = make_member_of_site()
        make_contact(community, person=person)
        make_contact(community, person=other, name="Boris")
        service.block(person, other, now=core_clock.now())
        service.open_session(
            person, device="Firefox", network="", is_known_device=True, now=core_clock.now()
        )
    paths = ("/settings/devices", "/settings/mails", "/settings/blocked", *SITE)
    assert [cost(inside, statements, path) for path in paths] == [2, 3, 2, 5, 4, 4]
    assert inside.get("/settings/blocked").text.count("Lift the block of") == many


def test_empty_places_say_what_will_be_there(inside: ProofreadingClient, person: Person) -> None:
    assert "You have blocked nobody" in inside.get("/settings/blocked").text
    assert "the only device" in inside.get("/settings/devices").text
    person.is_site_admin = True
    assert "Nobody by that address" in inside.get("/site/people?q=nothing").text
    assert "No community here" in inside.get("/site/communities?q=nothing").text


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/settings", "Settings"),
        ("/settings/password", "Sign-in and safety"),
        ("/settings/data/erasure", "Your data"),
        ("/site/people", "This site"),
    ],
)
def test_the_rail_says_where_one_is(
    inside: ProofreadingClient, person: Person, path: str, place: str
) -> None:
    person.is_site_admin = True
    rail = inside.get(path).text.partition('class="rail"')[2].partition("</nav>")[0]
    [here] = [line for line in rail.splitlines() if "aria-current" in line]
    assert place in here


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/settings/address", "get"),
        ("/settings/password", "get"),
        ("/settings/password", "post"),
        ("/settings/second-factor", "get"),
        ("/settings/second-factor/code.svg", "get"),
        ("/settings/second-factor/end", "post"),
        ("/settings/second-factor/recovery-codes", "post"),
        ("/settings/data/export", "post"),
        ("/settings/data/erasure", "get"),
        ("/settings/data/erasure", "post"),
    ],
)
def test_dangerous_changes_ask_once_more(
    client: ProofreadingClient, person: Person, path: str, method: str
) -> None:
    sign_in(client, person)
    answer = getattr(client, method)(path)
    back = path if method == "get" else "/settings/security"
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/settings/confirm?next={back}"
    prove(person)
    again = getattr(client, method)(path)
    assert "/settings/confirm" not in again.headers.get("Location", "")


def test_a_form_with_an_empty_field_keeps_what_was_typed(
    client: ProofreadingClient, person: Person
) -> None:
    for path in ("/sign-in", "/sign-up", "/password", "/sign-in/link"):
        answer = client.post(path, data={"email": "not-an-address", "password": ""})
        assert answer.status_code == 422
        assert 'value="not-an-address"' in answer.text
        assert "looks like name@example.org" in answer.text
    for path in ("/sign-up", "/password", "/sign-in/link"):
        answer = client.post(path, data={"email": "иван@example.ru"})
        assert answer.status_code == 422
        assert "such letters before the @" in answer.text
    assert client.post("/sign-up", data={"email": "ivan@пример.рф"}).status_code == 303
    db.session.expire_all()
