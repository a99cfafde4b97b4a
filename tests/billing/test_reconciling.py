"""Reconciliation: what notices missed is fetched, to the last page; what differs is found."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select, text
from structlog.testing import capture_logs

from app.billing import gateway, processes, service
from app.billing.gateway.client import NoKey
from app.billing.hooks import register_item_kind, sold_elsewhere
from app.billing.models import (
    AccountState,
    FindingKind,
    NoticeState,
    Order,
    OrderState,
    Payment,
    PaymentAccount,
    PaymentState,
    ReconRun,
    Refund,
    RefundReason,
    RefundState,
    SubscriptionState,
)
from app.billing.processes import fetching, reconciling
from app.billing.processes.reconciling import Outcome
from app.billing.queries.orders import lines_of
from app.billing.queries.reconciling import faults, last_run, open_findings
from app.billing.service import Part
from app.billing.service.attempts import NotConnected, NotReady
from app.billing.service.findings import settle_finding
from app.billing.service.plans import AlreadySubscribed
from app.billing.service.subscriptions import end_for_contact
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
    euros,
    expire,
    findings,
    go,
    latest_payment,
    ledger,
    notices,
    open_account,
    refunds,
    state,
    subscribe,
    subscribed,
    the_subscription,
    thing,
)
from tests.billing.test_inbox import Poison
from tests.conftest import SECRET
from tests.factories import make_community, make_member


def look(*, is_full: bool = False) -> Outcome:
    """Compare everything with Stripe."""
    return reconciling.reconcile_all(is_full=is_full, secret=SECRET, now=clock.now())


def paid(shop: Shop, stripe: Stripe, **values: Any) -> Order:
    """Let the member buy a thing by card."""
    order = buy(shop, thing(**values))
    stripe.control.pay(checkout(order))
    stripe.deliver()
    return order


def refund(order: Order) -> int:
    """Ask for the money of an order and return the refund's key; its job is lost."""
    made = service.refund(
        order, [Part(lines_of(order.id)[0], 1)], reason=RefundReason.ASKED, now=clock.now()
    )
    lose_jobs()
    assert made is not None
    return made.id


def lose_jobs() -> None:
    """Forget every job that waits, as a queue restored from an old backup would."""
    db.session.execute(text("DELETE FROM procrastinate_jobs"))
    db.session.commit()


# --- what notices missed -----------------------------------------------------------------------


def test_lists_are_read_to_their_last_page(store: Shop, stripe: Stripe, things: Things) -> None:
    stripe.control.short_pages()
    orders = [buy(store, thing(name=f"mug {number}")) for number in range(5)]
    for order in orders:
        stripe.control.pay(checkout(order))
    stripe.control.letters()  # all are lost
    db.session.commit()
    pages = list(gateway.checkout.recent(stripe.account, clock.now() - timedelta(hours=1)))
    assert [len(page) for page in pages] == [2, 2, 1], "one page would not have been enough"
    assert look() == Outcome(communities=1, findings=0, unreachable=0)
    assert {state(order) for order in orders} == {OrderState.PAID}


def test_a_look_cut_short_is_gone_on_with_from_the_last_whole_one(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    """Refunds made at Stripe, their notices lost, then three days of silence."""
    stripe.control.short_pages()
    orders = [paid(store, stripe, name=f"mug {number}") for number in range(3)]
    assert look().unreachable == 0  # up to here everything is in
    for order in orders:
        refund_at_stripe(stripe, order)
    stripe.control.chaos(rules=[{"what": "refuse", "path": "/v1/refunds"}])
    assert look().unreachable == 1
    run = last_run(store.community.id)
    assert run is not None
    assert run.is_unreachable
    db.session.commit()
    stripe.control.wild()
    stripe.pass_time(days=3)
    stripe.control.letters()
    short = clock.now() - fetching.SMALL
    assert list(gateway.refunds.recent(stripe.account, short)) == [], "a day back is too short"
    assert look().unreachable == 0
    assert {state(order) for order in orders} == {OrderState.REFUNDED}
    assert ledger(store.community)["refunds"] == 3600


def refund_at_stripe(stripe: Stripe, order: Order, amount: int | None = None) -> None:
    """Send money back in Stripe's own dashboard, unheard."""
    asked = {"payment_intent": latest_payment(order).intent_id}
    db.session.commit()
    stripe.app.extensions["kith.stripe"].v1.refunds.create(
        asked | ({"amount": amount} if amount else {}),
        options={"stripe_account": stripe.account},
    )
    stripe.control.letters()


def test_what_is_in_is_not_asked_for_again(store: Shop, stripe: Stripe, things: Things) -> None:
    subscribed(store, stripe)
    paid(store, stripe)
    stripe.control.chaos(
        rules=[
            {"what": "refuse", "path": "/v1/checkout/sessions/.*"},
            {"what": "refuse", "path": "/v1/invoices/.*"},
        ]
    )
    assert look().unreachable == 0
    db.session.delete(db.session.scalars(select(ReconRun)).one())
    latest_payment(db.session.scalars(select(Order)).all()[-1]).state = PaymentState.EXPIRED
    db.session.commit()
    assert look().unreachable == 1, "the control: what is not in is asked for"


def test_a_refund_that_has_arrived_is_not_asked_about_again(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    """Unless it came back from the bank; what the installation gave back costs a call for each."""
    settings = stripe.app.config["KITH"]
    stripe.app.config["KITH"] = settings.model_copy(update={"platform_fee_percent": Decimal(10)})
    order = paid(store, stripe)
    refund(order)
    stripe.clock.advance(minutes=11)
    look()
    assert state(order) is OrderState.REFUNDED
    stripe.control.chaos(rules=[{"what": "refuse", "path": "/v1/application_fees/.*"}])
    assert look().unreachable == 0
    stripe.control.wild()
    stripe.control.fail_refund(refunds()[0].stripe_id or "")
    stripe.control.letters()
    look()
    assert (state(order), refunds()[0].state) == (OrderState.PAID, RefundState.FAILED)


def test_a_renewal_whose_notices_were_lost_is_fetched(store: Shop, stripe: Stripe) -> None:
    before = subscribed(store, stripe).period_ends_at
    stripe.pass_time(days=31, hours=3)
    stripe.control.letters()
    assert the_subscription(store).period_ends_at == before
    look()
    assert the_subscription(store).period_ends_at > before
    assert ledger(store.community)["sales"] == -1000


def test_a_subscription_that_ended_unheard_does_not_keep_a_member_out(
    store: Shop, stripe: Stripe
) -> None:
    row = subscribed(store, stripe)
    stripe_id = row.stripe_id
    db.session.commit()
    stripe.app.extensions["kith.stripe"].v1.subscriptions.cancel(
        stripe_id, options={"stripe_account": stripe.account}
    )
    stripe.control.letters()
    look()
    assert the_subscription(store).is_live, "its period has not ended: nobody asks yet"
    stripe.pass_time(days=40)
    with pytest.raises(AlreadySubscribed):
        subscribe(store)
    look()
    assert the_subscription(store).state is SubscriptionState.CANCELED
    subscribe(store)


def test_a_dispute_whose_notices_were_lost_is_fetched(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    order = paid(store, stripe)
    stripe.control.dispute(latest_payment(order).charge_id or "")
    stripe.control.letters()
    look()
    db.session.refresh(order)
    assert order.is_disputed
    assert things.done[-1] == ("suspended", "mug", 1)


# --- what lost jobs left undone ----------------------------------------------------------------


def test_what_lost_jobs_left_undone_is_done(store: Shop, stripe: Stripe, things: Things) -> None:
    sold = paid(store, stripe)
    refund_id = refund(sold)
    waiting = buy(store, thing(name="cap"))
    stripe.control.pay(checkout(waiting))
    stripe.post(next(one for one in stripe.control.letters() if one.type.startswith("checkout")))
    unpaid = buy(store, thing(name="hat"))
    lose_jobs()
    stripe.clock.advance(minutes=55)
    look()
    stripe.work()
    assert notices(NoticeState.RECEIVED) == []
    assert (state(sold), state(waiting), state(unpaid)) == (
        OrderState.REFUNDED,
        OrderState.PAID,
        OrderState.EXPIRED,
    )
    assert db.session.get_one(Refund, refund_id).state is RefundState.SUCCEEDED


def test_one_refund_that_stripe_will_not_make_keeps_no_other_waiting(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    """Stripe repeats a failure for its key, so it is asked again under another one."""
    first, second = paid(store, stripe), paid(store, stripe, name="cap")
    refund(first)
    refund(second)
    stripe.control.chaos(
        rules=[{"what": "fail", "path": "/v1/refunds", "verb": "POST", "times": 1}]
    )
    stripe.clock.advance(minutes=11)
    assert look().unreachable == 1
    assert (state(first), state(second)) == (OrderState.PAID, OrderState.REFUNDED)
    assert look().unreachable == 0
    assert state(first) is OrderState.REFUNDED
    assert ledger(store.community)["refunds"] == 2400


def test_a_silent_stripe_is_asked_once_for_each_community(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    for name in ("mug", "cap"):
        refund(paid(store, stripe, name=name))
    stripe.control.chaos(
        rules=[{"what": "refuse", "path": "/v1/refunds", "verb": "POST", "times": 1}]
    )
    stripe.clock.advance(minutes=11)
    look()  # the second one would have gone through: it was not tried
    assert {one.state for one in refunds()} == {RefundState.STARTING}
    look()
    assert {one.state for one in refunds()} == {RefundState.SUCCEEDED}


# --- accounts come and go ----------------------------------------------------------------------


def test_83_an_account_that_may_not_take_cards_any_more_sells_nothing_new(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    quota = service.open_quota(store.community.id, size=2)
    begun, late = buy(store, thing(quota)), buy(store, thing(quota))
    page = checkout(begun)
    stripe.control.capability(stripe.account, "restricted")
    stripe.deliver()
    with pytest.raises(NotReady):
        go(late)
    assert counters(quota) == (2, 0)
    with pytest.raises(ControlRefused, match="cannot currently make charges"):
        stripe.control.pay(page)  # nor does the page that was open already
    stripe.control.capability(stripe.account, "active")
    stripe.deliver()
    assert go(late)
    stripe.control.pay(page)
    stripe.deliver()
    assert (state(begun), counters(quota)) == (OrderState.PAID, (1, 1))


def test_84_an_organizer_takes_the_access_back_at_stripe(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    quota = service.open_quota(store.community.id, size=2)
    order = buy(store, thing(quota))
    checkout(order)
    subscribed(store, stripe)
    end_for_contact(store.member.id, now=clock.now())
    lose_jobs()
    stripe.control.disconnect(stripe.account)
    stripe.deliver()
    account = db.session.scalars(select(PaymentAccount)).one()
    assert (account.state, account.disconnected_at) == (AccountState.DISCONNECTED, clock.now())
    with pytest.raises(NotConnected):
        go(buy(store, thing(name="cap")))
    stripe.pass_time(minutes=41)
    assert not expire(order)
    assert (counters(quota), findings(store)) == ((1, 0), [FindingKind.HOLD_STUCK])
    stripe.pass_time(hours=2)
    assert look().unreachable == 1, "the others are looked at all the same"
    assert (state(order), counters(quota), findings(store)) == (OrderState.EXPIRED, (0, 0), [])


def test_84_one_community_s_lost_account_keeps_no_other_from_being_looked_at(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    refund(paid(store, stripe))
    other = second_store(store, stripe)
    order = paid(other, stripe)
    stripe.control.disconnect(stripe.account)
    refund_at_stripe_of(other, stripe, order)
    stripe.clock.advance(minutes=11)
    assert look().unreachable == 1
    assert state(order) is OrderState.REFUNDED


def test_53_a_mistake_of_ours_about_one_account_keeps_no_other_from_being_looked_at(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    poison = Poison()
    register_item_kind("poison", poison)
    broken = buy(store, replace(thing(), kind="poison"))
    stripe.control.pay(checkout(broken))
    stripe.control.letters()  # all are lost
    lose_jobs()
    other = second_store(store, stripe)
    order = paid(other, stripe)
    refund_at_stripe_of(other, stripe, order)
    with pytest.raises(ExceptionGroup) as told:
        look()
    assert [type(one) for one in told.value.exceptions] == [ZeroDivisionError]
    assert (state(broken), state(order)) == (OrderState.AWAITING_PAYMENT, OrderState.REFUNDED)
    runs = {one.community_id: one.is_unreachable for one in db.session.scalars(select(ReconRun))}
    assert runs == {store.community.id: True, other.community.id: False}
    db.session.commit()
    assert look().unreachable == 0
    assert (state(broken), poison.done) == (OrderState.PAID, [("fulfilled", "mug", 1)])


def test_one_thing_that_stripe_refuses_keeps_nothing_else_of_its_account_from_being_brought_in(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    gone = paid(store, stripe)
    orders = [buy(store, thing(name=f"mug {number}")) for number in range(3)]
    for order in orders:
        stripe.control.pay(checkout(order))
    refund_at_stripe_of(store, stripe, gone)
    stripe.control.letters()  # all are lost
    lose_jobs()
    page = latest_payment(orders[1]).session_id
    db.session.commit()
    path = f"/v1/checkout/sessions/{page}"
    stripe.control.chaos(rules=[{"what": "forbid", "path": path, "times": -1}])
    assert look().unreachable == 1
    settled, waiting = OrderState.PAID, OrderState.AWAITING_PAYMENT
    assert [state(order) for order in orders] == [settled, waiting, settled]
    assert state(gone) is OrderState.REFUNDED, "what comes after pages was looked at too"
    stripe.control.chaos(rules=[])
    assert look().unreachable == 0
    assert state(orders[1]) is OrderState.PAID


def test_a_list_that_stripe_refuses_keeps_no_other_list_from_being_read(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    order = paid(store, stripe)
    stripe.control.dispute(latest_payment(order).charge_id or "")
    stripe.control.letters()  # all are lost
    db.session.commit()
    rule = {"path": "/v1/refunds", "verb": "GET", "times": -1}
    stripe.control.chaos(rules=[{"what": "refuse", **rule}])
    assert look().unreachable == 1
    assert not is_disputed(order), "the control: nobody is asked on who does not answer"
    stripe.control.chaos(rules=[{"what": "forbid", **rule}])
    assert look().unreachable == 1
    assert is_disputed(order)


def is_disputed(order: Order) -> bool:
    db.session.refresh(order)
    disputed = order.is_disputed
    db.session.commit()
    return disputed


def test_a_mistake_in_one_community_s_rows_keeps_no_other_s_from_being_counted(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    other = second_store(store, stripe)
    for shop in (store, other):
        paid(shop, stripe)
    broken_id = store.community.id

    def broken(community_id: int) -> dict[int, int]:
        return {} if community_id != broken_id else {0: 1 // 0}

    sold_elsewhere.register(broken)
    try:
        with pytest.raises(ExceptionGroup) as told:
            look()
    finally:
        sold_elsewhere._callbacks.remove(broken)
    assert [type(one) for one in told.value.exceptions] == [ZeroDivisionError]
    looked = set(db.session.scalars(select(ReconRun.community_id)))
    assert looked == {other.community.id}
    db.session.commit()
    assert look() == Outcome(communities=2, findings=0, unreachable=0)


def test_a_site_without_a_key_is_told_so_and_not_that_stripe_is_silent(
    store: Shop, stripe: Stripe, things: Things, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    paid(store, stripe)
    settings = stripe.app.config["KITH"].model_copy(update={"stripe_key": SecretStr("")})
    monkeypatch.setitem(stripe.app.config, "KITH", settings)
    monkeypatch.delitem(stripe.app.extensions, "kith.stripe")
    with capture_logs() as said, pytest.raises(ExceptionGroup) as told:
        look()
    assert {type(one) for one in told.value.exceptions} == {NoKey}
    assert said[0]["account"] == stripe.account
    assert said[0]["error"] == "NoKey"
    run = last_run(store.community.id)
    assert run is not None
    assert run.is_unreachable


def test_53_a_mistake_of_ours_with_one_lost_job_keeps_no_other_from_being_done(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    register_item_kind("poison", Poison())
    broken = buy(store, replace(thing(), kind="poison"))
    stripe.control.pay(checkout(broken))
    waiting = buy(store, thing())
    checkout(waiting)
    stripe.control.letters()
    lose_jobs()
    stripe.clock.advance(hours=1)
    with pytest.raises(ExceptionGroup):
        look()
    assert (state(broken), state(waiting)) == (OrderState.PAID, OrderState.EXPIRED)
    run = last_run(store.community.id)
    assert run is not None
    assert run.is_unreachable


def second_store(shop: Shop, stripe: Stripe) -> Shop:
    """Return another community with an account of its own."""
    community = make_community()
    open_account(community, stripe.control)
    member = make_member(community)
    db.session.commit()
    return Shop(community, shop.owner, member, shop.plan)


def refund_at_stripe_of(shop: Shop, stripe: Stripe, order: Order) -> None:
    """Send money back in the dashboard of another community's account."""
    found = select(PaymentAccount).where(PaymentAccount.community_id == shop.community.id)
    account = db.session.scalars(found).one().stripe_id
    first, stripe.account = stripe.account, account
    refund_at_stripe(stripe, order)
    stripe.account = first


def test_an_account_for_all_is_asked_once_and_is_silent_to_all(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    other = second_store(store, stripe)
    for row in db.session.scalars(select(PaymentAccount)):
        row.stripe_id = ""
    db.session.commit()
    order = paid(other, stripe)
    assert state(order) is OrderState.PAID
    stripe.control.chaos(rules=[{"what": "refuse", "path": "/v1/checkout/sessions"}])
    assert look().unreachable == 2
    stripe.control.wild()
    assert look().unreachable == 0


# --- what does not agree -----------------------------------------------------------------------

Twist = Callable[[Order, Payment], None]


def unsettle(order: Order, _payment: Payment) -> None:
    order.state = OrderState.AWAITING_PAYMENT


def unpay(_order: Order, payment: Payment) -> None:
    payment.state = PaymentState.FAILED


def pay_less(_order: Order, payment: Payment) -> None:
    payment.amount_minor = 999


def set_aside(_order: Order, payment: Payment) -> None:
    payment.state = PaymentState.QUARANTINED


def untell(_order: Order, payment: Payment) -> None:
    payment.public_id = "another"


def refunded(made_state: RefundState) -> Twist:
    def twist(order: Order, payment: Payment) -> None:
        made = db.session.get_one(Refund, refund(order))
        made.state, made.asked_at = made_state, clock.now() - timedelta(hours=2)
        payment.refunded_minor -= made.amount_minor * (made_state is RefundState.FAILED)

    return twist


@pytest.mark.parametrize(
    ("twist", "kinds"),
    [
        (unsettle, [FindingKind.PAID_NOT_FULFILLED]),
        (unpay, [FindingKind.FULFILLED_NOT_PAID]),
        (pay_less, [FindingKind.AMOUNT_DIFFERS]),
        (set_aside, [FindingKind.FULFILLED_NOT_PAID, FindingKind.UNMATCHED_MONEY]),
        (untell, [FindingKind.LEDGER_DIFFERS]),
        (refunded(RefundState.STARTING), [FindingKind.REFUND_MISSING]),
        (refunded(RefundState.FAILED), [FindingKind.REFUND_FAILED]),
    ],
    ids=["order", "payment", "amount", "quarantine", "ledger", "refund_unsent", "refund_failed"],
)
def test_each_kind_of_fault_is_found(
    store: Shop, stripe: Stripe, things: Things, twist: Twist, kinds: list[FindingKind]
) -> None:
    order = paid(store, stripe)
    payment = latest_payment(order)
    assert faults(store.community.id, now=clock.now(), sold={}) == []
    twist(order, payment)
    db.session.flush()
    assert [one.kind for one in faults(store.community.id, now=clock.now(), sold={})] == kinds


def test_a_finding_stays_one_until_it_agrees(store: Shop, stripe: Stripe, things: Things) -> None:
    order = paid(store, stripe)
    payment = latest_payment(order)
    pay_less(order, payment)
    db.session.commit()
    for _ in range(2):
        assert reconciling.reconcile(store.community.id, is_full=True, now=clock.now()) == 1
    assert findings(store) == [FindingKind.AMOUNT_DIFFERS]
    payment.amount_minor = 1200
    db.session.commit()
    assert reconciling.reconcile(store.community.id, is_full=True, now=clock.now()) == 0
    assert findings(store) == []


def test_what_a_person_gave_back_another_way_is_not_found_again(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    order = paid(store, stripe)
    kindness = Part(lines_of(order.id)[0], 0, euros(12))
    for _ in range(2):  # what fails once more is found once more
        service.refund(order, [kindness], reason=RefundReason.ASKED, now=clock.now())
        db.session.commit()
        stripe.work()
        stripe.control.fail_refund(refunds()[-1].stripe_id or "")
        stripe.deliver()
        assert reconciling.reconcile(store.community.id, is_full=False, now=clock.now()) == 1
        (found,) = open_findings(store.community.id)
        assert found.facts == {"order": order.public_id, "amount": 1200, "currency": "EUR"}
        settle_finding(found, by=store.owner, now=clock.now())
        db.session.commit()
        assert reconciling.reconcile(store.community.id, is_full=False, now=clock.now()) == 0
        assert findings(store) == []


def test_the_jobs_by_the_clock_look_at_everything(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    from app.billing import tasks  # noqa: PLC0415 - what the clock calls, called by hand

    order = buy(store)
    stripe.control.pay(checkout(order))
    stripe.control.letters()
    tasks.reconcile()
    assert state(order) is OrderState.PAID
    refund_at_stripe(stripe, order)
    tasks.reconcile_fully()
    assert state(order) is OrderState.REFUNDED
    assert processes.expire_order(order.id, secret=SECRET, now=clock.now()) is False
