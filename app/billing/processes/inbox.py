"""The inbox: a notice says that something changed; what it is now is asked of Stripe."""

from collections.abc import Callable
from datetime import datetime

from app.billing.models import Notice, NoticeState
from app.billing.processes import sync
from app.billing.queries import stripe as reads
from app.billing.service import inbox
from app.billing.service.arrivals import Arrival
from app.core.database import db
from app.core.errors import RuleViolation

Sync = Callable[[str, str, datetime], Arrival]

SYNCS: dict[str, Sync] = {
    "cs_": lambda account, name, now: sync.sync_session(account, name, now=now),
    "sub_": lambda account, name, now: sync.sync_subscription(account, name, now=now),
    "in_": lambda account, name, now: sync.sync_invoice(account, name, now=now),
    "re_": lambda account, name, now: sync.sync_refund(account, name, now=now),
    "pyr_": lambda account, name, now: sync.sync_refund(account, name, now=now),
    "ch_": lambda account, name, now: sync.sync_charge(account, name, now=now),
    "py_": lambda account, name, now: sync.sync_charge(account, name, now=now),
    "dp_": lambda account, name, now: sync.sync_dispute(account, name, now=now),
    "du_": lambda account, name, now: sync.sync_dispute(account, name, now=now),
    "acct_": lambda _account, name, now: sync.sync_account(name, now=now),
    "ca_": lambda account, _name, now: sync.sync_account(account, now=now),  # access was taken back
}
"""What an object's name begins with -> how it is brought in."""


def handle_notice(notice_id: int, *, is_live: bool, now: datetime) -> NoticeState | None:
    """Bring in what a notice speaks of; None when it was handled already."""
    notice = inbox.lock_notice(notice_id)
    if notice is None:
        db.session.commit()
        return None
    refusal = _refusal(notice, is_live=is_live)
    how = _sync_of(notice)
    if refusal or how is None:
        reason = refusal or f"nothing follows from {notice.type}"
        return _close(notice_id, NoticeState.IGNORED, now, reason)
    account, name = notice.account, notice.object_id
    db.session.commit()
    try:
        arrival = how(account, name, now)
    except RuleViolation as refused:  # Stripe is silent, or says no
        return _later(notice_id, now, type(refused).__name__)
    except Exception as error:  # a poisoned notice must not stop the queue
        _later(notice_id, now, type(error).__name__)
        raise
    return _follow(notice_id, arrival, now)


def _follow(notice_id: int, arrival: Arrival, now: datetime) -> NoticeState | None:
    if arrival is Arrival.NOT_YET:
        return _later(notice_id, now, "what it belongs to is not known yet")
    if arrival is Arrival.FOREIGN:
        return _close(notice_id, NoticeState.IGNORED, now, "about nothing that was sold here")
    return _close(notice_id, NoticeState.DONE, now, "")


def _refusal(notice: Notice, *, is_live: bool) -> str:
    """Say why a notice is not acted on, or nothing."""
    if notice.is_live != is_live:
        return "of the other mode: live or test"
    account = notice.account or (notice.object_id if notice.object_id.startswith("acct_") else "")
    if not reads.is_known_account(account):
        return "no community here uses this account"
    return ""


def _sync_of(notice: Notice) -> Sync | None:
    return next((how for start, how in SYNCS.items() if notice.object_id.startswith(start)), None)


def _close(notice_id: int, state: NoticeState, now: datetime, reason: str) -> NoticeState:
    notice = inbox.lock_notice(notice_id)
    if notice is not None:
        inbox.close_notice(notice, state, now=now, reason=reason)
    db.session.commit()
    return state


def _later(notice_id: int, now: datetime, reason: str) -> NoticeState | None:
    db.session.rollback()
    notice = inbox.lock_notice(notice_id)
    state = None
    if notice is not None:
        inbox.try_later(notice, now=now, reason=reason)
        state = notice.state
    db.session.commit()
    return state
