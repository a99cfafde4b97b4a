"""A yes to a suggestion, what two of them become, and what came of it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import (
    BETWEEN_MEMBERS,
    Keyed,
    Public,
    Tenant,
    one_of,
    tenant_fk,
    tenant_key,
)
from app.core.privacy import BLANK, DELETE, TOMBSTONE, personal
from app.matching.models.suggestion import THE_OTHER, MatchKind, MatchRole

LINE = 280


class HelloState(StrEnum):
    """Where a hello stands; only its sayer ever knows."""

    WAITING = "waiting"
    MET = "met"  # the other said hello too: an introduction
    TAKEN_BACK = "taken_back"
    EXPIRED = "expired"
    ENDED = "ended"  # one of the two left, fell asleep, blocked the other, or wants no more matches


class Hello(Tenant, Keyed):
    """A member's yes to meeting another, in one kind; nobody but the sayer can tell it is there.

    The row stays when it ends: what was said is an outcome to learn from.
    """

    __tablename__ = "hello"
    __table_args__ = (
        UniqueConstraint("community_id", "contact_id", "kind", "other_id"),
        tenant_fk("contact_id", "contact", ondelete="CASCADE"),
        tenant_fk("other_id", "contact", ondelete="CASCADE"),
        CheckConstraint("contact_id <> other_id", name="not_oneself"),
        CheckConstraint("expires_at > said_at", name="expires_later"),
        CheckConstraint("(state = 'waiting') = (ended_at IS NULL)", name="ended_unless_waiting"),
        Index("ix_hello_expires", "state", "expires_at"),
        BETWEEN_MEMBERS,
    )

    contact_id: Mapped[int] = mapped_column(info=personal("contact", erase=DELETE))
    other_id: Mapped[int] = mapped_column(
        index=True, info=personal(None, erase=DELETE, reason=THE_OTHER)
    )
    kind: Mapped[MatchKind] = mapped_column(one_of(MatchKind))
    role: Mapped[MatchRole] = mapped_column(one_of(MatchRole), default=MatchRole.PEER)
    line: Mapped[str] = mapped_column(
        String(LINE), default="", info=personal("line", erase=BLANK, blank="")
    )
    state: Mapped[HelloState] = mapped_column(one_of(HelloState), default=HelloState.WAITING)
    said_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class IntroductionState(StrEnum):
    """Where an introduction stands, for both alike."""

    INTRODUCED = "introduced"
    MET = "met"  # one of them said that they met
    USEFUL = "useful"  # both called it useful
    ENDED = "ended"


class EndedBy(StrEnum):
    """Why an introduction ended."""

    LEFT = "left"
    BLOCKED = "blocked"
    ERASED = "erased"


class Introduction(Tenant, Public):
    """Both said yes: two members who know that they may talk. One per pair, whatever the kind."""

    __tablename__ = "introduction"
    __table_args__ = (
        tenant_key(),
        UniqueConstraint("community_id", "lower_id", "higher_id"),
        tenant_fk("lower_id", "contact"),
        tenant_fk("higher_id", "contact"),
        tenant_fk("thread_id", "thread", ondelete="SET NULL"),
        CheckConstraint("lower_id < higher_id", name="in_order"),
        CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name="ended_at_a_moment"),
        CheckConstraint("(state = 'ended') = (ended_by IS NOT NULL)", name="ended_for_a_reason"),
        BETWEEN_MEMBERS,
    )

    lower_id: Mapped[int] = mapped_column(
        info=personal(None, erase=TOMBSTONE, reason="told by the side of each")
    )
    higher_id: Mapped[int] = mapped_column(
        index=True, info=personal(None, erase=TOMBSTONE, reason="told by the side of each")
    )
    kind: Mapped[MatchKind] = mapped_column(one_of(MatchKind))
    state: Mapped[IntroductionState] = mapped_column(
        one_of(IntroductionState), default=IntroductionState.INTRODUCED
    )
    introduced_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[EndedBy | None] = mapped_column(one_of(EndedBy))
    thread_id: Mapped[int | None]


class IntroductionSide(Tenant, Keyed):
    """What an introduction is to one of the two: their line, and why the other was suggested."""

    __tablename__ = "introduction_side"
    __table_args__ = (
        UniqueConstraint("community_id", "introduction_id", "contact_id"),
        tenant_fk("introduction_id", "introduction", ondelete="CASCADE"),
        tenant_fk("contact_id", "contact"),
        tenant_fk("other_id", "contact"),
        Index("ix_introduction_side_contact", "community_id", "contact_id"),
        BETWEEN_MEMBERS,
    )

    introduction_id: Mapped[int]
    contact_id: Mapped[int] = mapped_column(info=personal("contact", erase=TOMBSTONE))
    other_id: Mapped[int] = mapped_column(
        index=True, info=personal(None, erase=TOMBSTONE, reason=THE_OTHER)
    )
    role: Mapped[MatchRole] = mapped_column(one_of(MatchRole))
    line: Mapped[str] = mapped_column(
        String(LINE), default="", info=personal("line", erase=BLANK, blank="")
    )
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(
        default=list, info=personal("reasons", erase=BLANK, blank=[])
    )


class AnswerStep(StrEnum):
    """When the two are asked what became of it."""

    SOON = "soon"  # after 14 days: did you meet, was it useful
    LATER = "later"  # after 60 days: are you still in touch


class IntroductionAnswer(Tenant, Keyed):
    """What one of the two was asked and said; the other never sees it."""

    __tablename__ = "introduction_answer"
    __table_args__ = (
        UniqueConstraint("community_id", "introduction_id", "contact_id", "step"),
        tenant_fk("introduction_id", "introduction", ondelete="CASCADE"),
        tenant_fk("contact_id", "contact"),
        CheckConstraint("useful BETWEEN 1 AND 5", name="useful_on_the_scale"),
        CheckConstraint("useful IS NULL OR met", name="only_a_meeting_is_useful"),
        CheckConstraint("step = 'soon' OR met IS NULL", name="met_is_asked_soon"),
        CheckConstraint("step = 'later' OR in_touch IS NULL", name="in_touch_is_asked_later"),
        BETWEEN_MEMBERS,
    )

    introduction_id: Mapped[int]
    contact_id: Mapped[int] = mapped_column(index=True, info=personal("contact", erase=TOMBSTONE))
    step: Mapped[AnswerStep] = mapped_column(one_of(AnswerStep))
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    met: Mapped[bool | None]
    useful: Mapped[int | None]
    in_touch: Mapped[bool | None]
