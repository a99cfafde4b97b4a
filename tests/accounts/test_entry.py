"""Coming in: signing up by a link, signing in, a new password."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts import hooks, passwords, queries, service
from app.accounts.models import MailToken, Person, PersonEmail, PersonSession, TokenPurpose
from app.accounts.passwords import PasswordTooEasy
from app.accounts.service.entry import AccountSuspended, AddressTaken, SignUpClosed, WrongSignIn
from app.accounts.service.links import LinkSpent
from app.core import clock as core_clock
from app.core.database import db
from app.core.tokens import hash_token
from tests.accounts.conftest import (
    NEW_PASSWORD,
    PASSWORD,
    hashed,
    link_in,
    mails_to,
    make_member_of_site,
)
from tests.conftest import CHEAP_HASHER, FixedClock
from tests.factories import make_installation, make_person

NEW = "Élodie@Example.org"


@pytest.fixture
def token(session: Session, run_jobs: Callable[[], list[str]]) -> str:
    """The secret of a sign-up link as its mail has it."""
    service.sign_up(
        address=NEW, back="/c/runners", language="fr", zone="Europe/Paris", now=core_clock.now()
    )
    run_jobs()
    [mail] = mails_to(NEW)
    return link_in(mail).rpartition("/")[2]


def reset_token(address: str, run_jobs: Callable[[], list[str]]) -> str:
    """Ask for a new password and return the secret of the mailed link."""
    service.ask_for_link(TokenPurpose.RESET, address=address, now=core_clock.now())
    run_jobs()
    return link_in(mails_to(address)[-1]).rpartition("/")[2]


def people() -> int:
    """Count all persons."""
    return db.session.scalar(select(func.count()).select_from(Person)) or 0


def test_nobody_exists_before_the_link_is_opened(token: str) -> None:
    assert people() == 0
    person = service.finish_sign_up(token, password=PASSWORD, now=core_clock.now())
    assert people() == 1
    [email] = person.emails
    assert (email.address, email.address_key, email.is_primary) == (NEW, "élodie@example.org", True)
    assert (person.language, person.zone) == ("fr", "Europe/Paris")
    assert passwords.is_password(PASSWORD, person.password_hash)


def test_the_zone_of_the_browser_that_opens_the_link_counts(token: str) -> None:
    person = service.finish_sign_up(
        token, password=PASSWORD, zone="Asia/Jakarta", now=core_clock.now()
    )
    assert person.zone == "Asia/Jakarta"


def test_the_token_itself_is_kept_nowhere(token: str, session: Session) -> None:
    row = session.scalars(select(MailToken)).one()
    assert row.token_hash == hash_token(token)
    assert token not in str(row.payload)


def test_a_link_works_once(token: str) -> None:
    service.finish_sign_up(token, password=PASSWORD, now=core_clock.now())
    with pytest.raises(LinkSpent):
        service.finish_sign_up(token, password=PASSWORD, now=core_clock.now())


def test_a_link_grows_old(token: str, clock: FixedClock) -> None:
    with pytest.raises(LinkSpent):
        service.finish_sign_up(token, password=PASSWORD, now=clock.advance(days=1))


def test_a_link_of_one_purpose_is_worth_nothing_for_another(token: str) -> None:
    with pytest.raises(LinkSpent):
        service.use_magic_link(token, now=core_clock.now())


def test_an_easy_password_is_refused_and_the_link_still_works(token: str, session: Session) -> None:
    with pytest.raises(PasswordTooEasy) as refused, session.begin_nested():
        service.finish_sign_up(token, password="password123", now=core_clock.now())
    assert refused.value.field == "password"
    assert service.finish_sign_up(token, password=PASSWORD, now=core_clock.now()).id


def test_who_signs_up_an_address_twice_has_one_account(
    token: str, run_jobs: Callable[[], list[str]]
) -> None:
    service.sign_up(address=NEW.lower(), now=core_clock.now())
    run_jobs()
    second = link_in(mails_to(NEW.lower())[-1]).rpartition("/")[2]
    service.finish_sign_up(token, password=PASSWORD, now=core_clock.now())
    with pytest.raises(LinkSpent):
        service.finish_sign_up(second, password=PASSWORD, now=core_clock.now())
    assert people() == 1


def test_an_address_cannot_be_taken_from_its_owner(person: Person) -> None:
    with pytest.raises(AddressTaken):
        service.add_person("Amara@EXAMPLE.org", now=core_clock.now())
    assert people() == 1


def test_whoever_proves_an_address_is_announced(session: Session) -> None:
    seen: list[PersonEmail] = []
    hooks.address_verified.register(seen.append)
    try:
        person = service.add_person("new@example.org", now=core_clock.now())
    finally:
        hooks.address_verified._callbacks.remove(seen.append)
    assert [email.person_id for email in seen] == [person.id]
    assert person.password_hash is None


def test_a_closed_site_takes_nobody(session: Session) -> None:
    make_installation(sign_up_open=False)
    with pytest.raises(SignUpClosed):
        service.sign_up(address=NEW, now=core_clock.now())
    assert session.scalars(select(MailToken)).all() == []


def test_signing_in(person: Person) -> None:
    assert service.sign_in(address=" AMARA@example.org ", password=PASSWORD) is person


@pytest.mark.parametrize(
    ("address", "password"),
    [("amara@example.org", "not this one"), ("nobody@example.org", PASSWORD)],
)
def test_a_wrong_pair_is_refused(person: Person, address: str, password: str) -> None:
    with pytest.raises(WrongSignIn):
        service.sign_in(address=address, password=password)


def test_an_account_without_a_password_is_not_opened_by_one(session: Session) -> None:
    make_person(email="link@example.org")
    with pytest.raises(WrongSignIn):
        service.sign_in(address="link@example.org", password="nobody has this password")


def test_only_who_knows_the_password_hears_of_a_suspension(person: Person) -> None:
    person.suspended_at = core_clock.now()
    with pytest.raises(AccountSuspended):
        service.sign_in(address="amara@example.org", password=PASSWORD)
    with pytest.raises(WrongSignIn):
        service.sign_in(address="amara@example.org", password="not this one")


def test_an_old_hash_is_made_anew(person: Person, earnest_hasher: None) -> None:
    person.password_hash = CHEAP_HASHER.hash(PASSWORD)
    assert passwords.is_outdated(person.password_hash)
    service.sign_in(address="amara@example.org", password=PASSWORD)
    assert person.password_hash.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert not passwords.is_outdated(person.password_hash)
    assert passwords.is_password(PASSWORD, person.password_hash)


def test_a_new_password_by_mail_ends_every_session(
    person: Person, run_jobs: Callable[[], list[str]], clock: FixedClock
) -> None:
    service.open_session(person, device="", network="", is_known_device=True, now=clock.now)
    token = reset_token("amara@example.org", run_jobs)
    assert service.reset_password(token, password=NEW_PASSWORD, now=clock.now) is person
    assert queries.live_sessions(person.id, clock.now) == []
    assert passwords.is_password(NEW_PASSWORD, person.password_hash)
    assert mails_to("amara@example.org")[-1].subject == "Your password was changed"


def test_a_new_password_kills_every_other_link(
    person: Person, run_jobs: Callable[[], list[str]], clock: FixedClock
) -> None:
    first = reset_token("amara@example.org", run_jobs)
    second = reset_token("amara@example.org", run_jobs)
    service.reset_password(second, password=NEW_PASSWORD, now=clock.now)
    with pytest.raises(LinkSpent):
        service.reset_password(first, password=PASSWORD, now=clock.now)


def test_changing_the_password_keeps_the_session_at_hand(person: Person, clock: FixedClock) -> None:
    here, _ = service.open_session(
        person, device="Firefox", network="", is_known_device=True, now=clock.now
    )
    service.open_session(person, device="Chrome", network="", is_known_device=True, now=clock.now)
    service.set_password(person, NEW_PASSWORD, keep=[here.id], now=clock.now)
    assert queries.live_sessions(person.id, clock.now) == [here]


def test_a_magic_link_opens_the_account(
    person: Person, run_jobs: Callable[[], list[str]], clock: FixedClock
) -> None:
    service.ask_for_link(TokenPurpose.MAGIC, address="AMARA@example.org", now=clock.now)
    run_jobs()
    token = link_in(mails_to("amara@example.org")[-1]).rpartition("/")[2]
    assert service.use_magic_link(token, now=clock.now) is person
    with pytest.raises(LinkSpent):
        service.use_magic_link(token, now=clock.now)


def test_a_link_of_someone_suspended_meanwhile_opens_nothing(
    person: Person, run_jobs: Callable[[], list[str]], clock: FixedClock
) -> None:
    token = reset_token("amara@example.org", run_jobs)
    person.suspended_at = clock.now
    with pytest.raises(AccountSuspended):
        service.reset_password(token, password=NEW_PASSWORD, now=clock.now)


def test_a_link_without_a_person_opens_nothing(session: Session, clock: FixedClock) -> None:
    row = service.ask_for_link(TokenPurpose.MAGIC, address=NEW, now=clock.now)
    row.token_hash = hash_token("known")
    with pytest.raises(LinkSpent):
        service.use_magic_link("known", now=clock.now)


@pytest.mark.parametrize("purpose", [TokenPurpose.RESET, TokenPurpose.MAGIC])
def test_no_mail_goes_to_the_suspended(
    person: Person, run_jobs: Callable[[], list[str]], clock: FixedClock, purpose: TokenPurpose
) -> None:
    person.suspended_at = clock.now
    service.ask_for_link(purpose, address="amara@example.org", now=clock.now)
    run_jobs()
    assert mails_to("amara@example.org") == []
    assert db.session.scalars(select(MailToken)).all() == []


def test_a_job_that_runs_twice_sends_one_working_link(
    person: Person, run_jobs: Callable[[], list[str]], clock: FixedClock
) -> None:
    row = service.ask_for_link(TokenPurpose.MAGIC, address="amara@example.org", now=clock.now)
    run_jobs()
    token = link_in(mails_to("amara@example.org")[-1]).rpartition("/")[2]
    service.send_link(row.id, now=clock.now)
    service.send_link(0, now=clock.now)
    assert len(mails_to("amara@example.org")) == 1
    assert service.use_magic_link(token, now=clock.now) is person


def test_a_session_is_told_of_unless_the_device_is_known_or_the_first(
    session: Session, clock: FixedClock
) -> None:
    person = make_member_of_site(email="b@example.org", password_hash=hashed())
    service.open_session(
        person, device="A", network="1.2.3.0/24", is_known_device=False, now=clock.now
    )
    assert mails_to("b@example.org") == []
    service.open_session(
        person, device="B", network="1.2.3.0/24", is_known_device=True, now=clock.now
    )
    assert mails_to("b@example.org") == []
    service.open_session(
        person, device="C", network="1.2.3.0/24", is_known_device=False, now=clock.now
    )
    [mail] = mails_to("b@example.org")
    assert mail.subject == "A new device signed in"
    assert "Device: C" in mail.text_body
    assert db.session.scalar(select(func.count()).select_from(PersonSession)) == 3
