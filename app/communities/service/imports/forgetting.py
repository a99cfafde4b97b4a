"""What imports keep of people goes again: raw files never brought, lines left out."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Text, cast, func, or_, select, update

from app.accounts.models import Person, PersonEmail
from app.communities.models import Contact, ImportRun, ImportState
from app.communities.service.imports import engine
from app.core.database import db

LOOKED_AT_KEPT = timedelta(days=1)
REJECTS_KEPT_FOR = timedelta(days=30)


def tidy(*, now: datetime) -> None:
    """Drop files that were looked at and never brought; empty lines left out long ago."""
    left = db.session.scalars(
        select(ImportRun)
        .where(ImportRun.state == ImportState.PREVIEW, ImportRun.created_at <= now - LOOKED_AT_KEPT)
        .order_by(ImportRun.id)
        .with_for_update(skip_locked=True)
    )
    for run in left.all():
        engine.drop(run)
    db.session.execute(
        update(ImportRun)
        .where(ImportRun.created_at <= now - REJECTS_KEPT_FOR, ImportRun.rejects != [])
        .values(rejects=[])
    )


def forget_lines(person: Person) -> None:
    """Take out lines left out that hold an address of a person who is being erased."""
    keys = set(
        db.session.scalars(
            select(PersonEmail.address_key)
            .where(PersonEmail.person_id == person.id)
            .union(
                select(Contact.email_key).where(
                    Contact.person_id == person.id, Contact.email_key.is_not(None)
                )
            )
        )
    )
    if not keys:
        return
    lines = func.lower(cast(ImportRun.rejects, Text))
    parts = [key[: _least(key)] for key in keys]
    runs = select(ImportRun).where(or_(*(lines.contains(part, autoescape=True) for part in parts)))
    for run in db.session.scalars(runs.order_by(ImportRun.id).with_for_update()).all():
        run.rejects = [one for one in run.rejects if not _tells_of(one["shown"], keys)]


def _tells_of(shown: str, keys: Iterable[str]) -> bool:
    """Say whether a line holds one of some addresses, or as much of one as was kept of it."""
    return any(
        key in word or (key.startswith(word) and len(word) >= _least(key))
        for word in shown.lower().split()
        for key in keys
    )


def _least(key: str) -> int:
    """Return how many letters of an address say whose it is: those up to its sign."""
    return key.index("@") + 1 if "@" in key else len(key)
