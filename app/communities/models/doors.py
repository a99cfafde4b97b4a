"""Doors: invitation links and the queue of those who asked to come in."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.communities.models.contact import Contact
from app.core.database import Public, Tenant, one_of, tenant_fk, tenant_key
from app.core.privacy import DELETE, TOMBSTONE, impersonal, personal


class InvitationKind(StrEnum):
    """How far a link is trusted."""

    TRUSTED = "trusted"  # straight in
    UNKNOWN = "unknown"  # into the queue


class Invitation(Tenant, Public):
    """A link to come in; its secret is derived by signature, never stored."""

    __tablename__ = "invitation"
    __table_args__ = (
        tenant_key(),
        tenant_fk("created_by_id", "contact", ondelete="SET NULL"),
        CheckConstraint("uses >= 0", name="uses_positive"),
        CheckConstraint("max_uses IS NULL OR uses <= max_uses", name="never_overused"),
    )

    kind: Mapped[InvitationKind] = mapped_column(one_of(InvitationKind))
    label: Mapped[str] = mapped_column(String(80), default="", info=impersonal)
    max_uses: Mapped[int | None]
    uses: Mapped[int] = mapped_column(default=0)
    created_by_id: Mapped[int | None] = mapped_column(
        info=personal("invitation made", erase=TOMBSTONE)
    )
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class JoinRequestState(StrEnum):
    """Where a request to come in stands."""

    WAITING = "waiting"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class JoinRequest(Tenant, Public):
    """Someone asked to come in and waits for an organizer."""

    __tablename__ = "join_request"
    __table_args__ = (
        tenant_key(),
        tenant_fk("contact_id", "contact", ondelete="CASCADE"),
        tenant_fk("decided_by_id", "contact", ondelete="SET NULL"),
        tenant_fk("invitation_id", "invitation", ondelete="SET NULL"),
        Index(
            "uq_join_request_waiting",
            "community_id",
            "contact_id",
            unique=True,
            postgresql_where=text("state = 'waiting'"),
        ),
    )

    contact_id: Mapped[int] = mapped_column(index=True, info=personal("contact", erase=DELETE))
    state: Mapped[JoinRequestState] = mapped_column(
        one_of(JoinRequestState), default=JoinRequestState.WAITING
    )
    answers: Mapped[list[dict[str, Any]]] = mapped_column(
        default=list, info=personal("answers", erase=DELETE)
    )
    invitation_id: Mapped[int | None]
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(
        info=personal("decision made", erase=TOMBSTONE)
    )
    reply: Mapped[str | None] = mapped_column(String(500), info=personal("reply", erase=DELETE))

    contact: Mapped[Contact] = relationship(
        primaryjoin="Contact.id == foreign(JoinRequest.contact_id)", viewonly=True
    )
