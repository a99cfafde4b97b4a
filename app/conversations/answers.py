"""What conversations do at moments of lower features: people leave, block, are erased, report."""

from datetime import datetime

from flask import Flask
from sqlalchemy import ColumnElement

from app.accounts import hooks as of_accounts
from app.accounts.models import Person
from app.communities import hooks as of_communities
from app.communities.hooks import ReportedMessage
from app.communities.models import Community, Contact
from app.communities.queries.standing import register_unread
from app.conversations import queries
from app.conversations.models import Message, Thread, ThreadMember
from app.conversations.queries import Taking
from app.conversations.service import mails, messages, threads
from app.core.database import db


def init_app(_app: Flask) -> None:
    """Register with the hooks below."""
    of_communities.membership_ends.register(threads.membership_ended)
    of_communities.message_reported.register(_reported)
    of_communities.message_removed.register(_remove)
    register_unread(queries.unread_by)
    of_accounts.people_blocked.register(_fall_silent)
    of_accounts.person_erased.register(_erase)
    of_accounts.hidden_rows.register(_hidden)


def _fall_silent(person: Person, other: Person, _now: datetime) -> None:
    """Empty the mails that told one of the other."""
    mails.withdraw(queries.messages_between((person.id, other.id)))


def _erase(person: Person, now: datetime) -> None:
    """Leave every conversation, and empty the mails that carried the person's words."""
    threads.erase(person.id, now=now)
    mails.withdraw(queries.messages_by(person.id))


def _hidden(table: str, person_id: int) -> ColumnElement[bool] | None:
    """Say which of a person's rows tell of someone whom a block hides from them."""
    threads_of = {
        Thread.__tablename__: Thread.id,
        ThreadMember.__tablename__: ThreadMember.thread_id,
        Message.__tablename__: Message.thread_id,
    }
    column = threads_of.get(table)
    return None if column is None else queries.hidden_by_a_block(column, person_id)


def _reported(
    community: Community, public_id: str, reporter: Contact | None
) -> ReportedMessage | None:
    """Return a message as its reader reports it, or (no reporter) as the report shows it."""
    if reporter is not None:
        me = Taking(community.id, reporter.id, reporter.person_id or 0)
        seen = queries.message_seen_by(me, public_id)
        message, author = seen or (None, None)
    else:
        message = queries.message_by_id(community.id, public_id)
        author = db.session.get(Contact, message.author_id) if message else None
    if message is None or author is None:
        return None
    thread = db.session.get_one(Thread, message.thread_id)
    return ReportedMessage(author, message.words, message.written_at, thread.public_id)


def _remove(community: Community, public_id: str, now: datetime) -> None:
    """Take a message's words away after a report ended so."""
    message = queries.message_by_id(community.id, public_id)
    if message is not None:
        messages.remove(message, now=now)
