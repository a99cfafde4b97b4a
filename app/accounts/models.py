"""Persons: the private accounts of this installation. Nothing here is ever shown to others."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.database import Base, Keyed, Public, Versioned, one_of
from app.core.privacy import BLANK, DELETE, KEEP, impersonal, personal


class Founding(StrEnum):
    """Who may found communities on this installation."""

    ANYONE = "anyone"
    ADMINS = "admins"


class SuspendedFor(StrEnum):
    """Why a community is suspended, as the audit keeps it: a word of ours, nobody's text."""

    RULES = "rules"
    LAW = "law"
    ASKED = "asked"
    OTHER = "other"


class Installation(Base):
    """The one row that says what this installation is and allows."""

    __tablename__ = "installation"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, default=1, autoincrement=False)
    is_demo: Mapped[bool] = mapped_column(default=False)
    demo_seeded_at: Mapped[datetime | None]  # none: the seeding was killed half way
    founding: Mapped[Founding] = mapped_column(one_of(Founding), default=Founding.ANYONE)
    sign_up_open: Mapped[bool] = mapped_column(default=True)
    setup_token_hash: Mapped[str | None] = mapped_column(String(64), info=impersonal)
    created_at: Mapped[datetime]


class Person(Public, Versioned):
    """A private account: credentials, language and zone of one human being."""

    __tablename__ = "person"

    password_hash: Mapped[str | None] = mapped_column(
        String(255), info=personal(None, erase=BLANK, reason="a secret helps nobody outside")
    )
    language: Mapped[str] = mapped_column(
        String(16), default="en", info=personal("language", erase=BLANK, blank="en")
    )
    zone: Mapped[str] = mapped_column(
        String(64), default="UTC", info=personal("zone", erase=BLANK, blank="UTC")
    )
    theme: Mapped[str] = mapped_column(
        String(8), default="system", info=personal("theme", erase=BLANK, blank="system")
    )
    created_at: Mapped[datetime]
    is_site_admin: Mapped[bool] = mapped_column(default=False)
    suspended_at: Mapped[datetime | None]
    suspended_reason: Mapped[str | None] = mapped_column(
        String(500), info=personal("suspended_reason", erase=BLANK)
    )
    totp_salt: Mapped[bytes | None] = mapped_column(  # the secret itself is derived, never stored
        info=personal(None, erase=BLANK, reason="a secret helps nobody outside")
    )
    totp_confirmed_at: Mapped[datetime | None]
    totp_last_step: Mapped[int | None]  # a code is good once: the last thirty-second step taken
    erasure_due_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]

    emails: Mapped[list["PersonEmail"]] = relationship(
        back_populates="person", order_by="PersonEmail.id"
    )


class PersonEmail(Keyed):
    """A verified address; an unverified one is only a waiting mail token."""

    __tablename__ = "person_email"
    __table_args__ = (
        Index(
            "uq_person_email_primary", "person_id", unique=True, postgresql_where=text("is_primary")
        ),
    )

    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), info=personal("person", erase=DELETE)
    )
    address: Mapped[str] = mapped_column(String(254), info=personal("address", erase=DELETE))
    address_key: Mapped[str] = mapped_column(
        String(254),
        unique=True,
        info=personal(None, erase=DELETE, reason="the address again, normalised"),
    )
    is_primary: Mapped[bool] = mapped_column(default=False)
    verified_at: Mapped[datetime]

    person: Mapped[Person] = relationship(back_populates="emails")


class PersonSession(Public):
    """One signed-in browser, which its person can end from anywhere."""

    __tablename__ = "person_session"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"),
        index=True,
        info=personal("person", erase=DELETE),
    )
    token_hash: Mapped[str] = mapped_column(
        String(64),
        unique=True,
        info=personal(None, erase=DELETE, reason="a secret helps nobody outside"),
    )
    device: Mapped[str] = mapped_column(String(200), info=personal("device", erase=DELETE))
    network: Mapped[str] = mapped_column(String(64), info=personal("network", erase=DELETE))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    proved_at: Mapped[datetime | None]  # when a password, code or mailed link was last given
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()


class RecoveryCode(Keyed):
    """A code that stands in for the second factor, once."""

    __tablename__ = "recovery_code"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"),
        index=True,
        info=personal("person", erase=DELETE),
    )
    code_hash: Mapped[str] = mapped_column(
        String(64), info=personal(None, erase=DELETE, reason="a secret helps nobody outside")
    )
    used_at: Mapped[datetime | None]


class TokenPurpose(StrEnum):
    """What a mailed link is good for."""

    SIGN_UP = "sign_up"
    RESET = "reset"
    MAGIC = "magic"
    ADD_EMAIL = "add_email"


class MailToken(Keyed):
    """A link sent by mail, good once and for a while; only its hash is kept."""

    __tablename__ = "mail_token"

    purpose: Mapped[TokenPurpose] = mapped_column(one_of(TokenPurpose))
    token_hash: Mapped[str] = mapped_column(
        String(64),
        unique=True,
        info=personal(None, erase=DELETE, reason="a secret helps nobody outside"),
    )
    person_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"),
        index=True,
        info=personal("person", erase=DELETE),
    )
    address: Mapped[str] = mapped_column(String(254), info=personal("address", erase=DELETE))
    address_key: Mapped[str] = mapped_column(
        String(254),
        index=True,
        info=personal(None, erase=DELETE, reason="the address again, normalised"),
    )
    payload: Mapped[dict[str, Any]] = mapped_column(
        default=dict,
        info=personal(None, erase=DELETE, reason="a waiting password hash and a return path"),
    )
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Block(Keyed):
    """One person wants no trace of another, and leaves none: symmetric in its effect."""

    __tablename__ = "block"
    __table_args__ = (
        UniqueConstraint("blocker_id", "blocked_id"),
        CheckConstraint("blocker_id <> blocked_id", name="not_oneself"),
    )

    blocker_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), info=personal("blocker", erase=DELETE)
    )
    blocked_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"),
        index=True,
        info=personal(None, erase=DELETE, reason="who blocked me is theirs to know"),
    )
    created_at: Mapped[datetime]


class ExportState(StrEnum):
    """Where a person's export stands."""

    WAITING = "waiting"
    READY = "ready"
    GONE = "gone"


class DataExport(Public):
    """A zip of everything about a person, made by a job and kept for some days."""

    __tablename__ = "data_export"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"),
        index=True,
        info=personal("person", erase=DELETE),
    )
    state: Mapped[ExportState] = mapped_column(one_of(ExportState), default=ExportState.WAITING)
    file_key: Mapped[str | None] = mapped_column(
        String(80), info=personal(None, erase=DELETE, reason="the export itself")
    )
    requested_at: Mapped[datetime]
    ready_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]


class ErasureEntry(Keyed):
    """The log of erasures: numbers only, replayed after a restore from an older backup."""

    __tablename__ = "erasure_entry"

    person_id: Mapped[int] = mapped_column(
        unique=True,
        info=personal(None, erase=KEEP, reason="a bare number: a restore must erase it again"),
    )
    erased_at: Mapped[datetime]
