"""Reads of what we know of Stripe: accounts, routes, attempts, notices."""

from datetime import datetime

from sqlalchemy import select

from app.billing.models import (
    Customer,
    Notice,
    NoticeState,
    Order,
    Payment,
    PaymentAccount,
    PaymentState,
    Plan,
    Price,
    Refund,
    Routed,
    StripeRoute,
    Subscription,
)
from app.core.database import db, within

LIVE_ATTEMPTS = frozenset({PaymentState.STARTING, PaymentState.OPEN, PaymentState.PROCESSING})


def payment_account(community_id: int) -> PaymentAccount | None:
    """Return the account that takes a community's cards now, ready or not."""
    found: PaymentAccount | None = db.session.scalar(
        within(PaymentAccount, community_id).where(PaymentAccount.disconnected_at.is_(None))
    )
    return found


def takes_cards(community_id: int) -> bool:
    """Say whether a community can take cards now."""
    account = payment_account(community_id)
    return account is not None and account.is_ready


def is_known_account(stripe_id: str) -> bool:
    """Say whether some community here uses, or used, an account of Stripe's."""
    found = select(PaymentAccount.id).where(PaymentAccount.stripe_id == stripe_id).limit(1)
    return db.session.scalar(found) is not None


def accounts_named(stripe_id: str) -> list[PaymentAccount]:
    """Return who uses an account of Stripe's now; the installation's own may serve several."""
    return list(
        db.session.scalars(
            select(PaymentAccount)
            .where(PaymentAccount.stripe_id == stripe_id, PaymentAccount.disconnected_at.is_(None))
            .order_by(PaymentAccount.id)
        )
    )


def open_accounts() -> list[PaymentAccount]:
    """Return every account in use, in a steady order."""
    return list(
        db.session.scalars(
            select(PaymentAccount)
            .where(PaymentAccount.disconnected_at.is_(None))
            .order_by(PaymentAccount.id)
        )
    )


def routed(account: str, object_id: str, kind: Routed) -> int | None:
    """Return the row an object of Stripe's belongs to, or None when it is none of ours."""
    return db.session.scalar(
        select(StripeRoute.row_id).where(
            StripeRoute.account == account,
            StripeRoute.object_id == object_id,
            StripeRoute.kind == kind,
        )
    )


def attempt_named(order_public_id: str, payment_public_id: str) -> Payment | None:
    """Return an attempt by the marks we left on a page of Stripe's."""
    return db.session.scalar(
        select(Payment)
        .join(Order, Order.id == Payment.order_id)
        .where(Order.public_id == order_public_id, Payment.public_id == payment_public_id)
    )


def latest_attempt(order_id: int) -> Payment | None:
    """Return an order's newest attempt with Stripe that is not over."""
    return db.session.scalar(
        select(Payment)
        .where(
            Payment.order_id == order_id,
            Payment.state.in_(LIVE_ATTEMPTS),
            Payment.payment_account_id.is_not(None),
        )
        .order_by(Payment.attempt.desc())
        .limit(1)
    )


def attempts_with_pages(order_id: int) -> list[Payment]:
    """Return an order's attempts that nobody paid and that may still be paid."""
    waiting = (PaymentState.STARTING, PaymentState.OPEN)
    return list(
        db.session.scalars(
            select(Payment)
            .where(Payment.order_id == order_id, Payment.state.in_(waiting))
            .order_by(Payment.attempt)
        )
    )


def attempt_of_order(order_public_id: str) -> Payment | None:
    """Return the first attempt with a page of the order that Stripe's marks name."""
    return db.session.scalar(
        select(Payment)
        .join(Order, Order.id == Payment.order_id)
        .where(Order.public_id == order_public_id, Payment.session_id.is_not(None))
        .order_by(Payment.attempt)
        .limit(1)
    )


def payment_of_intent(account: str, intent_id: str) -> Payment | None:
    """Return the payment behind an intent of an account."""
    return db.session.scalar(
        select(Payment)
        .join(PaymentAccount, PaymentAccount.id == Payment.payment_account_id)
        .where(Payment.intent_id == intent_id, PaymentAccount.stripe_id == account)
    )


def payment_of_invoice(invoice_id: str) -> Payment | None:
    """Return the payment of an invoice."""
    return db.session.scalar(select(Payment).where(Payment.invoice_id == invoice_id))


def refund_named(stripe_id: str, public_id: str) -> Refund | None:
    """Return a refund by Stripe's id, or by the mark we left on it."""
    found = db.session.scalar(select(Refund).where(Refund.stripe_id == stripe_id))
    if found is None and public_id:
        found = db.session.scalar(
            select(Refund).where(Refund.public_id == public_id, Refund.stripe_id.is_(None))
        )
    return found


def subscription_named(account: str, stripe_id: str) -> Subscription | None:
    """Return a subscription by Stripe's id, locked until the transaction ends."""
    return db.session.scalar(
        select(Subscription)
        .join(PaymentAccount, PaymentAccount.id == Subscription.payment_account_id)
        .where(PaymentAccount.stripe_id == account, Subscription.stripe_id == stripe_id)
        .with_for_update(of=Subscription)
        .execution_options(populate_existing=True)
    )


def customer_of(contact_id: int, payment_account_id: int) -> Customer | None:
    """Return a contact as an account at Stripe knows them."""
    return db.session.scalar(
        select(Customer).where(
            Customer.contact_id == contact_id, Customer.payment_account_id == payment_account_id
        )
    )


def price_named(public_id: str) -> tuple[Price, Plan]:
    """Return a price and its plan by what an order's line names."""
    price, plan = db.session.execute(
        select(Price, Plan).join(Plan, Plan.id == Price.plan_id).where(Price.public_id == public_id)
    ).one()
    return price, plan


def stuck_notices(before: datetime) -> list[int]:
    """Return the notices that still wait though their job should have run long ago."""
    return list(
        db.session.scalars(
            select(Notice.id)
            .where(Notice.state == NoticeState.RECEIVED, Notice.received_at < before)
            .order_by(Notice.id)
            .limit(200)
        )
    )


def attempts_to_sync(order_id: int) -> list[Payment]:
    """Return an order's attempts whose page may have news."""
    return list(
        db.session.scalars(
            select(Payment)
            .where(
                Payment.order_id == order_id,
                Payment.state.in_(LIVE_ATTEMPTS),
                Payment.session_id.is_not(None),
            )
            .order_by(Payment.attempt)
        )
    )


def routed_charge(account: str, charge_id: str) -> int | None:
    """Return the payment behind a charge."""
    return routed(account, charge_id, Routed.CHARGE)


def is_order(public_id: str) -> bool:
    """Say whether an order that Stripe's marks name is ours."""
    return db.session.scalar(select(Order.id).where(Order.public_id == public_id)) is not None
