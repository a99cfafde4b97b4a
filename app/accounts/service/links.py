"""Links sent by mail: asked for in a request that learns nothing, made and sent by a job."""

from datetime import datetime, timedelta

from app.accounts import queries
from app.accounts.models import MailToken, Person, PersonEmail, TokenPurpose
from app.accounts.queries import Mailbox
from app.accounts.service import mails
from app.core import jobs
from app.core.database import add, db
from app.core.errors import RuleViolation
from app.core.text import N_, clean_line, email_key
from app.core.tokens import hash_token, new_token

GOOD_FOR = {
    TokenPurpose.SIGN_UP: timedelta(days=1),
    TokenPurpose.RESET: timedelta(hours=1),
    TokenPurpose.MAGIC: timedelta(minutes=30),
    TokenPurpose.ADD_EMAIL: timedelta(days=1),
}


class LinkSpent(RuleViolation):
    """The link was used, is too old, or is none of ours."""

    message = N_("This link has been used or is too old. You can ask for a new one.")
    status = 410


def ask_for_link(
    purpose: TokenPurpose,
    *,
    address: str,
    now: datetime,
    person: Person | None = None,
    back: str = "",
    language: str = "en",
    zone: str = "UTC",
) -> MailToken:
    """Keep what was asked and put off the mail.

    The same two statements for every address: whether it is known is found out by the job, which
    also makes the token, so that no secret is ever stored.
    """
    line = clean_line(address)
    row = add(
        MailToken(
            purpose=purpose,
            token_hash=hash_token(new_token()),
            person_id=person.id if person else None,
            address=line,
            address_key=email_key(line),
            payload={"back": back, "language": language, "zone": zone},
            created_at=now,
            expires_at=now + GOOD_FOR[purpose],
        )
    )
    jobs.defer("accounts.send_link", token_id=row.id)
    return row


def send_link(token_id: int, *, now: datetime) -> None:
    """Make the token of an asked-for link and mail it to whom it may be mailed.

    A second run finds the row marked, or gone.
    """
    row = db.session.get(MailToken, token_id, with_for_update=True)
    if row is None or "mailed_at" in row.payload:
        return
    row.payload = {**row.payload, "mailed_at": now.isoformat()}
    owner = queries.address_owner(row.address)
    if row.purpose is TokenPurpose.SIGN_UP:
        _send_sign_up(row, owner)
    elif row.purpose is TokenPurpose.ADD_EMAIL:
        _send_new_address(row, owner)
    else:
        _send_to_owner(row, owner)
    db.session.flush()


def use_link(token: str, purpose: TokenPurpose, *, now: datetime) -> MailToken:
    """Spend a mailed link; raises LinkSpent. Of two openings at once one waits and is refused."""
    row = queries.live_token(token, purpose, now, lock=True)
    if row is None:
        raise LinkSpent
    row.used_at = now
    return row


def look_at_link(token: str, purpose: TokenPurpose, *, now: datetime) -> MailToken:
    """Return what a link stands for without spending it; raises LinkSpent."""
    row = queries.live_token(token, purpose, now)
    if row is None:
        raise LinkSpent
    return row


def _send_sign_up(row: MailToken, owner: PersonEmail | None) -> None:
    if owner is None:
        mails.mail_confirmation(row, _stranger(row), _make_token(row))
        return
    mails.mail_known_address(row, _owner(owner))
    db.session.delete(row)


def _send_new_address(row: MailToken, owner: PersonEmail | None) -> None:
    if owner is None:
        mails.mail_new_address(row, _stranger(row), _make_token(row))
        return
    mails.mail_known_address(row, _owner(owner))
    db.session.delete(row)


def _send_to_owner(row: MailToken, owner: PersonEmail | None) -> None:
    """Mail a link to an account that is there and open; to nobody else."""
    if owner is None or owner.person.suspended_at or owner.person.erased_at:
        db.session.delete(row)
        return
    row.person_id = owner.person_id
    send = mails.mail_reset if row.purpose is TokenPurpose.RESET else mails.mail_magic
    send(row, _owner(owner), _make_token(row))


def _make_token(row: MailToken) -> str:
    token = new_token()
    row.token_hash = hash_token(token)
    return token


def _stranger(row: MailToken) -> Mailbox:
    """Return an address that is nobody's yet, read in the language of the page that asked."""
    return Mailbox(row.address, row.payload["language"], row.payload["zone"])


def _owner(email: PersonEmail) -> Mailbox:
    """Return the owner at the address they proved, in its own spelling."""
    return Mailbox(email.address, email.person.language, email.person.zone, email.person_id)
