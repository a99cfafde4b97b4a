"""The mails of an account: each answers an act of its reader or guards them."""

from datetime import datetime

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
    notify.notify(
        to,
        LINK,
        key=_link_key(row),
        subject=N_("Confirm your address"),
        template="accounts/confirm_address",
        token=token,
    )


def mail_known_address(row: MailToken, to: Mailbox) -> None:
    """Tell the owner of an address that someone tried to sign up with it again."""
    notify.notify(
        to,
        LINK,
        key=_link_key(row),
        subject=N_("You have an account already"),
        template="accounts/known_address",
    )


def mail_reset(row: MailToken, to: Mailbox, token: str) -> None:
    """Send the link to a new password."""
    notify.notify(
        to,
        LINK,
        key=_link_key(row),
        subject=N_("Choose a new password"),
        template="accounts/reset",
        token=token,
    )


def mail_magic(row: MailToken, to: Mailbox, token: str) -> None:
    """Send the link that signs in."""
    notify.notify(
        to,
        LINK,
        key=_link_key(row),
        subject=N_("Your link to sign in"),
        template="accounts/magic",
        token=token,
    )


def mail_new_address(row: MailToken, to: Mailbox, token: str) -> None:
    """Send the link that proves a new address."""
    notify.notify(
        to,
        LINK,
        key=_link_key(row),
        subject=N_("Confirm your new address"),
        template="accounts/new_address",
        token=token,
    )


def mail_address_changed(person: Person, old: str, *, now: datetime) -> None:
    """Tell the old address that the account has a new one."""
    to = Mailbox(old, person.language, person.zone, person.id)
    notify.notify(
        to,
        SECURITY,
        key=f"accounts.address_changed:{person.id}:{now.isoformat()}",
        subject=N_("Your account has a new address"),
        template="accounts/address_changed",
        changed_at=now,
    )


def mail_password_changed(person: Person, *, now: datetime) -> None:
    """Tell a person that their password is another now."""
    notify.notify(
        queries.addressee(person),
        SECURITY,
        key=f"accounts.password_changed:{person.id}:{now.isoformat()}",
        subject=N_("Your password was changed"),
        template="accounts/password_changed",
        changed_at=now,
    )


def mail_second_factor(person: Person, *, is_on: bool, now: datetime) -> None:
    """Tell a person that signing in asks for a code from now on, or no longer does."""
    notify.notify(
        queries.addressee(person),
        SECURITY,
        key=f"accounts.second_factor:{person.id}:{now.isoformat()}",
        subject=N_("Signing in asks for a code now")
        if is_on
        else N_("Signing in no longer asks for a code"),
        template="accounts/second_factor",
        is_on=is_on,
        changed_at=now,
    )


def mail_new_device(person: Person, session: PersonSession) -> None:
    """Tell a person that a browser we did not know has signed in."""
    notify.notify(
        queries.addressee(person),
        SECURITY,
        key=f"accounts.new_device:{session.id}",
        subject=N_("A new device signed in"),
        template="accounts/new_device",
        device=session.device,
        network=session.network,
        signed_in_at=session.created_at,
    )


def mail_export_ready(person: Person, export: DataExport) -> None:
    """Tell a person that their data can be fetched."""
    notify.notify(
        queries.addressee(person),
        DATA,
        key=f"accounts.export_ready:{export.id}",
        subject=N_("Your data is ready"),
        template="accounts/export_ready",
        expires_at=export.expires_at,
    )


def mail_erasure_scheduled(person: Person, due_at: datetime) -> None:
    """Tell a person when their account will be erased and how to keep it."""
    notify.notify(
        queries.addressee(person),
        DATA,
        key=f"accounts.erasure_scheduled:{person.id}:{due_at.isoformat()}",
        subject=N_("Your account will be erased"),
        template="accounts/erasure_scheduled",
        due_at=due_at,
    )


def mail_erasure_cancelled(person: Person, due_at: datetime) -> None:
    """Tell a person that their account stays."""
    notify.notify(
        queries.addressee(person),
        DATA,
        key=f"accounts.erasure_cancelled:{person.id}:{due_at.isoformat()}",
        subject=N_("Your account stays"),
        template="accounts/erasure_cancelled",
    )


def mail_erased(person_id: int, to: Mailbox) -> None:
    """Say a last word to the address of someone whose account is gone."""
    notify.notify(
        to,
        DATA,
        key=f"accounts.erased:{person_id}",
        subject=N_("Your account was erased"),
        template="accounts/erased",
    )


def _link_key(row: MailToken) -> str:
    return f"accounts.link:{row.id}"
