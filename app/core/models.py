"""The ground floor's tables: mail, choices about mail, throttles, the audit, files, spent keys."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.database import Base, Keyed, Public, tenant_fk
from app.core.privacy import BLANK, DELETE, TOMBSTONE, impersonal, personal


class MailState(StrEnum):
    """Where a mail is on its way."""

    QUEUED = "queued"
    SENDING = "sending"  # a worker has claimed it and talks to the mail server
    SENT = "sent"
    BOUNCED = "bounced"  # the server refused this address for good
    FAILED = "failed"  # given up after the last try


MAIL_STATES = ", ".join(f"'{state}'" for state in MailState)


class OutgoingMail(Public):
    """A mail as it was written for its reader; `effect_key` makes it the only one of its kind."""

    __tablename__ = "outgoing_mail"
    __table_args__ = (
        CheckConstraint(f"state IN ({MAIL_STATES})", name="state"),
        tenant_fk("contact_id", "contact", ondelete="SET NULL"),
        Index("ix_outgoing_mail_created_at", "created_at"),
    )

    effect_key: Mapped[str] = mapped_column(String(200), unique=True, info=impersonal)
    kind: Mapped[str] = mapped_column(String(60), info=impersonal)
    community_id: Mapped[int | None] = mapped_column(
        ForeignKey("community.id", ondelete="CASCADE"), index=True
    )
    person_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"),
        index=True,
        info=personal("mail.to_me", erase=TOMBSTONE),
    )
    contact_id: Mapped[int | None] = mapped_column(
        index=True, info=personal("mail.to_my_card", erase=TOMBSTONE)
    )
    to_name: Mapped[str] = mapped_column(
        String(200), info=personal("mail.name", erase=BLANK, blank="")
    )
    to_address: Mapped[str] = mapped_column(
        String(320), info=personal("mail.address", erase=BLANK, blank="")
    )
    from_name: Mapped[str] = mapped_column(String(200), info=impersonal)
    reply_to: Mapped[str | None] = mapped_column(
        String(320), info=personal("mail.reply_to", erase=BLANK)
    )
    language: Mapped[str] = mapped_column(String(12), info=impersonal)
    subject: Mapped[str] = mapped_column(
        String(400), info=personal("mail.subject", erase=BLANK, blank="")
    )
    text_body: Mapped[str] = mapped_column(Text, info=personal("mail.text", erase=BLANK, blank=""))
    html_body: Mapped[str] = mapped_column(Text, info=personal("mail.html", erase=BLANK, blank=""))
    attachments: Mapped[dict[str, Any]] = mapped_column(
        default=dict, info=personal("mail.attachments", erase=BLANK, blank={})
    )
    unsubscribe_url: Mapped[str | None] = mapped_column(
        Text, info=personal(None, erase=BLANK, reason="a secret link, made again when needed")
    )
    message_id: Mapped[str] = mapped_column(String(200), unique=True, info=impersonal)
    state: Mapped[str] = mapped_column(String(12), default=MailState.QUEUED, info=impersonal)
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    last_error: Mapped[str | None] = mapped_column(String(200), info=impersonal)  # codes, no words
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    due_at: Mapped[datetime | None]
    claimed_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    blanked_at: Mapped[datetime | None]


EMPTIED = {
    column.key: column.info["privacy"].blank
    for column in OutgoingMail.__table__.columns
    if getattr(column.info.get("privacy"), "erase", None) is BLANK
}
"""What a mail holds that nobody may read any more: all that is blanked when a person is erased."""


class NoticeChoice(Keyed):
    """What one reader chose about one kind of mail, in one community or (null) in all."""

    __tablename__ = "notice_choice"
    __table_args__ = (
        UniqueConstraint(
            "person_id",
            "contact_id",
            "community_id",
            "kind",
            name="uq_notice_choice_reader",
            postgresql_nulls_not_distinct=True,
        ),
        tenant_fk("contact_id", "contact", ondelete="CASCADE"),
        CheckConstraint("num_nonnulls(person_id, contact_id) = 1", name="one_reader"),
    )

    person_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"),
        info=personal("notice_choices", erase=DELETE),
    )
    contact_id: Mapped[int | None] = mapped_column(info=personal("notice_choices", erase=DELETE))
    community_id: Mapped[int | None] = mapped_column(
        ForeignKey("community.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str] = mapped_column(
        String(60), info=personal("notice_choices.kind", erase=DELETE)
    )
    is_wanted: Mapped[bool]
    chosen_at: Mapped[datetime] = mapped_column(default=clock.now)


class Throttle(Base):
    """How often something was tried of late, under a hashed key."""

    __tablename__ = "throttle"

    kind: Mapped[str] = mapped_column(String(60), primary_key=True, info=impersonal)
    key: Mapped[str] = mapped_column(String(64), primary_key=True, info=impersonal)  # a hash
    hits: Mapped[int]
    ends_at: Mapped[datetime] = mapped_column(index=True)


class AuditEntry(Keyed):
    """Who did what to which row; ids only, never changed, never removed (a trigger sees to it).

    Its ids are no foreign keys: an entry outlives what it tells of.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_community_id_at", "community_id", "at"),
        Index("ix_audit_entry_subject", "subject_table", "subject_id"),
    )

    at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    action: Mapped[str] = mapped_column(String(80), info=impersonal)
    actor_id: Mapped[int | None] = mapped_column(index=True)
    community_id: Mapped[int | None]
    subject_table: Mapped[str | None] = mapped_column(String(60), info=impersonal)
    subject_id: Mapped[int | None]
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict, info=impersonal)
    request_id: Mapped[str | None] = mapped_column(String(40), info=impersonal)


class StoredFile(Keyed):
    """A file in storage: its random key is its address."""

    __tablename__ = "stored_file"

    key: Mapped[str] = mapped_column(String(80), unique=True, info=impersonal)
    content_type: Mapped[str] = mapped_column(String(80), info=impersonal)
    size: Mapped[int]
    width: Mapped[int | None]
    height: Mapped[int | None]
    community_id: Mapped[int | None] = mapped_column(
        ForeignKey("community.id", ondelete="SET NULL"), index=True
    )
    person_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"),
        index=True,
        info=personal("files.uploaded", erase=TOMBSTONE),
    )
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class SpentEffect(Base):
    """An effect that has been had: its key can be spent once."""

    __tablename__ = "spent_effect"

    key: Mapped[str] = mapped_column(String(200), primary_key=True, info=impersonal)
    spent_at: Mapped[datetime] = mapped_column(default=clock.now)
