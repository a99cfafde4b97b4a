"""The ledger: it sums to zero, never changes, and each thing is told once."""

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import IntegrityError, InternalError, OperationalError, ProgrammingError

from app.billing.models import (
    OFFLINE,
    LedgerEntry,
    LedgerName,
    LedgerSource,
    LedgerTxn,
    PaymentMethod,
)
from app.billing.queries.money import sums
from app.billing.service.ledger import Entry, Occasion, post, reverse
from app.billing.service.plans import sell_by_hand
from app.core import clock
from app.core.database import db
from app.core.money import Money
from tests.billing.conftest import Shop, euros, ledger
from tests.factories import make_community

REFUSED = (IntegrityError, InternalError, OperationalError, ProgrammingError)


def occasion(shop: Shop, source_id: str = "one") -> Occasion:
    """Return something that happened to money now."""
    return Occasion(
        shop.community.id, OFFLINE, LedgerSource.PAYMENT, source_id, happened_at=clock.now()
    )


SALE = [
    Entry(LedgerName.CASH, euros(10)),
    Entry(LedgerName.SALES, euros(-10), "plan", "x", 1),
]


def test_87_a_transaction_that_does_not_balance_is_refused(shop: Shop) -> None:
    with pytest.raises(REFUSED, match="do not sum to zero"):
        post(
            occasion(shop), [Entry(LedgerName.CASH, euros(10)), Entry(LedgerName.SALES, euros(-9))]
        )


def test_87_each_currency_balances_by_itself(shop: Shop) -> None:
    with pytest.raises(REFUSED, match="do not sum to zero"):
        post(
            occasion(shop),
            [Entry(LedgerName.CASH, euros(10)), Entry(LedgerName.SALES, Money(-1000, "USD"))],
        )


def test_87_a_later_entry_cannot_tip_a_balanced_transaction(shop: Shop) -> None:
    post(occasion(shop), SALE)
    txn = db.session.scalars(select(LedgerTxn)).one()
    row = {
        "community_id": shop.community.id,
        "txn_id": txn.id,
        "name": LedgerName.CASH,
        "currency": "EUR",
        "amount_minor": 5,
    }
    with pytest.raises(REFUSED, match="do not sum to zero"):
        db.session.execute(insert(LedgerEntry).values([row]))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entry SET amount_minor = 1",
        "UPDATE ledger_txn SET happened_at = now()",
        "DELETE FROM ledger_entry",
        "DELETE FROM ledger_txn",
        "TRUNCATE ledger_entry",
    ],
)
def test_87_entries_never_change(shop: Shop, statement: str) -> None:
    post(occasion(shop), SALE)
    with pytest.raises(REFUSED, match="append-only"):
        db.session.execute(text(statement))


def test_what_is_told_twice_is_written_once(shop: Shop) -> None:
    assert post(occasion(shop), SALE)
    assert not post(occasion(shop), SALE)
    assert ledger(shop.community) == {"cash": 1000, "sales": -1000}


def test_one_name_in_two_communities_is_two_things(shop: Shop) -> None:
    other = make_community()
    post(occasion(shop), SALE)
    assert post(
        Occasion(other.id, OFFLINE, LedgerSource.PAYMENT, "one", happened_at=clock.now()), SALE
    )
    assert ledger(other) == ledger(shop.community)


def test_a_reversal_is_dated_like_what_it_takes_back(shop: Shop) -> None:
    post(occasion(shop), SALE)
    txn = db.session.scalars(select(LedgerTxn)).one()
    assert reverse(txn, source=LedgerSource.IMPORT_UNDONE, source_id="one")
    assert not reverse(txn, source=LedgerSource.IMPORT_UNDONE, source_id="one")
    assert ledger(shop.community) == {}
    assert db.session.scalars(select(LedgerTxn.happened_at).distinct()).all() == [clock.now()]


def test_what_costs_nothing_is_told_without_entries(shop: Shop) -> None:
    assert post(occasion(shop), [Entry(LedgerName.CASH, euros(0))])
    assert db.session.scalar(select(func.count()).select_from(LedgerEntry)) == 0


def test_89_the_sums_of_one_community_hold_nothing_of_another(shop: Shop) -> None:
    sell_by_hand(
        shop.member, shop.month, method=PaymentMethod.CASH, sold_by=shop.owner, now=clock.now()
    )
    other = make_community()
    since, until = clock.now().replace(hour=0), clock.now().replace(hour=23)
    assert sums(other.id, since, until) == []
    (mine,) = sums(shop.community.id, since, until)
    assert (mine.gross, mine.refunds, mine.net, mine.fees) == (
        euros(5),
        euros(0),
        euros(5),
        euros(0),
    )
