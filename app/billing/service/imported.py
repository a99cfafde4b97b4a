"""Orders that were counted elsewhere before: into both ledgers, and out of them again."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import delete, func, select, text, tuple_, update

from app.activity.kinds import BOUGHT, TOOK_FREE
from app.activity.service import taking_back
from app.activity.service.of_contacts import Done, write_done
from app.activity.service.staging import copy_rows
from app.billing.importers import REQUIRED, SoldElsewhere, sold
from app.billing.models import (
    IMPORTED,
    ImportedOrder,
    LedgerName,
    LedgerSource,
    LedgerTxn,
)
from app.billing.service.ledger import reverse
from app.communities.models import ImportKind, ImportRun
from app.communities.service.imports.people import Wanted, contacts_for, remove_untouched
from app.communities.service.imports.records import RecordsWork, has_doubled, into, tell_days
from app.core.database import db, new_public_id, within
from app.core.foreign.records import Record
from app.core.text import email_key

TXN = (
    "id", "public_id", "community_id", "account", "contact_id", "recorded_at", "source",
    "source_id", "happened_at",
)  # fmt: skip
ENTRY = (
    "community_id", "currency", "txn_id", "name", "amount_minor", "item_kind", "quantity",
)  # fmt: skip
ORDER = (
    "community_id", "source", "uid", "buyer_uid", "contact_id", "txn_id", "refund_txn_id",
    "import_run_id",
)  # fmt: skip
CHANNEL = "orders"  # of the activity ledger, in the shop's own source
UNDONE_AT_ONCE = 200
_LOCK = 0x6F72646572  # "order": two imports of one community wait for each other


class OrdersWork(RecordsWork[SoldElsewhere]):
    """The money's part of an import."""

    kind = ImportKind.ORDERS
    required = REQUIRED

    def row(self, record: Record, options: Mapping[str, Any], *, now: datetime) -> SoldElsewhere:  # noqa: ARG002
        """Return what a record says was bought."""
        return sold(record.line, record.values, now=now)

    def look(self, community_id: int, rows: Iterator[list[SoldElsewhere]]) -> dict[str, Any]:
        """Count what a file would bring: orders, buyers and money by currency."""
        db.session.execute(text(_MAKE))
        db.session.execute(text("TRUNCATE kith_orders"))
        for part in rows:
            copy_rows("COPY kith_orders FROM STDIN", map(_laid_out, part))
        seen: Any = db.session.execute(text(_COUNT), {"community": community_id}).one()
        money = db.session.execute(text(_MONEY), {"community": community_id}).all()
        return {
            "new": seen.new,
            "known": seen.told - seen.new,
            "twice": seen.lines - seen.told,
            "people": seen.people,
            "bots": 0,
            "zero": seen.zero,
            "money": {currency: int(minor) for currency, minor in money},
            "first": seen.first and seen.first.isoformat(),
            "last": seen.last and seen.last.isoformat(),
        }

    def write_rows(self, run: ImportRun, rows: Sequence[SoldElsewhere], *, now: datetime) -> int:
        """Write a batch into both ledgers, and the contacts that bought."""
        db.session.execute(select(func.pg_advisory_xact_lock(_LOCK + run.community_id)))
        new = _not_among(known_orders(run.community_id, rows), rows, set())
        buyers = _contacts(run, new, now=now)
        _write(run, new, buyers, now=now)
        acts = [_act(one, buyers[_buyer(one)]) for one in new]
        write_done(acts, into(run), channel=CHANNEL, now=now, has_grown=has_doubled(run))
        return len(new)

    def take_rows_back(self, run: ImportRun, *, now: datetime) -> tuple[int, bool]:  # noqa: ARG002
        """Reverse the next orders, the newest first; then remove the contacts nobody touched.

        Facts were written in the orders' order, so those of these orders go with them.
        """
        orders = db.session.scalars(
            within(ImportedOrder, run.community_id)
            .where(ImportedOrder.import_run_id == run.id)
            .order_by(ImportedOrder.id.desc())
            .limit(UNDONE_AT_ONCE)
        ).all()
        acts = taking_back.take_back(into(run), limit=UNDONE_AT_ONCE)
        for order in orders:
            _reverse(order)
        db.session.execute(
            delete(ImportedOrder).where(ImportedOrder.id.in_([order.id for order in orders]))
        )
        if orders or acts:
            return len(orders), True
        gone, last = remove_untouched(run, after=run.counts.get("looked", 0), limit=UNDONE_AT_ONCE)
        people = run.counts.get("people_undone", 0) + gone
        run.counts = {**run.counts, "people_undone": people, "looked": last or 0}
        if last is None:
            taking_back.forget_accounts(into(run))
            tell_days(run)
        return 0, last is not None


def known_orders(community_id: int, rows: Sequence[SoldElsewhere]) -> set[tuple[str, str]]:
    """Return those of some orders that were brought before."""
    key = tuple_(ImportedOrder.source, ImportedOrder.uid)
    found: set[tuple[str, str]] = set()
    waiting = iter(rows)
    while part := list(islice(waiting, 2000)):
        asked = within(ImportedOrder, community_id).with_only_columns(
            ImportedOrder.source, ImportedOrder.uid
        )
        told = db.session.execute(asked.where(key.in_([(one.source, one.uid) for one in part])))
        found |= {(source, uid) for source, uid in told}
    return found


def _not_among(
    known: set[tuple[str, str]], rows: Sequence[SoldElsewhere], seen: set[tuple[str, str]]
) -> list[SoldElsewhere]:
    """Return the orders told for the first time, and remember them in `seen`."""
    new = []
    for one in rows:
        key = (one.source, one.uid)
        if key not in known and key not in seen:
            seen.add(key)
            new.append(one)
    return new


def _buyer(one: SoldElsewhere) -> tuple[str, str]:
    """Return what tells one buyer from another: the shop's number, else the address."""
    if one.buyer_uid is not None:
        return one.source, one.buyer_uid
    return "", email_key(one.buyer_email or "")


def _laid_out(one: SoldElsewhere) -> tuple[Any, ...]:
    net = one.total.minor - one.refunded.minor
    return (
        one.line,
        one.source,
        one.uid,
        *_buyer(one),
        one.total.currency,
        net,
        bool(one.total),
        one.ordered_at,
        one.refunded_at if one.refunded else None,
    )


def _act(one: SoldElsewhere, contact_id: int) -> Done:
    """Return what a buyer did: bought, or took what cost nothing; paid back whole, it is void."""
    is_undone = bool(one.total) and one.refunded == one.total
    return Done(
        one.source,
        one.uid,
        contact_id,
        BOUGHT if one.total else TOOK_FREE,
        one.ordered_at,
        one.refunded_at if is_undone else None,
    )


def _contacts(
    run: ImportRun, rows: Sequence[SoldElsewhere], *, now: datetime
) -> dict[tuple[str, str], int]:
    """Return the contact of each buyer: who bought there before, has the address, or is new."""
    first: dict[tuple[str, str], SoldElsewhere] = {}
    for one in rows:
        first.setdefault(_buyer(one), one)
    numbers = [(source, uid) for source, uid in first if source]
    found: dict[tuple[str, str], int] = {}
    if numbers:
        key = tuple_(ImportedOrder.source, ImportedOrder.buyer_uid)
        told = db.session.execute(
            within(ImportedOrder, run.community_id)
            .with_only_columns(
                ImportedOrder.source, ImportedOrder.buyer_uid, ImportedOrder.contact_id
            )
            .where(key.in_(numbers))
            .distinct()
        )
        found = {(source, uid): contact for source, uid, contact in told if uid is not None}
    new = {key: one for key, one in first.items() if key not in found}
    wanted = [
        Wanted(one.buyer_name or one.buyer_uid or "", one.buyer_email) for one in new.values()
    ]
    return {**found, **dict(zip(new, contacts_for(run, wanted, now=now), strict=True))}


def _write(
    run: ImportRun,
    rows: Sequence[SoldElsewhere],
    buyers: Mapping[tuple[str, str], int],
    *,
    now: datetime,
) -> None:
    """Write the transactions of orders, their entries, and which is which: as three streams."""
    numbers = iter(db.session.scalars(text(_NUMBERS), {"number": 2 * len(rows)}).all())
    told = [
        _Told(one, buyers[_buyer(one)], next(numbers), next(numbers) if one.refunded else None)
        for one in rows
    ]
    copy_rows(
        f"COPY ledger_txn ({', '.join(TXN)}) FROM STDIN",
        (txn for one in told for txn in _txns(run, one, now)),
    )
    # the entries of a transaction must sum to zero when their statement ends
    copy_rows(
        f"COPY ledger_entry ({', '.join(ENTRY)}) FROM STDIN",
        (
            (run.community_id, one.order.total.currency, *entry)
            for one in told
            for entry in _entries(one)
        ),
    )
    copy_rows(
        f"COPY imported_order ({', '.join(ORDER)}) FROM STDIN",
        (_which(run, one) for one in told),
    )


@dataclass(frozen=True, slots=True)
class _Told:
    """An order with the numbers it gets: who bought, its transaction, that of its refund."""

    order: SoldElsewhere
    contact_id: int
    txn_id: int
    refund_id: int | None


def _which(run: ImportRun, one: _Told) -> tuple[Any, ...]:
    order = one.order
    numbers = (one.contact_id, one.txn_id, one.refund_id, run.id)
    return (run.community_id, order.source, order.uid, order.buyer_uid, *numbers)


def _txns(run: ImportRun, one: _Told, now: datetime) -> Iterator[tuple[Any, ...]]:
    order, own = one.order, (run.community_id, IMPORTED, one.contact_id, now)
    number = f"{run.id}:{order.source}:{order.uid}"
    yield (one.txn_id, new_public_id(), *own, LedgerSource.IMPORT, number, order.ordered_at)
    if one.refund_id:
        source = LedgerSource.REFUND
        yield (one.refund_id, new_public_id(), *own, source, f"{number}#r", order.refunded_at)


def _entries(one: _Told) -> Iterator[tuple[Any, ...]]:
    """Yield the entries of a sale and its refund; an order of nothing has none."""
    parts = [part for part in one.order.lines if part.minor]
    if parts:
        yield (one.txn_id, LedgerName.IMPORTED, one.order.total.minor, None, None)
    for part in parts:
        yield (one.txn_id, LedgerName.SALES, -part.minor, part.kind, part.quantity)
    if one.refund_id:
        kind = one.order.lines[0].kind if len(one.order.lines) == 1 else "other"
        back = one.order.refunded.minor
        yield (one.refund_id, LedgerName.REFUNDS, back, kind, None)
        yield (one.refund_id, LedgerName.IMPORTED, -back, None, None)


def _reverse(order: ImportedOrder) -> None:
    """Write the opposite of an order, and let go of who bought: it never happened."""
    for number in (order.txn_id, order.refund_txn_id):
        txn = db.session.get(LedgerTxn, number) if number else None
        if txn is not None:
            reverse(txn, source=LedgerSource.IMPORT_UNDONE, source_id=txn.source_id)
            db.session.execute(
                update(LedgerTxn)
                .where(
                    LedgerTxn.community_id == txn.community_id,
                    LedgerTxn.account == IMPORTED,
                    LedgerTxn.source_id == txn.source_id,
                )
                .values(contact_id=None)
            )


_NUMBERS = """
SELECT nextval(pg_get_serial_sequence('ledger_txn', 'id')) FROM generate_series(1, :number)
"""
_MAKE = """
CREATE TEMPORARY TABLE IF NOT EXISTS kith_orders (
    line bigint, source text, uid text, shop text, buyer text, currency text, net bigint,
    is_sale boolean, ordered_at timestamptz, refunded_at timestamptz
) ON COMMIT DROP
"""
_NEW = """
WITH new AS (
    SELECT DISTINCT ON (source, uid) * FROM kith_orders AS told WHERE NOT EXISTS (
        SELECT FROM imported_order AS known WHERE known.community_id = :community
            AND known.source = told.source AND known.uid = told.uid)
    ORDER BY source, uid, line
)
"""
_COUNT = f"""
{_NEW} SELECT (SELECT count(*) FROM kith_orders) AS lines,
    (SELECT count(*) FROM (SELECT DISTINCT source, uid FROM kith_orders) AS one) AS told,
    count(*) AS new,
    count(DISTINCT (shop, buyer)) AS people, count(*) FILTER (WHERE NOT is_sale) AS zero,
    least(min(ordered_at), min(refunded_at)) AS first,
    greatest(max(ordered_at), max(refunded_at)) AS last FROM new
"""  # noqa: S608 - made of our own words only
_MONEY = f"""
{_NEW} SELECT currency, sum(net) FROM new GROUP BY currency ORDER BY 2 DESC LIMIT 20
"""  # noqa: S608 - the same
