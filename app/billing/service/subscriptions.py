"""Subscriptions: begun by a paid order, followed as Stripe says, ended when a membership ends.

With it end the orders that nobody has paid yet: each by a job, which has Stripe close its page.
"""

from datetime import datetime

from sqlalchemy import select

from app.accounts.models import Person
from app.activity import service as activity
from app.activity.kinds import BOUGHT, TOOK_FREE
from app.activity.service import Fact
from app.billing.gateway.checkout import IntentSeen
from app.billing.gateway.invoices import InvoiceSeen
from app.billing.gateway.subscriptions import SubscriptionSeen
from app.billing.models import (
    Customer,
    Order,
    OrderLine,
    OrderSource,
    OrderState,
    Payment,
    PaymentAccount,
    PaymentMethod,
    PaymentState,
    Plan,
    Price,
    Routed,
    Subscription,
    SubscriptionState,
)
from app.billing.queries import buyers
from app.billing.queries import stripe as reads
from app.billing.queries.orders import lines_of
from app.billing.queries.plans import live_subscriptions
from app.billing.service import attempts, grants
from app.billing.service.moves import check_order
from app.billing.service.orders import next_number
from app.billing.service.payments import tell_fee, tell_sale
from app.communities.models import Community, Contact, EndReason, Membership
from app.core.database import add, db
from app.core.errors import RuleViolation
from app.core.jobs import defer
from app.core.text import N_

OVER = frozenset({SubscriptionState.CANCELED, SubscriptionState.INCOMPLETE_EXPIRED})


class NotLive(RuleViolation):
    """The subscription is over."""

    message = N_("This subscription has ended already.")


def begin(order: Order, payment: Payment, seen: SubscriptionSeen, *, now: datetime) -> Subscription:
    """Write down the subscription that an order's page began."""
    account = db.session.get_one(PaymentAccount, payment.payment_account_id)
    price, _ = reads.price_named(lines_of(order.id)[0].item_id)
    made = add(
        Subscription(
            community_id=order.community_id,
            contact_id=order.contact_id,
            price_id=price.id,
            order_id=order.id,
            payment_account_id=account.id,
            stripe_id=seen.stripe_id,
            state=SubscriptionState(seen.status),
            period_starts_at=seen.period_starts_at,
            period_ends_at=seen.period_ends_at,
            cancels_at_period_end=seen.cancels_at_period_end,
            started_at=seen.started_at,
            ended_at=seen.ended_at,
            synced_at=now,
        )
    )
    attempts.route(account, Routed.SUBSCRIPTION, seen.stripe_id, made.id)
    return made


def follow(subscription: Subscription, seen: SubscriptionSeen, *, asked_at: datetime) -> bool:
    """Bring what Stripe says into a locked subscription and its grant.

    False when something newer was brought in already: `asked_at` is when the fetching began.
    """
    if asked_at < subscription.synced_at or subscription.state in OVER:
        return False
    before = subscription.state
    subscription.state = SubscriptionState(seen.status)
    subscription.period_starts_at = seen.period_starts_at
    subscription.period_ends_at = seen.period_ends_at
    subscription.cancels_at_period_end = seen.cancels_at_period_end
    subscription.ended_at = seen.ended_at
    subscription.synced_at = asked_at
    is_late = subscription.state is SubscriptionState.PAST_DUE
    subscription.past_due_since = (subscription.past_due_since or asked_at) if is_late else None
    db.session.flush()
    grants.follow(subscription, plan_of(subscription), now=asked_at)
    if before is not subscription.state:
        defer(
            "billing.tell_subscription",
            subscription_id=subscription.id,
            state=subscription.state.value,
        )
    return True


def renew(
    subscription: Subscription,
    invoice: InvoiceSeen,
    intent: IntentSeen | None,
    *,
    now: datetime,
) -> Order | None:
    """Write down a paid renewal: an order, its payment, the sale; None when it was written."""
    if reads.payment_of_invoice(invoice.invoice_id) is not None or not invoice.paid:
        return None
    price = db.session.get_one(Price, subscription.price_id)
    order = _renewal_order(subscription, invoice, price, now)
    payment = _renewal_payment(order, subscription, invoice, now)
    keep_intent(payment, intent)
    account = db.session.get_one(PaymentAccount, subscription.payment_account_id)
    settled = intent.settled if intent else None
    tell_sale(order, payment, account=account.stripe_id or "own", settled=settled)
    tell_fee(order, payment, account=account.stripe_id or "own")
    tell_activity(order, "renewed", now)
    defer("billing.send_receipt", order_id=order.id)
    return order


def ask_for_money(subscription: Subscription, invoice: InvoiceSeen) -> None:
    """Have a member told, once, that a renewal waits for them: a card refused, or a bank's yes."""
    if invoice.page_url and subscription.state is SubscriptionState.PAST_DUE:
        defer(
            "billing.tell_unpaid",
            subscription_id=subscription.id,
            invoice_id=invoice.invoice_id,
            page_url=invoice.page_url,
        )


def keep_intent(payment: Payment, intent: IntentSeen | None) -> None:
    """Note the intent, the charge and the fee behind a payment."""
    if intent is None:
        return
    if payment.intent_id is None:
        payment.intent_id = intent.intent_id
        attempts.remember(payment, Routed.INTENT, intent.intent_id)
    if payment.charge_id is None and intent.charge_id:
        payment.charge_id = intent.charge_id
        attempts.remember(payment, Routed.CHARGE, intent.charge_id)
    payment.fee_minor = intent.fee_minor if payment.fee_minor is None else payment.fee_minor
    db.session.flush()


def tell_activity(order: Order, kind: str, now: datetime) -> None:
    """Tell the activity ledger that someone bought, or went on with, a plan."""
    community = db.session.get_one(Community, order.community_id)
    activity.record(
        Fact(
            community_id=order.community_id,
            contact_id=order.contact_id,
            type=kind,
            uid=f"{kind}:{order.public_id}",
            happened_at=now,
            subject=f"order:{order.public_id}",
        ),
        zone=community.zone,
    )


def tell_unbought(order: Order, now: datetime) -> None:
    """Take a plan's order out of the count of what people did: it was taken back."""
    community = db.session.get_one(Community, order.community_id)
    for kind in ("renewed",) if order.source is OrderSource.RENEWAL else (BOUGHT, TOOK_FREE):
        activity.void(
            community_id=order.community_id,
            uid=f"{kind}:{order.public_id}",
            zone=community.zone,
            now=now,
        )


def plan_of(subscription: Subscription) -> Plan:
    """Return the plan a subscription is for."""
    return db.session.execute(
        select(Plan).join(Price, Price.plan_id == Plan.id).where(Price.id == subscription.price_id)
    ).scalar_one()


def end_stray(account: str, stripe_id: str) -> None:
    """End a subscription of which we have no row, by a job: its page was paid in vain, say."""
    defer("billing.end_stray_subscription", account=account, stripe_id=stripe_id)


def end_for_contact(contact_id: int, *, now: datetime) -> None:
    """Have a contact's live subscriptions ended at Stripe, by a job that tries until it is so."""
    for subscription in live_subscriptions(contact_id):
        if subscription.stop_wanted_at is None:
            subscription.stop_wanted_at = now
            defer("billing.end_subscription", subscription_id=subscription.id)
    db.session.flush()


def on_membership_end(membership: Membership, now: datetime) -> None:
    """Answer the end of a membership: what renews stops, what was given by hand is taken back.

    What is not paid yet is closed, however it ends, tickets too: those that are paid go back.
    Where the whole community is erased our rows go with it, but Stripe would charge on.
    """
    if membership.end_reason is EndReason.CLOSED:
        _end_at_stripe(membership.contact_id)
        return
    _end_access(membership.contact_id, now)


def on_ban(contact: Contact, now: datetime) -> None:
    """Answer the ban of someone who is no member: guests order, and gifts may have reached them."""
    _end_access(contact.id, now)


def on_erasure(person: Person, now: datetime) -> None:
    """Answer the erasure of a person: subscriptions end, and Stripe forgets the customer."""
    contacts = select(Contact.id).where(Contact.person_id == person.id)
    for contact_id in db.session.scalars(contacts).all():
        end_for_contact(contact_id, now=now)
        close_orders(contact_id)
        rows = db.session.execute(
            select(Customer.stripe_id, PaymentAccount.stripe_id)
            .join(PaymentAccount, PaymentAccount.id == Customer.payment_account_id)
            .where(Customer.contact_id == contact_id)
        )
        for customer, account in rows.all():
            defer("billing.forget_customer", account=account, customer=customer)


def close_orders(contact_id: int) -> None:
    """Have a contact's unpaid orders ended, and their pages closed at Stripe, by jobs."""
    for order_id in buyers.unpaid_orders(contact_id):
        defer("billing.cancel_order", order_id=order_id)


def _end_at_stripe(contact_id: int) -> None:
    """Have a contact's subscriptions ended by jobs that need none of our rows."""
    for subscription in live_subscriptions(contact_id):
        account = db.session.get_one(PaymentAccount, subscription.payment_account_id)
        end_stray(account.stripe_id, subscription.stripe_id)


def _end_access(contact_id: int, now: datetime) -> None:
    """End what someone has; what is handed over in this very moment is waited for, and seen."""
    buyers.lock_buyer(contact_id)
    close_orders(contact_id)
    end_for_contact(contact_id, now=now)
    for grant in grants.standing(contact_id, now):
        if grant.subscription_id is None:
            grants.revoke(grant, now=now)


def _renewal_order(
    subscription: Subscription, invoice: InvoiceSeen, price: Price, now: datetime
) -> Order:
    check_order(OrderState.RESERVED, OrderState.PAID)
    net = invoice.paid.minor - invoice.tax_minor
    discount = max(0, invoice.subtotal.minor - net)
    order = add(
        Order(
            community_id=subscription.community_id,
            contact_id=subscription.contact_id,
            number=next_number(subscription.community_id),
            state=OrderState.PAID,
            source=OrderSource.RENEWAL,
            currency=invoice.paid.currency,
            subtotal_minor=net + discount,
            discount_minor=discount,
            tax_minor=invoice.tax_minor,
            total_minor=invoice.paid.minor,
            placed_at=invoice.paid_at or now,
            paid_at=invoice.paid_at or now,
        )
    )
    add(
        OrderLine(
            community_id=order.community_id,
            order_id=order.id,
            position=0,
            item_kind="plan",
            item_id=price.public_id,
            title=plan_of(subscription).name,
            quantity=1,
            unit_minor=net + discount,
            discount_minor=discount,
            tax_minor=invoice.tax_minor,
            total_minor=invoice.paid.minor,
        )
    )
    return order


def _renewal_payment(
    order: Order, subscription: Subscription, invoice: InvoiceSeen, now: datetime
) -> Payment:
    return add(
        Payment(
            community_id=order.community_id,
            order_id=order.id,
            method=PaymentMethod.STRIPE,
            state=PaymentState.PAID,
            currency=order.currency,
            amount_minor=order.total_minor,
            payment_account_id=subscription.payment_account_id,
            key=f"invoice:{invoice.invoice_id}"[:80],
            invoice_id=invoice.invoice_id,
            started_at=now,
            paid_at=invoice.paid_at or now,
        )
    )
