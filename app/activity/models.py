"""The activity ledger in its final shape: append-only facts, and the roll-up beside them."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Keyed, Public, Tenant, tenant_fk, tenant_key
from app.core.privacy import BLANK, TOMBSTONE, impersonal, personal


class ActivityWeight(Keyed):
    """How much one type of activity weighs (1-12, Orbit's scale); a change is a new version.

    A row without a community is the built-in weight.
    """

    __tablename__ = "activity_weight"
    __table_args__ = (
        Index(
            "uq_activity_weight",
            "community_id",
            "type",
            "version",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint("weight BETWEEN 1 AND 12", name="weight_on_the_scale"),
    )

    community_id: Mapped[int | None] = mapped_column(ForeignKey("community.id", ondelete="CASCADE"))
    type: Mapped[str] = mapped_column(String(40), info=impersonal)
    version: Mapped[int] = mapped_column(default=1)
    weight: Mapped[int]


class Channel(Tenant, Public):
    """A place where activity happens: this site, its events, later a chat or a forum."""

    __tablename__ = "channel"
    __table_args__ = (tenant_key(), UniqueConstraint("community_id", "source", "uid"))

    source: Mapped[str] = mapped_column(String(32), info=impersonal)
    uid: Mapped[str] = mapped_column(String(120), info=impersonal)
    name: Mapped[str] = mapped_column(String(120), info=impersonal)


class Identity(Tenant, Keyed):
    """A contact's account in a source; without a contact until someone links it."""

    __tablename__ = "identity"
    __table_args__ = (
        tenant_key(),
        UniqueConstraint("community_id", "source", "uid"),
        tenant_fk("contact_id", "contact", ondelete="SET NULL"),
    )

    contact_id: Mapped[int | None] = mapped_column(
        index=True, info=personal("contact", erase=TOMBSTONE)
    )
    source: Mapped[str] = mapped_column(String(32), info=impersonal)
    uid: Mapped[str] = mapped_column(String(120), info=personal("account", erase=BLANK, reason=""))
    name: Mapped[str] = mapped_column(
        String(120), default="", info=personal("name", erase=BLANK, blank="")
    )
    email_key: Mapped[str | None] = mapped_column(String(254), info=personal("email", erase=BLANK))
    is_bot: Mapped[bool] = mapped_column(default=False)


class Activity(Tenant, Keyed):
    """One thing a contact did, at a moment; never changed, only voided or re-assigned."""

    __tablename__ = "activity"
    __table_args__ = (
        tenant_key(),
        tenant_fk("contact_id", "contact"),
        tenant_fk("identity_id", "identity"),
        tenant_fk("channel_id", "channel"),
        tenant_fk("counterpart_id", "contact"),
        tenant_fk("reply_to_id", "activity"),
        tenant_fk("import_run_id", "import_run", ondelete="SET NULL"),
        CheckConstraint("contact_id IS NOT NULL OR identity_id IS NOT NULL", name="someone_did_it"),
        CheckConstraint("weight BETWEEN 1 AND 12", name="weight_on_the_scale"),
        Index(
            "uq_activity_source",
            "community_id",
            "source",
            "channel_id",
            "source_uid",
            unique=True,
        ),
        Index("ix_activity_happened", "community_id", "happened_at"),
        Index("ix_activity_contact", "community_id", "contact_id", "happened_at"),
    )

    contact_id: Mapped[int | None] = mapped_column(info=personal("contact", erase=TOMBSTONE))
    identity_id: Mapped[int | None] = mapped_column(
        index=True, info=personal("identity", erase=TOMBSTONE)
    )
    type: Mapped[str] = mapped_column(String(40), info=personal("type", erase=TOMBSTONE))
    happened_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    channel_id: Mapped[int]
    source: Mapped[str] = mapped_column(String(32), info=impersonal)
    source_uid: Mapped[str] = mapped_column(String(120), info=impersonal)
    thread: Mapped[str | None] = mapped_column(String(120), info=impersonal)
    reply_to_id: Mapped[int | None]
    counterpart_id: Mapped[int | None] = mapped_column(
        info=personal(None, erase=TOMBSTONE, reason="the other one, not me")
    )
    subject: Mapped[str | None] = mapped_column(String(40), info=impersonal)  # "event:<public id>"
    weight: Mapped[int]
    import_run_id: Mapped[int | None]
    void_at: Mapped[datetime | None]


class ActivityDay(Tenant, Keyed):
    """The roll-up: how often a contact did a type of thing on a day of the community's zone."""

    __tablename__ = "activity_day"
    __table_args__ = (
        tenant_fk("contact_id", "contact"),
        tenant_fk("channel_id", "channel"),
        UniqueConstraint("community_id", "contact_id", "day", "channel_id", "type"),
        Index("ix_activity_day_day", "community_id", "day", text("contact_id")),
        CheckConstraint("count >= 0", name="count_positive"),
    )

    contact_id: Mapped[int] = mapped_column(info=personal("contact", erase=TOMBSTONE))
    day: Mapped[date] = mapped_column(Date)
    channel_id: Mapped[int]
    type: Mapped[str] = mapped_column(String(40), info=impersonal)
    count: Mapped[int]
    weight: Mapped[int]
