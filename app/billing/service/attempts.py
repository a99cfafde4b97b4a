"""Attempts to pay on a hosted page: written down before Stripe hears of them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.dialects.postgresql import insert

from app.billing.models import (
    AccountState,
    Customer,
    Order,
    OrderState,
    Payment,
    PaymentAccount,
    PaymentMethod,
    PaymentState,
    Routed,
    StripeRoute,
)
from app.billing.queries import stripe as reads
from app.billing.queries.buyers import has_lost_its_buyer
from app.billing.queries.orders import lock_order
from app.billing.queries.plans import is_had_already
from app.billing.service.moves import move_order, move_payment
from app.billing.service.orders import OrderClosed
from app.billing.service.payments import UNPAID, next_attempt
from app.billing.service.plans import AlreadySubscribed
from app.billing.service.quotas import extend_hold
from app.core import clock
from app.core.database import add, db
from app.core.errors import RuleViolation
from app.core.jobs import defer
from app.core.text import N_

PAGE_LIVES = timedelta(minutes=35)  # Stripe asks for thirty at least
SLACK = timedelta(minutes=5)
PAYMENT_ENDS = {
    PaymentState.FAILED: frozenset({PaymentState.STARTING}),
    PaymentState.EXPIRED: frozenset({PaymentState.STARTING, PaymentState.OPEN}),
}
"""From where an attempt ends without a word of Stripe's."""


class NotConnected(RuleViolation):
    """The community takes no cards."""

    message = N_("This community does not take cards yet. Ask an organizer how to pay.")


class NotReady(RuleViolation):
    """The community's account at Stripe is not complete."""

    message = N_(
        "This community cannot take cards at the moment: its account with the payment service "
        "is not complete. Nothing was charged."
    )


class SubscribedMeanwhile(AlreadySubscribed):
    """Another order began a subscription while this one waited."""

    message = N_(
        "You have a membership that renews already. This order is not needed any more: cancel it."
    )


@dataclass(frozen=True)
class Opened:
    """An attempt and where it is to be paid; `page_url` is known when Stripe answered before."""

    payment_id: int
    page_url: str | None
    is_new: bool


def ready_account(community_id: int) -> PaymentAccount:
    """Return the account that takes cards. Raises NotConnected, NotReady."""
    account = reads.payment_account(community_id)
    if account is None:
        raise NotConnected
    if account.state is not AccountState.READY:
        raise NotReady
    return account


def open_attempt(order_id: int, *, now: datetime) -> Opened | None:
    """Write down an attempt to pay and keep what is held until its page has closed.

    The same attempt is returned while its page is open: a double click makes one. None when the
    order is paid, or being paid, already. Raises OrderClosed (when its buyer is banned or belongs
    no more, too: it is being closed), SubscribedMeanwhile, NotConnected, NotReady.
    """
    order = lock_order(order_id)
    if order.is_settled or order.state is OrderState.PROCESSING:
        return None
    if order.state not in UNPAID or has_lost_its_buyer(order, now):
        raise OrderClosed
    if is_had_already(order):
        raise SubscribedMeanwhile
    account = ready_account(order.community_id)
    known = reads.latest_attempt(order.id)
    if known is not None:
        if known.expires_at is None or known.expires_at > now:
            return Opened(known.id, known.page_url, is_new=False)
        if not _is_kept_beyond_its_page(order, now):
            raise OrderClosed
    payment = _write(order, account, now)
    if order.state is OrderState.RESERVED:
        move_order(order, OrderState.AWAITING_PAYMENT)
    order.expires_at = max(now + PAGE_LIVES + SLACK, order.expires_at or now)
    extend_hold(order.id, order.expires_at)
    defer("billing.expire_order", at=order.expires_at, order_id=order.id)
    db.session.flush()
    return Opened(payment.id, None, is_new=True)


def keep_page(payment_id: int, *, session_id: str, page_url: str | None) -> None:
    """Note the page Stripe made for an attempt."""
    payment = db.session.get_one(Payment, payment_id)
    lock_order(payment.order_id)
    db.session.refresh(payment)
    remember_session(payment, session_id)
    if payment.state is PaymentState.STARTING:
        payment.page_url = page_url
        move_payment(payment, PaymentState.OPEN)
    db.session.flush()


def refuse_attempt(payment_id: int) -> None:
    """Note that Stripe made no page: the next try is a new attempt."""
    _end_attempt(payment_id, PaymentState.FAILED)


def expire_attempt(payment_id: int) -> None:
    """Note that the time of a page is over, when Stripe cannot be asked how it ended."""
    _end_attempt(payment_id, PaymentState.EXPIRED)


def _end_attempt(payment_id: int, to: PaymentState) -> None:
    payment = db.session.get_one(Payment, payment_id)
    lock_order(payment.order_id)
    db.session.refresh(payment)
    if payment.state in PAYMENT_ENDS[to]:
        move_payment(payment, to)


def remember_session(payment: Payment, session_id: str) -> None:
    """Note which page belongs to an attempt."""
    if payment.session_id is None:
        payment.session_id = session_id
        remember(payment, Routed.SESSION, session_id)


def remember(payment: Payment, kind: Routed, object_id: str) -> None:
    """Note whose an object of Stripe's is."""
    account = db.session.get_one(PaymentAccount, payment.payment_account_id)
    route(account, kind, object_id, payment.id)


def route(account: PaymentAccount, kind: Routed, object_id: str, row_id: int) -> None:
    """Note which row an object of Stripe's belongs to; told twice, kept once."""
    db.session.execute(
        insert(StripeRoute)
        .values(
            community_id=account.community_id,
            account=account.stripe_id,
            object_id=object_id,
            kind=kind,
            row_id=row_id,
            created_at=clock.now(),
        )
        .on_conflict_do_nothing()
    )


def keep_customer(community_id: int, contact_id: int, account_id: int, stripe_id: str) -> str:
    """Note a contact's customer at Stripe and return it; of two at once the first counts."""
    db.session.execute(
        insert(Customer)
        .values(
            community_id=community_id,
            contact_id=contact_id,
            payment_account_id=account_id,
            stripe_id=stripe_id,
            created_at=clock.now(),
        )
        .on_conflict_do_nothing()
    )
    kept = reads.customer_of(contact_id, account_id)
    return kept.stripe_id if kept else stripe_id


def _is_kept_beyond_its_page(order: Order, now: datetime) -> bool:
    """Say whether an order is kept on, as an organizer may wish, when its page has closed."""
    return order.expires_at is not None and order.expires_at > now + SLACK


def _write(order: Order, account: PaymentAccount, now: datetime) -> Payment:
    attempt = next_attempt(order.id)
    return add(
        Payment(
            community_id=order.community_id,
            order_id=order.id,
            attempt=attempt,
            method=PaymentMethod.STRIPE,
            state=PaymentState.STARTING,
            currency=order.currency,
            amount_minor=order.total_minor,
            payment_account_id=account.id,
            key=f"order:{order.public_id}:attempt:{attempt}",
            started_at=now,
            expires_at=now + PAGE_LIVES,
        )
    )
