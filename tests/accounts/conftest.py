"""What tests of accounts share: statements counted, jobs run, mails read, codes made."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pyotp
import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app.accounts import passwords, totp
from app.accounts.models import Person
from app.core import clock as core_clock
from app.core import jobs
from app.core.database import db
from app.core.models import OutgoingMail
from tests.factories import make_person, sign_in
from tests.pages import ProofreadingClient

PASSWORD = "lantern orbit meadow"
NEW_PASSWORD = "copper violin harbour"
SECRET = "only-for-tests-" + "k" * 32
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"

_hashed: dict[str, str] = {}


def hashed(password: str = PASSWORD) -> str:
    """Return a kept password, hashed once for all tests."""
    if password not in _hashed:
        _hashed[password] = passwords.hash_password(password)
    return _hashed[password]


def make_member_of_site(*, email: str | None = None, **values: Any) -> Person:
    """Make a person who signs in with PASSWORD."""
    values.setdefault("password_hash", hashed())
    return make_person(email=email, **values)


def code_for(person: Person) -> str:
    """Return the code a person's authenticator app shows now."""
    assert person.totp_salt is not None
    secret = totp.derive_secret(SECRET, person.id, person.totp_salt)
    return pyotp.TOTP(secret).at(core_clock.now())


def mails_to(address: str) -> list[OutgoingMail]:
    """Return the mails to an address, the oldest first."""
    db.session.expire_all()
    statement = select(OutgoingMail).where(OutgoingMail.to_address == address)
    return list(db.session.scalars(statement.order_by(OutgoingMail.id)))


def link_in(mail: OutgoingMail) -> str:
    """Return the path of the first link in a mail."""
    found = re.search(r"http://localhost:\d+(/\S+)", mail.text_body)
    assert found is not None, mail.text_body
    return found.group(1)


@pytest.fixture
def run_jobs(app: Flask, session: Session) -> Callable[[], list[str]]:
    """Run what is due, as a worker would."""

    def run() -> list[str]:
        db.session.commit()
        return jobs.run_pending(app)

    return run


@pytest.fixture
def statements(app: Flask, session: Session) -> Iterator[list[str]]:
    """The SQL statements sent since the list was last cleared, savepoints aside."""
    sent: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK TO")):
            sent.append(" ".join(statement.split()))

    event.listen(db.engine, "before_cursor_execute", note)
    yield sent
    event.remove(db.engine, "before_cursor_execute", note)


@pytest.fixture
def person(session: Session) -> Person:
    """A person with a password."""
    return make_member_of_site(email="amara@example.org")


@pytest.fixture
def inside(client: ProofreadingClient, person: Person) -> ProofreadingClient:
    """A browser in which the person is signed in and has just proved that it is they."""
    sign_in(client, person)
    prove(person)
    return client


def prove(person: Person) -> None:
    """Let a person's sessions count as proved a moment ago."""
    from app.accounts.queries import live_sessions  # noqa: PLC0415

    for row in live_sessions(person.id, core_clock.now()):
        row.proved_at = core_clock.now()
    db.session.commit()
