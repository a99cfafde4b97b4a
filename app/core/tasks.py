"""The ground floor's own jobs: sending mail, emptying old mail, tidying the queue and files."""

from datetime import timedelta
from email.message import EmailMessage
from itertools import islice

import structlog
from flask import current_app
from sqlalchemy import and_, delete, or_, select, text, update

from app.core import clock, jobs, mail
from app.core.database import db
from app.core.models import EMPTIED, MailState, OutgoingMail, SpentEffect, StoredFile, Throttle
from app.core.storage import storage

log = structlog.get_logger(__name__)

# After so long a claim is worth nothing: its worker died between claiming and reporting.
CLAIM = timedelta(minutes=3)
# How long to wait after each failed try; the last one is given up.
PAUSES = [timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 480, 1440)]
MAIL_KEPT = timedelta(days=30)
EFFECTS_KEPT = timedelta(days=400)
UNCOMMITTED = timedelta(days=1)  # longer than any change takes from a file's put to its commit
MANY_FILES = 500  # asked for in one statement
JOBS_KEPT = {
    ("succeeded", "cancelled", "aborted"): timedelta(days=7),
    ("failed",): timedelta(days=30),
}
_FORGET_JOBS = text(
    "DELETE FROM procrastinate_jobs AS job WHERE job.status = ANY(CAST(:states AS"
    " procrastinate_job_status[])) AND NOT EXISTS (SELECT 1 FROM procrastinate_events AS event"
    " WHERE event.job_id = job.id AND event.at > :before)"
)


@jobs.task("core.send_mail")
def send_mail(mail_id: int) -> None:
    """Send one mail; a second run finds it claimed or sent and leaves it.

    No database connection is held during the talk with the mail server. A worker killed between
    the server's yes and our mark sends the mail again, under the same Message-ID.
    """
    attempt = _claim(mail_id)
    if attempt is None:
        _wait_for_claim(mail_id)
        return
    verdict = _transmit(mail_id)
    if verdict is not None:
        _settle(mail_id, attempt, verdict)
        db.session.commit()


@jobs.periodic("41 2 * * *", "core.blank_old_mail")
def blank_old_mail() -> None:
    """Empty mails that were settled a month ago: what was sent to whom is nobody's archive."""
    now = clock.now()
    db.session.execute(
        update(OutgoingMail)
        .where(OutgoingMail.blanked_at.is_(None), OutgoingMail.created_at < now - MAIL_KEPT)
        .where(OutgoingMail.state.in_([MailState.SENT, MailState.BOUNCED, MailState.FAILED]))
        .values(**EMPTIED, blanked_at=now)
    )
    db.session.commit()


@jobs.periodic("17 3 * * *", "core.tidy")
def tidy() -> None:
    """Remove ended jobs, throttles that have run out, and effect keys nobody will spend again."""
    now = clock.now()
    for states, kept in JOBS_KEPT.items():
        db.session.execute(_FORGET_JOBS, {"states": list(states), "before": now - kept})
    db.session.execute(delete(Throttle).where(Throttle.ends_at < now))
    db.session.execute(delete(SpentEffect).where(SpentEffect.spent_at < now - EFFECTS_KEPT))
    db.session.commit()


@jobs.periodic("7 4 * * *", "core.sweep_files")
def sweep_files() -> None:
    """Remove files without a row: put by a change that was taken back, or by a worker that died.

    A file is put before its row commits, so a young one is left alone.
    """
    old, swept = storage().put_before(clock.now() - UNCOMMITTED), 0
    while keys := list(islice(old, MANY_FILES)):
        known = set(db.session.scalars(select(StoredFile.key).where(StoredFile.key.in_(keys))))
        for key in keys:
            if key not in known:
                storage().delete(key)
                swept += 1
        db.session.rollback()
    if swept:
        log.info("files without a row removed", number=swept)


@jobs.task("core.delete_file")
def delete_file(key: str) -> None:
    """Remove a file whose row is gone; a row that came back keeps it."""
    kept = db.session.scalar(select(StoredFile.id).where(StoredFile.key == key))
    if kept is None:
        storage().delete(key)
    db.session.rollback()


def _claim(mail_id: int) -> int | None:
    """Take a mail for sending and return which try this is; None when it is not to be sent now."""
    now = clock.now()
    is_abandoned = and_(
        OutgoingMail.state == MailState.SENDING, OutgoingMail.claimed_at <= now - CLAIM
    )
    attempt = db.session.execute(
        update(OutgoingMail)
        .where(OutgoingMail.id == mail_id)
        .where(or_(OutgoingMail.state == MailState.QUEUED, is_abandoned))
        .values(state=MailState.SENDING, claimed_at=now, attempts=OutgoingMail.attempts + 1)
        .returning(OutgoingMail.attempts)
    ).scalar_one_or_none()
    db.session.commit()
    return attempt


def _wait_for_claim(mail_id: int) -> None:
    """Look again when another worker's claim has run out: it may have died."""
    row = db.session.get(OutgoingMail, mail_id)
    if row is not None and row.state == MailState.SENDING and row.claimed_at is not None:
        jobs.defer("core.send_mail", at=row.claimed_at + CLAIM, mail_id=mail_id)
    db.session.commit()


def _transmit(mail_id: int) -> mail.Verdict | None:
    """Hand a claimed mail over; None when it was withdrawn meanwhile."""
    settings = current_app.config["KITH"]
    try:
        message = _message(mail_id, settings.mail_from)
    except mail.BadAddress:
        return mail.Verdict(MailState.BOUNCED, "not an address")
    if message is None:
        return None
    return mail.transmit(message, settings.smtp_url.get_secret_value())


def _message(mail_id: int, sender: str) -> EmailMessage | None:
    """Read and compose a mail that is being sent, then give the connection back."""
    try:
        row = db.session.get_one(OutgoingMail, mail_id)
        return mail.compose(row, sender=sender) if row.state == MailState.SENDING else None
    finally:
        db.session.rollback()


def _settle(mail_id: int, attempt: int, verdict: mail.Verdict) -> None:
    """Write down how a try ended, unless a later try has taken over; put off the next one."""
    now = clock.now()
    state = verdict.state or (MailState.QUEUED if attempt <= len(PAUSES) else MailState.FAILED)
    settled = db.session.execute(
        update(OutgoingMail)
        .where(OutgoingMail.id == mail_id, OutgoingMail.attempts == attempt)
        .where(OutgoingMail.state == MailState.SENDING)
        .values(
            state=state,
            last_error=verdict.error,
            sent_at=now if state == MailState.SENT else None,
        )
        .returning(OutgoingMail.id)
    ).scalar_one_or_none()
    if settled and state == MailState.QUEUED:
        jobs.defer("core.send_mail", at=now + PAUSES[attempt - 1], mail_id=mail_id)
    if verdict.error:
        log.warning("mail not sent", mail_id=mail_id, state=state, error=verdict.error)
