"""Writing the ledger of money: each thing that happened once, its entries in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert as plain_insert
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.billing.gateway.client import Settled
from app.billing.models import LedgerEntry, LedgerName, LedgerSource, LedgerTxn
from app.core import clock
from app.core.database import db, new_public_id
from app.core.money import Money


@dataclass(frozen=True)
class Entry:
    """An amount on one account of the ledger: positive is more of it."""

    name: LedgerName
    amount: Money
    item_kind: str | None = None
    item_id: str | None = None
    quantity: int | None = None


@dataclass(frozen=True)
class Occasion:
    """What a transaction is written for. (community, account, source, source_id) is unique."""

    community_id: int
    account: str  # Stripe's, OFFLINE or IMPORTED
    source: LedgerSource
    source_id: str
    happened_at: datetime
    contact_id: int | None = None
    order_id: int | None = None
    settled: Settled | None = None  # what Stripe's balance made of it


def post(occasion: Occasion, entries: Sequence[Entry]) -> bool:
    """Write a transaction; False when it was written already.

    Entries of nothing are left out, so a free order is a transaction without entries. Raises
    IntegrityError when the rest does not sum to zero in each currency.
    """
    txn_id = db.session.scalar(
        insert(LedgerTxn)
        .values(
            community_id=occasion.community_id,
            public_id=new_public_id(),
            account=occasion.account,
            source=occasion.source,
            source_id=occasion.source_id,
            contact_id=occasion.contact_id,
            order_id=occasion.order_id,
            happened_at=occasion.happened_at,
            recorded_at=clock.now(),
            **_settled(occasion.settled),
        )
        .on_conflict_do_nothing()
        .returning(LedgerTxn.id)
    )
    if txn_id is None:
        return False
    rows = [_row(occasion.community_id, txn_id, entry) for entry in entries if entry.amount]
    if rows:
        db.session.execute(plain_insert(LedgerEntry).values(rows))
    return True


def reverse(
    txn: LedgerTxn, *, source: LedgerSource, source_id: str, less: Sequence[Entry] = ()
) -> bool:
    """Write the opposite of a transaction, dated like it, so that no month is left wrong.

    `less` is what of it stays. What Stripe settled stands with what is reversed, not here.
    """
    entries = db.session.scalars(select(LedgerEntry).where(LedgerEntry.txn_id == txn.id)).all()
    return post(
        Occasion(
            community_id=txn.community_id,
            account=txn.account,
            source=source,
            source_id=source_id,
            happened_at=txn.happened_at,
            contact_id=txn.contact_id,
            order_id=txn.order_id,
        ),
        [
            Entry(
                entry.name,
                Money(-entry.amount_minor, entry.currency),
                entry.item_kind,
                entry.item_id,
                entry.quantity,
            )
            for entry in entries
        ]
        + list(less),
    )


def _settled(settled: Settled | None) -> dict[str, object]:
    if settled is None:
        return {}
    return {
        "settled_minor": settled.amount.minor,
        "settled_currency": settled.amount.currency,
        "settled_rate": settled.rate,
    }


def _row(community_id: int, txn_id: int, entry: Entry) -> dict[str, object]:
    return {
        "community_id": community_id,
        "txn_id": txn_id,
        "name": entry.name,
        "currency": entry.amount.currency,
        "amount_minor": entry.amount.minor,
        "item_kind": entry.item_kind,
        "item_id": entry.item_id,
        "quantity": entry.quantity,
    }
