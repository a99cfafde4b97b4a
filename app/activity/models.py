"""The activity ledger in its final shape: append-only facts, and the roll-ups beside them."""

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Keyed, Public, Tenant, tenant_fk, tenant_key
from app.core.privacy import BLANK, DELETE, TOMBSTONE, impersonal, personal

SLEEPING_MONTHS = 6


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
    __table_args__ = (
        tenant_key(),
        UniqueConstraint("community_id", "source", "uid"),
        tenant_fk("import_run_id", "import_run", ondelete="SET NULL"),
    )

    source: Mapped[str] = mapped_column(String(32), info=impersonal)
    uid: Mapped[str] = mapped_column(String(120), info=impersonal)
    name: Mapped[str] = mapped_column(String(120), info=impersonal)
    import_run_id: Mapped[int | None] = mapped_column(index=True)  # the import that made it


class Identity(Tenant, Keyed):
    """A contact's account in a source; without a contact until someone links it."""

    __tablename__ = "identity"
    __table_args__ = (
        tenant_key(),
        UniqueConstraint("community_id", "source", "uid"),
        tenant_fk("contact_id", "contact", ondelete="SET NULL"),
        tenant_fk("import_run_id", "import_run", ondelete="SET NULL"),
        Index(
            "ix_identity_email",
            "community_id",
            "email_key",
            postgresql_where=text("email_key IS NOT NULL AND contact_id IS NULL"),
        ),
        CheckConstraint("NOT (is_bot AND contact_id IS NOT NULL)", name="bots_are_nobody"),
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
    is_bot: Mapped[bool] = mapped_column(default=False)  # left out of the health numbers
    is_apart: Mapped[bool] = mapped_column(  # unlinked by hand: no import links it again
        default=False, server_default="false"
    )
    import_run_id: Mapped[int | None] = mapped_column(index=True)  # the import that made it


class Activity(Tenant, Keyed):
    """One thing a contact did, at a moment; never changed, only voided or re-assigned."""

    __tablename__ = "activity"
    __table_args__ = (
        tenant_key(),
        tenant_fk("contact_id", "contact"),
        tenant_fk("identity_id", "identity"),
        tenant_fk("channel_id", "channel"),
        tenant_fk("counterpart_id", "contact"),
        tenant_fk("reply_to_id", "activity", ondelete="SET NULL"),
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
        Index(
            "ix_activity_reply_to",
            "community_id",
            "reply_to_id",
            postgresql_where=text("reply_to_id IS NOT NULL"),
        ),
        Index(
            "ix_activity_import_run",
            "import_run_id",
            "id",
            postgresql_where=text("import_run_id IS NOT NULL"),
        ),
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
    text_length: Mapped[int | None]
    url: Mapped[str | None] = mapped_column(String(500), info=personal("url", erase=BLANK))
    words: Mapped[str | None] = mapped_column(  # only where an import was asked to bring texts
        Text, info=personal("words", erase=BLANK)
    )
    import_run_id: Mapped[int | None]
    void_at: Mapped[datetime | None]


class ActivityMention(Tenant, Keyed):
    """An activity names somebody: a line of the network that was drawn on purpose."""

    __tablename__ = "activity_mention"
    __table_args__ = (
        UniqueConstraint("community_id", "activity_id", "identity_id"),
        tenant_fk("activity_id", "activity", ondelete="CASCADE"),
        tenant_fk("identity_id", "identity", ondelete="CASCADE"),
        Index("ix_activity_mention_identity", "community_id", "identity_id"),
    )

    activity_id: Mapped[int]
    identity_id: Mapped[int] = mapped_column(info=personal("mentioned account", erase=TOMBSTONE))


class ActivityDay(Tenant, Keyed):
    """The roll-up: how often someone did a type of thing on a day of the community's zone.

    Someone is the contact, and where an account is linked to none, the identity: exactly one.
    """

    __tablename__ = "activity_day"
    __table_args__ = (
        tenant_fk("contact_id", "contact"),
        tenant_fk("identity_id", "identity"),
        tenant_fk("channel_id", "channel"),
        UniqueConstraint(
            "community_id",
            "contact_id",
            "identity_id",
            "day",
            "channel_id",
            "type",
            name="uq_activity_day_cell",
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_activity_day_day", "community_id", "day", "contact_id", "identity_id"),
        Index(
            "ix_activity_day_identity",
            "community_id",
            "identity_id",
            postgresql_where=text("identity_id IS NOT NULL"),
        ),
        CheckConstraint("count >= 0", name="count_positive"),
        CheckConstraint("num_nonnulls(contact_id, identity_id) = 1", name="one_who_did_it"),
    )

    contact_id: Mapped[int | None] = mapped_column(info=personal("contact", erase=TOMBSTONE))
    identity_id: Mapped[int | None] = mapped_column(info=personal("identity", erase=TOMBSTONE))
    day: Mapped[date] = mapped_column(Date)
    channel_id: Mapped[int]
    type: Mapped[str] = mapped_column(String(40), info=impersonal)
    count: Mapped[int]
    weight: Mapped[int]
    hours: Mapped[int] = mapped_column(default=0, server_default="0")  # a bit for each hour
    mutual: Mapped[int] = mapped_column(default=0, server_default="0")  # towards another member


class ActivityMonth(Tenant, Keyed):
    """The roll-up of someone's month, counted from their days; silent sorts are not in it.

    `days` and its parts have a bit for each day of the month, the first day in the lowest.
    """

    __tablename__ = "activity_month"
    __table_args__ = (
        tenant_fk("contact_id", "contact"),
        tenant_fk("identity_id", "identity"),
        UniqueConstraint(
            "community_id",
            "contact_id",
            "identity_id",
            "month",
            name="uq_activity_month_cell",
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_activity_month_month", "community_id", "month", "contact_id", "identity_id"),
        Index(
            "ix_activity_month_identity",
            "community_id",
            "identity_id",
            postgresql_where=text("identity_id IS NOT NULL"),
        ),
        CheckConstraint("num_nonnulls(contact_id, identity_id) = 1", name="one_who_did_it"),
        CheckConstraint("acts > 0", name="something_was_done"),
        CheckConstraint("days BETWEEN 1 AND 2147483647", name="days_of_a_month"),
        CheckConstraint("(keeping_days | helping_days) & ~days = 0", name="parts_of_its_days"),
        CheckConstraint("mutual BETWEEN 0 AND acts", name="mutual_among_acts"),
        CheckConstraint("extract(day from month) = 1", name="begins_on_the_first"),
    )

    contact_id: Mapped[int | None] = mapped_column(info=personal("contact", erase=TOMBSTONE))
    identity_id: Mapped[int | None] = mapped_column(info=personal("identity", erase=TOMBSTONE))
    month: Mapped[date] = mapped_column(Date)
    days: Mapped[int]
    keeping_days: Mapped[int] = mapped_column(default=0)  # bought something, or came
    helping_days: Mapped[int] = mapped_column(default=0)  # said that they were helped
    acts: Mapped[int]
    weight: Mapped[int]  # after the cap of a day
    mutual: Mapped[int] = mapped_column(default=0)


class ActivityLast(Tenant, Keyed):
    """The roll-up of a whole life here: the first and the last day on which someone did something.

    Counted from their months, so silent sorts and bots are not in it.
    """

    __tablename__ = "activity_last"
    __table_args__ = (
        tenant_fk("contact_id", "contact"),
        tenant_fk("identity_id", "identity"),
        UniqueConstraint(
            "community_id",
            "contact_id",
            "identity_id",
            name="uq_activity_last_someone",
            postgresql_nulls_not_distinct=True,
        ),
        Index(
            "ix_activity_last_identity",
            "community_id",
            "identity_id",
            postgresql_where=text("identity_id IS NOT NULL"),
        ),
        CheckConstraint("num_nonnulls(contact_id, identity_id) = 1", name="one_who_did_it"),
        CheckConstraint("first_on <= last_on", name="first_before_last"),
        CheckConstraint("kept_on BETWEEN first_on AND last_on", name="kept_within"),
    )

    contact_id: Mapped[int | None] = mapped_column(info=personal("contact", erase=TOMBSTONE))
    identity_id: Mapped[int | None] = mapped_column(info=personal("identity", erase=TOMBSTONE))
    first_on: Mapped[date] = mapped_column(Date)
    last_on: Mapped[date] = mapped_column(Date)
    kept_on: Mapped[date | None] = mapped_column(Date)  # bought something, or came


class ActivityTouched(Tenant, Keyed):
    """A contact whose months began or ended since higher roll-ups were counted: a mark, no fact."""

    __tablename__ = "activity_touched"
    __table_args__ = (
        UniqueConstraint("community_id", "contact_id"),
        tenant_fk("contact_id", "contact", ondelete="CASCADE"),
    )

    contact_id: Mapped[int] = mapped_column(
        info=personal(None, erase=DELETE, reason="a mark of the counting, gone within the hour")
    )


class ActivityAwaited(Tenant, Keyed):
    """A reply that stands before what it answers: linked as soon as an import brings that."""

    __tablename__ = "activity_awaited"
    __table_args__ = (
        UniqueConstraint("community_id", "activity_id"),
        tenant_fk("activity_id", "activity", ondelete="CASCADE"),
        tenant_fk("channel_id", "channel", ondelete="CASCADE"),
        Index("ix_activity_awaited_uid", "community_id", "channel_id", "source_uid"),
    )

    activity_id: Mapped[int]
    channel_id: Mapped[int]
    source_uid: Mapped[str] = mapped_column(String(120), info=impersonal)


class HealthSetting(Tenant, Keyed):
    """How a community counts who sleeps; no row is the default."""

    __tablename__ = "health_setting"
    __table_args__ = (
        UniqueConstraint("community_id"),
        CheckConstraint("sleeping_months BETWEEN 1 AND 24", name="sleeping_months_in_reason"),
    )

    sleeping_months: Mapped[int] = mapped_column(default=SLEEPING_MONTHS)
    is_strict: Mapped[bool] = mapped_column(default=False)  # only buying and coming keep awake
