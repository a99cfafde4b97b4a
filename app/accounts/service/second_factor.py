"""The second factor: turned on and off, its codes good once, its recovery codes kept as hashes.

`key` is the installation's secret, handed down by the edge.
"""

from datetime import datetime

from sqlalchemy import delete, or_, update

from app.accounts import totp
from app.accounts.models import Person, RecoveryCode
from app.accounts.service import mails, sessions
from app.core import audit
from app.core.database import db
from app.core.errors import RuleViolation
from app.core.text import N_
from app.core.tokens import hash_code, new_code

RECOVERY_CODES = 10
RECOVERY_LENGTH = 10


class WrongCode(RuleViolation):
    """The code is not the one the app shows now, or it was used already."""

    message = N_("This code is not right, or was used already. Wait for the next one and try it.")


class SecondFactorOn(RuleViolation):
    """The second factor is on already; its secret is never shown again."""

    message = N_("Signing in asks for a code already. Turn it off first to set it up anew.")


class SecondFactorOff(RuleViolation):
    """There is no second factor to be turned off."""

    message = N_("Signing in asks for no code here: there is nothing to turn off.")


def start_second_factor(person: Person, *, key: str) -> str:
    """Return the secret to be set up, the same one until it is confirmed."""
    if person.totp_confirmed_at is not None:
        raise SecondFactorOn
    if person.totp_salt is None:
        person.totp_salt = totp.new_salt()
        db.session.flush()
    return totp.derive_secret(key, person.id, person.totp_salt)


def confirm_second_factor(person: Person, typed: str, *, key: str, now: datetime) -> list[str]:
    """Turn the second factor on by a first right code; return the recovery codes, this once."""
    secret = start_second_factor(person, key=key)
    step = totp.matching_step(secret, typed, now)
    if step is None:
        raise WrongCode(field="code")
    person.totp_confirmed_at = now
    person.totp_last_step = step
    audit.record("person.second_factor_on", actor=person, subject=("person", person.id))
    mails.mail_second_factor(person, is_on=True, now=now)
    return renew_recovery_codes(person, key=key)


def check_second_factor(person: Person, typed: str, *, key: str, now: datetime) -> None:
    """Spend a code of the app or a recovery code; raises WrongCode."""
    if not (_spend_code(person, typed, key, now) or _spend_recovery_code(person, typed, key, now)):
        raise WrongCode(field="code")


def stop_second_factor(person: Person, *, now: datetime) -> None:
    """Turn the second factor off and forget its salt and recovery codes."""
    _forget(person)
    audit.record("person.second_factor_off", actor=person, subject=("person", person.id))
    mails.mail_second_factor(person, is_on=False, now=now)


def reset_second_factor(person: Person, *, now: datetime) -> None:
    """Turn off a second factor that was lost, for whoever looks after the machine.

    Every session ends: who asked may not be who they say, and the mail tells the one who is.
    """
    if person.totp_confirmed_at is None:
        raise SecondFactorOff
    _forget(person)
    sessions.end_sessions(person, now=now)
    audit.record("person.second_factor_reset", actor=None, subject=("person", person.id))
    mails.mail_second_factor(person, is_on=False, now=now)


def _forget(person: Person) -> None:
    person.totp_salt = None
    person.totp_confirmed_at = None
    person.totp_last_step = None
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))


def renew_recovery_codes(person: Person, *, key: str) -> list[str]:
    """Replace all recovery codes and return the new ones, the only time they can be read."""
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
    codes = [new_code(RECOVERY_LENGTH) for _ in range(RECOVERY_CODES)]
    db.session.add_all(
        RecoveryCode(person_id=person.id, code_hash=hash_code(code, key)) for code in codes
    )
    db.session.flush()
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def _spend_code(person: Person, typed: str, key: str, now: datetime) -> bool:
    """Move the last step on, if the code is right and newer: of two at once one is refused."""
    if person.totp_salt is None or person.totp_confirmed_at is None:
        return False
    step = totp.matching_step(totp.derive_secret(key, person.id, person.totp_salt), typed, now)
    if step is None:
        return False
    moved = db.session.execute(
        update(Person)
        .where(
            Person.id == person.id,
            or_(Person.totp_last_step.is_(None), Person.totp_last_step < step),
        )
        .values(totp_last_step=step)
        .returning(Person.id)
    )
    return moved.scalar_one_or_none() is not None


def _spend_recovery_code(person: Person, typed: str, key: str, now: datetime) -> bool:
    spent = db.session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.person_id == person.id,
            RecoveryCode.code_hash == hash_code(typed, key),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now)
        .returning(RecoveryCode.id)
    )
    return spent.scalar_one_or_none() is not None
