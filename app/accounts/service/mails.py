"""The mails of an account: each answers an act of its reader or guards them."""

from datetime import datetime
from typing import Any

from app.accounts import queries
from app.accounts.models import DataExport, MailToken, Person, PersonSession
from app.accounts.queries import Mailbox
from app.core import notify
from app.core.text import N_

LINK, SECURITY, DATA = "accounts.link", "accounts.security", "accounts.data"

notify.register_kind(LINK, title=N_("Links you asked for"), required=True)
notify.register_kind(SECURITY, title=N_("The safety of your account"), required=True)
notify.register_kind(DATA, title=N_("Your data"), required=True)


def mail_confirmation(row: MailToken, to: Mailbox, token: str) -> None:
    """Send the link that turns an address into an account."""
    _send_link(row, to, N_("Confirm your address"), "confirm_address", token=token)


def mail_known_address(row: MailToken, to: Mailbox) -> None:
    """Tell the owner of an address that someone tried to sign up with it again."""
    _send_link(row, to, N_("You have an account already"), "known_address")


def mail_reset(row: MailToken, to: Mailbox, token: str) -> None:
    """Send the link to a new password."""
    _send_link(row, to, N_("Choose a new password"), "reset", token=token)


def mail_magic(row: MailToken, to: Mailbox, token: str) -> None:
    """Send the link that signs in."""
    _send_link(row, to, N_("Your link to sign in"), "magic", token=token)


def mail_new_address(row: MailToken, to: Mailbox, token: str) -> None:
    """Send the link that proves a new address."""
    _send_link(row, to, N_("Confirm your new address"), "new_address", token=token)


def mail_address_changed(person: Person, old: str, *, now: datetime) -> None:
    """Tell the old address that the account has a new one."""
    to = Mailbox(old, person.language, person.zone, person.id)
    _send(
        to,
        SECURITY,
        "address_changed",
        f"{person.id}:{now.isoformat()}",
        N_("Your account has a new address"),
        changed_at=now,
    )


def mail_password_changed(person: Person, *, now: datetime) -> None:
    """Tell a person that their password is another now."""
    _send(
        queries.addressee(person),
        SECURITY,
        "password_changed",
        f"{person.id}:{now.isoformat()}",
        N_("Your password was changed"),
        changed_at=now,
    )


def mail_second_factor(person: Person, *, is_on: bool, now: datetime) -> None:
    """Tell a person that signing in asks for a code from now on, or no longer does."""
    _send(
        queries.addressee(person),
        SECURITY,
        "second_factor",
        f"{person.id}:{now.isoformat()}",
        N_("Signing in asks for a code now")
        if is_on
        else N_("Signing in no longer asks for a code"),
        is_on=is_on,
        changed_at=now,
    )


def mail_new_device(person: Person, session: PersonSession) -> None:
    """Tell a person that a browser we did not know has signed in."""
    _send(
        queries.addressee(person),
        SECURITY,
        "new_device",
        session.id,
        N_("A new device signed in"),
        device=session.device,
        network=session.network,
        signed_in_at=session.created_at,
    )


def mail_export_ready(person: Person, export: DataExport) -> None:
    """Tell a person that their data can be fetched."""
    _send(
        queries.addressee(person),
        DATA,
        "export_ready",
        export.id,
        N_("Your data is ready"),
        expires_at=export.expires_at,
    )


def mail_erasure_scheduled(person: Person, due_at: datetime) -> None:
    """Tell a person when their account will be erased and how to keep it."""
    _send(
        queries.addressee(person),
        DATA,
        "erasure_scheduled",
        f"{person.id}:{due_at.isoformat()}",
        N_("Your account will be erased"),
        due_at=due_at,
    )


def mail_erasure_cancelled(person: Person, due_at: datetime) -> None:
    """Tell a person that their account stays."""
    _send(
        queries.addressee(person),
        DATA,
        "erasure_cancelled",
        f"{person.id}:{due_at.isoformat()}",
        N_("Your account stays"),
    )


def mail_erased(person_id: int, to: Mailbox) -> None:
    """Say a last word to the address of someone whose account is gone."""
    _send(
        to,
        DATA,
        "erased",
        person_id,
        N_("Your account was erased"),
    )


def _send_link(row: MailToken, to: Mailbox, subject: str, template: str, **values: Any) -> None:
    """Send what was asked for, once for each time it was."""
    key = f"accounts.link:{row.id}"
    notify.notify(to, LINK, key=key, subject=subject, template=f"accounts/{template}", **values)


def _send(
    to: Mailbox, kind: str, template: str, which: object, subject: str, **values: Any
) -> None:
    """Send a mail about an account, once for each `which`."""
    key = f"accounts.{template}:{which}"
    notify.notify(to, kind, key=key, subject=subject, template=f"accounts/{template}", **values)
