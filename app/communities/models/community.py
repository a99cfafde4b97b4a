"""The community itself, its questions at the door, its rules, and the permission map."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    Computed,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.database import Base, Keyed, Public, Tenant, Versioned, one_of, tenant_fk, tenant_key
from app.core.privacy import DELETE, TOMBSTONE, impersonal, personal


class Visibility(StrEnum):
    """Who can find and see a community from outside."""

    PUBLIC = "public"  # listed and open to read
    UNLISTED = "unlisted"  # open to read for whoever has the link
    PRIVATE = "private"  # its name and door can be seen, nothing inside
    SECRET = "secret"  # noqa: S105 - nothing can be seen without an invitation


class Joining(StrEnum):
    """What the door asks of someone who wants in."""

    OPEN = "open"
    QUESTIONS = "questions"  # straight in after answering
    APPROVAL = "approval"  # an organizer decides
    INVITATION = "invitation"  # only with a link


class Role(Base):
    """A row of the permission map; `rank` orders roles, the higher the more trusted."""

    __tablename__ = "role"

    key: Mapped[str] = mapped_column(String(32), primary_key=True, info=impersonal)
    rank: Mapped[int] = mapped_column(unique=True)


class RolePermission(Base):
    """One permission that a role has."""

    __tablename__ = "role_permission"

    role_key: Mapped[str] = mapped_column(
        ForeignKey("role.key", ondelete="CASCADE"), primary_key=True, info=impersonal
    )
    permission: Mapped[str] = mapped_column(String(64), primary_key=True, info=impersonal)


class Community(Public, Versioned):
    """A group of people with a purpose, a door and rules of its own."""

    __tablename__ = "community"
    __table_args__ = (
        CheckConstraint("hue BETWEEN 0 AND 359", name="hue_on_the_wheel"),
        CheckConstraint("slug ~ '^[a-z0-9](-?[a-z0-9])*$'", name="slug_plain"),
        CheckConstraint("currency ~ '^[a-z]{3}$'", name="currency_code"),
        Index("ix_community_search", "search", postgresql_using="gin"),
    )

    slug: Mapped[str] = mapped_column(String(64), unique=True, info=impersonal)
    name: Mapped[str] = mapped_column(String(80), info=impersonal)
    purpose: Mapped[str] = mapped_column(String(500), info=impersonal)
    about: Mapped[str] = mapped_column(Text, default="", info=impersonal)
    welcome: Mapped[str] = mapped_column(Text, default="", info=impersonal)
    visibility: Mapped[Visibility] = mapped_column(one_of(Visibility), default=Visibility.PUBLIC)
    joining: Mapped[Joining] = mapped_column(one_of(Joining), default=Joining.OPEN)
    hue: Mapped[int]
    mark_key: Mapped[str | None] = mapped_column(String(80), info=impersonal)
    zone: Mapped[str] = mapped_column(String(64), default="UTC", info=impersonal)
    language: Mapped[str] = mapped_column(String(16), default="en", info=impersonal)
    currency: Mapped[str] = mapped_column(String(3), default="eur", info=impersonal)
    created_at: Mapped[datetime]
    founder_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"),
        index=True,
        info=personal("founded", erase=TOMBSTONE),
    )
    checklist_done_at: Mapped[datetime | None]
    suspended_at: Mapped[datetime | None]
    closing_at: Mapped[datetime | None]  # erased for good at this moment
    search_text: Mapped[str] = mapped_column(Text, default="", info=impersonal)
    search: Mapped[str] = mapped_column(
        TSVECTOR,
        Computed("to_tsvector('simple', search_text)", persisted=True),
        info=impersonal,
        deferred=True,
    )
    sort_key: Mapped[bytes] = mapped_column(default=b"", info=impersonal)


class JoinQuestion(Tenant, Public):
    """A question at the door; retired rather than deleted, since answers refer to it."""

    __tablename__ = "join_question"
    __table_args__ = (tenant_key(),)

    position: Mapped[int]
    words: Mapped[str] = mapped_column(String(300), info=impersonal)
    is_required: Mapped[bool] = mapped_column(default=True)
    retired_at: Mapped[datetime | None]


class RulesVersion(Tenant, Public):
    """The rules as they stood from one day on; a change is a new version to consent to."""

    __tablename__ = "rules_version"
    __table_args__ = (tenant_key(), UniqueConstraint("community_id", "number"))

    number: Mapped[int]
    note: Mapped[str] = mapped_column(String(300), default="", info=impersonal)
    published_at: Mapped[datetime]

    rules: Mapped[list["Rule"]] = relationship(
        primaryjoin="RulesVersion.id == foreign(Rule.rules_version_id)",
        order_by="Rule.position",
        viewonly=True,
    )


class Rule(Tenant, Public):
    """One rule, which a report can name."""

    __tablename__ = "rule"
    __table_args__ = (
        tenant_key(),
        tenant_fk("rules_version_id", "rules_version", ondelete="CASCADE"),
    )

    rules_version_id: Mapped[int] = mapped_column(index=True)
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(120), info=impersonal)
    words: Mapped[str] = mapped_column(Text, default="", info=impersonal)


class RulesConsent(Tenant, Keyed):
    """A contact's yes to one version of the rules."""

    __tablename__ = "rules_consent"
    __table_args__ = (
        UniqueConstraint("community_id", "contact_id", "rules_version_id"),
        tenant_fk("contact_id", "contact", ondelete="CASCADE"),
        tenant_fk("rules_version_id", "rules_version", ondelete="CASCADE"),
    )

    contact_id: Mapped[int] = mapped_column(info=personal("contact", erase=DELETE))
    rules_version_id: Mapped[int]
    consented_at: Mapped[datetime]
