"""The card: how someone shows themselves in one community, field by field."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from app.activity import service as activity
from app.communities import hooks
from app.communities.models import Community, Contact, Facet, FacetKind, FacetVisibility
from app.communities.place import is_finer_than_a_city
from app.communities.service.contacts import NAME_LENGTH, NameMissing, refresh_search
from app.core import storage
from app.core.database import db, within
from app.core.errors import RuleViolation, StaleForm
from app.core.models import StoredFile
from app.core.text import N_, clean_line, clean_text, is_blank, normalise

FACETS_PER_KIND = 12
FACET_LENGTH = 60
PLACE_LENGTH = 80
_COMPARED = (
    "name",
    "pronouns",
    "place",
    "place_visibility",
    "about",
    "about_visibility",
    "is_listed",
)


class PlaceTooFine(RuleViolation):
    """An address has no place on a card."""

    message = N_("Name a city or a country, not an address: members do not need to find your door.")


class FacetMissing(RuleViolation):
    """There is nothing to add."""

    message = N_("Write a word or a few first.")


class TooManyFacets(RuleViolation):
    """A card says a few things well."""

    message = N_("Twelve of one kind are plenty. Remove one to add another.")


@dataclass(frozen=True)
class Draft:
    """A card as its owner typed it."""

    name: str
    pronouns: str = ""
    place: str = ""
    about: str = ""
    is_listed: bool = True
    place_visibility: FacetVisibility | None = None  # None: whoever saw it before
    about_visibility: FacetVisibility | None = None


def edit_card(
    community: Community, contact: Contact, draft: Draft, *, version: int, now: datetime
) -> Contact:
    """Write a card that nobody else has saved since `version`; raises StaleForm otherwise.

    The same card sent twice is saved once.
    """
    tidy = _tidied(draft)
    moved = db.session.scalar(
        update(Contact)
        .where(Contact.id == contact.id, Contact.version == version)
        .values(
            name=tidy.name,
            pronouns=tidy.pronouns,
            place=tidy.place,
            about=tidy.about,
            is_listed=tidy.is_listed,
            version=Contact.version + 1,
            **_seen_by(tidy),
        )
        .returning(Contact.id)
    )
    db.session.refresh(contact)
    if moved is None:
        StaleForm.unless_same(theirs=_facts(contact), yours=_facts(tidy))
        return contact
    _after_change(contact)
    note_completion(community, contact, now=now)
    return contact


def show_picture(contact: Contact, key: str | None) -> None:
    """Put a stored picture on a card, or none; the one it replaces is deleted."""
    replaced, contact.picture_key = contact.picture_key, key
    file = db.session.scalar(select(StoredFile).where(StoredFile.key == replaced))
    if file is not None:
        storage.discard(file)
    db.session.flush()


def add_facet(
    community: Community,
    contact: Contact,
    *,
    kind: FacetKind,
    value: str,
    visibility: FacetVisibility,
    now: datetime,
) -> None:
    """Put a word or phrase on a card; the same one again only changes who sees it."""
    line = clean_line(value)[:FACET_LENGTH].strip()
    if is_blank(line) or not normalise(line):
        raise FacetMissing(field="value")
    _lock(contact)
    place = _room_for_one_more(contact, kind, line)
    statement = insert(Facet).values(
        community_id=contact.community_id,
        contact_id=contact.id,
        kind=kind,
        value=line,
        value_key=facet_key(line),
        visibility=visibility,
        position=place,
    )
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["community_id", "contact_id", "kind", "value_key"],
            set_={"visibility": visibility, "value": line},
        )
    )
    _after_change(contact)
    note_completion(community, contact, now=now)


def show_facet_to(
    contact: Contact, *, kind: FacetKind, value: str, visibility: FacetVisibility
) -> None:
    """Change who sees a facet; one that is not there is nobody's loss."""
    db.session.execute(
        update(Facet).where(*_this_facet(contact, kind, value)).values(visibility=visibility)
    )
    _after_change(contact)


def remove_facet(contact: Contact, *, kind: FacetKind, value: str) -> None:
    """Take a facet off a card; removing it twice is removing it once."""
    db.session.execute(delete(Facet).where(*_this_facet(contact, kind, value)))
    _after_change(contact)


def note_completion(community: Community, contact: Contact, *, now: datetime) -> bool:
    """Tell the ledger, once, that a card says who its owner is; return whether it is news."""
    if not (contact.about and _has_facets(contact)):
        return False
    fact = activity.Fact(
        community_id=community.id,
        contact_id=contact.id,
        type="card.completed",
        uid=f"card:{contact.public_id}",
        happened_at=now,
    )
    return activity.record(fact, zone=community.zone)


def _after_change(contact: Contact) -> None:
    refresh_search(contact)
    hooks.card_changed(contact)


def tidied_place(typed: str) -> str:
    """Return a place as a card keeps it."""
    return clean_line(typed)[:PLACE_LENGTH]


def facet_key(value: str) -> str:
    """Return the form in which two spellings of one facet are the same."""
    return normalise(value)[:FACET_LENGTH]


def _tidied(draft: Draft) -> Draft:
    name = clean_line(draft.name)[:NAME_LENGTH].strip()
    if is_blank(name):
        raise NameMissing
    place = tidied_place(draft.place)
    if is_finer_than_a_city(place):
        raise PlaceTooFine(field="place")
    return Draft(
        name=name,
        pronouns=clean_line(draft.pronouns)[:40],
        place=place,
        about=clean_text(draft.about)[:600],
        is_listed=draft.is_listed,
        place_visibility=draft.place_visibility,
        about_visibility=draft.about_visibility,
    )


def _seen_by(draft: Draft) -> dict[str, FacetVisibility]:
    said = {"place_visibility": draft.place_visibility, "about_visibility": draft.about_visibility}
    return {name: visibility for name, visibility in said.items() if visibility is not None}


def _facts(card: Draft | Contact) -> dict[str, object]:
    """Return what two editors of a card compare, by field; who sees what may be left unsaid."""
    facts = {name: getattr(card, name) for name in _COMPARED}
    return {name: fact for name, fact in facts.items() if fact is not None}


def _lock(contact: Contact) -> None:
    """Let changes to one card's facets wait for each other: they are counted."""
    db.session.execute(select(Contact.id).where(Contact.id == contact.id).with_for_update())


def _room_for_one_more(contact: Contact, kind: FacetKind, line: str) -> int:
    others, last = db.session.execute(
        within(Facet, contact.community_id)
        .with_only_columns(func.count(), func.coalesce(func.max(Facet.position), 0))
        .where(
            Facet.contact_id == contact.id,
            Facet.kind == kind,
            Facet.value_key != facet_key(line),
        )
    ).one()
    if others >= FACETS_PER_KIND:
        raise TooManyFacets(field="value")
    return int(last) + 1


def _this_facet(contact: Contact, kind: FacetKind, value: str) -> tuple[ColumnElement[bool], ...]:
    return (
        Facet.community_id == contact.community_id,
        Facet.contact_id == contact.id,
        Facet.kind == kind,
        Facet.value_key == facet_key(value),
    )


def _has_facets(contact: Contact) -> bool:
    return bool(
        db.session.scalar(
            within(Facet, contact.community_id)
            .with_only_columns(func.count())
            .where(Facet.contact_id == contact.id)
        )
    )
