"""What we know of Stripe: accounts, customers, whose object is whose, notices."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Keyed, Public, Tenant, one_of, tenant_fk, tenant_key
from app.core.privacy import BLANK, TOMBSTONE, impersonal, personal

OWN = ""
"""The account of the key itself: calls carry no Stripe-Account header."""


class AccountState(StrEnum):
    """Whether a community can take cards."""

    PENDING = "pending"  # Stripe still asks for something
    READY = "ready"
    RESTRICTED = "restricted"  # it was ready once
    DISCONNECTED = "disconnected"


class PaymentAccount(Tenant, Public):
    """A community's account at Stripe: the organizer is the merchant."""

    __tablename__ = "payment_account"
    __table_args__ = (
        tenant_key(),
        tenant_fk("connected_by_id", "contact", ondelete="SET NULL"),
        Index(
            "uq_payment_account_current",
            "community_id",
            unique=True,
            postgresql_where=text("disconnected_at IS NULL"),
        ),
        Index(
            "uq_payment_account_stripe",
            "stripe_id",
            unique=True,
            postgresql_where=text("stripe_id <> '' AND disconnected_at IS NULL"),
        ),
    )

    stripe_id: Mapped[str] = mapped_column(String(64), info=impersonal)  # acct_..., or OWN
    state: Mapped[AccountState] = mapped_column(one_of(AccountState), default=AccountState.PENDING)
    card_payments: Mapped[str] = mapped_column(String(32), default="", info=impersonal)
    is_live: Mapped[bool] = mapped_column(default=False)
    connected_by_id: Mapped[int | None] = mapped_column(
        info=personal("account connected", erase=TOMBSTONE)
    )
    connected_at: Mapped[datetime]
    checked_at: Mapped[datetime | None]
    disconnected_at: Mapped[datetime | None]

    @property
    def is_ready(self) -> bool:
        """Whether cards are taken now."""
        return self.state is AccountState.READY and self.disconnected_at is None


class Customer(Tenant, Keyed):
    """A contact as one Stripe account knows them: at most one each."""

    __tablename__ = "customer"
    __table_args__ = (
        tenant_fk("contact_id", "contact"),
        tenant_fk("payment_account_id", "payment_account"),
        UniqueConstraint("payment_account_id", "contact_id"),
        UniqueConstraint("payment_account_id", "stripe_id"),
    )

    contact_id: Mapped[int] = mapped_column(index=True, info=personal("contact", erase=TOMBSTONE))
    payment_account_id: Mapped[int]
    stripe_id: Mapped[str] = mapped_column(
        String(255), info=personal("customer at Stripe", erase=BLANK)
    )
    created_at: Mapped[datetime]


class Routed(StrEnum):
    """The sorts of Stripe's objects that belong to a row of ours."""

    SESSION = "session"
    INTENT = "intent"
    CHARGE = "charge"
    INVOICE = "invoice"
    SUBSCRIPTION = "subscription"
    REFUND = "refund"
    DISPUTE = "dispute"
    ACCOUNT = "account"


class StripeRoute(Tenant, Keyed):
    """Whose object of Stripe's is whose: (account, id) leads to a community and a row in it."""

    __tablename__ = "stripe_route"
    __table_args__ = (UniqueConstraint("account", "object_id"),)

    account: Mapped[str] = mapped_column(String(64), info=impersonal)
    object_id: Mapped[str] = mapped_column(String(255), info=impersonal)
    kind: Mapped[Routed] = mapped_column(one_of(Routed))
    row_id: Mapped[int]  # of the table that the kind says
    created_at: Mapped[datetime]


class NoticeState(StrEnum):
    """What became of a notice."""

    RECEIVED = "received"
    DONE = "done"
    IGNORED = "ignored"  # not about anything of ours; `reason` says why
    PARKED = "parked"  # tried long enough: a person looks


class Notice(Keyed):
    """A notice of Stripe's, kept before it is acted on. Its words are not believed: ids only."""

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("account", "notice_id"),
        Index("ix_notice_state", "state", "received_at"),
    )

    account: Mapped[str] = mapped_column(String(64), info=impersonal)  # OWN: none was named
    notice_id: Mapped[str] = mapped_column(String(255), info=impersonal)
    type: Mapped[str] = mapped_column(String(120), info=impersonal)
    object_id: Mapped[str] = mapped_column(String(255), default="", info=impersonal)
    api_version: Mapped[str] = mapped_column(String(60), default="", info=impersonal)
    is_thin: Mapped[bool] = mapped_column(default=False)
    is_live: Mapped[bool] = mapped_column(default=False)
    state: Mapped[NoticeState] = mapped_column(one_of(NoticeState), default=NoticeState.RECEIVED)
    reason: Mapped[str] = mapped_column(String(120), default="", info=impersonal)
    attempts: Mapped[int] = mapped_column(default=0)
    received_at: Mapped[datetime]
    handled_at: Mapped[datetime | None]
