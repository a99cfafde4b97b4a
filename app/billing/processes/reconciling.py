"""Reconciliation: what Stripe took is asked of it, what we sold is counted, and they must agree.

What can be brought in is brought in by the same sync as a notice; what then still does not agree
becomes a finding for the organizers, and is never mended silently.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.billing import gateway
from app.billing.hooks import sold_elsewhere
from app.billing.models import FindingKind, ReconReach, ReconRun
from app.billing.processes.checkout import expire_order
from app.billing.processes.refunds import send_refund
from app.billing.processes.subscriptions import end_subscription
from app.billing.processes.sync import sync_invoice, sync_session
from app.billing.queries import reconciling as reads
from app.billing.queries.stripe import open_accounts, stuck_notices
from app.billing.service.findings import find, settle_gone
from app.core.database import add, db
from app.core.jobs import defer

SMALL, FULL = timedelta(hours=26), timedelta(days=90)
LOST = timedelta(minutes=10)
COUNTED = frozenset(set(FindingKind) - {FindingKind.NOTICE_PARKED})


@dataclass(frozen=True)
class Outcome:
    """What a look at everything came to."""

    communities: int
    findings: int
    unreachable: int


def reconcile_all(*, is_full: bool, secret: str, now: datetime) -> Outcome:
    """Look at every community that sells; return what was found."""
    _wake(secret, now)
    silent = _fetch(is_full=is_full, now=now)
    communities = reads.selling_communities()
    db.session.commit()
    found = sum(
        reconcile(one, is_full=is_full, is_unreachable=one in silent, now=now)
        for one in communities
    )
    return Outcome(len(communities), found, len(silent))


def reconcile(
    community_id: int, *, is_full: bool, now: datetime, is_unreachable: bool = False
) -> int:
    """Count one community's rows and write down what does not agree; return how many."""
    run = add(
        ReconRun(
            community_id=community_id,
            reach=ReconReach.FULL if is_full else ReconReach.SMALL,
            started_at=now,
            is_unreachable=is_unreachable,
        )
    )
    sold: dict[int, int] = {}
    for counted in sold_elsewhere(community_id):
        for quota_id, number in counted.items():
            sold[quota_id] = sold.get(quota_id, 0) + number
    faults = reads.faults(community_id, now=now, sold=sold)
    settle_gone(community_id, COUNTED, seen=[(one.kind, one.subject) for one in faults], now=now)
    for one in faults:
        find(community_id, one.kind, one.subject, run_id=run.id, **one.facts)
    run.checked, run.found, run.finished_at = reads.checked(community_id), len(faults), now
    db.session.commit()
    return len(faults)


def _fetch(*, is_full: bool, now: datetime) -> set[int]:
    """Bring in what Stripe was paid lately; return the communities whose account was silent."""
    accounts = [(one.community_id, one.stripe_id) for one in open_accounts()]
    db.session.commit()
    since, silent, done = now - (FULL if is_full else SMALL), set(), set()
    for community_id, account in accounts:
        if account in done:
            continue
        done.add(account)
        try:
            _fetch_account(account, since, now)
        except (gateway.StripeSilent, gateway.StripeRefused):
            silent.add(community_id)
    return silent


def _fetch_account(account: str, since: datetime, now: datetime) -> None:
    for page in gateway.checkout.recent(account, since):
        if page.payment_id:  # it bears our marks
            sync_session(account, page.session_id, now=now)
    for invoice in gateway.invoices.recent(account, since):
        if invoice.order_id:
            sync_invoice(account, invoice.invoice_id, now=now)


def _wake(secret: str, now: datetime) -> None:
    """Do again what a lost job should have done."""
    notices, orders = stuck_notices(now - LOST), reads.overdue_orders(now - LOST)
    stops, refunds = reads.unstopped(), reads.unsent_refunds(now - LOST)
    for notice_id in notices:
        defer("billing.handle_notice", notice_id=notice_id)
    db.session.commit()
    for order_id in orders:
        expire_order(order_id, secret=secret, now=now)
    try:
        for refund_id in refunds:
            send_refund(refund_id, now=now)
        for subscription_id in stops:
            end_subscription(subscription_id, now=now)
    except gateway.StripeSilent:
        return
