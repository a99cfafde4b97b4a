"""Reconciliation: what Stripe took is asked of it, what we sold is counted, and they must agree.

What can be brought in is brought in by the same sync as a notice; what then still does not agree
becomes a finding for the organizers, and is never mended silently.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.billing import gateway
from app.billing.hooks import sold_elsewhere
from app.billing.models import FindingKind, ReconReach, ReconRun
from app.billing.processes.checkout import cancel_order, expire_order
from app.billing.processes.fetching import Trouble, fetch_all
from app.billing.processes.refunds import send_refund
from app.billing.processes.subscriptions import end_subscription
from app.billing.queries import reconciling as reads
from app.billing.queries import undone
from app.billing.queries.stripe import stuck_notices
from app.billing.queries.undone import Left
from app.billing.service.findings import find, settle_gone
from app.core.database import add, db
from app.core.jobs import defer

LOST = timedelta(minutes=10)
COUNTED = frozenset(set(FindingKind) - {FindingKind.NOTICE_PARKED})


@dataclass(frozen=True)
class Outcome:
    """What a look at everything came to."""

    communities: int
    findings: int
    unreachable: int


def reconcile_all(*, is_full: bool, secret: str, now: datetime) -> Outcome:
    """Look at every community that sells; return what was found.

    Raises ExceptionGroup for mistakes of ours, after everything else was looked at.
    """
    trouble = Trouble()
    _wake(trouble, secret, now)
    fetch_all(trouble, is_full=is_full, now=now)
    communities = reads.selling_communities()
    db.session.commit()
    found = _reconcile_each(communities, trouble, is_full=is_full, now=now)
    if trouble.mistakes:
        message = "not everything could be looked at"
        raise ExceptionGroup(message, trouble.mistakes)
    return Outcome(len(communities), found, len(trouble.communities))


def _reconcile_each(
    communities: Sequence[int], trouble: Trouble, *, is_full: bool, now: datetime
) -> int:
    """Count every community's rows; a mistake about one keeps no other from being counted."""
    found = 0
    for one in communities:
        is_partial = one in trouble.communities
        try:
            found += reconcile(one, is_full=is_full, is_unreachable=is_partial, now=now)
        except Exception as mistake:  # noqa: BLE001 - told when the others have been looked at
            trouble.note(mistake, [one])
    return found


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


def _wake(trouble: Trouble, secret: str, now: datetime) -> None:
    """Do again what a lost job should have done.

    One that Stripe will not answer keeps none of the others waiting.
    """
    orders, in_vain = undone.overdue_orders(now - LOST), undone.orders_in_vain(now)
    refunds, stops = undone.unsent_refunds(now - LOST), undone.unstopped()
    for notice_id in stuck_notices(now - LOST):
        defer("billing.handle_notice", notice_id=notice_id)
    db.session.commit()
    steps: list[tuple[Left, Callable[[int], object]]] = [
        *((one, lambda row_id: expire_order(row_id, secret=secret, now=now)) for one in orders),
        *((one, lambda row_id: cancel_order(row_id, secret=secret, now=now)) for one in in_vain),
        *((one, lambda row_id: send_refund(row_id, now=now)) for one in refunds),
        *((one, lambda row_id: end_subscription(row_id, now=now)) for one in stops),
    ]
    away: set[int] = set()
    for left, step in steps:
        if left.community_id in away:
            continue
        try:
            step(left.row_id)
        except Exception as error:  # noqa: BLE001 - told when the others have been looked at
            trouble.note(error, [left.community_id])
            is_silent = isinstance(error, gateway.StripeSilent)
            if is_silent and not isinstance(error, gateway.StripeStuck):
                away.add(left.community_id)  # each more would wait as long for nothing
