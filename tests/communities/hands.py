"""Rows that tests of belonging need: acting members, their periods, the mails that went out."""

from sqlalchemy import select

from app.communities.models import Contact, Membership
from app.communities.service.hand import Hand
from app.core.database import db
from app.core.models import AuditEntry, OutgoingMail
from tests.factories import person_of


def period_of(contact: Contact) -> Membership:
    """Return the latest period of a contact."""
    return db.session.scalars(
        select(Membership)
        .where(Membership.contact_id == contact.id)
        .order_by(Membership.id.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    ).one()


def hand_of(contact: Contact) -> Hand:
    """Return a member as one who acts."""
    return Hand(person_of(contact), period_of(contact))


def mails() -> list[tuple[str, int | None]]:
    """Return (kind, reader's contact) of every mail written, in order."""
    rows = db.session.execute(
        select(OutgoingMail.kind, OutgoingMail.contact_id).order_by(OutgoingMail.id)
    )
    return [(kind, contact_id) for kind, contact_id in rows]


def last_mail() -> OutgoingMail:
    """Return the mail written last."""
    return db.session.scalars(select(OutgoingMail).order_by(OutgoingMail.id.desc()).limit(1)).one()


def audited() -> list[str]:
    """Return what the audit holds, in order."""
    return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
