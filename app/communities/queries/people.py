"""Who may be seen by whom: the clauses that every list of people goes through."""

from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import InstrumentedAttribute

from app.accounts.queries import not_blocked
from app.communities.models import (
    SHOWN,
    Contact,
    ContactNote,
    Facet,
    Membership,
)
from app.core.database import db, within
from app.core.text import search_query


@dataclass(frozen=True)
class Viewer:
    """Who looks at people: a member, or an organizer, who sees the unlisted too."""

    person_id: int
    contact_id: int
    is_organizer: bool = False


def anyone(*, is_organizer: bool = False) -> Viewer:
    """Return a viewer for a statement built once, whose numbers come when it is asked.

    They are the parameters `person_id` and `contact_id`.
    """
    numbers = (bindparam(name, type_=BigInteger) for name in ("person_id", "contact_id"))
    person_id, contact_id = (cast(int, number) for number in numbers)
    return Viewer(person_id, contact_id, is_organizer)


def seen_by(viewer: Viewer) -> ColumnElement[bool]:
    """Return the clause for contacts a viewer may see at all: never one side of a block."""
    return and_(Contact.erased_at.is_(None), not_blocked(viewer.person_id, Contact.person_id))


def is_current_member() -> ColumnElement[bool]:
    """Return the clause for contacts with a current membership."""
    return exists().where(
        Membership.community_id == Contact.community_id,
        Membership.contact_id == Contact.id,
        Membership.left_at.is_(None),
    )


def is_listed_for(viewer: Viewer) -> ColumnElement[bool]:
    """Return the clause for contacts the directory shows: an unlisted one only finds themself."""
    if viewer.is_organizer:
        return true()
    return or_(Contact.is_listed, Contact.id == viewer.contact_id)


def found_by(viewer: Viewer, typed: str) -> ColumnElement[bool] | None:
    """Return the clause for what someone typed into the search, over what they may read."""
    asked = search_query(typed)
    if asked is None:
        return None
    return search_column(viewer).op("@@")(func.to_tsquery("simple", asked))


def search_column(viewer: Viewer) -> InstrumentedAttribute[Any]:
    """Return the search text of a contact that a viewer may read."""
    return Contact.search_organizers if viewer.is_organizer else Contact.search_members


def visible_contact(community_id: int, public_id: str, viewer: Viewer) -> Contact | None:
    """Return a contact by its public id, if this viewer may open its page."""
    asked = within(Contact, community_id).where(Contact.public_id == public_id, seen_by(viewer))
    if not viewer.is_organizer:
        asked = asked.where(is_current_member(), is_listed_for(viewer))
    found: Contact | None = db.session.scalar(asked)
    return found


def shown_facets(community_id: int, contact_ids: Select[int] | list[int]) -> list[Facet]:
    """Return the facets that members may read, of some contacts, in the order of their cards."""
    return list(
        db.session.scalars(
            within(Facet, community_id)
            .where(Facet.contact_id.in_(contact_ids), Facet.visibility.in_(SHOWN))
            .order_by(Facet.contact_id, Facet.kind, Facet.position, Facet.id)
        )
    )


def own_facets(contact: Contact) -> list[Facet]:
    """Return every facet of a card, for its owner's eyes."""
    return list(
        db.session.scalars(
            within(Facet, contact.community_id)
            .where(Facet.contact_id == contact.id)
            .order_by(Facet.kind, Facet.position, Facet.id)
        )
    )


def current_role(contact: Contact) -> str | None:
    """Return the role a contact has now, or None for someone who is no member."""
    role: str | None = db.session.scalar(
        select(Membership.role_key).where(
            Membership.community_id == contact.community_id,
            Membership.contact_id == contact.id,
            Membership.left_at.is_(None),
        )
    )
    return role


def is_author(viewer: Viewer, author_id: InstrumentedAttribute[int | None]) -> ColumnElement[bool]:
    """Return the join to whoever wrote something, if this viewer may see them."""
    return and_(Contact.id == author_id, seen_by(viewer))


def notes_about(contact: Contact, viewer: Viewer) -> list[tuple[ContactNote, str | None]]:
    """Return the organizers' notes about a contact, the newest first, with their authors' names."""
    rows = db.session.execute(
        select(ContactNote, Contact.name)
        .outerjoin(Contact, is_author(viewer, ContactNote.author_id))
        .where(
            ContactNote.community_id == contact.community_id,
            ContactNote.contact_id == contact.id,
        )
        .order_by(ContactNote.id.desc())
    )
    return [(note, name) for note, name in rows]
