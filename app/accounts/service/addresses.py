"""The address of an account: a new one is proved first, the old one is told."""

from datetime import datetime

from sqlalchemy.exc import IntegrityError

from app.accounts import hooks, queries
from app.accounts.models import Person, PersonEmail, TokenPurpose
from app.accounts.service import mails
from app.accounts.service.entry import AddressTaken, forget_links
from app.accounts.service.links import LinkSpent, ask_for_link, use_link
from app.core import audit
from app.core.database import add, db
from app.core.errors import RuleViolation
from app.core.text import N_, email_key


class SameAddress(RuleViolation):
    """The new address is the one the account has."""

    message = N_("This is the address you have already.")


def ask_to_change_address(person: Person, address: str, *, now: datetime) -> None:
    """Send a link to the new address; whether another account has it is told only there."""
    if email_key(address) == email_key(queries.primary_address(person) or ""):
        raise SameAddress(field="email")
    ask_for_link(
        TokenPurpose.ADD_EMAIL,
        address=address,
        person=person,
        language=person.language,
        zone=person.zone,
        now=now,
    )


def change_address(token: str, *, now: datetime) -> Person:
    """Make the address whose link was opened a person's only one, and tell the old one.

    The old one is dropped: who still reads that mailbox must not be able to sign in through it.
    """
    row = use_link(token, TokenPurpose.ADD_EMAIL, now=now)
    person = db.session.get(Person, row.person_id or 0, with_for_update=True)
    if person is None or person.erased_at is not None:
        raise LinkSpent
    old = queries.primary_address(person) or ""
    email = _replace(person, row.address, now=now)
    forget_links(person)
    hooks.address_verified(email)
    hooks.address_changed(email)
    audit.record("person.address_changed", actor=person, subject=("person", person.id))
    mails.mail_address_changed(person, old, now=now)
    return person


def _replace(person: Person, address: str, *, now: datetime) -> PersonEmail:
    for known in list(person.emails):
        db.session.delete(known)
    db.session.flush()
    try:
        with db.session.begin_nested():
            return add(
                PersonEmail(
                    person_id=person.id,
                    address=address,
                    address_key=email_key(address),
                    is_primary=True,
                    verified_at=now,
                )
            )
    except IntegrityError as taken:
        raise AddressTaken from taken
