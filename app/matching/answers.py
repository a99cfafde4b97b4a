"""What matching does at moments of lower features: cards change, people come and go."""

from datetime import datetime

from flask import Flask
from sqlalchemy import select

from app.accounts import hooks as account_hooks
from app.accounts.models import Person
from app.communities import hooks
from app.communities.models import Contact, Membership
from app.core.database import db
from app.matching import service


def init_app(_app: Flask) -> None:
    """Register with the hooks below."""
    hooks.card_changed.register(service.card_changed)
    hooks.membership_ends.register(_leave)
    account_hooks.person_erased.register(_erase)


def _leave(membership: Membership, _now: datetime) -> None:
    contact = db.session.get(Contact, membership.contact_id)
    if contact is not None:
        service.forget(contact)


def _erase(person: Person, _now: datetime) -> None:
    for contact in db.session.scalars(select(Contact).where(Contact.person_id == person.id)):
        service.forget(contact)
