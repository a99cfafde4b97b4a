"""Mails about money: each one is written once per effect, for its reader."""

from typing import Any

from app.billing.hooks import item_kind
from app.billing.models import Order, Payment, PaymentMethod, Refund, Subscription
from app.billing.queries import orders as orders_read
from app.billing.service import notices
from app.billing.service.links import order_url
from app.billing.service.subscriptions import plan_of
from app.communities.models import Community, Contact
from app.communities.queries.addressees import addressee
from app.core.database import db
from app.core.links import absolute_url
from app.core.notify import notify
from app.core.text import N_


def send_receipt(order: Order, *, secret: str) -> None:
    """Send what was bought and paid."""
    _write(
        order,
        notices.RECEIPT,
        key=f"{notices.RECEIPT}:{order.id}",
        subject=N_("Receipt from %(community_name)s"),
        template="billing/receipt",
        secret=secret,
        payment=orders_read.paid_payment(order.id),
    )


def send_refund(made: Refund, *, secret: str) -> None:
    """Tell that money goes back: by itself to a card, else out of the organizers' hands."""
    payment = db.session.get_one(Payment, made.payment_id)
    is_by_card = payment.method is PaymentMethod.STRIPE
    _write(
        db.session.get_one(Order, payment.order_id),
        notices.REFUND,
        key=f"{notices.REFUND}:{made.id}",
        subject=(
            N_("Your money is on its way back: %(community_name)s")
            if is_by_card
            else N_("Your money comes back by hand: %(community_name)s")
        ),
        template="billing/refund" if is_by_card else "billing/refund_by_hand",
        secret=secret,
        refund=made,
    )


def send_failed(order: Order, *, secret: str) -> None:
    """Tell that money that was on its way did not arrive."""
    _write(
        order,
        notices.FAILED,
        key=f"{notices.FAILED}:{order.id}",
        subject=N_("Your payment did not arrive: %(community_name)s"),
        template="billing/failed",
        secret=secret,
    )


def send_unpaid(subscription: Subscription, *, invoice_id: str, page_url: str) -> None:
    """Ask for a renewal that could not be paid: a card refused, or a bank that wants a yes."""
    _tell_subscriber(
        subscription,
        notices.UNPAID,
        key=f"{notices.UNPAID}:{subscription.id}:{invoice_id}",
        subject=N_("Your membership could not be renewed: %(community_name)s"),
        template="billing/unpaid",
        page_url=page_url,
    )


def send_ended(subscription: Subscription) -> None:
    """Tell that a paid membership ended."""
    _tell_subscriber(
        subscription,
        notices.ENDED,
        key=f"{notices.ENDED}:{subscription.id}",
        subject=N_("Your membership has ended: %(community_name)s"),
        template="billing/ended",
    )


def _write(
    order: Order, kind: str, *, key: str, subject: str, template: str, secret: str, **values: Any
) -> None:
    community = db.session.get_one(Community, order.community_id)
    _tell(
        order.contact_id,
        community,
        kind,
        key=key,
        subject=subject,
        template=template,
        order=order,
        lines=orders_read.lines_of(order.id),
        described=lambda line: item_kind(line.item_kind).describe(line),
        order_url=order_url(order, slug=community.slug, secret=secret),
        **values,
    )


def _tell_subscriber(
    subscription: Subscription, kind: str, *, key: str, subject: str, template: str, **values: Any
) -> None:
    community = db.session.get_one(Community, subscription.community_id)
    _tell(
        subscription.contact_id,
        community,
        kind,
        key=key,
        subject=subject,
        template=template,
        plan=plan_of(subscription),
        subscription=subscription,
        membership_url=absolute_url("billing.membership", slug=community.slug),
        **values,
    )


def _tell(contact_id: int, community: Community, kind: str, **words: Any) -> None:
    contact = db.session.get_one(Contact, contact_id)
    notify(addressee(contact), kind, community=community, community_name=community.name, **words)
