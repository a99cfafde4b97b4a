"""Background jobs of accounts: links, exports, erasures, and forgetting what has run out."""

from datetime import timedelta

from flask import current_app, render_template
from flask_babel import force_locale
from sqlalchemy import delete

from app.accounts import erasure_log, queries, service
from app.accounts.models import DataExport, MailToken, Person, PersonSession
from app.core import clock, jobs
from app.core.database import db

SPENT_KEPT = timedelta(days=7)
SESSIONS_KEPT = timedelta(days=90)


@jobs.task("accounts.send_link")
def send_link(token_id: int) -> None:
    """Make and mail an asked-for link."""
    service.send_link(token_id, now=clock.now())
    db.session.commit()


@jobs.task("accounts.make_export")
def make_export(export_id: int) -> None:
    """Make a person's export."""
    service.make_export(export_id, readme=_readme(export_id), now=clock.now())
    db.session.commit()


@jobs.task("accounts.drop_export")
def drop_export(export_id: int) -> None:
    """Remove an export whose seven days are over."""
    service.drop_export(export_id)
    db.session.commit()


@jobs.task("accounts.erase_person")
def erase_person(person_id: int) -> None:
    """Erase a person whose grace has run out, and keep the log beside the database too."""
    is_erased = service.erase_when_due(person_id, now=clock.now())
    db.session.commit()
    if is_erased:
        erasure_log.write(current_app.config["KITH"].data, queries.erasure_log())


@jobs.periodic("23 3 * * *", "accounts.forget")
def forget() -> None:
    """Remove links long spent and sessions long over; write the erasure log once more.

    A worker that died between an erasure and its line in the log left it without, or with a draft.
    """
    now = clock.now()
    db.session.execute(delete(MailToken).where(MailToken.expires_at < now - SPENT_KEPT))
    db.session.execute(delete(PersonSession).where(PersonSession.ended_at < now - SESSIONS_KEPT))
    db.session.execute(delete(PersonSession).where(PersonSession.expires_at < now - SESSIONS_KEPT))
    db.session.commit()
    if log := queries.erasure_log():
        erasure_log.write(current_app.config["KITH"].data, log)


def _readme(export_id: int) -> str:
    """Return what the export says of itself, in its reader's language."""
    export = db.session.get(DataExport, export_id)
    person = db.session.get(Person, export.person_id) if export else None
    if person is None:
        return ""
    with force_locale(person.language):
        return render_template("accounts/export_readme.txt", made_at=clock.now(), zone=person.zone)
