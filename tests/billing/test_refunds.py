"""Money back: by the organizer, by Stripe's own dashboard, and when it does not arrive."""

import pytest
from sqlalchemy import select

from app.billing import service
from app.billing.models import (
    Finding,
    FindingKind,
    Order,
    OrderState,
    Quota,
    Refund,
    RefundReason,
    RefundState,
)
from app.billing.queries.orders import lines_of
from app.billing.service import MoreThanPaid, Part
from app.billing.service.refunds import open_refund
from app.core import clock
from app.core.database import db
from tests.billing.conftest import (
    Shop,
    Stripe,
    Things,
    buy,
    checkout,
    euros,
    latest_payment,
    ledger,
    mails,
    thing,
)


@pytest.fixture
def quota(store: Shop) -> Quota:
    """Five things to be had."""
    return service.open_quota(store.community.id, size=5)


@pytest.fixture
def order(store: Shop, stripe: Stripe, things: Things, quota: Quota) -> Order:
    """An order of two things, paid by card."""
    made = buy(store, thing(quota, number=2))
    stripe.control.pay(checkout(made))
    stripe.deliver()
    db.session.refresh(made)
    assert made.state is OrderState.PAID
    return made


def refund(order: Order, number: int, amount: float | None = None) -> Refund:
    """Ask for money back and let it stand."""
    part = Part(lines_of(order.id)[0], number, euros(amount) if amount else None)
    made = service.refund(order, [part], reason=RefundReason.ASKED, now=clock.now())
    db.session.commit()
    assert made is not None
    return made


def as_now(made: Refund) -> Refund:
    """Return a refund as it is now."""
    db.session.refresh(made)
    return made


def test_55_a_whole_refund_frees_takes_back_and_balances(
    store: Shop, stripe: Stripe, things: Things, order: Order, quota: Quota
) -> None:
    made = refund(order, 2)
    db.session.refresh(quota)
    assert (quota.sold, things.done[-1]) == (0, ("refunded", "mug", 2))
    stripe.work()
    stripe.deliver()
    db.session.refresh(order)
    assert (as_now(made).state, order.state) == (RefundState.SUCCEEDED, OrderState.REFUNDED)
    books = ledger(store.community)
    assert (books["sales"], books["refunds"], books["stripe"]) == (-2400, 2400, -books["fees"])
    assert [mail.kind for mail in mails()] == ["billing.receipt", "billing.refund"]


def test_55_partial_refunds_go_up_to_the_limit(stripe: Stripe, order: Order) -> None:
    refund(order, 1)
    stripe.work()
    db.session.refresh(order)
    assert order.state is OrderState.PARTIALLY_REFUNDED
    refund(order, 0, 4)
    stripe.work()
    with pytest.raises(MoreThanPaid):
        refund(order, 0, 8.01)
    db.session.rollback()
    refund(order, 1, 8)
    stripe.work()
    db.session.refresh(order)
    assert (order.state, latest_payment(order).left) == (OrderState.REFUNDED, euros(0))


def test_56_two_organizers_cannot_send_back_more_than_came(order: Order) -> None:
    """Both loaded the order while all of it was there; the row decides."""
    first, second = latest_payment(order), latest_payment(order)
    open_refund(first, euros(20), reason=RefundReason.ASKED, now=clock.now())
    with pytest.raises(MoreThanPaid):
        open_refund(second, euros(20), reason=RefundReason.ASKED, now=clock.now())


def test_a_refund_is_sent_once_however_often_its_job_runs(
    stripe: Stripe, order: Order, store: Shop
) -> None:
    made = refund(order, 2)
    stripe.control.chaos(rules=[{"what": "timeout", "path": "/v1/refunds", "times": 1}])
    stripe.work()
    stripe.deliver()
    assert as_now(made).state is RefundState.SUCCEEDED
    assert ledger(store.community)["refunds"] == 2400
    assert len(db.session.scalars(select(Refund)).all()) == 1


def test_57_a_refund_that_waits_and_then_fails(store: Shop, stripe: Stripe, order: Order) -> None:
    stripe.control.refunds_wait()
    made = refund(order, 2)
    stripe.work()
    stripe.deliver()
    db.session.refresh(order)
    assert (as_now(made).state, order.state) == (RefundState.PENDING, OrderState.PAID)
    assert "refunds" not in ledger(store.community)
    stripe.control.fail_refund(made.stripe_id or "")
    stripe.deliver()
    assert as_now(made).state is RefundState.FAILED
    assert latest_payment(order).left == euros(24)
    assert db.session.scalars(select(Finding.kind)).all() == [FindingKind.REFUND_FAILED]


def test_57_a_refund_that_came_back_after_it_had_arrived(
    store: Shop, stripe: Stripe, order: Order
) -> None:
    made = refund(order, 2)
    stripe.work()
    stripe.deliver()
    before = ledger(store.community)
    assert before["refunds"] == 2400
    stripe.control.fail_refund(as_now(made).stripe_id or "")
    stripe.deliver()
    db.session.refresh(order)
    assert (as_now(made).state, order.state) == (RefundState.FAILED, OrderState.PAID)
    assert "refunds" not in ledger(store.community)


def test_58_a_refund_made_at_stripe_is_taken_over(
    store: Shop, stripe: Stripe, things: Things, order: Order, quota: Quota
) -> None:
    client = stripe.app.extensions["kith.stripe"]
    client.v1.refunds.create(
        {"payment_intent": latest_payment(order).intent_id},
        options={"stripe_account": stripe.account},
    )
    stripe.deliver()
    db.session.refresh(order)
    db.session.refresh(quota)
    made = db.session.scalars(select(Refund)).one()
    assert (made.reason, made.state) == (RefundReason.AT_STRIPE, RefundState.SUCCEEDED)
    assert (order.state, quota.sold, things.done[-1]) == (
        OrderState.REFUNDED,
        0,
        ("refunded", "mug", 2),
    )
    assert ledger(store.community)["refunds"] == 2400


def test_58_a_part_refunded_at_stripe_takes_nothing_back(
    store: Shop, stripe: Stripe, things: Things, order: Order, quota: Quota
) -> None:
    client = stripe.app.extensions["kith.stripe"]
    client.v1.refunds.create(
        {"payment_intent": latest_payment(order).intent_id, "amount": 700},
        options={"stripe_account": stripe.account},
    )
    stripe.deliver()
    db.session.refresh(order)
    db.session.refresh(quota)
    assert (order.state, quota.sold) == (OrderState.PARTIALLY_REFUNDED, 2)
    assert things.done == [("fulfilled", "mug", 2)]
    assert ledger(store.community)["refunds"] == 700


def test_61_a_dispute_makes_things_rest_until_it_is_won(
    store: Shop, stripe: Stripe, things: Things, order: Order
) -> None:
    charge = latest_payment(order).charge_id or ""
    dispute = stripe.control.dispute(charge)
    stripe.deliver()
    db.session.refresh(order)
    assert (order.is_disputed, order.state) == (True, OrderState.PAID)
    assert things.done[-1] == ("suspended", "mug", 2)
    assert ledger(store.community)["disputes"] == 2400
    stripe.control.close_dispute(dispute, won=True)
    stripe.deliver()
    db.session.refresh(order)
    assert (order.is_disputed, things.done[-1]) == (False, ("resumed", "mug", 2))
    assert "disputes" not in ledger(store.community)


def test_61_a_lost_dispute_leaves_things_at_rest(
    store: Shop, stripe: Stripe, things: Things, order: Order
) -> None:
    dispute = stripe.control.dispute(latest_payment(order).charge_id or "")
    stripe.deliver()
    stripe.control.close_dispute(dispute, won=False)
    stripe.deliver()
    db.session.refresh(order)
    assert order.is_disputed
    assert things.done[-1] == ("suspended", "mug", 2)
    assert ledger(store.community)["disputes"] == 2400
