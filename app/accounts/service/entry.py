"""Coming in: signing up, signing in, a new password, each with one answer for all addresses."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from app.accounts import hooks, passwords, queries
from app.accounts.models import MailToken, Person, PersonEmail, TokenPurpose
from app.accounts.service import mails, sessions
from app.accounts.service.links import LinkSpent, ask_for_link, use_link
from app.core import audit
from app.core.database import add, db
from app.core.errors import RuleViolation
from app.core.text import N_, clean_line, email_key


class SignUpClosed(RuleViolation):
    """This installation takes no new people of their own accord."""

    message = N_("New accounts cannot be made here at the moment.")


class KeptForAnother(RuleViolation):
    """Only one address may sign up by this link, and another was given."""

    message = N_(
        "This place is kept for another address: the one the mail was sent to. "
        "Please give that one."
    )


class WrongSignIn(RuleViolation):
    """The address and the password do not belong together; which one is wrong is not said."""

    message = N_("This address and this password do not belong together. Try once more.")


class AccountSuspended(RuleViolation):
    """A site administrator suspended the account; said only to who knows the password."""

    message = N_("This account is suspended. Write to whoever runs this site.")


class AddressTaken(RuleViolation):
    """Another account has proved this address."""

    message = N_("This address belongs to another account.")


def may_sign_up(back: str = "", *, address: str | None = None, now: datetime) -> bool:
    """Say whether an account can be made by whoever goes on to `back`.

    Where sign-up is closed a community may still vouch for someone, by a link that is its own.
    """
    return _is_open() or any(hooks.invites(back, address, now))


def kept_for(back: str) -> str | None:
    """Return the address for which the place is kept that `back` leads to."""
    return next(filter(None, hooks.kept_for(back)), None)


def sign_up(
    *, address: str, now: datetime, back: str = "", language: str = "en", zone: str = "UTC"
) -> None:
    """Ask for an account: only a mail goes out, the same steps for every address."""
    if not may_sign_up(back, address=address, now=now):
        raise KeptForAnother(field="email") if may_sign_up(back, now=now) else SignUpClosed
    ask_for_link(
        TokenPurpose.SIGN_UP, address=address, now=now, back=back, language=language, zone=zone
    )


def finish_sign_up(token: str, *, password: str, zone: str = "", now: datetime) -> Person:
    """Make the person whose link was opened, with the password chosen there.

    The password is asked for only now: who signed up somebody else's address must not know it.
    """
    row = use_link(token, TokenPurpose.SIGN_UP, now=now)
    passwords.refuse_easy(password, address=row.address)
    person = add_person(
        row.address,
        password=password,
        language=row.payload["language"],
        zone=zone or row.payload["zone"],
        now=now,
    )
    if not _is_open():
        hooks.made_by_invitation(person, row.payload["back"], now)
    return person


def add_person(
    address: str,
    *,
    now: datetime,
    password: str | None = None,
    language: str = "en",
    zone: str = "UTC",
    is_site_admin: bool = False,
) -> Person:
    """Make a person with a proved address and let them claim what carries it.

    Raises AddressTaken, also when another transaction was first.
    """
    line = clean_line(address)
    person = Person(
        password_hash=passwords.hash_password(password) if password else None,
        language=language,
        zone=zone,
        created_at=now,
        is_site_admin=is_site_admin,
    )
    try:
        with db.session.begin_nested():
            add(person)
            email = _prove(person, line, now=now)
    except IntegrityError as taken:
        raise AddressTaken from taken
    hooks.address_verified(email)
    return person


def sign_in(*, address: str, password: str) -> Person:
    """Return whose address and password these are; raises WrongSignIn, AccountSuspended.

    Known or not, with a password or without: one statement and one hash.
    """
    person = queries.person_by_address(address)
    is_right = passwords.is_password(password, person.password_hash if person else None)
    if person is None or person.password_hash is None or not is_right:
        raise WrongSignIn
    _refuse_suspended(person)
    if passwords.is_outdated(person.password_hash):
        person.password_hash = passwords.hash_password(password)
    return person


def use_magic_link(token: str, *, now: datetime) -> Person:
    """Return who opened a link that signs in; raises LinkSpent, AccountSuspended."""
    return _person_of(use_link(token, TokenPurpose.MAGIC, now=now))


def reset_password(token: str, *, password: str, now: datetime) -> Person:
    """Give the owner of a reset link a new password and end all their sessions."""
    row = use_link(token, TokenPurpose.RESET, now=now)
    person = _person_of(row)
    set_password(person, password, address=row.address, now=now)
    return person


def set_password(
    person: Person,
    password: str,
    *,
    address: str = "",
    keep: Collection[int] = (),
    now: datetime,
) -> None:
    """Change a password: every session but those to keep ends, every open link dies."""
    passwords.refuse_easy(password, address=address)
    person.password_hash = passwords.hash_password(password)
    sessions.end_sessions(person, except_ids=keep, now=now)
    forget_links(person)
    audit.record("person.password_changed", actor=person, subject=("person", person.id))
    mails.mail_password_changed(person, now=now)


def forget_links(person: Person) -> None:
    """Let every link that was mailed to a person lead nowhere."""
    db.session.execute(delete(MailToken).where(MailToken.person_id == person.id))


def _person_of(row: MailToken) -> Person:
    person = db.session.get(Person, row.person_id) if row.person_id else None
    if person is None:
        raise LinkSpent
    _refuse_suspended(person)
    return person


def _refuse_suspended(person: Person) -> None:
    if person.suspended_at is not None:
        raise AccountSuspended


def _is_open() -> bool:
    site = queries.installation()
    return site is None or site.sign_up_open


def _prove(person: Person, address: str, *, now: datetime) -> PersonEmail:
    """Keep an address as proved and primary, and drop every waiting link to it."""
    email = add(
        PersonEmail(
            person_id=person.id,
            address=address,
            address_key=email_key(address),
            is_primary=True,
            verified_at=now,
        )
    )
    db.session.execute(delete(MailToken).where(MailToken.address_key == email.address_key))
    return email
