"""The hosted page: one for an order, whatever goes wrong on the way; and money that comes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, func, select

from app.billing import gateway, processes, service
from app.billing.models import (
    AccountState,
    Customer,
    FindingKind,
    NoticeState,
    Order,
    OrderState,
    Payment,
    PaymentAccount,
    PaymentState,
    StripeRoute,
)
from app.billing.processes import reconciling
from app.billing.queries.orders import lines_of, payments_of
from app.billing.service import attempts
from app.billing.service.attempts import NotConnected, NotReady
from app.billing.service.orders import OrderClosed
from app.billing.service.plans import order_plan
from app.core import clock
from app.core.database import db
from stripe_sandbox.control import ControlRefused
from tests.billing.conftest import (
    Shop,
    Stripe,
    Things,
    buy,
    checkout,
    counters,
    expire,
    findings,
    go,
    late,
    latest_payment,
    ledger,
    mails,
    make_voucher,
    notices,
    refunds,
    state,
    subscribe,
    thing,
)
from tests.conftest import SECRET
from tests.factories import person_of

PAID = [("fulfilled", "mug", 1)]


def test_17_a_double_click_makes_one_page(store: Shop, stripe: Stripe, things: Things) -> None:
    order = buy(store)
    assert go(order) == go(order)
    (payment,) = payments_of(order.id)
    assert (payment.state, state(order)) == (PaymentState.OPEN, OrderState.AWAITING_PAYMENT)


def test_18_return_page_and_notice_at_once_hand_over_once(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    order = buy(store)
    stripe.control.pay(checkout(order))
    letters = stripe.control.letters()
    stripe.post(letters[0])
    processes.sync_order(order.id, now=clock.now())
    for letter in letters:
        stripe.post(letter)
    stripe.deliver()
    assert things.done == PAID
    assert [mail.kind for mail in mails()] == ["billing.receipt"]


def test_19_the_notice_alone_is_enough(store: Shop, stripe: Stripe, things: Things) -> None:
    order = buy(store)
    stripe.control.pay(checkout(order))
    stripe.deliver()
    assert (state(order), things.done) == (OrderState.PAID, PAID)


def test_20_the_return_page_alone_is_enough_and_so_is_reconciliation(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    first, second = buy(store), buy(store, thing(name="cap"))
    stripe.control.pay(checkout(first))
    stripe.control.pay(checkout(second))
    stripe.control.letters()  # all are lost
    processes.sync_order(first.id, now=clock.now())
    assert (state(first), state(second)) == (OrderState.PAID, OrderState.AWAITING_PAYMENT)
    reconciling.reconcile_all(is_full=False, secret=SECRET, now=clock.now())
    assert state(second) is OrderState.PAID
    assert findings(store) == []


def test_21_the_return_page_opened_unpaid_changes_nothing(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    order = buy(store)
    checkout(order)
    processes.sync_order(order.id, now=clock.now())
    assert (state(order), things.done) == (OrderState.AWAITING_PAYMENT, [])


def test_22_a_decline_and_then_success_on_one_page(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    order = buy(store)
    page = checkout(order)
    stripe.control.pay(page, "generic_decline")
    stripe.deliver()
    assert (state(order), things.done) == (OrderState.AWAITING_PAYMENT, [])
    stripe.control.pay(page)
    stripe.deliver()
    assert (state(order), things.done) == (OrderState.PAID, PAID)
    assert len(payments_of(order.id)) == 1


def test_3ds_asked_and_passed(store: Shop, stripe: Stripe, things: Things) -> None:
    order = buy(store)
    page = checkout(order)
    stripe.control.pay(page, "authenticate")
    stripe.deliver()
    assert state(order) is OrderState.AWAITING_PAYMENT
    stripe.control.confirm(page)
    stripe.deliver()
    assert (state(order), things.done) == (OrderState.PAID, PAID)


def test_23_a_bank_s_question_left_open_frees_what_was_kept(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    quota = service.open_quota(store.community.id, size=1)
    order = buy(store, thing(quota))
    page = checkout(order)
    stripe.control.pay(page, "authenticate")
    stripe.deliver()
    stripe.pass_time(minutes=41)
    stripe.work()
    stripe.deliver()
    assert (state(order), counters(quota), things.done) == (OrderState.EXPIRED, (0, 0), [])
    with pytest.raises(ControlRefused):
        stripe.control.confirm(page)  # the bank's yes comes too late to cost anything
    assert (ledger(store.community), mails()) == ({}, [])


def test_23_a_bank_s_no_leaves_the_page_open_for_another_card(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    order = buy(store)
    page = checkout(order)
    stripe.control.pay(page, "authenticate")
    stripe.control.confirm(page, passed=False)
    stripe.deliver()
    assert (state(order), things.done) == (OrderState.AWAITING_PAYMENT, [])
    stripe.control.pay(page)
    stripe.deliver()
    assert (state(order), things.done) == (OrderState.PAID, PAID)


def test_24_a_debit_arrives_days_later(store: Shop, stripe: Stripe, things: Things) -> None:
    quota = service.open_quota(store.community.id, size=1)
    order = buy(store, thing(quota))
    page = checkout(order)
    stripe.control.pay(page, "debit")
    stripe.deliver()
    assert (state(order), things.done) == (OrderState.PROCESSING, [])
    stripe.pass_time(hours=3)
    assert not expire(order)
    assert counters(quota) == (1, 0)
    stripe.control.settle_debit(page)
    stripe.deliver()
    assert (state(order), counters(quota)) == (OrderState.PAID, (0, 1))


def test_25_a_debit_that_fails_frees_what_was_kept(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    quota = service.open_quota(store.community.id, size=1)
    order = buy(store, thing(quota))
    page = checkout(order)
    stripe.control.pay(page, "debit_fails")
    stripe.deliver()
    assert state(order) is OrderState.PROCESSING
    stripe.pass_time(days=5)
    stripe.deliver()
    assert (state(order), counters(quota)) == (OrderState.PAYMENT_FAILED, (0, 0))
    assert [mail.kind for mail in mails()] == ["billing.failed"]
    assert ledger(store.community) == {}


def test_08_a_hold_ends_only_after_stripe_closed_the_page(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    quota = service.open_quota(store.community.id, size=1)
    order = buy(store, thing(quota))
    page = checkout(order)
    stripe.clock.advance(minutes=41)  # here only: at Stripe the page is still open
    assert expire(order)
    assert (state(order), counters(quota)) == (OrderState.EXPIRED, (0, 0))
    assert latest_payment(order).state is PaymentState.EXPIRED
    assert stripe.control.look(page)["status"] == "expired"


def test_08_a_hold_stays_while_stripe_is_silent(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    quota = service.open_quota(store.community.id, size=1)
    order = buy(store, thing(quota))
    checkout(order)
    stripe.clock.advance(minutes=41)
    stripe.control.chaos(rules=[{"what": "fail", "path": ".*/expire", "times": 9}])
    assert not expire(order)
    assert (state(order), counters(quota)) == (OrderState.AWAITING_PAYMENT, (1, 0))
    assert findings(store) == [FindingKind.HOLD_STUCK]
    stripe.clock.advance(minutes=10)
    reconciling.reconcile(store.community.id, is_full=False, now=clock.now())
    assert findings(store) == [FindingKind.HOLD_STUCK], "it stands until it is over"
    stripe.control.chaos(rules=[])
    assert expire(order)
    assert counters(quota) == (0, 0)


@pytest.mark.parametrize("paid_first", [True, False])
def test_09_expiry_races_the_paid_notice_in_both_orders(
    store: Shop, stripe: Stripe, things: Things, *, paid_first: bool
) -> None:
    quota = service.open_quota(store.community.id, size=1)
    order = buy(store, thing(quota))
    stripe.control.pay(checkout(order))
    stripe.clock.advance(minutes=41)
    steps: list[Callable[[], object]] = [stripe.deliver, lambda: expire(order)]
    for step in steps if paid_first else reversed(steps):
        step()
    assert (state(order), counters(quota), things.done) == (OrderState.PAID, (0, 1), PAID)


def test_what_a_code_left_too_small_for_cards_is_said_in_our_words(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    voucher = make_voucher(store, percent_off=None, amount_off_minor=1151, currency="EUR")
    order = buy(store, voucher=voucher)
    for _twice in range(2):
        with pytest.raises(gateway.TooLittle, match="Cards cannot be charged as little as this"):
            go(order)
    assert latest_payment(order).state is PaymentState.FAILED


def test_14_killed_before_stripe_was_asked_the_same_attempt_goes_on(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    order = buy(store)
    stripe.control.chaos(rules=[{"what": "refuse", "path": "/v1/checkout/sessions", "times": 9}])
    with pytest.raises(gateway.StripeSilent):
        go(order)
    assert latest_payment(order).state is PaymentState.STARTING
    stripe.control.chaos(rules=[])
    assert go(order) == latest_payment(order).page_url
    assert len(payments_of(order.id)) == 1


def test_14_killed_before_stripe_was_asked_and_never_come_back(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    quota = service.open_quota(store.community.id, size=1)
    order = buy(store, thing(quota))
    stripe.control.chaos(rules=[{"what": "refuse", "path": "/v1/checkout/sessions", "times": 9}])
    with pytest.raises(gateway.StripeSilent):
        go(order)
    stripe.clock.advance(minutes=41)
    assert expire(order)  # even while Stripe is away: the page, if there is one, has closed
    assert (state(order), counters(quota)) == (OrderState.EXPIRED, (0, 0))


def test_15_killed_before_the_page_was_noted_it_is_found_again(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    order = buy(store)
    page = checkout(order)
    forget(order)
    assert checkout(order) == page
    forget(order)
    stripe.control.pay(page)
    stripe.deliver()  # the marks on the page lead to the attempt
    assert (state(order), latest_payment(order).session_id) == (OrderState.PAID, page)


def test_15_killed_before_the_page_was_noted_it_is_closed_when_its_order_is_cancelled(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    order = buy(store)
    page = checkout(order)
    forget(order)
    assert processes.cancel_order(order.id, secret=SECRET, now=clock.now())
    assert stripe.control.look(page)["status"] == "expired"


def forget(order: Order) -> None:
    """Be as we were before the answer of Stripe was written down."""
    payment = latest_payment(order)
    payment.session_id, payment.page_url, payment.state = None, None, PaymentState.STARTING
    for route in db.session.scalars(select(StripeRoute)).all():
        db.session.delete(route)
    db.session.commit()


def test_34_a_failure_on_create_that_stripe_repeats_is_a_new_attempt(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    """The library tries again under the same key, and Stripe answers it with the old failure."""
    order = buy(store)
    stripe.control.chaos(rules=[{"what": "fail", "path": "/v1/checkout/sessions", "times": 1}])
    with pytest.raises(gateway.StripeSilent):
        go(order)
    assert latest_payment(order).state is PaymentState.FAILED
    stripe.control.pay(checkout(order))
    stripe.deliver()
    assert (state(order), len(payments_of(order.id))) == (OrderState.PAID, 2)


def test_37_a_call_too_many_is_tried_again_later_under_its_key(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    order = buy(store)
    stripe.control.chaos(rules=[{"what": "refuse", "path": "/v1/checkout/sessions", "times": 1}])
    with pytest.raises(gateway.StripeSilent):
        go(order)
    go(order)
    assert [one.state for one in payments_of(order.id)] == [PaymentState.OPEN]


def test_35_an_answer_that_was_lost_leads_to_the_same_page(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    order = buy(store)
    stripe.control.chaos(rules=[{"what": "timeout", "path": "/v1/checkout/sessions", "times": 1}])
    page = checkout(order)
    stripe.control.pay(page)
    stripe.deliver()
    assert (state(order), len(payments_of(order.id))) == (OrderState.PAID, 1)


def test_36_other_words_under_a_used_key_are_a_new_attempt(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    """The answer was lost, then the buyer changed their address: Stripe takes the key no more."""
    order = buy(store)
    checkout(order)
    forget(order)
    person_of(store.member).emails[0].address = "new@example.org"
    db.session.commit()
    page = checkout(order)
    assert [one.state for one in payments_of(order.id)] == [PaymentState.FAILED, PaymentState.OPEN]
    stripe.control.pay(page)
    stripe.deliver()
    assert (state(order), things.done, refunds()) == (OrderState.PAID, PAID, [])


def test_36_a_customer_is_made_under_another_key_when_theirs_is_spent(
    store: Shop, stripe: Stripe
) -> None:
    order, page = subscribe(store)
    forget(order)
    db.session.execute(delete(Customer))
    store.member.name = "Benjamin Adler"
    db.session.commit()
    assert checkout(order) != page
    assert db.session.scalars(select(Customer)).one().stripe_id


def test_38_an_attempt_is_over_long_before_its_key_is_forgotten(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    order = buy(store)
    go(order)
    stripe.pass_time(minutes=36)
    with pytest.raises(OrderClosed):
        go(order)
    assert len(payments_of(order.id)) == 1


def test_an_attempt_with_too_little_time_left_is_a_new_one(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    """Stripe wants a page to live for half an hour: the first try fell into its silence."""
    order = buy(store)
    stripe.control.chaos(rules=[{"what": "refuse", "path": "/v1/checkout/sessions", "times": 1}])
    with pytest.raises(gateway.StripeSilent):
        go(order)
    stripe.pass_time(minutes=10)
    assert go(order) == latest_payment(order).page_url
    assert [one.state for one in payments_of(order.id)] == [PaymentState.FAILED, PaymentState.OPEN]


def test_what_stripe_will_not_sell_is_said_and_may_be_tried_again(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    order = buy(store)
    stripe.control.capability(stripe.account, "restricted")
    for number in (1, 2):
        with pytest.raises(gateway.StripeRefused):
            go(order)
        assert [one.state for one in payments_of(order.id)] == [PaymentState.FAILED] * number


def test_a_customer_that_stripe_will_not_make_is_said_however_often_one_asks(
    store: Shop, stripe: Stripe
) -> None:
    order = order_plan(store.member, store.month, now=clock.now())
    db.session.commit()
    stripe.control.disconnect(stripe.account)
    for number in (1, 2, 3):
        with pytest.raises(gateway.StripeRefused):
            go(order)
        assert [one.state for one in payments_of(order.id)] == [PaymentState.FAILED] * number


def test_a_page_that_stripe_will_not_show_again_is_asked_for_no_third_time(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    order = buy(store)
    go(order)
    latest_payment(order).page_url = None  # as when Stripe gave none
    db.session.commit()
    stripe.control.disconnect(stripe.account)
    with pytest.raises(gateway.StripeRefused):
        go(order)
    assert [one.state for one in payments_of(order.id)] == [PaymentState.OPEN]


def test_82_an_account_that_is_not_ready_sells_nothing(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    order = buy(store)
    account = db.session.scalars(select(PaymentAccount)).one()
    account.state = AccountState.RESTRICTED
    db.session.commit()
    with pytest.raises(NotReady):
        go(order)
    account.disconnected_at = clock.now()
    db.session.commit()
    with pytest.raises(NotConnected):
        go(order)
    assert payments_of(order.id) == []


def test_a_code_lowers_what_the_page_asks_for(store: Shop, stripe: Stripe, things: Things) -> None:
    voucher = make_voucher(store, percent_off=25)
    order = buy(store, thing(number=3), voucher=voucher)
    page = checkout(order)
    assert stripe.control.look(page)["amount_total"] == 2700
    stripe.control.pay(page)
    stripe.deliver()
    assert state(order) is OrderState.PAID
    assert lines_of(order.id)[0].total_minor == 2700


def test_a_transaction_is_never_open_while_stripe_is_asked(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    order = buy(store)
    page = checkout(order)
    db.session.get_one(Order, order.id)  # a read opens a transaction
    with pytest.raises(gateway.TransactionOpen):
        gateway.checkout.retrieve(stripe.account, page)
    db.session.commit()
    assert gateway.checkout.retrieve(stripe.account, page).status == "open"


def test_cancelling_an_order_closes_its_page(store: Shop, stripe: Stripe, things: Things) -> None:
    order = buy(store)
    page = checkout(order)
    assert processes.cancel_order(order.id, secret=SECRET, now=clock.now())
    assert (state(order), stripe.control.look(page)["status"]) == (
        OrderState.CANCELLED,
        "expired",
    )


def test_cancelling_what_was_paid_meanwhile_keeps_it(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    order = buy(store)
    stripe.control.pay(checkout(order))
    assert not processes.cancel_order(order.id, secret=SECRET, now=clock.now())
    assert (state(order), things.done) == (OrderState.PAID, PAID)


def test_the_job_of_an_order_ends_it_in_time(store: Shop, stripe: Stripe, things: Things) -> None:
    order = buy(store)
    checkout(order)
    stripe.pass_time(minutes=31)
    stripe.work()
    assert state(order) is OrderState.AWAITING_PAYMENT
    stripe.pass_time(minutes=10)
    stripe.work()
    assert state(order) is OrderState.EXPIRED
    assert db.session.scalar(select(func.count()).select_from(Payment)) == 1
    assert notices(NoticeState.PARKED) == []


def test_a_hold_lasts_longer_than_the_page(store: Shop, stripe: Stripe, things: Things) -> None:
    quota = service.open_quota(store.community.id, size=1)
    order = buy(store, thing(quota))
    checkout(order)
    payment = latest_payment(order)
    db.session.refresh(order)
    assert payment.expires_at
    assert order.expires_at == payment.expires_at + timedelta(minutes=5)


@pytest.mark.parametrize(
    "moment",
    [datetime(2026, 10, 25, 0, 50, tzinfo=UTC), datetime(2027, 3, 28, 0, 50, tzinfo=UTC)],
    ids=["the_hour_twice", "the_hour_skipped"],
)
def test_91_what_is_held_is_held_as_long_when_the_clocks_change(
    store: Shop, stripe: Stripe, things: Things, moment: datetime
) -> None:
    """In the community's Berlin an hour comes twice, or not at all; moments are UTC."""
    stripe.control.set_now(stripe.clock.set(moment))
    order = buy(store)
    checkout(order)
    stripe.pass_time(minutes=39)
    stripe.work()
    assert state(order) is OrderState.AWAITING_PAYMENT
    stripe.pass_time(minutes=2)
    stripe.work()
    assert state(order) is OrderState.EXPIRED


def test_91_a_clock_behind_stripe_s_keeps_what_is_held_until_both_agree(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    """Ahead of Stripe's is number 8; behind it, the page closes first and the hold stays."""
    quota = service.open_quota(store.community.id, size=1)
    order = buy(store, thing(quota))
    stripe.control.set_now(stripe.clock.now + timedelta(minutes=4))
    page = checkout(order)
    stripe.control.set_now(stripe.clock.now + timedelta(minutes=36))
    stripe.deliver()
    assert stripe.control.look(page)["status"] == "expired"
    assert (latest_payment(order).state, counters(quota)) == (PaymentState.EXPIRED, (1, 0))
    with pytest.raises(service.SoldOut):
        buy(store, thing(quota))
    db.session.rollback()
    stripe.pass_time(minutes=41)
    assert expire(order)
    assert (state(order), counters(quota)) == (OrderState.EXPIRED, (0, 0))


def test_an_order_that_is_over_leads_to_its_own_page(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    order = buy(store)
    stripe.control.pay(checkout(order))
    stripe.deliver()
    assert "/orders/" in go(order)
    assert not expire(order)


def test_a_page_that_stripe_will_not_make_any_more_is_nothing_to_wait_for(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    """It was asked for in Stripe's silence, then the account lost its right to sell."""
    order = buy(store)
    stripe.control.chaos(rules=[{"what": "refuse", "path": "/v1/checkout/sessions", "times": 1}])
    with pytest.raises(gateway.StripeSilent):
        go(order)
    stripe.control.capability(stripe.account, "restricted")
    assert processes.cancel_order(order.id, secret=SECRET, now=clock.now())
    assert (state(order), latest_payment(order).state) == (
        OrderState.CANCELLED,
        PaymentState.FAILED,
    )


def test_a_page_noted_late_leaves_an_attempt_as_it_is(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    """Two workers made the same page: the slower one finds it noted, even over."""
    order = buy(store)
    page = checkout(order)
    payment = latest_payment(order)
    attempts.refuse_attempt(payment.id)
    assert latest_payment(order).state is PaymentState.OPEN
    payment.state = PaymentState.EXPIRED
    db.session.flush()
    attempts.keep_page(payment.id, session_id=page, page_url="https://elsewhere")
    assert latest_payment(order).state is PaymentState.EXPIRED
    assert latest_payment(order).page_url != "https://elsewhere"
    late(order)
    with pytest.raises(OrderClosed):
        go(order)
