"""Gatherings: the event, its series and hosts, and who has a seat."""

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.billing.models import Quota
from app.communities.models import Contact
from app.core.database import (
    Keyed,
    Public,
    Tenant,
    Versioned,
    one_of,
    only_told_if,
    tenant_fk,
    tenant_key,
)
from app.core.privacy import DELETE, TOMBSTONE, impersonal, personal

if TYPE_CHECKING:
    from app.events.models.tickets import TicketType


class EventState(StrEnum):
    """Where an event stands; a series makes proposed ones, which a host confirms."""

    PROPOSED = "proposed"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


EVENT_MOVES: dict[EventState, frozenset[EventState]] = {
    EventState.PROPOSED: frozenset({EventState.PUBLISHED}),
    EventState.PUBLISHED: frozenset({EventState.CANCELLED}),
    EventState.CANCELLED: frozenset(),
}
"""What an event may become; a proposed date that is not wanted is deleted."""


class EventVisibility(StrEnum):
    """Who may see an event and come; a public event of a private community is still private.

    What is for those with a plan is seen by all members, so that they know what a plan opens.
    """

    PUBLIC = "public"
    MEMBERS = "members"
    PLAN = "plan"


class Series(Tenant, Public):
    """Events that repeat weekly; each date becomes an event only when it is confirmed."""

    __tablename__ = "series"
    __table_args__ = (tenant_key(),)

    created_at: Mapped[datetime]


class Event(Tenant, Public, Versioned):
    """A gathering. `starts_local` and `zone` are the truth, `starts_at` is derived from them."""

    __tablename__ = "event"
    __table_args__ = (
        tenant_key(),
        tenant_fk("quota_id", "quota"),
        tenant_fk("series_id", "series", ondelete="SET NULL"),
        tenant_fk("created_by_id", "contact", ondelete="SET NULL"),
        CheckConstraint("ends_at > starts_at", name="ends_after_it_starts"),
        CheckConstraint("plus_ones BETWEEN 0 AND 9", name="plus_ones_in_reason"),
        CheckConstraint("refund_hours BETWEEN 0 AND 8760", name="refund_hours_in_reason"),
        CheckConstraint(
            "(state = 'cancelled') = (cancelled_at IS NOT NULL)", name="cancelled_once"
        ),
        Index("ix_event_starts", "community_id", "starts_at"),
        Index("ix_event_ends", "community_id", "ends_at"),
        UniqueConstraint("series_id", "starts_local"),
    )

    title: Mapped[str] = mapped_column(String(120), info=impersonal)
    words: Mapped[str] = mapped_column(Text, default="", info=impersonal)
    starts_local: Mapped[datetime] = mapped_column(DateTime(timezone=False))
    minutes: Mapped[int]  # how long it lasts
    zone: Mapped[str] = mapped_column(String(64), info=impersonal)
    starts_at: Mapped[datetime] = mapped_column(index=True)
    ends_at: Mapped[datetime] = mapped_column(index=True)  # jobs follow it in all communities
    place: Mapped[str] = mapped_column(String(120), default="", info=impersonal)
    address: Mapped[str] = mapped_column(String(300), default="", info=impersonal)
    link: Mapped[str] = mapped_column(String(500), default="", info=impersonal)
    visibility: Mapped[EventVisibility] = mapped_column(
        one_of(EventVisibility), default=EventVisibility.PUBLIC
    )
    state: Mapped[EventState] = mapped_column(one_of(EventState), default=EventState.PUBLISHED)
    plus_ones: Mapped[int] = mapped_column(default=0)
    refund_hours: Mapped[int | None] = mapped_column(default=24)  # before it begins; none: never
    picture_key: Mapped[str | None] = mapped_column(String(80), info=impersonal)
    quota_id: Mapped[int]
    series_id: Mapped[int | None] = mapped_column(index=True)
    created_by_id: Mapped[int | None] = mapped_column(info=personal("event made", erase=TOMBSTONE))
    created_at: Mapped[datetime]
    sequence: Mapped[int] = mapped_column(default=0)  # iCalendar's: grows with each change sent
    reminded_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    cancel_words: Mapped[str] = mapped_column(String(500), default="", info=impersonal)

    quota: Mapped[Quota] = relationship(
        primaryjoin="Quota.id == foreign(Event.quota_id)", viewonly=True
    )
    ticket_types: Mapped[list["TicketType"]] = relationship(
        primaryjoin="Event.id == foreign(TicketType.event_id)",
        order_by="TicketType.position",
        viewonly=True,
    )

    @property
    def is_ticketed(self) -> bool:
        """Whether one comes by ticket; an event without ticket types gives seats away."""
        return bool(self.ticket_types)


class EventHost(Tenant, Keyed):
    """A contact who hosts an event."""

    __tablename__ = "event_host"
    __table_args__ = (
        UniqueConstraint("community_id", "event_id", "contact_id"),
        tenant_fk("event_id", "event", ondelete="CASCADE"),
        tenant_fk("contact_id", "contact", ondelete="CASCADE"),
    )

    event_id: Mapped[int]
    contact_id: Mapped[int] = mapped_column(index=True, info=personal("contact", erase=DELETE))


class AttendanceState(StrEnum):
    """Where a seat stands; a stranger's is pending until the mail's link is opened."""

    PENDING = "pending"
    GOING = "going"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


ATTENDANCE_MOVES: dict[AttendanceState, frozenset[AttendanceState]] = {
    AttendanceState.PENDING: frozenset(
        {AttendanceState.GOING, AttendanceState.CANCELLED, AttendanceState.EXPIRED}
    ),
    AttendanceState.GOING: frozenset({AttendanceState.CANCELLED}),
    AttendanceState.CANCELLED: frozenset(),  # who comes back gets a new row
    AttendanceState.EXPIRED: frozenset({AttendanceState.GOING}),  # a late link tries again
}
"""What a seat may become."""


class CameFor(StrEnum):
    """Whether someone got at a gathering what they came for, in their own words."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


ONLY_A_YES = only_told_if("came_for", CameFor.YES)  # as whoever says it is told


class Attendance(Tenant, Public):
    """A contact's seat (and those of the people they bring) at an event."""

    __tablename__ = "attendance"
    __table_args__ = (
        tenant_key(),
        tenant_fk("event_id", "event", ondelete="CASCADE"),
        tenant_fk("contact_id", "contact"),
        tenant_fk("hold_id", "hold"),
        tenant_fk("checked_in_by_id", "contact", ondelete="SET NULL"),
        CheckConstraint("seats BETWEEN 1 AND 100", name="seats_in_reason"),
        CheckConstraint("arrived = 0 OR state = 'going'", name="only_the_going_arrive"),
        CheckConstraint("arrived BETWEEN 0 AND seats", name="no_more_arrive_than_have_seats"),
        CheckConstraint("(arrived > 0) = (checked_in_at IS NOT NULL)", name="arrived_at_a_moment"),
        CheckConstraint("(came_for IS NULL) = (answered_at IS NULL)", name="answered_at_a_moment"),
        Index(
            "uq_attendance_current",
            "community_id",
            "event_id",
            "contact_id",
            unique=True,
            postgresql_where=text("state IN ('pending', 'going')"),
        ),
        Index("ix_attendance_event", "community_id", "event_id", "state"),
    )

    event_id: Mapped[int]
    contact_id: Mapped[int] = mapped_column(index=True, info=personal("contact", erase=TOMBSTONE))
    state: Mapped[AttendanceState] = mapped_column(one_of(AttendanceState))
    seats: Mapped[int] = mapped_column(default=1)
    hold_id: Mapped[int | None]
    reserved_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    arrived: Mapped[int] = mapped_column(default=0)  # of the seats; a plus-one may stay away
    checked_in_at: Mapped[datetime | None]
    checked_in_by_id: Mapped[int | None] = mapped_column(
        info=personal("check-in made", erase=TOMBSTONE)
    )
    came_for: Mapped[CameFor | None] = mapped_column(  # what they say afterwards
        one_of(CameFor),
        info=personal("got what they came for", erase=TOMBSTONE) | ONLY_A_YES,
    )
    answers: Mapped[int] = mapped_column(  # it may be changed
        default=0, server_default="0", info=ONLY_A_YES
    )
    answered_at: Mapped[datetime | None] = mapped_column(info=ONLY_A_YES)

    event: Mapped[Event] = relationship(
        primaryjoin="Event.id == foreign(Attendance.event_id)", viewonly=True
    )
    contact: Mapped[Contact] = relationship(
        primaryjoin="Contact.id == foreign(Attendance.contact_id)", viewonly=True
    )


class CalendarFeed(Keyed):
    """A person's secret calendar address; only its hash is kept, and it can be revoked."""

    __tablename__ = "calendar_feed"
    __table_args__ = (
        Index(
            "uq_calendar_feed_current",
            "person_id",
            unique=True,
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )

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
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
