"""Messages: written by one side, mailed to the other, taken back by moderators only."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.activity import service as activity
from app.activity.service import Fact
from app.communities.models import Community, Contact
from app.conversations.models import Message, MessageVia, Thread, ThreadMember
from app.conversations.queries import Talk
from app.conversations.service import mails
from app.conversations.service.refusals import NothingWritten, ThreadClosed, TooLong
from app.core.database import add, db, within
from app.core.text import clean_text, is_blank

WORDS = 8000


@dataclass(frozen=True)
class Draft:
    """What someone wants to say, and how it came."""

    words: str
    via: MessageVia = MessageVia.PAGE
    left_out: int = 0
    mail_key: str | None = None


def write(found: Talk, draft: Draft, *, community: Community, now: datetime) -> Message:
    """Write a message into a thread and tell the other; raises a refusal in a sentence."""
    words = checked(draft.words)
    db.session.refresh(found.thread, with_for_update=True)
    if known := _known(found.thread, draft.mail_key):
        return known
    if found.thread.closed_at is not None:
        raise ThreadClosed
    message = add(
        Message(
            community_id=found.thread.community_id,
            thread_id=found.thread.id,
            author_id=found.mine.contact_id,
            words=words,
            written_at=now,
            via=draft.via,
            left_out=draft.left_out,
            mail_key=draft.mail_key,
        )
    )
    found.thread.last_message_at = max(now, found.thread.last_message_at)
    found.mine.read_to = message.id  # who answers has read
    db.session.flush()
    _count(message, community)
    _tell(message, found, community)
    return message


def checked(words: str) -> str:
    """Return a message as it is kept; raises NothingWritten or TooLong."""
    cleaned = clean_text(words)
    if is_blank(cleaned):
        raise NothingWritten(field="words")
    if len(cleaned) > WORDS:
        raise TooLong(field="words", limit=WORDS)
    return cleaned


def remove(message: Message, *, now: datetime) -> None:
    """Take a message's words away, after moderators decided so; that it was there stays."""
    message.words = ""
    message.removed_at = message.removed_at or now
    db.session.flush()
    mails.withdraw([message.id])


def _known(thread: Thread, mail_key: str | None) -> Message | None:
    if mail_key is None:
        return None
    found: Message | None = db.session.scalar(
        within(Message, thread.community_id).where(
            Message.thread_id == thread.id, Message.mail_key == mail_key
        )
    )
    return found


def _count(message: Message, community: Community) -> None:
    """Tell the ledger that someone talked; with whom is nobody's business, so it is not said."""
    activity.record(
        Fact(
            community_id=community.id,
            contact_id=message.author_id,
            type="talked",
            uid=f"talked:{message.id}",
            happened_at=message.written_at,
        ),
        zone=community.zone,
    )


def _tell(message: Message, found: Talk, community: Community) -> None:
    author = db.session.get_one(Contact, message.author_id)
    theirs = db.session.scalars(  # whoever leaves ends the thread, so both are here
        select(ThreadMember).where(
            ThreadMember.thread_id == message.thread_id,
            ThreadMember.contact_id == found.other.id,
        )
    ).one()
    if theirs.muted_at is not None:
        return
    mails.tell(
        message, found.thread, author=author, to=found.other, side=theirs, community=community
    )
