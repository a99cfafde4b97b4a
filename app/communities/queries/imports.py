"""Imports: what was brought, and who of it is still untouched."""

from collections.abc import Iterable, Sequence

from sqlalchemy import and_, exists, select

from app.communities.models import (
    Contact,
    ContactNote,
    ContactTag,
    ImportKind,
    ImportRun,
    JoinRequest,
    Membership,
    Report,
    Tag,
)
from app.core.database import db, within
from app.core.models import NoticeChoice

SHOWN = 50


def imports(community_id: int, kind: ImportKind) -> list[ImportRun]:
    """Return the imports of a community of one kind, the newest first."""
    return list(
        db.session.scalars(
            within(ImportRun, community_id)
            .where(ImportRun.kind == kind)
            .order_by(ImportRun.id.desc())
            .limit(SHOWN)
        )
    )


def import_by_id(community_id: int, public_id: str) -> ImportRun | None:
    """Return one import."""
    found: ImportRun | None = db.session.scalar(
        within(ImportRun, community_id).where(ImportRun.public_id == public_id)
    )
    return found


def locked_import(import_id: int) -> ImportRun | None:
    """Return an import by its number, locked against a second worker."""
    return db.session.scalar(
        select(ImportRun)
        .where(ImportRun.id == import_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def known_keys(community_id: int, keys: Iterable[str]) -> set[str]:
    """Return those of some addresses that a card here carries."""
    wanted = list(keys)
    found: set[str] = set()
    for start in range(0, len(wanted), 1000):
        found |= set(
            db.session.scalars(
                within(Contact, community_id)
                .with_only_columns(Contact.email_key)
                .where(Contact.email_key.in_(wanted[start : start + 1000]))
            )
        )
    return found


def untouched(run: ImportRun, *, after: int, limit: int) -> Sequence[int]:
    """Return the next contacts of an import that nothing has happened to since, by their ids.

    Whoever claimed their card, belongs, asked to join, was noted, tagged by hand, reported, or
    said something about mails stays.
    """
    of_import = list(run.options.get("tag_ids", []))
    touches = [
        exists().where(table.community_id == Contact.community_id, table.contact_id == Contact.id)
        for table in (Membership, ContactNote, JoinRequest)
    ]
    touches.append(exists().where(Report.about_contact_id == Contact.id))
    touches.append(exists().where(NoticeChoice.contact_id == Contact.id))
    touches.append(
        exists().where(
            ContactTag.community_id == Contact.community_id,
            ContactTag.contact_id == Contact.id,
            ContactTag.tag_id.not_in(of_import),
        )
    )
    return db.session.scalars(
        within(Contact, run.community_id)
        .with_only_columns(Contact.id)
        .where(
            Contact.import_run_id == run.id,
            Contact.id > after,
            Contact.person_id.is_(None),
            Contact.claimed_at.is_(None),
            and_(*(~touch for touch in touches)),
        )
        .order_by(Contact.id)
        .limit(limit)
    ).all()


def tags_among(community_id: int, tag_ids: Sequence[int]) -> Sequence[Tag]:
    """Return those of some tags that nobody carries any more."""
    return db.session.scalars(
        within(Tag, community_id).where(
            Tag.id.in_(tag_ids), ~exists().where(ContactTag.tag_id == Tag.id)
        )
    ).all()
