"""Threads: opened for people who both said yes, left or ended by either of them."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select, update

from app.communities.models import Contact, Membership
from app.conversations import queries
from app.conversations.models import Thread, ThreadMember, ThreadOrigin
from app.conversations.queries import Talk
from app.core.database import add, db


def open_thread(
    community_id: int, contact_ids: Iterable[int], *, origin: ThreadOrigin, now: datetime
) -> Thread:
    """Open a thread for people who agreed to it; who calls has seen to that."""
    thread = add(
        Thread(community_id=community_id, origin=origin, opened_at=now, last_message_at=now)
    )
    for contact_id in contact_ids:
        add(
            ThreadMember(
                community_id=community_id,
                thread_id=thread.id,
                contact_id=contact_id,
                joined_at=now,
            )
        )
    return thread


def close(found: Talk, *, now: datetime) -> None:
    """End a conversation: both still read it, nobody writes any more. Ending twice is once."""
    _hold(found.thread)
    _close(found.thread, now)


def leave(found: Talk, *, now: datetime) -> None:
    """Take a conversation out of one's messages; for the other it has ended."""
    _hold(found.thread)
    _leave(found.thread, found.mine, now)


def leave_all(contact: Contact, *, now: datetime) -> None:
    """Leave every conversation in a community: the member left it, or their account goes."""
    for thread in queries.current_threads(contact.community_id, contact.id):
        mine = next(m for m in queries.members_of(thread) if m.contact_id == contact.id)
        _leave(thread, mine, now)


def membership_ended(membership: Membership, now: datetime) -> None:
    """Attend to the end of a membership."""
    leave_all(db.session.get_one(Contact, membership.contact_id), now=now)


def mark_read(found: Talk, message_id: int) -> bool:
    """Keep how far a member read, which only they ever see; False when nothing was new."""
    if message_id <= found.mine.read_to:
        return False
    db.session.execute(
        update(ThreadMember)
        .where(ThreadMember.id == found.mine.id, ThreadMember.read_to < message_id)
        .values(read_to=message_id)
    )
    return True


def mute(found: Talk, *, now: datetime) -> None:
    """Let a conversation tell one nothing any more; only who muted it ever knows."""
    found.mine.muted_at = found.mine.muted_at or now
    db.session.flush()


def unmute(found: Talk) -> None:
    """Let a conversation tell one again what is new in it, from now on."""
    found.mine.muted_at = None
    db.session.flush()


def _hold(thread: Thread) -> None:
    """Lock a thread as it is now: who writes and who ends it pass one after the other."""
    db.session.refresh(thread, with_for_update=True)


def _close(thread: Thread, now: datetime) -> None:
    thread.closed_at = thread.closed_at or now
    db.session.flush()


def _leave(thread: Thread, mine: ThreadMember, now: datetime) -> None:
    mine.left_at = mine.left_at or now
    mine.reply_key = None
    _close(thread, now)  # the other would talk to nobody


def erase(person_id: int, *, now: datetime) -> None:
    """Leave every conversation of a person, in all communities."""
    for contact in db.session.scalars(
        select(Contact).where(Contact.person_id == person_id).order_by(Contact.id)
    ):
        leave_all(contact, now=now)
