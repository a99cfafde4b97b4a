"""What goes out and comes in: announcements, imports, and the export of everything."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Public, Tenant, one_of, tenant_fk, tenant_key
from app.core.privacy import BLANK, KEEP, TOMBSTONE, impersonal, personal


class AnnouncementState(StrEnum):
    """Where an announcement stands."""

    SENDING = "sending"
    SENT = "sent"


class Announcement(Tenant, Public):
    """Words of the organizers to all members or to a filter of them."""

    __tablename__ = "announcement"
    __table_args__ = (tenant_key(), tenant_fk("author_id", "contact", ondelete="SET NULL"))

    author_id: Mapped[int | None] = mapped_column(info=personal("author", erase=TOMBSTONE))
    subject: Mapped[str] = mapped_column(String(120), info=impersonal)
    words: Mapped[str] = mapped_column(Text, info=impersonal)
    audience: Mapped[dict[str, Any]] = mapped_column(default=dict, info=impersonal)
    state: Mapped[AnnouncementState] = mapped_column(
        one_of(AnnouncementState), default=AnnouncementState.SENDING
    )
    answers_to_author: Mapped[bool] = mapped_column(default=False)  # the Reply-To of each mail
    recipients: Mapped[int] = mapped_column(default=0)  # whom the filter chose
    written: Mapped[int] = mapped_column(default=0)  # mails made; the rest did not want them
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class ImportState(StrEnum):
    """Where an import stands."""

    PREVIEW = "preview"
    RUNNING = "running"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"


class ImportKind(StrEnum):
    """What a file holds."""

    MEMBERS = "members"
    ACTIVITIES = "activities"
    ORDERS = "orders"


class ImportRun(Tenant, Public):
    """A file brought in: previewed, run with progress, undone as a whole."""

    __tablename__ = "import_run"
    __table_args__ = (
        tenant_key(),
        Index("ix_import_run_newest", "community_id", "kind", text("id DESC")),
    )

    kind: Mapped[ImportKind] = mapped_column(
        one_of(ImportKind), default=ImportKind.MEMBERS, server_default="members"
    )
    state: Mapped[ImportState] = mapped_column(one_of(ImportState), default=ImportState.PREVIEW)
    created_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"),
        index=True,
        info=personal("import made", erase=TOMBSTONE),
    )
    created_at: Mapped[datetime]
    file_key: Mapped[str | None] = mapped_column(
        String(80),
        info=personal(None, erase=KEEP, reason="the raw file; deleted when the run ends"),
    )
    options: Mapped[dict[str, Any]] = mapped_column(default=dict, info=impersonal)
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict, info=impersonal)
    rejects: Mapped[list[dict[str, Any]]] = mapped_column(
        deferred=True,  # up to a thousand lines, which lists of imports never show
        default=list,
        info=personal(None, erase=BLANK, blank=[], reason="lines that could not be read"),
    )
    progress: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    finished_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]


class CommunityExportState(StrEnum):
    """Where a community's export stands."""

    WAITING = "waiting"
    READY = "ready"
    GONE = "gone"


class CommunityExport(Tenant, Public):
    """Everything of a community in one zip, made by a job and kept for some days."""

    __tablename__ = "community_export"
    __table_args__ = (tenant_key(), tenant_fk("requested_by_id", "contact", ondelete="SET NULL"))

    requested_by_id: Mapped[int | None] = mapped_column(
        info=personal("export asked for", erase=TOMBSTONE)
    )
    state: Mapped[CommunityExportState] = mapped_column(
        one_of(CommunityExportState), default=CommunityExportState.WAITING
    )
    file_key: Mapped[str | None] = mapped_column(String(80), info=impersonal)
    size: Mapped[int | None]
    requested_at: Mapped[datetime]
    ready_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
