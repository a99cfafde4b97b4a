"""Announcements: words of the organizers to members or a filter of them, mailed in batches."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from app.communities.models import Announcement, AnnouncementState, Community, Contact
from app.communities.queries.addressees import addressee, addressees
from app.communities.queries.announcements import reached, readers_after
from app.communities.queries.people import Viewer
from app.communities.service.hand import Hand
from app.core import audit, jobs
from app.core.database import add, db
from app.core.errors import RuleViolation
from app.core.notices import register_kind
from app.core.notify import notify
from app.core.text import N_, clean_line, clean_text, is_blank

KIND = register_kind("communities.announcement", title=N_("Announcements of the organizers")).name
BATCH = 100
JOB = "communities.send_announcement"


class SubjectMissing(RuleViolation):
    """A mail needs a subject."""

    message = N_("Write a subject.")


class WordsMissing(RuleViolation):
    """A mail needs words."""

    message = N_("Write the words first.")


class NobodyReached(RuleViolation):
    """The filter leaves nobody with an address."""

    message = N_("This reaches nobody. Choose other people.")


@dataclass(frozen=True)
class Draft:
    """An announcement before it is sent; `audience` is a filter or ticked contacts, as JSON."""

    subject: str
    words: str
    audience: dict[str, Any]
    answers_to_author: bool = False


def tidied(draft: Draft) -> Draft:
    """Return a draft as it would be sent; raises what is missing."""
    subject = clean_line(draft.subject)[:120].strip()
    words = clean_text(draft.words)
    if is_blank(subject):
        raise SubjectMissing(field="subject")
    if is_blank(words):
        raise WordsMissing(field="words")
    return Draft(subject, words, draft.audience, draft.answers_to_author)


def announce(
    community: Community, draft: Draft, *, author: Contact, by: Hand, now: datetime
) -> Announcement:
    """Keep an announcement and put off its first batch of mails."""
    tidy = tidied(draft)
    number = reached(community, _eyes(author), tidy.audience)
    if not number:
        raise NobodyReached
    made = add(
        Announcement(
            community_id=community.id,
            author_id=author.id,
            subject=tidy.subject,
            words=tidy.words,
            audience=tidy.audience,
            answers_to_author=tidy.answers_to_author,
            recipients=number,
            created_at=now,
        )
    )
    jobs.defer(JOB, announcement_id=made.id, after=0)
    audit.record(
        "members.announced",
        actor=by.person,
        community_id=community.id,
        subject=("announcement", made.id),
        recipients=number,
    )
    return made


def send_batch(announcement_id: int, *, after: int, now: datetime) -> int:
    """Mail the next batch and put off the one behind it; return how many mails were made.

    The announcement's row is locked and each mail has its own key, so a batch that runs twice
    mails nobody twice.
    """
    made = db.session.scalar(
        select(Announcement).where(Announcement.id == announcement_id).with_for_update()
    )
    if made is None or made.state is AnnouncementState.SENT:
        return 0
    community = db.session.get_one(Community, made.community_id)
    author = db.session.get(Contact, made.author_id) if made.author_id else None
    eyes = _eyes(author) if author else Viewer(0, 0, is_organizer=True)
    readers = readers_after(community, eyes, made.audience, after=after, limit=BATCH)
    written = sum(_mail(made, reader, author, community) for reader in addressees(readers))
    db.session.execute(
        update(Announcement)
        .where(Announcement.id == made.id)
        .values(written=Announcement.written + written)
    )
    if len(readers) == BATCH:
        jobs.defer(JOB, announcement_id=made.id, after=readers[-1].id)
    else:
        made.state, made.sent_at = AnnouncementState.SENT, now
    db.session.flush()
    return written


def send_trial(community: Community, draft: Draft, *, author: Contact, now: datetime) -> None:
    """Mail a draft to its author alone."""
    tidy = tidied(draft)
    _write(
        addressee(author),
        key=f"communities.announcement.trial:{author.id}:{now.timestamp()}",
        draft=tidy,
        author=author,
        community=community,
    )


def _mail(made: Announcement, reader: Any, author: Contact | None, community: Community) -> bool:
    draft = Draft(made.subject, made.words, made.audience, made.answers_to_author)
    key = f"communities.announcement:{made.id}:{reader.contact_id}"
    return _write(reader, key=key, draft=draft, author=author, community=community)


def _write(
    reader: Any, *, key: str, draft: Draft, author: Contact | None, community: Community
) -> bool:
    source = addressee(author) if author else None
    answers = source.address if source and draft.answers_to_author else None
    mail = notify(
        reader,
        KIND,
        key=key,
        subject=N_("%(subject_title)s"),
        template="communities/announcement",
        community=community,
        cause=source,
        reply_to=answers or None,
        subject_title=draft.subject,
        words=draft.words,
        author_name=author.name if author else "",
        community_name=community.name,
        slug=community.slug,
    )
    return mail is not None


def _eyes(author: Contact) -> Viewer:
    return Viewer(author.person_id or 0, author.id, is_organizer=True)
