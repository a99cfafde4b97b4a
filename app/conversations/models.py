"""Threads, who takes part in them, and what they wrote."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import (
    BETWEEN_MEMBERS,
    Keyed,
    Public,
    Tenant,
    new_public_id,
    one_of,
    tenant_fk,
    tenant_key,
)
from app.core.privacy import BLANK, TOMBSTONE, impersonal, personal


class ThreadOrigin(StrEnum):
    """How people came to talk in private: never because a stranger wrote."""

    INTRODUCTION = "introduction"


class Thread(Tenant, Public):
    """A private conversation; without `closed_at` those who take part may write."""

    __tablename__ = "thread"
    __table_args__ = (
        tenant_key(),
        CheckConstraint("last_message_at >= opened_at", name="written_after_it_opened"),
        BETWEEN_MEMBERS,
    )

    origin: Mapped[ThreadOrigin] = mapped_column(one_of(ThreadOrigin))
    opened_at: Mapped[datetime]
    last_message_at: Mapped[datetime]  # of the newest message, else when it opened
    closed_at: Mapped[datetime | None]


class ThreadMember(Tenant, Keyed):
    """One side of a thread: how far they read, and the key of their reply address."""

    __tablename__ = "thread_member"
    __table_args__ = (
        UniqueConstraint("community_id", "thread_id", "contact_id"),
        tenant_fk("thread_id", "thread", ondelete="CASCADE"),
        tenant_fk("contact_id", "contact"),
        Index(
            "ix_thread_member_current",
            "community_id",
            "contact_id",
            postgresql_where=text("left_at IS NULL"),
        ),
        BETWEEN_MEMBERS,
    )

    thread_id: Mapped[int]
    contact_id: Mapped[int] = mapped_column(info=personal("contact", erase=TOMBSTONE))
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    read_to: Mapped[int] = mapped_column(default=0)  # the id of the newest message they saw
    muted_at: Mapped[datetime | None]  # no mail and no number at the tab; nobody else is told
    reply_key: Mapped[str | None] = mapped_column(
        String(16),
        unique=True,
        default=new_public_id,
        info=personal(None, erase=BLANK, reason="part of a secret address"),
    )


class MessageVia(StrEnum):
    """How a message came."""

    PAGE = "page"
    MAIL = "mail"


class Message(Tenant, Public):
    """What someone wrote into a thread: plain text, its addresses shown as links."""

    __tablename__ = "message"
    __table_args__ = (
        tenant_key(),
        UniqueConstraint("community_id", "thread_id", "mail_key"),
        tenant_fk("thread_id", "thread", ondelete="CASCADE"),
        tenant_fk("author_id", "contact"),
        Index("ix_message_thread", "community_id", "thread_id", "id"),
        CheckConstraint("left_out >= 0", name="left_out_is_a_count"),
        BETWEEN_MEMBERS,
    )

    thread_id: Mapped[int]
    author_id: Mapped[int] = mapped_column(index=True, info=personal("author", erase=TOMBSTONE))
    words: Mapped[str] = mapped_column(Text, info=personal("words", erase=BLANK, blank=""))
    written_at: Mapped[datetime]
    via: Mapped[MessageVia] = mapped_column(one_of(MessageVia), default=MessageVia.PAGE)
    left_out: Mapped[int] = mapped_column(default=0)  # files that a mail carried
    mail_key: Mapped[str | None] = mapped_column(String(64), info=impersonal)  # a mail's digest
    removed_at: Mapped[datetime | None]  # by moderators, after a report
