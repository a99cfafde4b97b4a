"""Membership: a period in which a contact belongs."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.communities.models.contact import Contact
from app.core.database import Public, Tenant, one_of, tenant_fk, tenant_key
from app.core.privacy import BLANK, TOMBSTONE, impersonal, personal


class JoinedVia(StrEnum):
    """The door someone came through."""

    FOUNDING = "founding"
    OPEN = "open"
    QUESTIONS = "questions"
    APPROVAL = "approval"
    INVITATION = "invitation"
    IMPORT = "import"
    EVENT = "event"


class EndReason(StrEnum):
    """Why a membership ended."""

    LEFT = "left"
    REMOVED = "removed"
    BANNED = "banned"
    CLOSED = "closed"
    ERASED = "erased"
    UNDONE = "undone"


class Membership(Tenant, Public):
    """One period of belonging; a rejoin is a new row."""

    __tablename__ = "membership"
    __table_args__ = (
        tenant_key(),
        tenant_fk("contact_id", "contact"),
        tenant_fk("invitation_id", "invitation", ondelete="SET NULL"),
        CheckConstraint("left_at IS NULL OR left_at >= joined_at", name="ends_after_it_began"),
        CheckConstraint("(left_at IS NULL) = (end_reason IS NULL)", name="ended_for_a_reason"),
        Index(
            "uq_membership_current",
            "community_id",
            "contact_id",
            unique=True,
            postgresql_where=text("left_at IS NULL"),
        ),
        Index("ix_membership_joined", "community_id", "joined_at"),
    )

    contact_id: Mapped[int] = mapped_column(index=True, info=personal("contact", erase=TOMBSTONE))
    role_key: Mapped[str] = mapped_column(ForeignKey("role.key"), default="member", info=impersonal)
    joined_at: Mapped[datetime]
    joined_via: Mapped[JoinedVia] = mapped_column(one_of(JoinedVia))
    invitation_id: Mapped[int | None]
    welcomed_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    end_reason: Mapped[EndReason | None] = mapped_column(one_of(EndReason))
    end_words: Mapped[str | None] = mapped_column(
        String(500), info=personal("words at the end", erase=BLANK)
    )

    contact: Mapped[Contact] = relationship(
        primaryjoin="Contact.id == foreign(Membership.contact_id)", viewonly=True
    )
