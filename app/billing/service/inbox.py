"""The inbox of Stripe's notices: kept once, handled later, given up in the open."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.billing.gateway.client import NoticeSeen
from app.billing.models import FindingKind, Notice, NoticeState
from app.billing.queries import stripe as reads
from app.billing.service.findings import find
from app.core.database import db
from app.core.jobs import defer

MOST_TRIES = 8
FIRST_WAIT = timedelta(seconds=5)  # doubled each time: about twenty minutes in all


def keep_notice(seen: NoticeSeen, *, now: datetime) -> bool:
    """Keep a notice and have it handled by a job; False when it is known."""
    notice_id = db.session.scalar(
        insert(Notice)
        .values(
            account=seen.account,
            notice_id=seen.notice_id,
            type=seen.type[:120],
            object_id=seen.object_id,
            api_version=seen.api_version[:60],
            is_thin=seen.is_thin,
            is_live=seen.is_live,
            received_at=now,
        )
        .on_conflict_do_nothing()
        .returning(Notice.id)
    )
    if notice_id is None:
        return False
    defer("billing.handle_notice", notice_id=notice_id)
    return True


def lock_notice(notice_id: int) -> Notice | None:
    """Return a notice that still waits, locked; None when it was handled."""
    return db.session.scalar(
        select(Notice)
        .where(Notice.id == notice_id, Notice.state == NoticeState.RECEIVED)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def close_notice(notice: Notice, state: NoticeState, *, now: datetime, reason: str = "") -> None:
    """Note what became of a notice."""
    notice.state, notice.reason, notice.handled_at = state, reason[:120], now
    db.session.flush()


def try_later(notice: Notice, *, now: datetime, reason: str) -> None:
    """Handle a notice again after a while; after the last try it is parked for a person."""
    notice.attempts += 1
    notice.reason = reason[:120]
    if notice.attempts >= MOST_TRIES:
        close_notice(notice, NoticeState.PARKED, now=now, reason=reason)
        for account in reads.accounts_named(notice.account):
            find(
                account.community_id,
                FindingKind.NOTICE_PARKED,
                f"notice:{notice.notice_id}"[:80],
                type=notice.type,
                reason=reason[:120],
            )
        return
    wait = FIRST_WAIT * 2**notice.attempts
    defer("billing.handle_notice", at=now + wait, notice_id=notice.id)
    db.session.flush()
