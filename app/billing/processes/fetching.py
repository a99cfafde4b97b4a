"""Fetching what notices may have missed: everything Stripe did on an account since the last look.

Lists are read page by page, and what is on a page is brought in before the next one is asked for.
Cut short, the next look begins where the last whole one began, and passes over what is in.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import structlog

from app.billing import gateway
from app.billing.processes.sync import (
    sync_invoice,
    sync_session,
    sync_subscription,
    take_dispute,
    take_refund,
)
from app.billing.queries import reconciling as reads
from app.billing.queries.stripe import open_accounts
from app.core.database import db

log = structlog.get_logger(__name__)

SMALL, FULL = timedelta(hours=26), timedelta(days=90)
QUIET = timedelta(hours=6)  # Stripe renews an hour after a period's end


@dataclass(frozen=True)
class Trouble:
    """What kept from looking at everything: it keeps nothing else from being looked at."""

    communities: set[int] = field(default_factory=set)  # of which not everything was looked at
    mistakes: list[Exception] = field(default_factory=list)  # of ours

    def note(self, error: Exception, communities: Collection[int], *, account: str = "") -> None:
        """Take back what was begun, and note whom it was about and whether it is our mistake.

        That Stripe does not answer, or says no, is none of ours.
        """
        db.session.rollback()
        self.communities.update(communities)
        if isinstance(error, gateway.StripeSilent | gateway.StripeRefused):
            return
        self.mistakes.append(error)
        log.error(
            "not everything could be compared",
            account=account,
            communities=sorted(communities),
            error=type(error).__name__,
        )


def fetch_all(trouble: Trouble, *, is_full: bool, now: datetime) -> None:
    """Bring in what Stripe did on every account."""
    users: dict[str, set[int]] = {}
    for one in open_accounts():
        users.setdefault(one.stripe_id, set()).add(one.community_id)
    starts = {
        account: _since(communities, is_full=is_full, now=now)
        for account, communities in users.items()
    }
    db.session.commit()
    for account, since in starts.items():
        _fetch(_Look(account, since, now, users[account], trouble))


def _since(communities: set[int], *, is_full: bool, now: datetime) -> datetime:
    """Return how far to look back: to the last whole look, and a day at least."""
    before = reads.looked_until(communities)
    if is_full or before is None:
        return now - FULL
    return max(now - FULL, min(now - SMALL, before))


@dataclass(frozen=True)
class _Look:
    """A look at one account; what fails of it keeps nothing else from being looked at."""

    account: str
    since: datetime
    now: datetime
    communities: set[int]  # who use it
    trouble: Trouble

    def bring(self, step: Callable[[], object]) -> None:
        """Bring one thing in, and go on with the next if that fails; raises StripeSilent.

        The look is not whole then, so the next one begins where this one did.
        """
        try:
            step()
        except gateway.StripeSilent:
            raise  # it ends the look
        except Exception as error:  # noqa: BLE001 - told when the others have been looked at
            self.note(error)

    def note(self, error: Exception) -> None:
        """Note that something could not be brought in."""
        self.trouble.note(error, self.communities, account=self.account)


def _fetch(look: _Look) -> None:
    """Look at each part of an account; a list that cannot be read keeps no other from being read.

    Only where Stripe is silent is the rest left out: each more would wait as long for nothing.
    """
    for part in (_pages, _invoices, _refunds, _disputes, _subscriptions):
        try:
            part(look)
        except gateway.StripeSilent as silence:
            look.note(silence)
            return
        except Exception as error:  # noqa: BLE001 - told when the others have been looked at
            look.note(error)


def _pages(look: _Look) -> None:
    """Bring in the hosted pages that were paid, if they bear our marks."""
    for found in gateway.checkout.recent(look.account, look.since):
        taken = reads.taken_sessions([one.session_id for one in found])
        db.session.commit()
        for one in found:
            if one.payment_id and one.session_id not in taken:
                look.bring(partial(sync_session, look.account, one.session_id, now=look.now))


def _invoices(look: _Look) -> None:
    """Bring in the renewals that were paid."""
    for found in gateway.invoices.recent(look.account, look.since):
        taken = reads.taken_invoices([one.invoice_id for one in found])
        db.session.commit()
        for one in found:
            if one.order_id and one.invoice_id not in taken:
                look.bring(partial(sync_invoice, look.account, one.invoice_id, now=look.now))


def _refunds(look: _Look) -> None:
    """Bring in what went back, by Stripe's own dashboard too."""
    for found in gateway.refunds.recent(look.account, look.since):
        settled = reads.settled_refunds([one.stripe_id for one in found])
        db.session.commit()
        for one in found:
            if one.status != "succeeded" or one.stripe_id not in settled:
                look.bring(partial(take_refund, one, now=look.now))


def _disputes(look: _Look) -> None:
    """Bring in what was contested."""
    for found in gateway.refunds.recent_disputes(look.account, look.since):
        for one in found:
            look.bring(partial(take_dispute, one, now=look.now))


def _subscriptions(look: _Look) -> None:
    """Ask after the subscriptions that should have been heard of."""
    waiting = reads.silent_subscriptions(look.account, before=look.now - QUIET)
    db.session.commit()
    for stripe_id in waiting:
        look.bring(partial(sync_subscription, look.account, stripe_id, now=look.now))
