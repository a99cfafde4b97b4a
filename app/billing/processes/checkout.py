"""Checkout: an attempt is written down, Stripe makes its page, the page is noted; and its end.

Killed between any two steps, the next call goes on: the attempt's key leads to the same page. A
hold is let go only after Stripe says that the page can no longer be paid.
"""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from app.billing import gateway
from app.billing.gateway.checkout import LineAsk, SessionAsk
from app.billing.models import (
    FindingKind,
    Order,
    OrderLine,
    OrderSource,
    OrderState,
    Payment,
    PaymentAccount,
)
from app.billing.processes.catalogue import ensure_customer, ensure_price
from app.billing.processes.sync import sync_session
from app.billing.queries import orders as orders_read
from app.billing.queries import stripe as reads
from app.billing.service import attempts, orders
from app.billing.service.findings import find
from app.billing.service.links import order_url
from app.billing.service.payments import UNPAID
from app.billing.service.quotas import extend_hold
from app.communities.models import Community, Contact
from app.communities.queries.addressees import addressee
from app.core.database import db
from app.core.jobs import defer
from app.core.money import Money

ASK_AGAIN = timedelta(minutes=5)
SURE = timedelta(hours=1)  # after its time a page is closed by then, whatever our clock says
PLAN = "plan"


def start_checkout(order_id: int, *, secret: str, now: datetime) -> str:
    """Return the address to pay an order at; its own page when there is nothing to pay.

    Raises OrderClosed, NotConnected, NotReady, StripeSilent (ask again: nothing is lost) and
    StripeRefused.
    """
    return _start(order_id, secret=secret, now=now)


def expire_order(order_id: int, *, secret: str, now: datetime) -> bool:
    """End an order that nobody paid in time; what was paid after all is handed over instead.

    False when it is not over: paid, on its way, or Stripe does not answer (then it stays held and
    is asked again).
    """
    order = db.session.get(Order, order_id)
    is_due = order is not None and order.state in UNPAID
    if not is_due or order is None or (order.expires_at and order.expires_at > now):
        db.session.commit()
        return False
    return _end(order_id, OrderState.EXPIRED, secret=secret, now=now)


def cancel_order(order_id: int, *, secret: str, now: datetime) -> bool:
    """End an unpaid order at its buyer's wish; False when it was paid meanwhile."""
    return _end(order_id, OrderState.CANCELLED, secret=secret, now=now)


def close_pages(order_id: int, *, secret: str, now: datetime) -> None:
    """Close the open pages of an order that was paid by hand; what came on one goes back.

    Raises StripeSilent: the job tries again.
    """
    for payment_id in _waiting(order_id):
        _close_page(payment_id, secret=secret, now=now)


def _start(order_id: int, *, secret: str, now: datetime, is_again: bool = False) -> str:
    order = db.session.get_one(Order, order_id)
    back_url = order_url(order, slug=_slug(order), secret=secret)
    opened = attempts.open_attempt(order_id, now=now)
    db.session.commit()
    if opened is None:
        return back_url
    if opened.page_url:
        return opened.page_url
    try:
        return _make_page(opened.payment_id, secret=secret) or back_url
    except (gateway.StripeRefused, gateway.StripeStuck):
        if opened.is_new or is_again:
            raise
    # It was written down before: too little of its time is left, or what it asks for has changed.
    return _start(order_id, secret=secret, now=now, is_again=True)


def _make_page(payment_id: int, *, secret: str) -> str | None:
    """Have Stripe make the page of an attempt, and note it."""
    try:
        page = gateway.checkout.create(_session_ask(payment_id, secret=secret))
    except (gateway.StripeRefused, gateway.StripeStuck):
        attempts.refuse_attempt(payment_id)
        db.session.commit()
        raise
    attempts.keep_page(payment_id, session_id=page.session_id, page_url=page.url)
    db.session.commit()
    return page.url


def _end(order_id: int, to: OrderState, *, secret: str, now: datetime) -> bool:
    try:
        for payment_id in _waiting(order_id):
            _close_page(payment_id, secret=secret, now=now)
    except (gateway.StripeSilent, gateway.StripeRefused):
        db.session.rollback()
        _ask_again(order_id, now)
        return False
    order = orders_read.lock_order(order_id)
    can_end = order.state in UNPAID and not reads.attempts_with_pages(order_id)
    if can_end:
        orders.let_go(order, to, now=now)
    db.session.commit()
    return can_end


def _waiting(order_id: int) -> list[int]:
    ids = [payment.id for payment in reads.attempts_with_pages(order_id)]
    db.session.commit()
    return ids


def _close_page(payment_id: int, *, secret: str, now: datetime) -> None:
    """Have Stripe close the page of an attempt, and take what it says then.

    An attempt whose page was never noted is asked for again under its key, since it may exist;
    once its time is over even that page has closed, and nobody ever had its address.
    """
    payment = db.session.get_one(Payment, payment_id)
    account = db.session.get_one(PaymentAccount, payment.payment_account_id).stripe_id
    session_id = payment.session_id
    closed_long_ago = bool(payment.expires_at and payment.expires_at < now - SURE)
    if session_id is None and payment.expires_at and payment.expires_at <= now:
        attempts.expire_attempt(payment_id)
        db.session.commit()
        return
    db.session.commit()
    if session_id is None:
        try:
            _make_page(payment_id, secret=secret)
        except (gateway.StripeRefused, gateway.StripeStuck):
            return
        session_id = db.session.get_one(Payment, payment_id).session_id or ""
        db.session.commit()
    with suppress(gateway.StripeRefused):  # it is over already: the sync below sees how
        gateway.checkout.expire(account, session_id)
    try:
        sync_session(account, session_id, now=now)
    except gateway.StripeRefused:
        if not closed_long_ago:
            raise
        attempts.expire_attempt(payment_id)  # the account was taken from us: nobody will say more
        db.session.commit()


def _ask_again(order_id: int, now: datetime) -> None:
    """Keep everything held while Stripe does not say how its page ended; tell the organizers."""
    order = orders_read.lock_order(order_id)
    if order.state in UNPAID:
        extend_hold(order_id, now + 2 * ASK_AGAIN)
        order.expires_at = now + ASK_AGAIN
        defer("billing.expire_order", at=order.expires_at, order_id=order_id)
        find(order.community_id, FindingKind.HOLD_STUCK, f"order:{order.public_id}")
    db.session.commit()


def _session_ask(payment_id: int, *, secret: str) -> SessionAsk:
    """Return what Stripe is asked for; the same each time it is asked."""
    payment = db.session.get_one(Payment, payment_id)
    order = db.session.get_one(Order, payment.order_id)
    account = db.session.get_one(PaymentAccount, payment.payment_account_id)
    contact = db.session.get_one(Contact, order.contact_id)
    lines = orders_read.lines_of(order.id)
    renews = order.source is OrderSource.ONLINE and lines[0].item_kind == PLAN
    percent = gateway.fee_percent() if account.stripe_id else Decimal(0)
    ask = SessionAsk(
        account=account.stripe_id,
        key=payment.key,
        order_id=order.public_id,
        payment_id=payment.public_id,
        lines=[_line_ask(order, line) for line in lines if line.total_minor],
        back_url=order_url(order, slug=_slug(order), secret=secret),
        expires_at=payment.expires_at or payment.started_at,
        email=addressee(contact).address or None,
        renews=renews,
        fee_minor=order.total.share(Fraction(percent) / 100).minor,
    )
    price_id, account_id, contact_id = lines[0].item_id, account.id, contact.id
    db.session.commit()
    if not renews:
        return ask
    customer = ensure_customer(contact_id, account_id)
    price = ensure_price(price_id, account_id)
    line = LineAsk("", price_id=price)
    return replace(ask, lines=[line], customer_id=customer, fee_minor=0, fee_percent=float(percent))


def _line_ask(order: Order, line: OrderLine) -> LineAsk:
    """Return a line of the hosted page; one with a reduction is asked for as a whole."""
    if line.discount_minor:
        title = f"{line.quantity} × {line.title}" if line.quantity > 1 else line.title
        return LineAsk(title, Money(line.total_minor, order.currency))
    return LineAsk(line.title, Money(line.unit_minor, order.currency), line.quantity)


def _slug(order: Order) -> str:
    return db.session.get_one(Community, order.community_id).slug
