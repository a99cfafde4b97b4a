"""Disputes: a flag beside the order's state; what was handed over rests until it is decided."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select

from app.billing.gateway.refunds import DisputeSeen
from app.billing.hooks import item_kind
from app.billing.models import (
    Dispute,
    LedgerEntry,
    LedgerName,
    LedgerSource,
    LedgerTxn,
    Order,
    Payment,
    Routed,
)
from app.billing.queries import orders as orders_read
from app.billing.queries import stripe as reads
from app.billing.service.arrivals import Arrival
from app.billing.service.attempts import remember
from app.billing.service.ledger import Entry, Occasion, post, reverse
from app.billing.service.refunds import account_of
from app.core.database import add, db
from app.core.money import Money

WON = frozenset({"won", "warning_closed"})
OVER = WON | {"lost"}


def take_dispute(seen: DisputeSeen, *, now: datetime) -> Arrival:
    """Bring a dispute's state in."""
    payment = reads.payment_of_intent(seen.account, seen.intent_id or "")
    if payment is None:
        return Arrival.FOREIGN
    order = orders_read.lock_order(payment.order_id)
    row = db.session.scalar(select(Dispute).where(Dispute.stripe_id == seen.stripe_id))
    if row is None:
        row = _open(order, payment, seen, now)
    if row.closed_at is not None:
        _tell_fee(order, payment, row, seen, now)
        return Arrival.TAKEN
    row.status = seen.status
    if not row.is_withdrawn and not _is_inquiry(seen):
        row.is_withdrawn = True
        _tell(order, payment, row, seen)
    if seen.status in OVER:
        _close(order, row, seen, now)
    _tell_fee(order, payment, row, seen, now)
    db.session.flush()
    return Arrival.TAKEN


def _open(order: Order, payment: Payment, seen: DisputeSeen, now: datetime) -> Dispute:
    row = add(
        Dispute(
            community_id=order.community_id,
            payment_id=payment.id,
            stripe_id=seen.stripe_id,
            status=seen.status,
            reason=seen.reason,
            amount_minor=seen.amount.minor,
            currency=seen.amount.currency,
            opened_at=seen.opened_at or now,
        )
    )
    remember(payment, Routed.DISPUTE, seen.stripe_id)
    order.is_disputed = True
    for line in orders_read.lines_of(order.id):
        item_kind(line.item_kind).suspend(order, line, now)
    return row


def _is_inquiry(seen: DisputeSeen) -> bool:
    """Say whether a bank only asks: the money stays, until it asks in earnest."""
    return seen.status.startswith("warning")


def _close(order: Order, row: Dispute, seen: DisputeSeen, now: datetime) -> None:
    row.closed_at = now
    if row.status not in WON:
        return
    order.is_disputed = False
    for line in orders_read.lines_of(order.id):
        item_kind(line.item_kind).resume(order, line, now)
    if row.is_withdrawn:
        _tell_won(order, row, seen)


def _tell(order: Order, payment: Payment, row: Dispute, seen: DisputeSeen) -> None:
    """Tell the ledger that the money was taken, and what the bank's question costs."""
    amount, fee = Money(row.amount_minor, row.currency), Money(seen.fee_minor, row.currency)
    post(
        Occasion(
            community_id=order.community_id,
            account=account_of(payment),
            source=LedgerSource.DISPUTE,
            source_id=row.public_id,
            happened_at=row.opened_at,
            contact_id=order.contact_id,
            order_id=order.id,
            settled=seen.settled,
        ),
        [
            Entry(LedgerName.DISPUTES, amount),
            Entry(LedgerName.FEES, fee),
            Entry(LedgerName.STRIPE, -amount - fee),
        ],
    )


def _tell_fee(
    order: Order, payment: Payment, row: Dispute, seen: DisputeSeen, now: datetime
) -> None:
    """Tell the ledger what the bank's question costs more, or less, than was told of it so far."""
    more = seen.fee_minor - _told_fee(row)
    if not row.is_withdrawn or not more:
        return
    fee = Money(more, row.currency)
    number = db.session.scalar(select(func.count()).select_from(LedgerTxn).where(*_fees_of(row)))
    post(
        Occasion(
            community_id=order.community_id,
            account=account_of(payment),
            source=LedgerSource.FEE,
            source_id=f"{row.public_id}:{int(number or 0) + 1}",
            happened_at=now,
            contact_id=order.contact_id,
            order_id=order.id,
        ),
        [Entry(LedgerName.FEES, fee), Entry(LedgerName.STRIPE, -fee)],
    )


def _told_fee(row: Dispute) -> int:
    """Return what the ledger says of a dispute's fee, in minor units."""
    own = [
        LedgerTxn.community_id == row.community_id,
        LedgerTxn.source.in_((LedgerSource.DISPUTE, LedgerSource.DISPUTE_WON)),
        LedgerTxn.source_id == row.public_id,
    ]
    told = db.session.scalar(
        select(func.sum(LedgerEntry.amount_minor))
        .join(LedgerTxn, LedgerTxn.id == LedgerEntry.txn_id)
        .where(
            and_(*own) | and_(*_fees_of(row)),
            LedgerEntry.name == LedgerName.FEES,
            LedgerEntry.currency == row.currency,
        )
    )
    return int(told or 0)


def _fees_of(row: Dispute) -> list[ColumnElement[bool]]:
    """Return the clause for what was told of a dispute's fee after its beginning."""
    return [
        LedgerTxn.community_id == row.community_id,
        LedgerTxn.source == LedgerSource.FEE,
        LedgerTxn.source_id.startswith(f"{row.public_id}:", autoescape=True),
    ]


def _tell_won(order: Order, row: Dispute, seen: DisputeSeen) -> None:
    """Tell the ledger that the money came back, dated like its going; the fee may stay."""
    told = db.session.scalars(
        select(LedgerTxn).where(
            LedgerTxn.community_id == order.community_id,
            LedgerTxn.source == LedgerSource.DISPUTE,
            LedgerTxn.source_id == row.public_id,
        )
    ).one()
    first = sum(one.amount_minor for one in told.entries if one.name is LedgerName.FEES)
    stays = Money(seen.fee_minor - _told_fee(row) + first, row.currency)
    reverse(
        told,
        source=LedgerSource.DISPUTE_WON,
        source_id=row.public_id,
        less=[
            Entry(LedgerName.FEES, stays),
            Entry(LedgerName.STRIPE, -stays),
        ],
    )
