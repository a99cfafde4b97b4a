"""Money that comes: in time, late, twice, too little, in another currency, for nothing."""

from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import select

from app.billing import processes, service
from app.billing.gateway.checkout import IntentSeen, SessionSeen
from app.billing.hooks import register_item_kind
from app.billing.models import (
    FindingKind,
    Order,
    OrderLine,
    OrderState,
    Payment,
    PaymentAccount,
    PaymentMethod,
    PaymentState,
    RefundReason,
    RefundState,
)
from app.billing.processes import reconciling
from app.billing.queries.orders import lines_of, paid_payment
from app.billing.service import Part
from app.billing.service.arrivals import take_session
from app.billing.service.links import order_url
from app.core import clock
from app.core.database import db
from app.core.money import Money
from tests.billing.conftest import (
    Shop,
    Stripe,
    Things,
    balance,
    buy,
    checkout,
    counters,
    euros,
    findings,
    late,
    latest_payment,
    ledger,
    mails,
    make_voucher,
    refunds,
    state,
    thing,
)
from tests.conftest import SECRET
from tests.pages import ProofreadingClient

PAID = [("fulfilled", "mug", 1)]


def test_26_late_money_takes_what_is_left(store: Shop, stripe: Stripe, things: Things) -> None:
    quota = service.open_quota(store.community.id, size=1)
    order = buy(store, thing(quota))
    page = checkout(order)
    late(order)
    assert counters(quota) == (0, 0)
    stripe.control.pay(page)
    stripe.deliver()
    assert (state(order), counters(quota), things.done) == (OrderState.PAID, (0, 1), PAID)


def test_27_late_money_for_what_is_gone_goes_back_once(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    quota = service.open_quota(store.community.id, size=1)
    order = buy(store, thing(quota))
    page = checkout(order)
    late(order)
    buy(store, thing(quota))
    stripe.control.pay(page)
    stripe.deliver()
    stripe.deliver()
    assert (state(order), things.done) == (OrderState.REFUNDED_LATE, [])
    (made,) = refunds()
    assert (made.state, made.reason) == (RefundState.SUCCEEDED, RefundReason.LATE)
    assert ledger(store.community) == {"fees": 43, "stripe": balance(stripe)}, "no sale; a cost"
    assert mails("billing.receipt") == []


def test_28_two_pages_of_one_order_both_paid_leave_one(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    order = buy(store)
    first = checkout(order)
    latest_payment(order).state = PaymentState.EXPIRED  # as if it had been given up
    db.session.commit()
    second = checkout(order)
    assert first != second
    stripe.control.pay(first)
    stripe.control.pay(second)
    stripe.deliver()
    stripe.deliver()
    assert things.done == PAID
    (made,) = refunds()
    assert (made.reason, made.state, made.amount) == (
        RefundReason.TWICE,
        RefundState.SUCCEEDED,
        euros(12),
    )
    assert ledger(store.community)["sales"] == -1200
    assert "unmatched" not in ledger(store.community)
    assert ledger(store.community)["stripe"] == balance(stripe)


def test_28_two_paid_pages_of_an_order_for_what_is_gone_both_go_back(
    store: Shop, stripe: Stripe, things: Things, client: ProofreadingClient
) -> None:
    quota = service.open_quota(store.community.id, size=1)
    order = buy(store, thing(quota))
    first = checkout(order)
    latest_payment(order).state = PaymentState.EXPIRED  # as if it had been given up
    db.session.commit()
    second = checkout(order)
    late(order)
    buy(store, thing(quota))
    for page in (first, second):
        stripe.control.pay(page)
    stripe.deliver()
    stripe.deliver()
    assert (state(order), things.done) == (OrderState.REFUNDED_LATE, [])
    assert sorted((one.reason, one.state) for one in refunds()) == [
        (RefundReason.LATE, RefundState.SUCCEEDED),
        (RefundReason.TWICE, RefundState.SUCCEEDED),
    ]
    assert ledger(store.community)["stripe"] == balance(stripe)
    path = "/c/" + order_url(order, slug=store.slug, secret=SECRET).split("/c/")[1]
    assert "A membership of yours renewed already" not in client.get(path).text


@pytest.mark.parametrize("field", ["subtotal_minor", "currency"])
def test_29_another_amount_or_currency_is_set_aside(
    store: Shop, stripe: Stripe, things: Things, field: str
) -> None:
    order = buy(store)
    page = checkout(order)
    if field == "currency":
        order.currency = "USD"
    else:
        order.subtotal_minor = order.total_minor = 1300
    db.session.commit()
    stripe.control.pay(page)
    stripe.deliver()
    assert (state(order), things.done) == (OrderState.AWAITING_PAYMENT, [])
    assert latest_payment(order).state is PaymentState.QUARANTINED
    assert findings(store) == [FindingKind.AMOUNT_DIFFERS]
    assert ledger(store.community) == {"stripe": 1157, "fees": 43, "unmatched": -1200}
    assert balance(stripe) == 1157


def as_stripe_says(order: Order, **changes: object) -> SessionSeen:
    """Return a paid page of an order as Stripe would tell of it, with changes."""
    payment = latest_payment(order)
    asked = order.total
    account = db.session.scalars(select(PaymentAccount.stripe_id)).one()
    seen = SessionSeen(
        session_id=payment.session_id or "",
        account=account,
        status="complete",
        payment_status="paid",
        subtotal=asked,
        total=asked,
        tax_minor=0,
        discount_minor=0,
        order_id=order.public_id,
        payment_id=payment.public_id,
        url=None,
        expires_at=None,
        intent=None,
        subscription_id=None,
        invoice_id=None,
        customer_id=None,
    )
    return replace(seen, **changes)  # type: ignore[arg-type]  # names of its own fields


def test_32_tax_that_the_page_added_is_owed_and_no_sale(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    order = buy(store, thing(), thing(name="cap", price=euros(6)))
    checkout(order)
    seen = as_stripe_says(order, tax_minor=341, total=Money(2141, "EUR"))
    take_session(seen, now=clock.now())
    assert (state(order), order.tax_minor, order.total) == (
        OrderState.PAID,
        341,
        Money(2141, "EUR"),
    )
    assert [line.tax_minor for line in lines_of(order.id)] == [227, 114]
    assert ledger(store.community) == {"stripe": 2141, "sales": -1800, "tax": -341}


def test_30_a_code_that_takes_everything_off_on_the_page_hands_over(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    order = buy(store)
    checkout(order)
    seen = as_stripe_says(
        order,
        payment_status="no_payment_required",
        discount_minor=1200,
        total=Money.zero("EUR"),
    )
    take_session(seen, now=clock.now())
    assert (state(order), order.total_minor, things.done) == (OrderState.PAID, 0, PAID)
    assert ledger(store.community) == {}


@pytest.mark.parametrize(
    "changes",
    [{"order_id": "someone"}, {"total": Money(1, "EUR")}, {"account": "acct_other"}],
    ids=["reference", "sum", "account"],
)
def test_29_what_does_not_fit_the_order_is_not_credited(
    store: Shop, stripe: Stripe, things: Things, changes: dict[str, object]
) -> None:
    order = buy(store)
    checkout(order)
    take_session(as_stripe_says(order, **changes), now=clock.now())
    assert (state(order), things.done) == (OrderState.AWAITING_PAYMENT, [])


def test_31_yen_and_three_decimals_reach_stripe_as_they_are(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    for amount in (Money(1200, "JPY"), Money(12340, "KWD")):
        order = buy(store, thing(name=amount.currency, price=amount))
        page = checkout(order)
        assert stripe.control.look(page)["amount_total"] == amount.minor
        stripe.control.pay(page)
        stripe.deliver()
        assert (state(order), latest_payment(order).amount) == (OrderState.PAID, amount)


class Gone(Things):
    """A kind whose things are not there any more when they are to be handed over."""

    def fulfil(self, order: Order, line: OrderLine, now: datetime) -> None:
        raise service.SoldOut(left=0)


@pytest.mark.parametrize("manner", ["pays", "debit"])
def test_what_is_gone_before_it_could_be_handed_over_is_paid_back(
    store: Shop, stripe: Stripe, things: Things, manner: str
) -> None:
    """In time, and nothing was let go: an organizer took it off the list meanwhile."""
    register_item_kind("gone", Gone())
    quota = service.open_quota(store.community.id, size=1)
    order = buy(store, replace(thing(quota), kind="gone"))
    page = checkout(order)
    stripe.control.pay(page, manner)
    stripe.deliver()
    if manner == "debit":
        stripe.control.settle_debit(page)
    stripe.deliver()
    assert (state(order), counters(quota)) == (OrderState.REFUNDED_LATE, (0, 0))
    (made,) = refunds()
    assert (made.reason, made.state) == (RefundReason.LATE, RefundState.SUCCEEDED)
    assert ledger(store.community) == {"fees": 43, "stripe": balance(stripe)}


def test_late_money_takes_its_code_again_even_where_nothing_is_counted(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    voucher = make_voucher(store, percent_off=25)
    order = buy(store, voucher=voucher)
    page = checkout(order)
    late(order)
    stripe.control.pay(page)
    stripe.deliver()
    db.session.refresh(voucher)
    assert (state(order), voucher.held, voucher.used) == (OrderState.PAID, 0, 1)


def test_a_page_that_came_to_nothing_after_the_order_was_paid_changes_nothing(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    order = buy(store)
    checkout(order)
    free = as_stripe_says(
        order,
        payment_status="no_payment_required",
        discount_minor=1200,
        total=Money.zero("EUR"),
    )
    bounced = as_stripe_says(
        order,
        payment_status="unpaid",
        intent=IntentSeen("pi_bounced", "requires_payment_method", None, None),
    )
    by_hand = service.record_offline_payment(
        order, method=PaymentMethod.CASH, recorded_by=store.owner, now=clock.now()
    )
    point = db.session.begin_nested()
    take_session(bounced, now=clock.now())
    assert latest_payment_by_card(order).state is PaymentState.FAILED
    point.rollback()
    take_session(free, now=clock.now())
    assert latest_payment_by_card(order).state is PaymentState.PAID
    assert paid_payment(order.id) == by_hand
    assert (state(order), things.done, refunds()) == (OrderState.PAID, PAID, [])
    assert ledger(store.community) == {"cash": 1200, "sales": -1200}


def test_paid_by_hand_and_then_by_card_the_cash_can_still_be_given_back(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    order = buy(store)
    page = checkout(order)
    stripe.control.pay(page)  # its notice is late
    by_hand = service.record_offline_payment(
        order, method=PaymentMethod.CASH, recorded_by=store.owner, now=clock.now()
    )
    db.session.commit()
    stripe.work()  # what closes the page finds it paid
    stripe.deliver()
    assert [(one.reason, one.state) for one in refunds()] == [
        (RefundReason.TWICE, RefundState.SUCCEEDED)
    ]
    assert paid_payment(order.id) == by_hand
    part = Part(lines_of(order.id)[0], 1)
    service.refund(order, [part], reason=RefundReason.ASKED, now=clock.now())
    assert state(order) is OrderState.REFUNDED
    books = ledger(store.community)
    assert (books["refunds"], books.get("cash")) == (1200, None)


def card_and_cash(store: Shop, stripe: Stripe) -> Order:
    """Sell something that is paid by card and, before that is told, in cash."""
    order = buy(store)
    stripe.control.pay(checkout(order))
    service.record_offline_payment(
        order, method=PaymentMethod.CASH, recorded_by=store.owner, now=clock.now()
    )
    db.session.commit()
    return order


def give_back_in_the_dashboard(stripe: Stripe, order: Order, amount: int) -> None:
    """Let an organizer refund so many cents of a card's payment at Stripe."""
    intent_id = latest_payment_by_card(order).intent_id or ""
    db.session.commit()
    stripe.app.extensions["kith.stripe"].v1.refunds.create(
        {"payment_intent": intent_id, "amount": amount}, options={"stripe_account": stripe.account}
    )


def test_what_came_twice_goes_back_in_the_dashboard_and_what_was_bought_stays(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    order = card_and_cash(store, stripe)
    stripe.work()
    stripe.deliver()
    (failing,) = refunds()
    stripe.control.fail_refund(failing.stripe_id or "")
    stripe.deliver()
    assert findings(store) == [FindingKind.REFUND_FAILED]
    for part in (700, 500):
        give_back_in_the_dashboard(stripe, order, part)
        stripe.deliver()
    assert [(one.reason, one.state, one.lines) for one in refunds()] == [
        (RefundReason.TWICE, RefundState.FAILED, []),
        (RefundReason.TWICE, RefundState.SUCCEEDED, []),
        (RefundReason.TWICE, RefundState.SUCCEEDED, []),
    ]
    assert (state(order), things.done) == (OrderState.PAID, PAID)
    books = ledger(store.community)
    assert [books["cash"], books["sales"], books.get("unmatched")] == [1200, -1200, None]
    assert books["stripe"] == balance(stripe)
    reconciling.reconcile(store.community.id, is_full=False, now=clock.now())
    assert findings(store) == [], "all of it went back after all"


def test_what_came_twice_and_went_back_before_its_refund_was_sent_takes_nothing(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    order = card_and_cash(store, stripe)
    processes.sync_order(order.id, now=clock.now())  # the refund waits for the worker
    give_back_in_the_dashboard(stripe, order, 1200)
    stripe.deliver()
    for _ in range(2):
        reconciling.reconcile_all(is_full=False, secret=SECRET, now=clock.now())
    assert [(one.reason, one.state) for one in refunds()] == [
        (RefundReason.TWICE, RefundState.FAILED),
        (RefundReason.TWICE, RefundState.SUCCEEDED),
    ]
    assert (state(order), things.done, findings(store)) == (OrderState.PAID, PAID, [])
    assert "unmatched" not in ledger(store.community)


def latest_payment_by_card(order: Order) -> Payment:
    """Return the attempt on Stripe's page."""
    found = select(Payment).where(
        Payment.order_id == order.id, Payment.method == PaymentMethod.STRIPE
    )
    return db.session.scalars(found.execution_options(populate_existing=True)).one()
