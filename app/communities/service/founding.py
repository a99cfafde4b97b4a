"""Founding: a name and a purpose make a community; all else is preset and can be changed."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.accounts.models import Founding, Installation, Person
from app.communities.models import Community, ContactSource, JoinedVia, Joining, Visibility
from app.communities.presets import HUES
from app.communities.service.contacts import contact_for_person
from app.communities.service.memberships import OWNER, begin_membership
from app.communities.service.refusals import FoundingClosed
from app.core import audit
from app.core.database import db, new_public_id
from app.core.text import clean_line, search_text, slugify, sort_key


@dataclass(frozen=True)
class Preset:
    """What the browser tells without being asked."""

    language: str = "en"
    zone: str = "UTC"
    currency: str = "eur"


def found_community(
    *,
    name: str,
    purpose: str,
    person: Person,
    founder_name: str,
    preset: Preset,
    now: datetime,
) -> Community:
    """Found a community with its first member, the owner.

    Raises FoundingClosed where only administrators may.
    """
    if not may_found(person):
        raise FoundingClosed
    community = _write(
        name=clean_line(name), purpose=clean_line(purpose), person=person, preset=preset, now=now
    )
    contact = contact_for_person(
        community, person, name=founder_name, source=ContactSource.FOUNDING, now=now
    )
    begin_membership(contact, community=community, via=JoinedVia.FOUNDING, role=OWNER, now=now)
    audit.record(
        "community.founded",
        actor=person,
        community_id=community.id,
        subject=("community", community.id),
    )
    return community


def may_found(person: Person) -> bool:
    """Say whether this installation lets a person found communities."""
    rule = db.session.scalar(select(Installation.founding))
    return person.is_site_admin or rule in {None, Founding.ANYONE}


def _write(*, name: str, purpose: str, person: Person, preset: Preset, now: datetime) -> Community:
    """Insert under the first free address: a taken one gets a few random letters behind it."""
    values = {
        "name": name,
        "purpose": purpose,
        "hue": secrets.choice(HUES),
        "visibility": Visibility.PUBLIC,
        "joining": Joining.OPEN,
        "language": preset.language,
        "zone": preset.zone,
        "currency": preset.currency,
        "founder_id": person.id,
        "created_at": now,
        "search_text": search_text(name, purpose),
        "sort_key": sort_key(name),
    }
    slug = slugify(name)
    written: int | None = None
    while written is None:
        written = db.session.scalar(
            insert(Community)
            .values(slug=slug, public_id=new_public_id(), **values)
            .on_conflict_do_nothing()
            .returning(Community.id)
        )
        slug = f"{slugify(name)}-{new_public_id()[:4]}"
    return db.session.get_one(Community, written)
