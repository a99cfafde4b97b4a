"""Care for members: bans, and reports with their queue and outcome."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.communities.models.community import Rule
from app.communities.models.contact import Contact
from app.core.database import (
    BETWEEN_MEMBERS,
    Keyed,
    Public,
    Tenant,
    one_of,
    tenant_fk,
    tenant_key,
)
from app.core.privacy import BLANK, KEEP, TOMBSTONE, impersonal, personal

SAFETY = "others' safety: that there was a ban stays, as a bare number by which nobody is known"


class Ban(Tenant, Keyed):
    """A contact who may not come back, with the reason; lifted rather than deleted."""

    __tablename__ = "ban"
    __table_args__ = (
        tenant_fk("contact_id", "contact"),
        tenant_fk("banned_by_id", "contact", ondelete="SET NULL"),
        Index(
            "uq_ban_current",
            "community_id",
            "contact_id",
            unique=True,
            postgresql_where=text("lifted_at IS NULL"),
        ),
    )

    contact_id: Mapped[int] = mapped_column(info=personal("contact", erase=KEEP, reason=SAFETY))
    reason: Mapped[str] = mapped_column(String(500), info=personal("reason", erase=BLANK, blank=""))
    banned_at: Mapped[datetime]
    banned_by_id: Mapped[int | None] = mapped_column(info=personal("ban made", erase=TOMBSTONE))
    lifted_at: Mapped[datetime | None]


class ReportSubject(StrEnum):
    """What sort of thing a report is about."""

    CONTACT = "contact"
    EVENT = "event"
    COMMUNITY = "community"
    MESSAGE = "message"


class ReportState(StrEnum):
    """Where a report stands in the queue."""

    OPEN = "open"
    IN_REVIEW = "in_review"
    RESOLVED = "resolved"


class Outcome(StrEnum):
    """How a report ended."""

    NO_ACTION = "no_action"
    TALKED = "talked"
    WARNED = "warned"
    CONTENT_REMOVED = "content_removed"
    REMOVED = "removed"
    BANNED = "banned"


class Report(Tenant, Public):
    """A member says which rule was broken, and by what; moderators answer."""

    __tablename__ = "report"
    __table_args__ = (
        tenant_key(),
        tenant_fk("reporter_id", "contact"),
        tenant_fk("about_contact_id", "contact"),
        tenant_fk("rule_id", "rule", ondelete="SET NULL"),
        tenant_fk("handled_by_id", "contact", ondelete="SET NULL"),
        CheckConstraint(
            "(state = 'resolved') = (outcome IS NOT NULL)", name="resolved_with_an_outcome"
        ),
        Index("ix_report_queue", "community_id", "state", "created_at"),
    )

    reporter_id: Mapped[int] = mapped_column(info=personal("reporter", erase=TOMBSTONE))
    subject: Mapped[ReportSubject] = mapped_column(one_of(ReportSubject))
    subject_public_id: Mapped[str] = mapped_column(String(16), info=impersonal)
    about_contact_id: Mapped[int | None] = mapped_column(
        index=True,
        info=personal(None, erase=TOMBSTONE, reason="a reporter must not be found by export"),
    )
    rule_id: Mapped[int | None]
    words: Mapped[str] = mapped_column(Text, info=personal("words", erase=BLANK, blank=""))
    created_at: Mapped[datetime]
    state: Mapped[ReportState] = mapped_column(one_of(ReportState), default=ReportState.OPEN)
    outcome: Mapped[Outcome | None] = mapped_column(one_of(Outcome))
    handled_by_id: Mapped[int | None] = mapped_column(
        info=personal("report handled", erase=TOMBSTONE)
    )
    handled_at: Mapped[datetime | None]
    reply: Mapped[str | None] = mapped_column(Text, info=personal("reply", erase=BLANK))

    rule: Mapped[Rule | None] = relationship(
        primaryjoin="Rule.id == foreign(Report.rule_id)", viewonly=True
    )
    reporter: Mapped[Contact] = relationship(
        primaryjoin="Contact.id == foreign(Report.reporter_id)", viewonly=True
    )
    about_contact: Mapped[Contact | None] = relationship(
        primaryjoin="Contact.id == foreign(Report.about_contact_id)", viewonly=True
    )


class ReportAct(StrEnum):
    """What a line in a report's log tells."""

    NOTE = "note"
    TAKEN = "taken"  # someone began to look into it
    RETURNED = "returned"  # someone put it back into the queue
    RESOLVED = "resolved"


class ReportNote(Tenant, Keyed):
    """What a moderator wrote or did on a report: several hands, one log."""

    __tablename__ = "report_note"
    __table_args__ = (
        tenant_fk("report_id", "report", ondelete="CASCADE"),
        tenant_fk("author_id", "contact", ondelete="SET NULL"),
    )

    report_id: Mapped[int] = mapped_column(index=True)
    act: Mapped[ReportAct] = mapped_column(one_of(ReportAct), default=ReportAct.NOTE)
    author_id: Mapped[int | None] = mapped_column(info=personal("author", erase=TOMBSTONE))
    words: Mapped[str] = mapped_column(Text, info=personal("note", erase=BLANK, blank=""))
    created_at: Mapped[datetime]


class Thanks(Tenant, Public):
    """A member thanks another for something, in one sentence, which the other one reads."""

    __tablename__ = "thanks"
    __table_args__ = (
        tenant_key(),
        tenant_fk("from_id", "contact"),
        tenant_fk("to_id", "contact"),
        CheckConstraint("from_id <> to_id", name="for_another"),
        Index("ix_thanks_from", "community_id", "from_id", "thanked_at"),
        Index("ix_thanks_to", "community_id", "to_id", "thanked_at"),
        BETWEEN_MEMBERS,
    )

    from_id: Mapped[int] = mapped_column(info=personal("thanked by", erase=TOMBSTONE))
    to_id: Mapped[int] = mapped_column(info=personal("thanked", erase=TOMBSTONE))
    reason: Mapped[str] = mapped_column(String(300), info=personal("reason", erase=BLANK, blank=""))
    thanked_at: Mapped[datetime]
