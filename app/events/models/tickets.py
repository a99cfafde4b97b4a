"""Tickets: what an event sells or gives away, and each one that was had."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.billing.models import OrderLine, Quota
from app.communities.models import Contact
from app.core.database import Public, Tenant, Versioned, one_of, tenant_fk, tenant_key
from app.core.privacy import BLANK, TOMBSTONE, impersonal, personal
from app.events.models.gatherings import Attendance, Event


class TicketType(Tenant, Public, Versioned):
    """A sort of ticket to an event. Its quota counts beside the event's own: both must have room.

    An event without ticket types gives its seats away as attendances alone.
    """

    __tablename__ = "ticket_type"
    __table_args__ = (
        tenant_key(),
        tenant_fk("event_id", "event", ondelete="CASCADE"),
        tenant_fk("quota_id", "quota"),
        CheckConstraint("price_minor >= 0", name="price_not_negative"),
        CheckConstraint(
            "member_price_minor BETWEEN 0 AND price_minor", name="members_never_pay_more"
        ),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency_code"),
        CheckConstraint("most_each BETWEEN 1 AND 10", name="most_each_in_reason"),
        CheckConstraint("sells_until > sells_from", name="sale_ends_after_it_begins"),
        Index("ix_ticket_type_event", "community_id", "event_id", "position"),
    )

    event_id: Mapped[int]
    quota_id: Mapped[int]
    title: Mapped[str] = mapped_column(String(80), info=impersonal)
    words: Mapped[str] = mapped_column(String(300), default="", info=impersonal)
    price_minor: Mapped[int]
    member_price_minor: Mapped[int | None]  # none: members pay what everyone pays
    currency: Mapped[str] = mapped_column(String(3), info=impersonal)
    sells_from: Mapped[datetime | None]
    sells_until: Mapped[datetime | None]  # none: until the event begins
    most_each: Mapped[int] = mapped_column(default=4)
    is_hidden: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int]
    created_at: Mapped[datetime]

    quota: Mapped[Quota] = relationship(
        primaryjoin="Quota.id == foreign(TicketType.quota_id)", viewonly=True
    )

    def price_for(self, *, is_member: bool) -> int:
        """Return what one costs, in minor units."""
        if is_member and self.member_price_minor is not None:
            return self.member_price_minor
        return self.price_minor


class TicketState(StrEnum):
    """Where a ticket stands; a disputed payment suspends it until the dispute is over."""

    VALID = "valid"
    SUSPENDED = "suspended"
    CANCELLED = "cancelled"


TICKET_MOVES: dict[TicketState, frozenset[TicketState]] = {
    TicketState.VALID: frozenset({TicketState.SUSPENDED, TicketState.CANCELLED}),
    TicketState.SUSPENDED: frozenset({TicketState.VALID, TicketState.CANCELLED}),
    TicketState.CANCELLED: frozenset(),
}
"""What a ticket may become."""


class Ticket(Tenant, Public):
    """One admission: the proof of one of the seats of an attendance.

    `secret` is what its QR code says; the door reads it, and nobody can guess it.
    """

    __tablename__ = "ticket"
    __table_args__ = (
        tenant_key(),
        tenant_fk("event_id", "event"),
        tenant_fk("ticket_type_id", "ticket_type"),
        tenant_fk("attendance_id", "attendance"),
        tenant_fk("order_line_id", "order_line"),
        tenant_fk("contact_id", "contact"),
        tenant_fk("checked_in_by_id", "contact", ondelete="SET NULL"),
        UniqueConstraint("order_line_id", "number"),
        CheckConstraint("number > 0", name="number_positive"),
        CheckConstraint("(state = 'cancelled') = (ended_at IS NOT NULL)", name="ended_once"),
        Index("ix_ticket_event", "community_id", "event_id", "state"),
        Index("ix_ticket_attendance", "community_id", "attendance_id"),
    )

    event_id: Mapped[int]
    ticket_type_id: Mapped[int]
    attendance_id: Mapped[int]
    order_line_id: Mapped[int]
    number: Mapped[int]  # of the line's, from 1
    contact_id: Mapped[int] = mapped_column(index=True, info=personal("contact", erase=TOMBSTONE))
    name: Mapped[str] = mapped_column(
        String(80), default="", info=personal("name on the ticket", erase=BLANK, blank="")
    )
    secret: Mapped[str] = mapped_column(
        String(48),
        unique=True,
        info=personal(None, erase=BLANK, reason="a secret helps nobody outside"),
    )
    state: Mapped[TicketState] = mapped_column(one_of(TicketState), default=TicketState.VALID)
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    checked_in_at: Mapped[datetime | None]
    checked_in_by_id: Mapped[int | None] = mapped_column(
        info=personal("ticket checked in", erase=TOMBSTONE)
    )

    type: Mapped[TicketType] = relationship(
        primaryjoin="TicketType.id == foreign(Ticket.ticket_type_id)", viewonly=True
    )
    event: Mapped[Event] = relationship(
        primaryjoin="Event.id == foreign(Ticket.event_id)", viewonly=True
    )
    attendance: Mapped[Attendance] = relationship(
        primaryjoin="Attendance.id == foreign(Ticket.attendance_id)", viewonly=True
    )
    contact: Mapped[Contact] = relationship(
        primaryjoin="Contact.id == foreign(Ticket.contact_id)", viewonly=True
    )
    line: Mapped[OrderLine] = relationship(
        primaryjoin="OrderLine.id == foreign(Ticket.order_line_id)", viewonly=True
    )
