"""Reads that look for what does not agree: each returns subjects with their facts."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, exists, func, select

from app.billing.models import (
    LIVE_SUBSCRIPTION,
    SETTLED_STATES,
    Finding,
    FindingKind,
    Hold,
    HoldLine,
    HoldState,
    LedgerSource,
    LedgerTxn,
    Order,
    OrderState,
    Payment,
    PaymentAccount,
    PaymentState,
    Quota,
    ReconRun,
    Refund,
    RefundReason,
    RefundState,
    Subscription,
    SubscriptionState,
)
from app.communities.models import Contact
from app.core.database import db, within

WAITS = timedelta(hours=1)
CLOSING = timedelta(minutes=10)  # a page's end, and the order's after it, take as long at most
UNSETTLED = frozenset(set(OrderState) - SETTLED_STATES - {OrderState.REFUNDED_LATE})


@dataclass(frozen=True)
class Fault:
    """Something that does not agree."""

    kind: FindingKind
    subject: str
    facts: Mapping[str, Any] = field(default_factory=dict)


def faults(community_id: int, *, now: datetime, sold: Mapping[int, int]) -> list[Fault]:
    """Return everything in our own rows that does not agree.

    `sold` says how many of each quota were sold without an order.
    """
    return [
        *_paid_not_fulfilled(community_id),
        *_fulfilled_not_paid(community_id),
        *_amounts(community_id),
        *_untold(community_id),
        *_refunds(community_id, now),
        *_stuck(community_id, now),
        *_twice_subscribed(community_id),
        *_drifted(community_id, sold),
    ]


def checked(community_id: int) -> int:
    """Return how many orders a run looks at."""
    number = db.session.scalar(
        select(func.count()).select_from(Order).where(Order.community_id == community_id)
    )
    return int(number or 0)


def open_findings(community_id: int) -> list[Finding]:
    """Return what does not agree now, newest first."""
    return list(
        db.session.scalars(
            within(Finding, community_id)
            .where(Finding.settled_at.is_(None))
            .order_by(Finding.found_at.desc(), Finding.id.desc())
            .limit(200)
        )
    )


def finding_by_id(community_id: int, public_id: str) -> Finding | None:
    """Return one finding."""
    found: Finding | None = db.session.scalar(
        within(Finding, community_id).where(Finding.public_id == public_id)
    )
    return found


def is_dealt_with(community_id: int, kind: FindingKind, subject: str) -> bool:
    """Say whether a person has dealt with what was found of a subject."""
    found = within(Finding, community_id).where(
        Finding.kind == kind, Finding.subject == subject, Finding.settled_by_id.is_not(None)
    )
    return db.session.scalar(found.limit(1)) is not None


def last_run(community_id: int) -> ReconRun | None:
    """Return the newest finished look."""
    found: ReconRun | None = db.session.scalar(
        within(ReconRun, community_id)
        .where(ReconRun.finished_at.is_not(None))
        .order_by(ReconRun.started_at.desc())
        .limit(1)
    )
    return found


def selling_communities() -> list[int]:
    """Return every community that ever sold something or counts something."""
    with_orders = select(Order.community_id).distinct()
    with_quotas = select(Quota.community_id).distinct()
    return sorted(db.session.scalars(with_orders.union(with_quotas)))


def looked_until(community_ids: Collection[int]) -> datetime | None:
    """Return up to when what Stripe knows of an account was brought in: its watermark.

    An account that several communities share is asked for all of them at once.
    """
    return db.session.scalar(
        select(func.max(ReconRun.started_at)).where(
            ReconRun.community_id.in_(community_ids),
            ReconRun.finished_at.is_not(None),
            ReconRun.is_unreachable.is_(False),
        )
    )


def silent_subscriptions(account: str, *, before: datetime) -> list[str]:
    """Return what Stripe should have spoken of: a period has ended, or money is owed.

    Their notices may be lost for good, and one that ended keeps a member from subscribing again.
    """
    return list(
        db.session.scalars(
            select(Subscription.stripe_id)
            .join(PaymentAccount, PaymentAccount.id == Subscription.payment_account_id)
            .where(
                PaymentAccount.stripe_id == account,
                Subscription.state.in_(LIVE_SUBSCRIPTION),
                Subscription.synced_at < before,
                (Subscription.period_ends_at < before)
                | (Subscription.state == SubscriptionState.PAST_DUE),
            )
            .order_by(Subscription.id)
        )
    )


def taken_sessions(session_ids: Collection[str]) -> set[str]:
    """Return which of these hosted pages were brought in with their money."""
    done = (PaymentState.PAID, PaymentState.QUARANTINED)
    found = db.session.scalars(
        select(Payment.session_id).where(
            Payment.session_id.in_(session_ids), Payment.state.in_(done)
        )
    )
    return {one for one in found if one}


def taken_invoices(invoice_ids: Collection[str]) -> set[str]:
    """Return which of these paid invoices were brought in."""
    found = db.session.scalars(
        select(Payment.invoice_id).where(Payment.invoice_id.in_(invoice_ids))
    )
    return {one for one in found if one}


def settled_refunds(stripe_ids: Collection[str]) -> set[str]:
    """Return which of these refunds have arrived, as far as is known."""
    found = db.session.scalars(
        select(Refund.stripe_id).where(
            Refund.stripe_id.in_(stripe_ids), Refund.state == RefundState.SUCCEEDED
        )
    )
    return {one for one in found if one}


def _paid_not_fulfilled(community_id: int) -> Iterable[Fault]:
    rows = db.session.execute(
        select(Order.public_id, Payment.amount_minor, Payment.currency)
        .join(Payment, Payment.order_id == Order.id)
        .where(
            Order.community_id == community_id,
            Payment.state == PaymentState.PAID,
            Order.state.in_(UNSETTLED),
        )
    )
    for order, amount, currency in rows:
        yield Fault(
            FindingKind.PAID_NOT_FULFILLED,
            f"order:{order}",
            {"amount": amount, "currency": currency},
        )


def _fulfilled_not_paid(community_id: int) -> Iterable[Fault]:
    is_paid = exists().where(Payment.order_id == Order.id, Payment.state == PaymentState.PAID)
    rows = db.session.execute(
        select(Order.public_id, Order.total_minor, Order.currency).where(
            Order.community_id == community_id,
            Order.state.in_(SETTLED_STATES),
            Order.total_minor > 0,
            ~is_paid,
        )
    )
    for order, amount, currency in rows:
        yield Fault(
            FindingKind.FULFILLED_NOT_PAID,
            f"order:{order}",
            {"amount": amount, "currency": currency},
        )


def _amounts(community_id: int) -> Iterable[Fault]:
    rows = db.session.execute(
        select(Payment.public_id, Order.total_minor, Payment.amount_minor, Payment.currency)
        .join(Order, Order.id == Payment.order_id)
        .where(
            Order.community_id == community_id,
            Order.state.in_(SETTLED_STATES),
            Payment.state == PaymentState.PAID,
            (Payment.amount_minor != Order.total_minor) | (Payment.currency != Order.currency),
        )
    )
    for payment, asked, paid, currency in rows:
        facts = {"asked": asked, "paid": paid, "paid_currency": currency}
        yield Fault(FindingKind.AMOUNT_DIFFERS, f"payment:{payment}", facts)
    quarantined = db.session.execute(
        select(Payment.public_id, Order.total_minor, Payment.amount_minor, Payment.currency)
        .join(Order, Order.id == Payment.order_id)
        .where(Order.community_id == community_id, Payment.state == PaymentState.QUARANTINED)
    )
    for payment, asked, paid, currency in quarantined:
        facts = {"asked": asked, "paid": paid, "paid_currency": currency}
        yield Fault(FindingKind.UNMATCHED_MONEY, f"payment:{payment}", facts)


def _untold(community_id: int) -> Iterable[Fault]:
    """Find payments that the ledger was never told of."""
    told = exists().where(
        LedgerTxn.community_id == Payment.community_id,
        LedgerTxn.source_id == Payment.public_id,
        LedgerTxn.source.in_((LedgerSource.PAYMENT, LedgerSource.UNMATCHED)),
    )
    rows = db.session.scalars(
        select(Payment.public_id).where(
            Payment.community_id == community_id,
            Payment.state.in_((PaymentState.PAID, PaymentState.QUARANTINED)),
            ~told,
        )
    )
    for payment in rows:
        yield Fault(FindingKind.LEDGER_DIFFERS, f"payment:{payment}")


def _refunds(community_id: int, now: datetime) -> Iterable[Fault]:
    """Find what has not left, and what did not arrive and is still to be given back.

    It may have gone back another way: again at Stripe, or by hand, as a person said.
    """
    dealt_with = exists().where(
        Finding.community_id == Refund.community_id,
        Finding.kind == FindingKind.REFUND_FAILED,
        Finding.subject == func.concat("refund:", Refund.public_id),
        Finding.settled_by_id.is_not(None),
        Finding.settled_at >= Refund.settled_at,
    )
    is_owed = Payment.refunded_minor < Payment.amount_minor
    rows = db.session.execute(
        select(Refund, Order.public_id)
        .join(Payment, Payment.id == Refund.payment_id)
        .join(Order, Order.id == Payment.order_id)
        .where(Refund.community_id == community_id)
        .where(
            and_(Refund.state == RefundState.STARTING, Refund.asked_at < now - WAITS)
            | and_(Refund.state == RefundState.FAILED, is_owed, ~dealt_with)
        )
    )
    for refund, order in rows:
        is_failed = refund.state is RefundState.FAILED
        kind = FindingKind.REFUND_FAILED if is_failed else FindingKind.REFUND_MISSING
        facts = {"order": order, "amount": refund.amount_minor, "currency": refund.currency}
        yield Fault(kind, f"refund:{refund.public_id}", facts)


def _stuck(community_id: int, now: datetime) -> Iterable[Fault]:
    """Find what is still held after its page's end: Stripe does not say how it ended.

    It is asked about every few minutes; who keeps an order longer on purpose says until when.
    """
    rows = db.session.scalars(
        select(Order.public_id)
        .join(Payment, Payment.order_id == Order.id)
        .where(
            Order.community_id == community_id,
            Order.state == OrderState.AWAITING_PAYMENT,
            Order.expires_at < now + CLOSING,
            Payment.state.in_((PaymentState.STARTING, PaymentState.OPEN)),
            Payment.expires_at < now - CLOSING,
        )
        .distinct()
    )
    for order in rows:
        yield Fault(FindingKind.HOLD_STUCK, f"order:{order}")


def _twice_subscribed(community_id: int) -> Iterable[Fault]:
    rows = db.session.execute(
        select(Contact.public_id, func.count())
        .join(Subscription, Subscription.contact_id == Contact.id)
        .where(Subscription.community_id == community_id, Subscription.state.in_(LIVE_SUBSCRIPTION))
        .group_by(Contact.public_id)
        .having(func.count() > 1)
    )
    for contact, order in _paid_for_a_second(community_id):
        yield Fault(FindingKind.TWO_SUBSCRIPTIONS, f"contact:{contact}", {"order": order})
    for contact, number in rows:
        yield Fault(FindingKind.TWO_SUBSCRIPTIONS, f"contact:{contact}", {"number": number})


def _paid_for_a_second(community_id: int) -> Sequence[tuple[str, str]]:
    """Return whose second subscription was not begun, while its money is on its way back."""
    rows = db.session.execute(
        select(Contact.public_id, Order.public_id)
        .join(Order, Order.contact_id == Contact.id)
        .join(Payment, Payment.order_id == Order.id)
        .join(Refund, Refund.payment_id == Payment.id)
        .where(
            Refund.community_id == community_id,
            Refund.reason == RefundReason.TWICE,
            Refund.state.in_((RefundState.STARTING, RefundState.PENDING)),
            Order.state == OrderState.REFUNDED_LATE,
        )
        .order_by(Order.id)
    )
    return [(contact, order) for contact, order in rows]


def _drifted(community_id: int, sold: Mapping[int, int]) -> Iterable[Fault]:
    """Compare each counter with the rows it counts: a finding, never a silent repair."""
    lines = (
        select(
            HoldLine.quota_id,
            func.sum(HoldLine.quantity).filter(Hold.state == HoldState.HELD).label("held"),
            func.sum(HoldLine.quantity - HoldLine.returned)
            .filter(Hold.state == HoldState.TAKEN, Hold.order_id.is_not(None))
            .label("sold"),
        )
        .join(Hold, Hold.id == HoldLine.hold_id)
        .where(HoldLine.community_id == community_id)
        .group_by(HoldLine.quota_id)
        .subquery()
    )
    rows = db.session.execute(
        select(
            Quota.id,
            Quota.public_id,
            Quota.held,
            Quota.sold,
            func.coalesce(lines.c.held, 0),
            func.coalesce(lines.c.sold, 0),
        )
        .outerjoin(lines, lines.c.quota_id == Quota.id)
        .where(Quota.community_id == community_id)
        .order_by(Quota.id)
    )
    for number, name, held, taken, found_held, found_sold in rows:
        found = int(found_sold) + sold.get(number, 0)
        if (held, taken) != (int(found_held), found):
            facts = {"held": held, "held_rows": int(found_held), "sold": taken, "sold_rows": found}
            yield Fault(FindingKind.COUNTER_DRIFT, f"quota:{name}", facts)
