"""Reads of conversations: as one of those who take part sees them, never across a block."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ScalarSelect,
    and_,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, aliased

from app.accounts.models import Block, Person, PersonEmail
from app.accounts.queries import not_blocked
from app.communities.models import Community, Contact
from app.conversations.models import Message, Thread, ThreadMember
from app.core.database import db, within

THREADS = 100
MESSAGES = 50


@dataclass(frozen=True, slots=True)
class Taking:
    """Who takes part: a contact of one community, and the person behind it."""

    community_id: int
    contact_id: int
    person_id: int


@dataclass(frozen=True, slots=True)
class ThreadRow:
    """One thread in a member's list: with whom, the newest words, how many are unread."""

    public_id: str
    name: str  # empty when the other erased their account
    picture_key: str | None
    words: str
    is_mine: bool
    is_removed: bool
    last_at: datetime
    unread: int
    is_closed: bool
    is_muted: bool


@dataclass(frozen=True, slots=True)
class Talk:
    """One thread as a member opens it: their own side, and the other's card."""

    thread: Thread
    mine: ThreadMember
    other: Contact


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One message on the page of a thread."""

    id: int
    public_id: str
    words: str
    written_at: datetime
    is_mine: bool
    is_removed: bool
    left_out: int


def threads_of(me: Taking) -> list[ThreadRow]:
    """Return a member's threads, the newest first, by one statement."""
    mine, other = aliased(ThreadMember), aliased(ThreadMember)
    newest, unread = _newest_and_unread(mine, me.contact_id)
    rows: Sequence[Any] = db.session.execute(
        select(
            Thread.public_id,
            Contact.name,
            Contact.picture_key,
            func.coalesce(Message.words, ""),
            func.coalesce(Message.author_id == me.contact_id, False),
            Message.removed_at.is_not(None),
            Thread.last_message_at,
            unread,
            Thread.closed_at.is_not(None),
            mine.muted_at.is_not(None),
        )
        .join(mine, and_(mine.thread_id == Thread.id, mine.contact_id == me.contact_id))
        .join(other, and_(other.thread_id == Thread.id, other.contact_id != me.contact_id))
        .join(Contact, Contact.id == other.contact_id)
        .outerjoin(Message, Message.id == newest)
        .where(
            Thread.community_id == me.community_id,
            mine.left_at.is_(None),
            not_blocked(me.person_id, Contact.person_id),
        )
        .order_by(Thread.last_message_at.desc(), Thread.id.desc())
        .limit(THREADS)
    ).all()
    return [ThreadRow(*row) for row in rows]


def _newest_and_unread(
    mine: type[ThreadMember], contact_id: int
) -> tuple[ScalarSelect[int], ScalarSelect[int]]:
    """Return, beside a `Thread`, the id of its newest message and how many one has not seen."""
    said = aliased(Message)
    of_thread = (said.community_id == Thread.community_id, said.thread_id == Thread.id)
    unread = (
        select(func.count())
        .select_from(said)
        .where(*of_thread, said.author_id != contact_id, said.id > mine.read_to)
    )
    return select(func.max(said.id)).where(*of_thread).scalar_subquery(), unread.scalar_subquery()


def unread_by(person_id: ColumnElement[int] | int) -> ColumnElement[int]:
    """Return how many messages to a person they have not seen, beside the `Contact` they are.

    What they muted does not count.
    Every request of a member asks this: by the index of one's threads, then by that of the
    messages of each beyond what was read.
    """
    mine, author = aliased(ThreadMember), aliased(Contact)
    return (
        select(func.count())
        .select_from(mine)
        .join(
            Message,
            and_(
                Message.community_id == mine.community_id,
                Message.thread_id == mine.thread_id,
                Message.id > mine.read_to,
                Message.author_id != mine.contact_id,
            ),
        )
        .join(author, author.id == Message.author_id)
        .where(
            mine.community_id == Contact.community_id,
            mine.contact_id == Contact.id,
            mine.left_at.is_(None),
            mine.muted_at.is_(None),
            not_blocked(person_id, author.person_id),
        )
        .correlate(Contact)
        .scalar_subquery()
    )


def unread(me: Taking) -> int:
    """Return how many messages to a member they have not seen."""
    asked = select(unread_by(me.person_id)).where(Contact.id == me.contact_id)
    return int(db.session.scalar(asked) or 0)


def talk(me: Taking, public_id: str) -> Talk | None:
    """Return a thread that a member takes part in, unless a block stands between the two."""
    mine, other = aliased(ThreadMember), aliased(ThreadMember)
    row = db.session.execute(
        select(Thread, mine, Contact)
        .join(mine, and_(mine.thread_id == Thread.id, mine.contact_id == me.contact_id))
        .join(other, and_(other.thread_id == Thread.id, other.contact_id != me.contact_id))
        .join(Contact, Contact.id == other.contact_id)
        .where(
            Thread.community_id == me.community_id,
            Thread.public_id == public_id,
            mine.left_at.is_(None),
            not_blocked(me.person_id, Contact.person_id),
        )
    ).first()
    return Talk(*row) if row else None


def messages_of(found: Talk, *, before: str | None = None) -> tuple[list[MessageRow], bool]:
    """Return the newest messages of a thread, oldest first, and whether there are older ones."""
    asked = (
        within(Message, found.thread.community_id)
        .with_only_columns(
            Message.id,
            Message.public_id,
            Message.words,
            Message.written_at,
            Message.author_id == found.mine.contact_id,
            Message.removed_at.is_not(None),
            Message.left_out,
        )
        .where(Message.thread_id == found.thread.id)
        .order_by(Message.id.desc())
        .limit(MESSAGES + 1)
    )
    if before:
        at = select(Message.id).where(
            Message.thread_id == found.thread.id, Message.public_id == before
        )
        asked = asked.where(Message.id < at.scalar_subquery())
    rows = [MessageRow(*row) for row in db.session.execute(asked)]
    return rows[MESSAGES - 1 :: -1] if rows else [], len(rows) > MESSAGES


def members_of(thread: Thread) -> list[ThreadMember]:
    """Return the sides of a thread, in order of joining."""
    return list(
        db.session.scalars(
            within(ThreadMember, thread.community_id)
            .where(ThreadMember.thread_id == thread.id)
            .order_by(ThreadMember.id)
        )
    )


def current_threads(community_id: int, contact_id: int) -> list[Thread]:
    """Return the threads that a contact takes part in, locked in order of their ids."""
    return list(
        db.session.scalars(
            within(Thread, community_id)
            .join(ThreadMember, ThreadMember.thread_id == Thread.id)
            .where(ThreadMember.contact_id == contact_id, ThreadMember.left_at.is_(None))
            .order_by(Thread.id)
            .with_for_update(of=Thread)
        )
    )


def side_of_key(key: str) -> tuple[Thread, Person, Community] | None:
    """Return where a reply address leads, and to whom it was given: someone who can act."""
    row = db.session.execute(
        select(Thread, Person, Community)
        .join(ThreadMember, ThreadMember.thread_id == Thread.id)
        .join(Contact, Contact.id == ThreadMember.contact_id)
        .join(Person, Person.id == Contact.person_id)
        .join(Community, Community.id == Thread.community_id)
        .where(
            ThreadMember.reply_key == key,
            ThreadMember.left_at.is_(None),
            Person.suspended_at.is_(None),
            Person.erased_at.is_(None),
        )
    ).first()
    return (row[0], row[1], row[2]) if row else None


def addresses_of(person_ids: Iterable[int]) -> list[PersonEmail]:
    """Return every proved address of some persons."""
    return list(
        db.session.scalars(
            select(PersonEmail)
            .where(PersonEmail.person_id.in_(list(person_ids)))
            .order_by(PersonEmail.id)
        )
    )


def message_seen_by(me: Taking, public_id: str) -> tuple[Message, Contact] | None:
    """Return a message that someone else wrote to a member, with its author."""
    mine = aliased(ThreadMember)
    row = db.session.execute(
        select(Message, Contact)
        .join(mine, and_(mine.thread_id == Message.thread_id, mine.contact_id == me.contact_id))
        .join(Contact, Contact.id == Message.author_id)
        .where(
            Message.community_id == me.community_id,
            Message.public_id == public_id,
            Message.author_id != me.contact_id,
            mine.left_at.is_(None),
            not_blocked(me.person_id, Contact.person_id),
        )
    ).first()
    return (row[0], row[1]) if row else None


def message_by_id(community_id: int, public_id: str) -> Message | None:
    """Return a message by its public id: for a report that names it."""
    found: Message | None = db.session.scalar(
        within(Message, community_id).where(Message.public_id == public_id)
    )
    return found


def messages_between(person_ids: Sequence[int]) -> list[int]:
    """Return the ids of all messages in threads that two persons share, wherever."""
    one, two = (
        select(ThreadMember.thread_id)
        .join(Contact, Contact.id == ThreadMember.contact_id)
        .where(Contact.person_id == person_id)
        for person_id in person_ids
    )
    return list(
        db.session.scalars(
            select(Message.id).where(Message.thread_id.in_(one), Message.thread_id.in_(two))
        )
    )


def messages_by(person_id: int) -> list[int]:
    """Return the ids of all messages that a person wrote."""
    return list(
        db.session.scalars(
            select(Message.id)
            .join(Contact, Contact.id == Message.author_id)
            .where(Contact.person_id == person_id)
        )
    )


def hidden_by_a_block(thread_id: InstrumentedAttribute[int], person_id: int) -> ColumnElement[bool]:
    """Return the clause for threads of a person whose other side a block hides from them."""
    viewer, side = cast(literal(person_id), BigInteger), aliased(ThreadMember)
    return exists().where(
        side.thread_id == thread_id,
        Contact.id == side.contact_id,
        or_(
            and_(Block.blocker_id == viewer, Block.blocked_id == Contact.person_id),
            and_(Block.blocked_id == viewer, Block.blocker_id == Contact.person_id),
        ),
    )
