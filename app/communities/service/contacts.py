"""Contacts: finding or making the card of someone, claiming it, keeping it findable."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, TypedDict, cast

from sqlalchemy import case, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from app.accounts.models import Person, PersonEmail
from app.communities.models import (
    SHOWN,
    Community,
    Contact,
    ContactSource,
    ContactTag,
    Facet,
    Tag,
)
from app.core.database import db, new_public_id, within
from app.core.errors import RuleViolation
from app.core.text import N_, clean_line, email_key, is_blank, search_text, sort_key

NAME_LENGTH = 80


class SearchKeys(TypedDict):
    """The stored keys of a card: how it sorts, and what each audience finds it by."""

    sort_key: bytes
    search_members_text: str
    search_organizers_text: str


class NameMissing(RuleViolation):
    """A card needs a name that can be seen."""

    message = N_("Please give a name, in any script.")

    def __init__(self) -> None:
        super().__init__(field="name")


def contact_for_person(
    community: Community, person: Person, *, name: str, source: ContactSource, now: datetime
) -> Contact:
    """Return a person's contact in a community: theirs, else one they may claim, else a new one.

    `name` is used for a new one only; a claimed card keeps the name the community knows.
    """
    addresses = _addresses(person)
    known = _known_or_claimed(community, person, addresses, name=name, now=now)
    if known is not None:
        return known
    email = _free_address(community, addresses)
    written = _write(community, name=name, email=email, source=source, person=person, now=now)
    # of two requests at once one writes, and the other finds what it wrote
    return written or cast(
        Contact, _known_or_claimed(community, person, addresses, name=name, now=now)
    )


def guest_contact(
    community: Community, *, name: str, email: str, now: datetime, language: str | None = None
) -> Contact:
    """Return the contact with an e-mail address, or a new guest, with their row locked.

    A guest may correct their own name; a claimed card's, or one the organizers wrote, stays. An
    unclaimed one that has no language yet gets theirs. Whether the address is known or not, the
    statements are the same: their number and time must not tell.
    """
    line = _shown_name(name)
    contact = _guest_row(community, line, email, language, now)
    is_guest = contact.person_id is None and contact.source is ContactSource.GUEST
    shown = line if is_guest or not contact.name else contact.name
    facets, tags = _words_of(contact)
    keys = search_keys(
        name=shown, place=contact.shown_place, email=contact.email, facets=facets, tags=tags
    )
    rewritten = update(Contact).where(Contact.id == contact.id)
    db.session.execute(rewritten.values(name=shown, **keys))
    return contact


def _guest_row(
    community: Community, line: str, email: str, language: str | None, now: datetime
) -> Contact:
    """Write a guest, or find whose address it is, by one and the same statement."""
    source = ContactSource.GUEST
    row = _row(community, name=line, email=email, source=source, person=None, now=now)
    statement = insert(Contact).values(**row, language=language)
    of_unclaimed = case((Contact.person_id.is_(None), statement.excluded.language))
    return db.session.scalars(
        statement.on_conflict_do_update(
            index_elements=["community_id", "email_key"],
            index_where=text("email_key IS NOT NULL"),
            set_={"language": func.coalesce(Contact.language, of_unclaimed)},
        ).returning(Contact),
        execution_options={"populate_existing": True},
    ).one()


def walk_in_contact(community: Community, *, name: str, now: datetime) -> Contact:
    """Make a card for someone who came by: a name, nothing else."""
    return cast(
        Contact,
        _write(
            community, name=name, email=None, source=ContactSource.BY_HAND, person=None, now=now
        ),
    )


def claim(contact: Contact, person: Person, *, name: str = "", now: datetime) -> Contact:
    """Make an unclaimed contact this person's own; who verified its e-mail is the edge's proof."""
    contact.person_id = person.id
    contact.claimed_at = now
    if is_blank(contact.name) and not is_blank(name):
        contact.name = _shown_name(name)
    refresh_search(contact)
    return contact


def claim_by_address(address: PersonEmail, *, now: datetime) -> list[Contact]:
    """Give a person every unclaimed contact that carries an address they have just proved.

    Where they are known already the other card stays as it is: cards are never merged silently.
    """
    mine = select(Contact.community_id).where(Contact.person_id == address.person_id)
    waiting = db.session.scalars(
        select(Contact)
        .where(
            Contact.email_key == address.address_key,
            Contact.person_id.is_(None),
            Contact.erased_at.is_(None),
            Contact.community_id.not_in(mine),
        )
        .order_by(Contact.id)
        .with_for_update()
    ).all()
    return [claim(contact, address.person, now=now) for contact in waiting]


def readdress(address: PersonEmail) -> None:
    """Write a person's new address on all cards of theirs.

    A person has one address: another on a card is a former one, left there when the next could not
    be written. Where another card carries the new one theirs stays as it is: no card's address is
    taken.
    """
    others = select(Contact).where(
        Contact.person_id == address.person_id,
        Contact.erased_at.is_(None),
        Contact.email_key.is_distinct_from(address.address_key),
    )
    for contact in db.session.scalars(others.order_by(Contact.id).with_for_update()).all():
        with suppress(IntegrityError), db.session.begin_nested():
            contact.email, contact.email_key = address.address, address.address_key
            refresh_search(contact)


def refresh_search(contact: Contact) -> None:
    """Compute the sort key and each audience's search text of a contact again."""
    db.session.flush()
    facets, tags = _words_of(contact)
    index(contact, facets=facets, tags=tags)
    db.session.flush()


def _words_of(contact: Contact) -> tuple[Sequence[str], Sequence[str]]:
    """Return what a contact is found by beside their name: what members may read, and tags."""
    facets = db.session.scalars(
        within(Facet, contact.community_id)
        .with_only_columns(Facet.value)
        .where(Facet.contact_id == contact.id, Facet.visibility.in_(SHOWN))
        .order_by(Facet.id)
    ).all()
    tags = db.session.scalars(
        within(Tag, contact.community_id)
        .with_only_columns(Tag.name)
        .join(ContactTag, ContactTag.tag_id == Tag.id)
        .where(ContactTag.contact_id == contact.id)
        .order_by(Tag.id)
    ).all()
    return facets, tags


def index(contact: Contact, *, facets: Iterable[str], tags: Iterable[str]) -> None:
    """Write a contact's sort key and search texts from values at hand."""
    keys = search_keys(
        name=contact.name, place=contact.shown_place, email=contact.email, facets=facets, tags=tags
    )
    contact.sort_key = keys["sort_key"]
    contact.search_members_text = keys["search_members_text"]
    contact.search_organizers_text = keys["search_organizers_text"]


def search_keys(
    *, name: str, place: str, email: str | None, facets: Iterable[str], tags: Iterable[str]
) -> SearchKeys:
    """Return what is stored of a card for sorting and searching.

    `place` and `facets` are those that members may read.
    """
    members = search_text(name, place, *facets)
    return {
        "sort_key": sort_key(name),
        "search_members_text": members,
        "search_organizers_text": f"{members} {search_text(email, *tags)}".strip(),
    }


def _shown_name(name: str) -> str:
    line = clean_line(name)[:NAME_LENGTH].strip()
    if is_blank(line):
        raise NameMissing
    return line


def _addresses(person: Person) -> list[PersonEmail]:
    """Return a person's verified addresses, the primary one first."""
    return list(
        db.session.scalars(
            select(PersonEmail)
            .where(PersonEmail.person_id == person.id)
            .order_by(PersonEmail.is_primary.desc(), PersonEmail.id)
        )
    )


def _known_or_claimed(
    community: Community, person: Person, addresses: list[PersonEmail], *, name: str, now: datetime
) -> Contact | None:
    known: Contact | None = db.session.scalar(
        within(Contact, community.id).where(Contact.person_id == person.id).with_for_update()
    )
    if known is not None:
        return known
    waiting = _unclaimed(community, [address.address_key for address in addresses])
    return claim(waiting, person, name=name, now=now) if waiting else None


def _unclaimed(community: Community, keys: list[str]) -> Contact | None:
    found = {
        contact.email_key: contact
        for contact in db.session.scalars(
            within(Contact, community.id)
            .where(Contact.email_key.in_(keys), Contact.person_id.is_(None))
            .with_for_update()
        )
    }
    return next((found[key] for key in keys if key in found), None)


def _free_address(community: Community, addresses: list[PersonEmail]) -> str | None:
    """Return the first address that no other card here carries (a mailbox may change hands)."""
    keys = [address.address_key for address in addresses]
    taken = set(
        db.session.scalars(
            within(Contact, community.id)
            .with_only_columns(Contact.email_key)
            .where(Contact.email_key.in_(keys))
        )
    )
    return next((a.address for a in addresses if a.address_key not in taken), None)


def _write(
    community: Community,
    *,
    name: str,
    email: str | None,
    source: ContactSource,
    person: Person | None,
    now: datetime,
) -> Contact | None:
    """Write a contact; None when a request at the same moment wrote it before us."""
    row = _row(
        community, name=_shown_name(name), email=email, source=source, person=person, now=now
    )
    written = db.session.scalar(
        insert(Contact).values(**row).on_conflict_do_nothing().returning(Contact.id)
    )
    return db.session.get_one(Contact, written) if written else None


def _row(
    community: Community,
    *,
    name: str,
    email: str | None,
    source: ContactSource,
    person: Person | None,
    now: datetime,
) -> dict[str, Any]:
    """Return the columns of a new contact."""
    address = email.strip() if email else None
    return {
        "community_id": community.id,
        "public_id": new_public_id(),
        "person_id": person.id if person else None,
        "name": name,
        "email": address,
        "email_key": email_key(address) if address else None,
        "source": source,
        "created_at": now,
        "claimed_at": now if person else None,
        **search_keys(name=name, place="", email=address, facets=(), tags=()),
    }


def mark_erased(person: Person, *, now: datetime) -> None:
    """Take a person's cards out of every list: what the erasure leaves of them is a number."""
    cards = update(Contact).where(Contact.person_id == person.id)
    db.session.execute(cards.values(erased_at=now))
