"""Who asked for suggestions, what was suggested to whom with which reasons, and who saw it."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Date, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import BETWEEN_MEMBERS, Keyed, Tenant, one_of, tenant_fk
from app.core.privacy import DELETE, impersonal, personal

THE_OTHER = "another member, not me"


class MatchKind(StrEnum):
    """What a member hopes for from a match."""

    FRIEND = "friend"
    MENTOR = "mentor"
    COLLABORATOR = "collaborator"


class MatchRole(StrEnum):
    """What the other one would be to me; only mentoring has two different ends."""

    PEER = "peer"
    MENTOR = "mentor"
    MENTEE = "mentee"


class MatchChoice(Tenant, Keyed):
    """A member's yes to one kind of suggestion; no row is a no.

    There is none without a word that its member is of age: minors are never suggested.
    """

    __tablename__ = "match_choice"
    __table_args__ = (
        UniqueConstraint("community_id", "contact_id", "kind"),
        tenant_fk("contact_id", "contact", ondelete="CASCADE"),
        BETWEEN_MEMBERS,
    )

    contact_id: Mapped[int] = mapped_column(info=personal("contact", erase=DELETE))
    kind: Mapped[MatchKind] = mapped_column(one_of(MatchKind))
    chosen_at: Mapped[datetime]
    adult_said_at: Mapped[datetime]


class Suggestion(Tenant, Keyed):
    """One member shown to another, with what they share; recomputed by a job.

    A reason is {"what": "facet", "mine": kind, "theirs": kind, "my_key": value_key,
    "key": value_key, "value": as the other wrote it}, or another `what` with its own values.
    """

    __tablename__ = "suggestion"
    __table_args__ = (
        UniqueConstraint("community_id", "contact_id", "kind", "other_id"),
        tenant_fk("contact_id", "contact", ondelete="CASCADE"),
        tenant_fk("other_id", "contact", ondelete="CASCADE"),
        CheckConstraint("contact_id <> other_id", name="not_oneself"),
        CheckConstraint("rank >= 1", name="ranked_from_one"),
        CheckConstraint("propensity > 0 AND propensity <= 1", name="propensity_is_a_chance"),
        CheckConstraint("(kind = 'mentor') = (role <> 'peer')", name="only_mentoring_has_two_ends"),
        BETWEEN_MEMBERS,
    )

    contact_id: Mapped[int] = mapped_column(info=personal("contact", erase=DELETE))
    other_id: Mapped[int] = mapped_column(
        index=True, info=personal(None, erase=DELETE, reason=THE_OTHER)
    )
    kind: Mapped[MatchKind] = mapped_column(one_of(MatchKind))
    role: Mapped[MatchRole] = mapped_column(one_of(MatchRole))
    rank: Mapped[int]  # within the contact and kind, from 1
    score: Mapped[float]
    propensity: Mapped[float]  # the chance that the rule in force shows this pair
    model: Mapped[str] = mapped_column(String(20), info=impersonal)
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(info=personal("reasons", erase=DELETE))
    computed_at: Mapped[datetime]


class MatchImpression(Tenant, Keyed):
    """A suggestion that stood on a member's page: once a day, as it was ranked then."""

    __tablename__ = "match_impression"
    __table_args__ = (
        UniqueConstraint("community_id", "contact_id", "kind", "other_id", "shown_on"),
        tenant_fk("contact_id", "contact", ondelete="CASCADE"),
        tenant_fk("other_id", "contact", ondelete="CASCADE"),
        CheckConstraint("rank >= 1", name="ranked_from_one"),
        CheckConstraint("propensity > 0 AND propensity <= 1", name="propensity_is_a_chance"),
        Index("ix_match_impression_shown", "community_id", "shown_on"),
        BETWEEN_MEMBERS,
    )

    contact_id: Mapped[int] = mapped_column(info=personal("contact", erase=DELETE))
    other_id: Mapped[int] = mapped_column(
        index=True, info=personal(None, erase=DELETE, reason=THE_OTHER)
    )
    kind: Mapped[MatchKind] = mapped_column(one_of(MatchKind))
    role: Mapped[MatchRole] = mapped_column(one_of(MatchRole))
    shown_on: Mapped[date] = mapped_column(Date)  # UTC
    shown_at: Mapped[datetime]
    rank: Mapped[int]
    score: Mapped[float]
    propensity: Mapped[float]
    model: Mapped[str] = mapped_column(String(20), info=impersonal)


class MatchSetAside(Tenant, Keyed):
    """A member's "not now" (until a moment) or "not this person" (no moment); told to nobody."""

    __tablename__ = "match_set_aside"
    __table_args__ = (
        UniqueConstraint("community_id", "contact_id", "other_id"),
        tenant_fk("contact_id", "contact", ondelete="CASCADE"),
        tenant_fk("other_id", "contact", ondelete="CASCADE"),
        CheckConstraint("contact_id <> other_id", name="not_oneself"),
        CheckConstraint("until IS NULL OR until > set_at", name="ends_after_it_begins"),
        BETWEEN_MEMBERS,
    )

    contact_id: Mapped[int] = mapped_column(info=personal("contact", erase=DELETE))
    other_id: Mapped[int] = mapped_column(
        index=True, info=personal(None, erase=DELETE, reason=THE_OTHER)
    )
    set_at: Mapped[datetime]
    until: Mapped[datetime | None]


class MatchRound(Tenant, Keyed):
    """How the newest computation of a day spread its suggestions over the people of a kind."""

    __tablename__ = "match_round"
    __table_args__ = (
        UniqueConstraint("community_id", "kind", "computed_on"),
        CheckConstraint("coverage BETWEEN 0 AND 1", name="coverage_is_a_share"),
        CheckConstraint("gini BETWEEN 0 AND 1", name="gini_is_a_share"),
        CheckConstraint("suggested <= people AND suggested >= 0", name="suggested_are_people"),
    )

    kind: Mapped[MatchKind] = mapped_column(one_of(MatchKind))
    computed_on: Mapped[date] = mapped_column(Date)  # UTC
    computed_at: Mapped[datetime]
    model: Mapped[str] = mapped_column(String(20), info=impersonal)
    people: Mapped[int]  # who take part
    suggested: Mapped[int]  # of these, who stand on at least one page
    coverage: Mapped[float]
    gini: Mapped[float]  # of how often each stands on a page
