"""What organizers keep about contacts for themselves: tags and notes."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from app.communities.models import Community, Contact, ContactNote, ContactTag, Tag
from app.communities.service.contacts import refresh_search
from app.core.database import add, db, new_public_id, within
from app.core.errors import RuleViolation
from app.core.text import N_, clean_line, clean_text, is_blank, normalise

TAG_LENGTH = 40
NOTE_LENGTH = 2000


class TagMissing(RuleViolation):
    """A tag needs a name."""

    message = N_("Write the tag first.")


class NoteMissing(RuleViolation):
    """A note needs words."""

    message = N_("Write the note first.")


def tag_named(community: Community, name: str) -> Tag:
    """Return a community's tag by its name, made when it is new."""
    line = clean_line(name)[:TAG_LENGTH].strip()
    key = normalise(line)[:TAG_LENGTH]
    if is_blank(line) or not key:
        raise TagMissing(field="tag")
    db.session.execute(
        insert(Tag)
        .values(community_id=community.id, public_id=new_public_id(), name=line, name_key=key)
        .on_conflict_do_nothing()
    )
    found: Tag = db.session.scalars(within(Tag, community.id).where(Tag.name_key == key)).one()
    return found


def put_tag(community: Community, contacts: Sequence[Contact], *, name: str) -> Tag:
    """Put a tag on contacts; those that carry it already stay as they are."""
    tag = tag_named(community, name)
    rows = [
        {"community_id": community.id, "contact_id": contact.id, "tag_id": tag.id}
        for contact in contacts
    ]
    if rows:
        db.session.execute(insert(ContactTag).on_conflict_do_nothing(), rows)
    for contact in contacts:
        refresh_search(contact)
    return tag


def take_tag(community: Community, contacts: Sequence[Contact], *, tag: Tag) -> None:
    """Take a tag off contacts; a tag that nobody carries any more is forgotten."""
    db.session.execute(
        delete(ContactTag).where(
            ContactTag.community_id == community.id,
            ContactTag.tag_id == tag.id,
            ContactTag.contact_id.in_([contact.id for contact in contacts]),
        )
    )
    for contact in contacts:
        refresh_search(contact)
    carried = db.session.scalar(
        within(ContactTag, community.id)
        .with_only_columns(ContactTag.id)
        .where(ContactTag.tag_id == tag.id)
        .limit(1)
    )
    if carried is None:
        db.session.delete(tag)
        db.session.flush()


def write_note(
    contact: Contact, *, author: Contact | None, words: str, now: datetime
) -> ContactNote:
    """Keep a note about a contact, for organizers' eyes."""
    text = clean_text(words)[:NOTE_LENGTH]
    if is_blank(text):
        raise NoteMissing(field="words")
    return add(
        ContactNote(
            community_id=contact.community_id,
            contact_id=contact.id,
            author_id=author.id if author else None,
            words=text,
            created_at=now,
        )
    )


def remove_note(contact: Contact, public_id: str) -> None:
    """Remove a note; one that is gone already is nobody's loss."""
    db.session.execute(
        delete(ContactNote).where(
            ContactNote.community_id == contact.community_id,
            ContactNote.contact_id == contact.id,
            ContactNote.public_id == public_id,
        )
    )
