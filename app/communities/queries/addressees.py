"""Whom a mail to a contact reaches: the person behind the card, else the card's own address."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app.accounts.models import Person, PersonEmail
from app.communities.models import Community, Contact
from app.core.database import db


@dataclass(frozen=True)
class Reader:
    """A contact as `notify` writes to them; without an address nothing is written."""

    name: str
    address: str
    language: str
    zone: str
    person_id: int | None
    contact_id: int | None


def addressee(contact: Contact) -> Reader:
    """Return how to write to a contact: a claimed one by their account's primary address."""
    return addressees([contact])[0]


def addressees(contacts: Sequence[Contact]) -> list[Reader]:
    """Return how to write to several contacts, in their order, by two statements."""
    people = _people({c.person_id for c in contacts if c.person_id is not None})
    communities = _communities({contact.community_id for contact in contacts})
    return [
        _reader(contact, people.get(contact.person_id or 0), communities[contact.community_id])
        for contact in contacts
    ]


def _reader(contact: Contact, person: tuple[Person, str] | None, community: Community) -> Reader:
    if person is None:
        language = contact.language or community.language
        address = "" if contact.person_id else (contact.email or "")
        return Reader(contact.name, address, language, community.zone, None, contact.id)
    account, address = person
    return Reader(contact.name, address, account.language, account.zone, account.id, contact.id)


def _people(ids: Iterable[int]) -> dict[int, tuple[Person, str]]:
    """Return living accounts with their primary address; the suspended and erased hear nothing."""
    if not ids:
        return {}
    rows = db.session.execute(
        select(Person, PersonEmail.address)
        .join(PersonEmail, PersonEmail.person_id == Person.id)
        .where(
            Person.id.in_(ids),
            PersonEmail.is_primary,
            Person.erased_at.is_(None),
            Person.suspended_at.is_(None),
        )
    )
    return {person.id: (person, address) for person, address in rows}


def _communities(ids: Iterable[int]) -> dict[int, Community]:
    found = db.session.scalars(select(Community).where(Community.id.in_(ids)))
    return {community.id: community for community in found}
