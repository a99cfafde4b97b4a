"""Reads of persons: by address, for mail, for the site's administrators."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Select, func, select

from app.accounts.models import (
    ErasureEntry,
    Installation,
    Person,
    PersonEmail,
    PersonSession,
)
from app.core.database import db
from app.core.errors import NotThere
from app.core.text import email_key

PEOPLE_SHOWN = 50


@dataclass(frozen=True)
class Mailbox:
    """Whom a mail is for: a person at their primary address, or an address that is nobody's yet."""

    address: str
    language: str = "en"
    zone: str = "UTC"
    person_id: int | None = None
    name: str = ""  # an account has no name; only the cards of communities do
    contact_id: int | None = None


@dataclass(frozen=True)
class PersonRow:
    """A person as the site's administrators see them."""

    public_id: str
    address: str
    created_at: datetime
    seen_at: datetime | None
    is_site_admin: bool
    suspended_at: datetime | None
    erasure_due_at: datetime | None


def addressee(person: Person) -> Mailbox:
    """Return whom a mail to a person goes to; without an address it goes nowhere."""
    return Mailbox(
        address=primary_address(person) or "",
        language=person.language,
        zone=person.zone,
        person_id=person.id,
    )


def primary_address(person: Person) -> str | None:
    """Return the address a person is reached at."""
    return db.session.scalar(
        select(PersonEmail.address).where(
            PersonEmail.person_id == person.id, PersonEmail.is_primary
        )
    )


def person_by_address(address: str) -> Person | None:
    """Return who proved an address, in whatever spelling, or None."""
    return cast(Person | None, db.session.scalar(_by_address(address)))


def languages_of(addresses: Iterable[str]) -> dict[str, str]:
    """Return which language the owner of each address reads; of unknown addresses nothing."""
    keys = {email_key(address): address for address in addresses}
    rows = db.session.execute(
        select(PersonEmail.address_key, Person.language)
        .join(Person, Person.id == PersonEmail.person_id)
        .where(PersonEmail.address_key.in_(keys))
    )
    return {keys[key]: language for key, language in rows}


def address_owner(address: str) -> PersonEmail | None:
    """Return the verified address itself, or None."""
    return db.session.scalar(
        select(PersonEmail).where(PersonEmail.address_key == email_key(address))
    )


def person_by_public_id(public_id: str) -> Person:
    """Return a person by public id, or raise NotThere."""
    person = db.session.scalar(
        select(Person).where(Person.public_id == public_id, Person.erased_at.is_(None))
    )
    if person is None:
        raise NotThere
    return person


def installation() -> Installation | None:
    """Return the row that says what this installation is and allows; None before first use."""
    return db.session.get(Installation, 1)


def has_site_admin() -> bool:
    """Say whether somebody looks after this installation."""
    return bool(site_admin_ids())


def site_admin_ids(*, lock: bool = False) -> list[int]:
    """Return the site's administrators who can act; `lock` keeps them as they are until commit."""
    statement = (
        select(Person.id)
        .where(Person.is_site_admin, Person.suspended_at.is_(None), Person.erased_at.is_(None))
        .order_by(Person.id)
    )
    return list(db.session.scalars(statement.with_for_update() if lock else statement))


def people_of_site(search: str = "") -> list[PersonRow]:
    """List people by a part of their address, the newest first, at most fifty."""
    statement = _rows().order_by(Person.id.desc()).limit(PEOPLE_SHOWN)
    if search.strip():
        part = email_key(search).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        statement = statement.where(PersonEmail.address_key.like(f"%{part}%"))
    return [PersonRow(*row) for row in db.session.execute(statement)]


def seen_person(person: Person) -> PersonRow:
    """Return one person as the site's administrators see them."""
    return PersonRow(*db.session.execute(_rows().where(Person.id == person.id)).one())


def erasure_log() -> list[tuple[int, datetime]]:
    """Return who was erased and when: to be replayed on an older backup."""
    rows = db.session.execute(
        select(ErasureEntry.person_id, ErasureEntry.erased_at).order_by(ErasureEntry.id)
    )
    return [(person_id, erased_at) for person_id, erased_at in rows]


def _by_address(address: str) -> Select[Any]:
    return (
        select(Person)
        .join(PersonEmail, PersonEmail.person_id == Person.id)
        .where(PersonEmail.address_key == email_key(address), Person.erased_at.is_(None))
    )


def _rows() -> Select[Any]:
    seen_at = (
        select(func.max(PersonSession.seen_at))
        .where(PersonSession.person_id == Person.id)
        .scalar_subquery()
    )
    found = (
        select(
            Person.public_id,
            PersonEmail.address,
            Person.created_at,
            seen_at,
            Person.is_site_admin,
            Person.suspended_at,
            Person.erasure_due_at,
        )
        .join(PersonEmail, PersonEmail.person_id == Person.id)
        .where(PersonEmail.is_primary, Person.erased_at.is_(None))
    )
    return cast(Select[Any], found)
