"""Plans and what comes of them: prices, subscriptions, grants."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.communities.models import Contact
from app.core.database import Public, Tenant, Versioned, one_of, tenant_fk, tenant_key
from app.core.money import Money
from app.core.privacy import BLANK, TOMBSTONE, impersonal, personal

GRACE_DAYS = 14  # Stripe's median cycle of retries


class Plan(Tenant, Public, Versioned):
    """A membership that a community offers; one without prices is free."""

    __tablename__ = "plan"
    __table_args__ = (
        tenant_key(),
        CheckConstraint("grace_days BETWEEN 0 AND 60", name="grace_in_reason"),
        Index("ix_plan_open", "community_id", "position"),
    )

    name: Mapped[str] = mapped_column(String(60), info=impersonal)
    words: Mapped[str] = mapped_column(String(1000), default="", info=impersonal)
    position: Mapped[int] = mapped_column(default=0)
    grace_days: Mapped[int] = mapped_column(default=GRACE_DAYS)
    published_at: Mapped[datetime | None]
    archived_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    prices: Mapped[list["Price"]] = relationship(
        primaryjoin="Plan.id == foreign(Price.plan_id)",
        order_by="Price.interval",
        viewonly=True,
    )

    @property
    def offers(self) -> list["Price"]:
        """The prices it is sold at now."""
        return [price for price in self.prices if price.archived_at is None]

    @property
    def is_free(self) -> bool:
        """Whether it costs nothing."""
        return not self.offers

    @property
    def is_offered(self) -> bool:
        """Whether members can choose it now."""
        return self.published_at is not None and self.archived_at is None


class Interval(StrEnum):
    """How often a price is paid; sorted as the pages show them."""

    MONTH = "month"
    YEAR = "year"


class Price(Tenant, Public):
    """What a plan costs for a while; a change is a new price, so that old ones stay true."""

    __tablename__ = "price"
    __table_args__ = (
        tenant_key(),
        tenant_fk("plan_id", "plan"),
        tenant_fk("payment_account_id", "payment_account"),
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency_code"),
        Index(
            "uq_price_offered",
            "plan_id",
            "interval",
            unique=True,
            postgresql_where=text("archived_at IS NULL"),
        ),
    )

    plan_id: Mapped[int]
    interval: Mapped[Interval] = mapped_column(one_of(Interval))
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3), info=impersonal)
    payment_account_id: Mapped[int | None]  # where `stripe_id` is known
    stripe_id: Mapped[str | None] = mapped_column(String(255), unique=True, info=impersonal)
    created_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]

    plan: Mapped[Plan] = relationship(
        primaryjoin="Plan.id == foreign(Price.plan_id)", viewonly=True
    )

    @property
    def amount(self) -> Money:
        """What it costs each time."""
        return Money(self.amount_minor, self.currency)


class SubscriptionState(StrEnum):
    """Where a subscription stands: Stripe's own words."""

    INCOMPLETE = "incomplete"
    INCOMPLETE_EXPIRED = "incomplete_expired"
    TRIALING = "trialing"
    ACTIVE = "active"
    PAST_DUE = "past_due"
    UNPAID = "unpaid"
    PAUSED = "paused"
    CANCELED = "canceled"


LIVE_SUBSCRIPTION = frozenset(
    {
        SubscriptionState.TRIALING,
        SubscriptionState.ACTIVE,
        SubscriptionState.PAST_DUE,
        SubscriptionState.UNPAID,
        SubscriptionState.PAUSED,
    }
)
"""It goes on, or could."""


class Subscription(Tenant, Public):
    """A contact's renewing contract for a plan. What Stripe says last is what stands here."""

    __tablename__ = "subscription"
    __table_args__ = (
        tenant_key(),
        tenant_fk("contact_id", "contact"),
        tenant_fk("price_id", "price"),
        tenant_fk("order_id", "billing_order"),
        tenant_fk("payment_account_id", "payment_account"),
        UniqueConstraint("payment_account_id", "stripe_id"),
        Index("ix_subscription_state", "community_id", "state"),
    )

    contact_id: Mapped[int] = mapped_column(index=True, info=personal("contact", erase=TOMBSTONE))
    price_id: Mapped[int] = mapped_column(index=True)
    order_id: Mapped[int] = mapped_column(index=True)  # the first one
    payment_account_id: Mapped[int]
    stripe_id: Mapped[str] = mapped_column(String(255), info=impersonal)
    state: Mapped[SubscriptionState] = mapped_column(one_of(SubscriptionState))
    period_starts_at: Mapped[datetime]
    period_ends_at: Mapped[datetime]
    cancels_at_period_end: Mapped[bool] = mapped_column(default=False)
    stop_wanted_at: Mapped[datetime | None]  # the membership ended: Stripe is told until it agrees
    past_due_since: Mapped[datetime | None]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    synced_at: Mapped[datetime]

    contact: Mapped[Contact] = relationship(
        primaryjoin="Contact.id == foreign(Subscription.contact_id)", viewonly=True
    )
    price: Mapped[Price] = relationship(
        primaryjoin="Price.id == foreign(Subscription.price_id)", viewonly=True
    )

    @property
    def is_live(self) -> bool:
        """Whether it goes on, or could."""
        return self.state in LIVE_SUBSCRIPTION


class GrantSource(StrEnum):
    """What gives a right to access."""

    PAID = "paid"  # a subscription
    OFFLINE = "offline"  # cash or a transfer, noted by an organizer
    COMP = "comp"  # an organizer says so
    GIFT = "gift"
    TICKET = "ticket"
    IMPORT = "import"
    FREE = "free"  # a plan that costs nothing


class Grant(Tenant, Public):
    """A right to access from a moment on; access is any unrevoked one that covers now."""

    __tablename__ = "access_grant"
    __table_args__ = (
        tenant_key(),
        tenant_fk("contact_id", "contact"),
        tenant_fk("plan_id", "plan"),
        tenant_fk("subscription_id", "subscription"),
        tenant_fk("order_line_id", "order_line"),
        tenant_fk("given_by_id", "contact", ondelete="SET NULL"),
        CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name="ends_after_it_starts"),
        CheckConstraint(
            "(source = 'paid') = (subscription_id IS NOT NULL)", name="paid_by_a_subscription"
        ),
        Index(
            "uq_access_grant_subscription",
            "subscription_id",
            unique=True,
            postgresql_where=text("subscription_id IS NOT NULL"),
        ),
        Index(
            "uq_access_grant_line",
            "order_line_id",
            unique=True,
            postgresql_where=text("order_line_id IS NOT NULL AND subscription_id IS NULL"),
        ),
        Index("ix_access_grant_contact", "community_id", "contact_id", "ends_at"),
    )

    contact_id: Mapped[int] = mapped_column(info=personal("contact", erase=TOMBSTONE))
    source: Mapped[GrantSource] = mapped_column(one_of(GrantSource))
    plan_id: Mapped[int | None] = mapped_column(index=True)
    subscription_id: Mapped[int | None]
    order_line_id: Mapped[int | None]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    given_by_id: Mapped[int | None] = mapped_column(info=personal("grant given", erase=TOMBSTONE))
    note: Mapped[str] = mapped_column(
        String(300), default="", info=personal("note", erase=BLANK, blank="")
    )
    created_at: Mapped[datetime]

    plan: Mapped[Plan | None] = relationship(
        primaryjoin="Plan.id == foreign(Grant.plan_id)", viewonly=True
    )
    contact: Mapped[Contact] = relationship(
        primaryjoin="Contact.id == foreign(Grant.contact_id)", viewonly=True
    )
