"""Changing an address: the new one is proved, the old one is told and forgotten."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from app.accounts import queries, service
from app.accounts.models import Person, TokenPurpose
from app.accounts.service.addresses import SameAddress
from app.accounts.service.entry import AddressTaken, WrongSignIn
from app.accounts.service.links import LinkSpent
from app.core.database import add
from app.core.tokens import hash_token
from tests.accounts.conftest import PASSWORD, link_in, mails_to, make_member_of_site
from tests.conftest import FixedClock

OLD, NEW = "amara@example.org", "amara.okafor@example.org"
RunJobs = Callable[[], list[str]]


def asked(person: Person, run_jobs: RunJobs, clock: FixedClock, address: str = NEW) -> str:
    """Ask for a new address and return the secret mailed to it."""
    service.ask_to_change_address(person, address, now=clock.now)
    run_jobs()
    return link_in(mails_to(address)[-1]).rpartition("/")[2]


def test_nothing_changes_before_the_link_is_opened(
    person: Person, run_jobs: RunJobs, clock: FixedClock
) -> None:
    asked(person, run_jobs, clock)
    assert queries.primary_address(person) == OLD
    assert mails_to(OLD) == []


def test_the_new_address_takes_over_and_the_old_one_is_told(
    person: Person, run_jobs: RunJobs, clock: FixedClock
) -> None:
    token = asked(person, run_jobs, clock)
    assert service.change_address(token, now=clock.now) is person
    assert queries.addressee(person).address == NEW
    assert [mail.subject for mail in mails_to(OLD)] == ["Your account has a new address"]
    assert service.sign_in(address=NEW, password=PASSWORD) is person
    with pytest.raises(WrongSignIn):
        service.sign_in(address=OLD, password=PASSWORD)


def test_links_to_the_old_mailbox_die(person: Person, run_jobs: RunJobs, clock: FixedClock) -> None:
    service.ask_for_link(TokenPurpose.MAGIC, address=OLD, now=clock.now)
    run_jobs()
    old = link_in(mails_to(OLD)[-1]).rpartition("/")[2]
    service.change_address(asked(person, run_jobs, clock), now=clock.now)
    with pytest.raises(LinkSpent):
        service.use_magic_link(old, now=clock.now)


def test_the_same_address_is_refused_in_any_spelling(person: Person, clock: FixedClock) -> None:
    with pytest.raises(SameAddress) as refused:
        service.ask_to_change_address(person, " AMARA@Example.ORG", now=clock.now)
    assert refused.value.field == "email"


def test_the_address_of_another_account_is_told_only_there(
    person: Person, run_jobs: RunJobs, clock: FixedClock
) -> None:
    make_member_of_site(email=NEW)
    service.ask_to_change_address(person, NEW, now=clock.now)
    run_jobs()
    assert [mail.subject for mail in mails_to(NEW)] == ["You have an account already"]


def test_an_address_proved_by_another_meanwhile_is_refused(
    person: Person, run_jobs: RunJobs, clock: FixedClock, session: Session
) -> None:
    token = asked(person, run_jobs, clock)
    make_member_of_site(email=NEW)
    with pytest.raises(AddressTaken), session.begin_nested():
        service.change_address(token, now=clock.now)
    assert queries.primary_address(person) == OLD


def test_a_link_of_someone_erased_meanwhile_is_spent(
    person: Person, run_jobs: RunJobs, clock: FixedClock
) -> None:
    token = asked(person, run_jobs, clock)
    person.erased_at = clock.now
    with pytest.raises(LinkSpent):
        service.change_address(token, now=clock.now)


def test_a_link_without_a_person_is_spent(session: Session, clock: FixedClock) -> None:
    row = service.ask_for_link(TokenPurpose.ADD_EMAIL, address=NEW, now=clock.now)
    row.token_hash = hash_token("known")
    with pytest.raises(LinkSpent):
        service.change_address("known", now=clock.now)


def test_nobody_without_an_address_gets_mail(session: Session, clock: FixedClock) -> None:
    nobody = add(Person(created_at=clock.now))
    assert queries.addressee(nobody).address == ""
