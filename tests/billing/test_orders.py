"""Orders: everything or nothing is kept, handed over once, and given back once."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.billing import queries, service
from app.billing.models import (
    FindingKind,
    Hold,
    HoldState,
    Order,
    OrderState,
    PaymentMethod,
    Quota,
    RefundReason,
)
from app.billing.queries.orders import lines_of
from app.billing.queries.reconciling import faults
from app.billing.service import MoreThanPaid, NothingToRefund, OrderClosed, Part, SoldOut, TooMany
from app.billing.service.prices import VoucherForOther, VoucherNotNow
from app.core import clock
from app.core.database import db
from app.core.money import Money
from tests.billing.conftest import (
    Shop,
    Things,
    buy,
    euros,
    ledger,
    make_shop,
    make_voucher,
    thing,
)
from tests.factories import make_member


def counters(quota: Quota) -> tuple[int, int]:
    """Return what the row says: (held, sold)."""
    db.session.refresh(quota)
    return quota.held, quota.sold


def pay_by_hand(shop: Shop, order: Order) -> None:
    """Let the owner note that an order was paid in cash."""
    service.record_offline_payment(
        order, method=PaymentMethod.CASH, recorded_by=shop.owner, now=clock.now()
    )


def test_an_order_keeps_what_it_wants_until_it_is_paid(shop: Shop, things: Things) -> None:
    quota = service.open_quota(shop.community.id, size=5)
    order = buy(shop, thing(quota, number=2))
    assert (order.state, order.total, counters(quota)) == (OrderState.RESERVED, euros(24), (2, 0))
    assert things.done == []
    pay_by_hand(shop, order)
    assert (order.state, order.number, counters(quota)) == (OrderState.PAID, 1, (0, 2))
    assert things.done == [("fulfilled", "mug", 2)]
    assert ledger(shop.community) == {"cash": 2400, "sales": -2400}


def test_04_an_order_larger_than_the_rest_is_all_or_nothing(shop: Shop, things: Things) -> None:
    wide = service.open_quota(shop.community.id, size=9)
    narrow = service.open_quota(shop.community.id, size=2)
    db.session.commit()
    with pytest.raises(SoldOut) as refusal:
        buy(shop, thing(wide, number=3), thing(narrow, name="cap", number=3))
    db.session.rollback()
    assert refusal.value.values == {"left": 2}
    assert (counters(wide), counters(narrow)) == ((0, 0), (0, 0))
    assert db.session.scalar(select(func.count()).select_from(Order)) == 0


def test_03_quotas_are_moved_in_one_order_however_they_are_asked_for(
    shop: Shop, things: Things
) -> None:
    first = service.open_quota(shop.community.id, size=9)
    second = service.open_quota(shop.community.id, size=9)
    for pair in ((first, second), (second, first)):
        order = buy(shop, thing(pair[0]), thing(pair[1], name="cap"))
        hold = db.session.scalars(select(Hold).where(Hold.order_id == order.id)).one()
        assert [line.quota_id for line in hold.lines] == [first.id, second.id]
        assert [line.id for line in hold.lines] == sorted(line.id for line in hold.lines)


def test_06_the_last_use_of_a_code_is_had_once(shop: Shop, things: Things) -> None:
    voucher = make_voucher(shop)
    order = buy(shop, thing(), voucher=voucher)
    db.session.refresh(voucher)
    assert (order.state, order.discount_minor) == (OrderState.PAID, 1200)
    assert (voucher.held, voucher.used) == (0, 1)
    other = make_member(shop.community)
    with pytest.raises(service.VoucherUsedUp):
        service.open_order(other, [thing()], now=clock.now(), voucher=voucher)


def test_a_code_that_is_not_used_after_all_is_free_again(shop: Shop, things: Things) -> None:
    voucher = make_voucher(shop, percent_off=50)
    order = buy(shop, thing(), voucher=voucher)
    db.session.refresh(voucher)
    assert (order.total, voucher.held) == (euros(6), 1)
    service.let_go(order, OrderState.CANCELLED, now=clock.now())
    db.session.refresh(voucher)
    assert (voucher.held, voucher.used) == (0, 0)


def test_80_a_code_is_for_each_member_once(shop: Shop, things: Things) -> None:
    voucher = make_voucher(shop, percent_off=50, max_uses=9)
    first = buy(shop, thing(), voucher=voucher)
    with pytest.raises(service.VoucherHad):
        buy(shop, thing(), voucher=voucher)
    other = make_member(shop.community)
    service.open_order(other, [thing()], now=clock.now(), voucher=voucher)
    service.let_go(first, OrderState.CANCELLED, now=clock.now())
    second = buy(shop, thing(), voucher=voucher)
    with pytest.raises(service.VoucherHad):
        service.settle(first, now=clock.now())  # late money: the code is had already
    buy(shop, thing()).voucher_id = second.voucher_id
    with pytest.raises(IntegrityError, match="uq_billing_order_voucher"):
        db.session.flush()


def test_an_amount_off_is_used_up_from_the_first_line(shop: Shop, things: Things) -> None:
    voucher = make_voucher(shop, percent_off=None, amount_off_minor=1500, currency="EUR")
    order = buy(shop, thing(), thing(name="cap"), voucher=voucher)
    assert [line.discount_minor for line in lines_of(order.id)] == [1200, 300]
    assert order.total == euros(9)


@pytest.mark.parametrize(
    "other",
    [
        {"item_kind": "ticket"},
        {"item_id": "cap"},
        {"percent_off": None, "amount_off_minor": 100, "currency": "JPY"},
    ],
)
def test_a_code_for_something_else_is_refused(
    shop: Shop, things: Things, other: dict[str, object]
) -> None:
    voucher = make_voucher(shop, **other)
    with pytest.raises(VoucherForOther):
        buy(shop, thing(), voucher=voucher)


@pytest.mark.parametrize("other", ["starts_at", "ends_at", "retired_at"])
def test_80_a_code_is_good_from_its_beginning_to_its_end_and_until_it_is_taken_away(
    shop: Shop, things: Things, other: str
) -> None:
    is_first = other == "starts_at"
    voucher = make_voucher(shop, **{other: clock.now() + timedelta(seconds=is_first)})
    with pytest.raises(VoucherNotNow):
        buy(shop, thing(), voucher=voucher)
    setattr(voucher, other, clock.now() if is_first else None)
    if other == "ends_at":
        voucher.ends_at = clock.now() + timedelta(seconds=1)
    assert buy(shop, thing(), voucher=voucher).total == euros(0)


def test_80_a_code_of_another_community_is_refused(shop: Shop, things: Things) -> None:
    with pytest.raises(VoucherForOther):
        buy(shop, thing(), voucher=make_voucher(make_shop()))


def test_07_the_limit_for_each_person_counts_open_orders_too(shop: Shop, things: Things) -> None:
    first = buy(shop, thing(number=2, limit=3))
    assert queries.items_of(shop.member.id, "thing", "mug") == 2
    with pytest.raises(TooMany):
        buy(shop, thing(number=2, limit=3))
    service.let_go(first, OrderState.CANCELLED, now=clock.now())
    assert buy(shop, thing(number=3, limit=3)).state is OrderState.RESERVED


def test_10_a_quota_does_not_shrink_below_what_is_taken(shop: Shop, things: Things) -> None:
    quota = service.open_quota(shop.community.id, size=5)
    buy(shop, thing(quota, number=2))
    with pytest.raises(service.BelowTaken):
        service.resize(quota.id, 1)
    service.resize(quota.id, 2)
    db.session.refresh(quota)
    assert (quota.size, quota.left) == (2, 0)


def test_11_cancelling_frees_once_and_so_does_a_refund(shop: Shop, things: Things) -> None:
    quota = service.open_quota(shop.community.id, size=5)
    gone = buy(shop, thing(quota, number=2))
    service.let_go(gone, OrderState.CANCELLED, now=clock.now())
    assert counters(quota) == (0, 0)
    paid = buy(shop, thing(quota, number=2))
    pay_by_hand(shop, paid)
    line = lines_of(paid.id)[0]
    service.refund(paid, [Part(line, 1)], reason=RefundReason.ASKED, now=clock.now())
    assert counters(quota) == (0, 1)
    with pytest.raises(service.NotSoMany):
        service.refund(paid, [Part(line, 2)], reason=RefundReason.ASKED, now=clock.now())
    assert counters(quota) == (0, 1)


def test_a_free_order_is_handed_over_in_one_go_and_is_no_sale(shop: Shop, things: Things) -> None:
    quota = service.open_quota(shop.community.id, size=1)
    order = buy(shop, thing(quota, price=Money.zero("EUR")))
    assert (order.state, counters(quota)) == (OrderState.PAID, (0, 1))
    assert things.done == [("fulfilled", "mug", 1)]
    assert ledger(shop.community) == {}


def test_a_free_place_is_taken_back_without_money(shop: Shop, things: Things) -> None:
    quota = service.open_quota(shop.community.id, size=1)
    order = buy(shop, thing(quota, price=Money.zero("EUR")))
    service.cancel_lines(order, [Part(lines_of(order.id)[0], 1)], now=clock.now())
    assert (counters(quota), things.done[-1]) == ((0, 0), ("cancelled", "mug", 1))


def test_an_order_is_paid_by_hand_once(shop: Shop, things: Things) -> None:
    order = buy(shop, thing())
    pay_by_hand(shop, order)
    with pytest.raises(OrderClosed):
        pay_by_hand(shop, order)
    assert ledger(shop.community) == {"cash": 1200, "sales": -1200}


def test_an_expired_order_paid_by_hand_gets_what_is_left(shop: Shop, things: Things) -> None:
    quota = service.open_quota(shop.community.id, size=1)
    late = buy(shop, thing(quota))
    service.let_go(late, OrderState.EXPIRED, now=clock.now())
    other = buy(shop, thing(quota))
    db.session.commit()
    with pytest.raises(SoldOut):
        pay_by_hand(shop, late)
    db.session.rollback()
    service.let_go(other, OrderState.CANCELLED, now=clock.now())
    pay_by_hand(shop, late)
    assert (late.state, counters(quota)) == (OrderState.PAID, (0, 1))


def test_55_refunds_by_hand_go_up_to_the_limit_and_no_further(shop: Shop, things: Things) -> None:
    order = buy(shop, thing(number=2))
    pay_by_hand(shop, order)
    line = lines_of(order.id)[0]
    service.refund(order, [Part(line, 0, euros(5))], reason=RefundReason.ASKED, now=clock.now())
    assert (order.state, line.withdrawn) == (OrderState.PARTIALLY_REFUNDED, 0)
    with pytest.raises(MoreThanPaid):
        service.refund(
            order, [Part(line, 0, euros(20))], reason=RefundReason.ASKED, now=clock.now()
        )
    service.refund(order, [Part(line, 2, euros(19))], reason=RefundReason.ASKED, now=clock.now())
    assert order.state is OrderState.REFUNDED
    assert ledger(shop.community) == {"sales": -2400, "refunds": 2400}
    with pytest.raises(NothingToRefund):
        service.refund(order, [Part(line, 0, euros(1))], reason=RefundReason.ASKED, now=clock.now())


def test_the_price_of_each_sums_to_the_line(shop: Shop, things: Things) -> None:
    voucher = make_voucher(shop, percent_off=None, amount_off_minor=1000, currency="EUR")
    order = buy(shop, thing(number=3), voucher=voucher)  # 26.00 for three
    pay_by_hand(shop, order)
    line = lines_of(order.id)[0]
    back = []
    for _ in range(3):
        made = service.refund(order, [Part(line, 1)], reason=RefundReason.ASKED, now=clock.now())
        assert made is not None
        back.append(made.amount_minor)
    assert back == [867, 867, 866]
    assert order.state is OrderState.REFUNDED


def test_16_a_drifted_counter_is_found_in_held_and_sold(
    shop: Shop, things: Things, session: Session
) -> None:
    quota = service.open_quota(shop.community.id, size=9)
    pay_by_hand(shop, buy(shop, thing(quota, number=2)))
    buy(shop, thing(quota))
    assert faults(shop.community.id, now=clock.now(), sold={}) == []
    db.session.refresh(quota)
    quota.sold, quota.held = 3, 0
    session.flush()
    (fault,) = faults(shop.community.id, now=clock.now(), sold={})
    assert fault.kind is FindingKind.COUNTER_DRIFT
    assert fault.facts == {"held": 0, "held_rows": 1, "sold": 3, "sold_rows": 2}


def test_receipts_are_counted_without_a_gap(shop: Shop, things: Things) -> None:
    buy(shop, thing())
    for number in (1, 2):
        order = buy(shop, thing())
        pay_by_hand(shop, order)
        assert order.number == number


def test_a_settled_hold_stays_with_its_order(shop: Shop, things: Things) -> None:
    quota = service.open_quota(shop.community.id, size=9)
    order = buy(shop, thing(quota))
    pay_by_hand(shop, order)
    hold = db.session.scalars(select(Hold).where(Hold.order_id == order.id)).one()
    assert hold.state is HoldState.TAKEN
