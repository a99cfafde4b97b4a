"""Who asked for suggestions, and what was suggested to whom with which reasons."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Keyed, Tenant, one_of, tenant_fk
from app.core.privacy import DELETE, personal


class MatchKind(StrEnum):
    """What a member hopes for from a match."""

    FRIEND = "friend"
    MENTOR = "mentor"
    COLLABORATOR = "collaborator"


class MatchChoice(Tenant, Keyed):
    """A member's yes to one kind of suggestion; no row is a no."""

    __tablename__ = "match_choice"
    __table_args__ = (
        UniqueConstraint("community_id", "contact_id", "kind"),
        tenant_fk("contact_id", "contact", ondelete="CASCADE"),
    )

    contact_id: Mapped[int] = mapped_column(info=personal("contact", erase=DELETE))
    kind: Mapped[MatchKind] = mapped_column(one_of(MatchKind))
    chosen_at: Mapped[datetime]


class Suggestion(Tenant, Keyed):
    """One member shown to another, with the words they share; recomputed by a job.

    A reason is {"mine": kind, "theirs": kind, "key": value_key, "value": as the other wrote it}.
    """

    __tablename__ = "suggestion"
    __table_args__ = (
        UniqueConstraint("community_id", "contact_id", "kind", "other_id"),
        tenant_fk("contact_id", "contact", ondelete="CASCADE"),
        tenant_fk("other_id", "contact", ondelete="CASCADE"),
        CheckConstraint("contact_id <> other_id", name="not_oneself"),
    )

    contact_id: Mapped[int] = mapped_column(info=personal("contact", erase=DELETE))
    other_id: Mapped[int] = mapped_column(
        index=True, info=personal(None, erase=DELETE, reason="another member, not me")
    )
    kind: Mapped[MatchKind] = mapped_column(one_of(MatchKind))
    score: Mapped[float]
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(info=personal("reasons", erase=DELETE))
    computed_at: Mapped[datetime]
