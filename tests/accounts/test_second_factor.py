"""The second factor: derived, confirmed, good once, with recovery codes kept as hashes."""

import pyotp
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import queries, service, totp
from app.accounts.models import Person, PersonSession, RecoveryCode
from app.accounts.service.second_factor import SecondFactorOff, SecondFactorOn, WrongCode
from app.core import clock as core_clock
from app.core.models import AuditEntry
from tests.accounts.conftest import SECRET, code_for, mails_to, make_member_of_site
from tests.conftest import TODAY, FixedClock
from tests.factories import make_person, new_session


def turn_on(person: Person) -> list[str]:
    """Turn a person's second factor on and return the recovery codes."""
    service.start_second_factor(person, key=SECRET)
    return service.confirm_second_factor(person, code_for(person), key=SECRET, now=core_clock.now())


def check(person: Person, typed: str) -> bool:
    """Say whether a code is taken."""
    try:
        service.check_second_factor(person, typed, key=SECRET, now=core_clock.now())
    except WrongCode:
        return False
    return True


def test_the_secret_is_the_same_until_it_is_confirmed(person: Person) -> None:
    first = service.start_second_factor(person, key=SECRET)
    assert service.start_second_factor(person, key=SECRET) == first
    assert len(first) == 32
    turn_on(person)
    with pytest.raises(SecondFactorOn):
        service.start_second_factor(person, key=SECRET)


def test_the_secret_stands_nowhere_in_the_database(person: Person, session: Session) -> None:
    secret = service.start_second_factor(person, key=SECRET)
    raw = pyotp.TOTP(secret).byte_secret()
    assert person.totp_salt is not None
    assert raw not in person.totp_salt
    assert (
        totp.derive_secret("another key of 32 characters here", person.id, person.totp_salt)
        != secret
    )


def test_two_people_with_one_salt_have_two_secrets() -> None:
    salt = totp.new_salt()
    assert totp.derive_secret(SECRET, 1, salt) != totp.derive_secret(SECRET, 2, salt)
    assert len(salt) == 16


def test_a_wrong_first_code_turns_nothing_on(person: Person) -> None:
    service.start_second_factor(person, key=SECRET)
    with pytest.raises(WrongCode):
        service.confirm_second_factor(person, "000000", key=SECRET, now=core_clock.now())
    assert person.totp_confirmed_at is None
    assert queries.recovery_codes_left(person.id) == 0


def test_turning_on_gives_ten_codes_and_a_mail(person: Person) -> None:
    codes = turn_on(person)
    assert len(set(codes)) == 10
    assert all(len(code) == 11 and code[5] == "-" for code in codes)
    assert queries.recovery_codes_left(person.id) == 10
    assert mails_to("amara@example.org")[-1].subject == "Signing in asks for a code now"


def test_recovery_codes_are_kept_as_hashes(person: Person, session: Session) -> None:
    codes = turn_on(person)
    kept = "".join(session.scalars(select(RecoveryCode.code_hash)))
    assert all(code.replace("-", "") not in kept for code in codes)


def test_a_code_is_good_once(person: Person, clock: FixedClock) -> None:
    turn_on(person)
    assert check(person, code_for(person)) is False, "the first code was spent by turning on"
    clock.advance(seconds=30)
    code = code_for(person)
    assert check(person, f" {code[:3]} {code[3:]} ")
    assert not check(person, code)


def test_an_older_code_is_not_taken_after_a_newer_one(person: Person, clock: FixedClock) -> None:
    turn_on(person)
    clock.advance(seconds=60)
    before = code_for(person)
    clock.advance(seconds=30)
    assert check(person, code_for(person))
    assert not check(person, before)


def test_a_clock_that_is_off_by_half_a_minute_is_forgiven(
    person: Person, clock: FixedClock
) -> None:
    turn_on(person)
    clock.advance(seconds=60)
    early = code_for(person)
    clock.advance(seconds=30)
    assert check(person, early)
    clock.advance(seconds=60)
    late = code_for(person)
    clock.advance(seconds=-30)
    assert check(person, late)
    clock.advance(seconds=300)
    assert not check(person, late)


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "１２３４５６", "٣٤٥٦٧٨"])
def test_what_is_no_code_is_no_code(typed: str) -> None:
    assert totp.matching_step("A" * 32, typed, TODAY) is None


def test_a_recovery_code_is_good_once_and_forgives_how_it_is_typed(person: Person) -> None:
    first, second, *_ = turn_on(person)
    assert check(person, f" {first.lower()} ")
    assert not check(person, first)
    assert check(person, second.replace("-", ""))
    assert queries.recovery_codes_left(person.id) == 8


def test_the_codes_of_one_are_nothing_to_another(person: Person) -> None:
    codes = turn_on(person)
    other = make_member_of_site()
    turn_on(other)
    assert not check(other, codes[0])
    assert check(person, codes[0])


def test_new_codes_make_the_old_ones_worthless(person: Person) -> None:
    old = turn_on(person)
    new = service.renew_recovery_codes(person, key=SECRET)
    assert not check(person, old[0])
    assert check(person, new[0])


def test_turning_off_forgets_everything(person: Person, clock: FixedClock) -> None:
    codes = turn_on(person)
    clock.advance(seconds=30)
    code = code_for(person)
    service.stop_second_factor(person, now=clock.now)
    assert (person.totp_salt, person.totp_confirmed_at, person.totp_last_step) == (None, None, None)
    assert not check(person, codes[0])
    assert not check(person, code)
    assert mails_to("amara@example.org")[-1].subject == "Signing in no longer asks for a code"


def test_an_unconfirmed_secret_opens_nothing(person: Person) -> None:
    service.start_second_factor(person, key=SECRET)
    assert not check(person, code_for(person))


def test_the_address_for_apps_names_site_and_account() -> None:
    address = totp.setup_address("A" * 32, account="amara@example.org", site="Kith")
    assert address == f"otpauth://totp/Kith:amara%40example.org?secret={'A' * 32}&issuer=Kith"
    picture = totp.qr_picture(address)
    assert picture.startswith(b"<?xml")
    assert b"<svg" in picture
    assert b"<script" not in picture


def test_a_secret_is_shown_in_groups() -> None:
    assert totp.in_groups("ABCDEFGHIJ") == "ABCD EFGH IJ"


def test_a_lost_one_is_reset_with_every_session_and_a_mail(
    person: Person, session: Session, clock: FixedClock
) -> None:
    other = make_person(email="other@example.org")
    turn_on(person)
    for one in (person, other):
        new_session(one.id)
    clock.advance(days=1)
    service.reset_second_factor(person, now=core_clock.now())
    session.refresh(person)
    assert (person.totp_salt, person.totp_confirmed_at, person.totp_last_step) == (None,) * 3
    assert queries.recovery_codes_left(person.id) == 0
    open_sessions = select(PersonSession.person_id).where(PersonSession.ended_at.is_(None))
    assert session.scalars(open_sessions).all() == [other.id]
    assert mails_to("amara@example.org")[-1].subject == "Signing in no longer asks for a code"
    entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert (entry.action, entry.actor_id) == ("person.second_factor_reset", None)
    with pytest.raises(SecondFactorOff):
        service.reset_second_factor(person, now=core_clock.now())
