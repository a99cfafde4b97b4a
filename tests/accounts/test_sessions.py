"""Sessions: fresh at sign-in, sliding once a day, ended from anywhere."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import queries, service
from app.accounts.models import Person, PersonSession
from app.accounts.service.second_factor import WrongCode
from app.accounts.service.sessions import WrongPassword
from app.core import clock as core_clock
from app.core.database import db
from app.core.errors import NotThere
from app.core.tokens import hash_token
from tests.accounts.conftest import (
    FIREFOX,
    PASSWORD,
    SECRET,
    code_for,
    make_member_of_site,
)
from tests.conftest import FixedClock
from tests.pages import ProofreadingClient


def open_one(person: Person, device: str = "Firefox, Linux") -> tuple[PersonSession, str]:
    """Open a session of a known device."""
    return service.open_session(
        person, device=device, network="10.0.0.0/24", is_known_device=True, now=core_clock.now()
    )


def signed_in(client: ProofreadingClient, **data: str) -> ProofreadingClient:
    """Sign in through the page."""
    answer = client.post(
        "/sign-in",
        data={"email": "amara@example.org", "password": PASSWORD, **data},
        headers={"User-Agent": FIREFOX},
    )
    assert answer.status_code == 303, answer.text
    return client


def test_a_session_lives_sixty_days_under_a_hashed_secret(
    person: Person, clock: FixedClock
) -> None:
    row, token = open_one(person)
    assert row.expires_at == clock.now + timedelta(days=60)
    assert row.token_hash == hash_token(token)
    assert queries.caller(hash_token(token), clock.now).person is person  # type: ignore[union-attr]
    assert queries.caller(hash_token(token), clock.advance(days=60)) is None
    assert queries.caller(hash_token("another"), clock.now) is None


@pytest.mark.parametrize("field", ["suspended_at", "erased_at"])
def test_nobody_is_in_who_is_shut_out(person: Person, clock: FixedClock, field: str) -> None:
    _, token = open_one(person)
    setattr(person, field, clock.now)
    assert queries.caller(hash_token(token), clock.now) is None


def test_a_session_slides_by_one_write_a_day(
    client: ProofreadingClient, person: Person, statements: list[str], clock: FixedClock
) -> None:
    signed_in(client)
    row = db.session.scalars(select(PersonSession)).one()
    ends_at = row.expires_at

    def writes() -> list[str]:
        statements.clear()
        assert client.get("/settings/devices").status_code == 200
        return [one for one in statements if not one.startswith("SELECT")]

    assert writes() == []
    clock.advance(hours=23)
    assert writes() == []
    clock.advance(hours=1)
    assert [one[:21] for one in writes()] == ["UPDATE person_session"]
    assert writes() == []
    assert row.expires_at == ends_at + timedelta(days=1)
    assert row.seen_at == clock.now


def test_the_cookie_slides_with_it(
    client: ProofreadingClient, person: Person, clock: FixedClock
) -> None:
    signed_in(client)
    client.get("/settings/devices")  # puts the form's token into the cookie
    assert "Set-Cookie" not in client.get("/settings/devices").headers
    clock.advance(days=1)
    answer = client.get("/settings/devices")
    assert "kith=" in answer.headers["Set-Cookie"]


def test_signing_in_renews_the_cookie(client: ProofreadingClient, person: Person) -> None:
    """A session planted by somebody else ends at sign-in."""
    with client.session_transaction() as cookie:
        cookie["planted"] = "by somebody"
    signed_in(client)
    first = client.get_cookie("kith")
    with client.session_transaction() as cookie:
        assert "planted" not in cookie
        token = cookie["_user_id"]
    signed_in(client)
    second = client.get_cookie("kith")
    assert first is not None
    assert second is not None
    assert first.value != second.value
    assert queries.caller(hash_token(token), core_clock.now()) is None, "the one before has ended"


def test_changing_the_password_gives_this_browser_another_secret(
    client: ProofreadingClient, app: Flask, person: Person
) -> None:
    signed_in(client)
    elsewhere = app.test_client()
    assert isinstance(elsewhere, ProofreadingClient)
    signed_in(elsewhere)
    with client.session_transaction() as cookie:
        old = cookie["_user_id"]
    answer = client.post("/settings/password", data={"password": "copper violin harbour"})
    assert answer.status_code == 303
    assert queries.caller(hash_token(old), core_clock.now()) is None
    assert client.get("/settings").status_code == 200
    assert elsewhere.get("/settings").headers["Location"] == "/sign-in?next=/settings"


def test_ending_a_session_from_elsewhere(
    client: ProofreadingClient, app: Flask, person: Person
) -> None:
    signed_in(client)
    elsewhere = app.test_client()
    signed_in(elsewhere)  # type: ignore[arg-type]
    other = queries.live_sessions(person.id, core_clock.now())[0]
    page = client.get("/settings/devices").text
    assert page.count("Firefox, Linux") >= 2
    answer = client.post(f"/settings/devices/{other.public_id}/end")
    assert answer.headers["Location"] == "/settings/devices"
    assert elsewhere.get("/settings").status_code == 303
    assert client.get("/settings").status_code == 200


def test_ending_the_session_at_hand_signs_out(client: ProofreadingClient, person: Person) -> None:
    signed_in(client)
    [row] = queries.live_sessions(person.id, core_clock.now())
    answer = client.post(f"/settings/devices/{row.public_id}/end")
    assert answer.headers["Location"] == "/sign-in"
    assert queries.live_sessions(person.id, core_clock.now()) == []


def test_ending_all_others(client: ProofreadingClient, app: Flask, person: Person) -> None:
    signed_in(client)
    signed_in(app.test_client())  # type: ignore[arg-type]
    assert client.post("/settings/devices/end").status_code == 303
    assert len(queries.live_sessions(person.id, core_clock.now())) == 1
    assert "the only device" in client.get("/settings/devices").text


def test_nobody_ends_the_session_of_another(client: ProofreadingClient, person: Person) -> None:
    other, _ = open_one(make_member_of_site())
    signed_in(client)
    assert client.post(f"/settings/devices/{other.public_id}/end").status_code == 404
    assert client.post("/settings/devices/nothing/end").status_code == 404
    assert other.ended_at is None


def test_a_session_cannot_be_ended_twice(person: Person, clock: FixedClock) -> None:
    row, _ = open_one(person)
    service.end_session(person, row.public_id, now=clock.now)
    with pytest.raises(NotThere):
        service.end_session(person, row.public_id, now=clock.now)


def test_signing_out_ends_the_row(client: ProofreadingClient, person: Person) -> None:
    signed_in(client)
    assert client.post("/sign-out").headers["Location"] == "/sign-in"
    assert queries.live_sessions(person.id, core_clock.now()) == []
    assert client.get("/settings").status_code == 303
    assert client.post("/sign-out").status_code == 303, "a second press changes nothing"


def test_proof_is_fresh_for_a_quarter_of_an_hour(person: Person, clock: FixedClock) -> None:
    row, _ = open_one(person)
    assert service.is_fresh(row, clock.now)
    clock.advance(minutes=15)
    assert not service.is_fresh(row, clock.now)
    service.prove(row, person, password=PASSWORD, code="", key=SECRET, now=clock.now)
    assert service.is_fresh(row, clock.now)
    row.proved_at = None
    assert not service.is_fresh(row, clock.now)


def test_proof_is_the_password_or_a_code(person: Person, clock: FixedClock) -> None:
    row, _ = open_one(person)
    with pytest.raises(WrongPassword) as refused:
        service.prove(row, person, password="not this", code="", key=SECRET, now=clock.now)
    assert refused.value.field == "password"
    service.start_second_factor(person, key=SECRET)
    service.confirm_second_factor(person, code_for(person), key=SECRET, now=clock.now)
    with pytest.raises(WrongCode):
        service.prove(row, person, password=PASSWORD, code="123", key=SECRET, now=clock.now)
    clock.advance(minutes=20)
    service.prove(row, person, password="", code=code_for(person), key=SECRET, now=clock.now)
    assert service.is_fresh(row, clock.now)


def test_a_person_without_a_password_proves_nothing_by_one(
    session: Session, clock: FixedClock
) -> None:
    person = make_member_of_site(password_hash=None)
    row, _ = open_one(person)
    with pytest.raises(WrongPassword):
        service.prove(row, person, password="", code="", key=SECRET, now=clock.now)
