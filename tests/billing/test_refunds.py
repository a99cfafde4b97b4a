"""Money back: by the organizer, by Stripe's own dashboard, and when it does not arrive."""

import json
import re
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from zipfile import ZipFile

import pytest
from sqlalchemy import select, update

from app.billing import gateway, processes, service
from app.billing.gateway.refunds import DisputeSeen
from app.billing.models import (
    Finding,
    FindingKind,
    LedgerEntry,
    LedgerName,
    LedgerSource,
    LedgerTxn,
    Notice,
    Order,
    OrderState,
    PaymentMethod,
    Quota,
    Refund,
    RefundReason,
    RefundState,
)
from app.billing.queries.orders import lines_of
from app.billing.service import MoreThanPaid, NothingToRefund, Part
from app.billing.service.disputes import take_dispute
from app.billing.service.refunds import open_refund
from app.communities.service.exports import zip_of
from app.core import clock
from app.core.database import db
from tests.billing.conftest import (
    Shop,
    Stripe,
    Things,
    balance,
    buy,
    checkout,
    enter,
    euros,
    latest_payment,
    ledger,
    mails,
    subscribed,
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


def test_59_what_was_paid_out_goes_back_all_the_same(
    store: Shop, stripe: Stripe, order: Order
) -> None:
    stripe.pass_time(days=3)
    assert len(stripe.control.pay_out(stripe.account)) == 1
    made = refund(order, 2)
    stripe.work()
    stripe.deliver()
    assert as_now(made).state is RefundState.SUCCEEDED
    assert ledger(store.community)["refunds"] == 2400


def desk_page(shop: Shop, stripe: Stripe, order: Order) -> str:
    """Return an order as its organizers see it."""
    enter(stripe.client, shop.owner)
    path = f"/c/{shop.slug}/desk/money/orders/{order.public_id}"
    return stripe.client.get(path).get_data(as_text=True)


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
    assert ledger(store.community)["stripe"] == balance(stripe)
    page = desk_page(store, stripe, order)
    assert "took the money until it has decided whose it is" in page
    assert "/refunds" not in page
    stripe.control.close_dispute(dispute, won=True)
    stripe.deliver()
    db.session.refresh(order)
    assert (order.is_disputed, things.done[-1]) == (False, ("resumed", "mug", 2))
    assert "disputes" not in ledger(store.community)
    assert ledger(store.community)["stripe"] == balance(stripe), "the bank's fee stays"
    page = desk_page(store, stripe, order)
    assert re.findall(r">(Disputed|Dispute won|Dispute lost|-?€24\.00)<", page)[-4:] == [
        "Disputed", "-€24.00", "Dispute won", "€24.00",
    ]  # fmt: skip
    assert "Up to €24.00." in page


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
    page = desk_page(store, stripe, order)
    assert page.count(">Dispute lost<") == 2
    assert "so nothing is left to send." in page
    assert "/refunds" not in page
    page = stripe.client.get(f"/c/{store.slug}/desk/money").get_data(as_text=True)
    assert re.search(r"€24\.00</p>\s*<p[^>]*>taken by banks: contested", page)


# --- keys --------------------------------------------------------------------------------------


def at_stripe(stripe: Stripe, order: Order) -> list[int]:
    """Return what Stripe sent back of an order, one amount for each refund."""
    intent = latest_payment(order).intent_id or ""
    db.session.commit()
    found = list(gateway.refunds.of_intent(stripe.account, intent))
    return [one.amount.minor for page in found for one in page]


def forget_answer(made: Refund) -> None:
    """Be as we were before Stripe's answer was written down; its notices are lost too."""
    db.session.execute(
        update(Refund)
        .where(Refund.id == made.id)
        .values(state=RefundState.STARTING, stripe_id=None, settled_at=None)
    )
    db.session.commit()
    db.session.refresh(made)


def send(made: Refund) -> None:
    """Do what the job does."""
    refund_id = made.id
    processes.send_refund(refund_id, now=clock.now())
    db.session.refresh(made)


def test_38_a_refund_whose_key_was_forgotten_is_looked_for_first(
    stripe: Stripe, order: Order
) -> None:
    """The answer was lost, and the worker came back a day later."""
    stripe.control.refunds_wait()
    made = refund(order, 1)
    send(made)
    for amount in (3, 2):  # they stand before it in Stripe's list, on a page of their own
        send(refund(order, 0, amount))
    forget_answer(made)
    stripe.control.letters()
    stripe.control.forget_keys()
    stripe.pass_time(hours=25)
    stripe.control.short_pages()
    send(made)
    assert made.state is RefundState.PENDING
    assert at_stripe(stripe, order) == [200, 300, 1200]


def test_38_control_a_forgotten_key_sends_the_money_again(stripe: Stripe, order: Order) -> None:
    stripe.control.refunds_wait()
    made = refund(order, 1)
    send(made)
    forget_answer(made)
    stripe.control.letters()
    stripe.control.forget_keys()
    send(made)  # at once: nobody looks, as a key is good for hours
    assert at_stripe(stripe, order) == [1200, 1200]


def test_36_a_refund_that_was_asked_for_in_other_words_is_found(
    stripe: Stripe, order: Order
) -> None:
    """Between two tries the installation's share was set: the same key, other parameters."""
    stripe.control.refunds_wait()
    made = refund(order, 1)
    send(made)
    forget_answer(made)
    stripe.control.letters()
    keep(stripe, 10)
    send(made)
    assert (made.state, at_stripe(stripe, order)) == (RefundState.PENDING, [1200])


def test_34_a_refund_that_failed_for_its_key_is_sent_under_another(
    stripe: Stripe, order: Order
) -> None:
    stripe.control.chaos(rules=[{"what": "fail", "path": "/v1/refunds", "times": 1}])
    made = refund(order, 1)
    before = made.key
    with pytest.raises(gateway.StripeSilent):
        send(made)
    db.session.refresh(made)
    assert (made.key != before, made.state) == (True, RefundState.STARTING)
    send(made)
    assert (made.state, at_stripe(stripe, order)) == (RefundState.SUCCEEDED, [1200])
    send(made)  # and it is settled for good
    assert at_stripe(stripe, order) == [1200]


# --- what the installation keeps ---------------------------------------------------------------


def keep(stripe: Stripe, percent: int) -> None:
    """Let the installation keep a share of each sale."""
    settings = stripe.app.config["KITH"]
    stripe.app.config["KITH"] = settings.model_copy(
        update={"platform_fee_percent": Decimal(percent)}
    )


@pytest.mark.parametrize("by", ["kith", "stripe"])
def test_60_the_installation_s_share_comes_back_or_stays_and_the_books_agree(
    store: Shop, stripe: Stripe, things: Things, by: str
) -> None:
    """Refunded here it is given back in proportion; in Stripe's dashboard it is kept."""
    keep(stripe, 10)
    order = buy(store, thing(number=2))
    stripe.control.pay(checkout(order))
    stripe.deliver()
    before = ledger(store.community)
    assert before["fees"] == 240 + 61  # the share, and Stripe's own
    assert before["stripe"] == balance(stripe)
    for amount in (1200, 1200):
        if by == "kith":
            refund(order, 1)
            stripe.work()
        else:
            stripe.app.extensions["kith.stripe"].v1.refunds.create(
                {"payment_intent": latest_payment(order).intent_id, "amount": amount},
                options={"stripe_account": stripe.account},
            )
        stripe.deliver()
    after = ledger(store.community)
    assert after["fees"] == (61 if by == "kith" else 301)
    assert after["stripe"] == balance(stripe)
    assert after["refunds"] == 2400


def test_60_a_renewing_membership_bears_the_share_too(store: Shop, stripe: Stripe) -> None:
    keep(stripe, 10)
    subscribed(store, stripe)
    assert ledger(store.community)["fees"] == 50 + 33
    assert ledger(store.community)["stripe"] == balance(stripe)


# --- refused, contested, unknown ---------------------------------------------------------------


def test_62_a_dispute_after_a_refund_does_not_bring_back_what_was_taken(
    store: Shop, stripe: Stripe, things: Things, order: Order, quota: Quota
) -> None:
    refund(order, 1)
    stripe.work()
    stripe.deliver()
    dispute = stripe.control.dispute(latest_payment(order).charge_id or "")
    stripe.deliver()
    db.session.refresh(order)
    assert (order.is_disputed, order.state) == (True, OrderState.PARTIALLY_REFUNDED)
    books = ledger(store.community)
    assert (books["refunds"], books["disputes"]) == (1200, 2400)
    stripe.control.close_dispute(dispute, won=True)
    stripe.deliver()
    db.session.refresh(order)
    db.session.refresh(quota)
    assert (order.is_disputed, order.state, quota.sold) == (
        False,
        OrderState.PARTIALLY_REFUNDED,
        1,
    )
    books = ledger(store.community)
    assert (books["refunds"], "disputes" in books) == (1200, False)


def test_62_what_is_contested_is_not_sent_back_as_well(
    store: Shop, stripe: Stripe, order: Order
) -> None:
    stripe.control.dispute(latest_payment(order).charge_id or "")
    stripe.deliver()
    made = refund(order, 0, 5)
    stripe.work()
    stripe.deliver()
    assert as_now(made).state is RefundState.FAILED
    assert (latest_payment(order).left, at_stripe(stripe, order)) == (euros(24), [])
    found = db.session.scalars(select(Finding)).one()
    assert (found.kind, found.facts["reason"][:6]) == (FindingKind.REFUND_FAILED, "Charge")
    assert "refunds" not in ledger(store.community)


def contested(stripe: Stripe, order: Order, status: str) -> DisputeSeen:
    """Say that a bank asks for the whole of an order back."""
    payment = latest_payment(order)
    return DisputeSeen(
        stripe_id="du_contested",
        account=stripe.account,
        status=status,
        reason="general",
        amount=euros(24),
        intent_id=payment.intent_id,
        charge_id=payment.charge_id,
        opened_at=None,
    )


def test_an_inquiry_of_a_bank_takes_no_money_yet(
    store: Shop, stripe: Stripe, things: Things, order: Order
) -> None:
    seen = contested(stripe, order, "warning_needs_response")
    take_dispute(seen, now=clock.now())
    assert (things.done[-1], "disputes" in ledger(store.community)) == (
        ("suspended", "mug", 2),
        False,
    )
    take_dispute(replace(seen, status="warning_closed"), now=clock.now())
    assert (things.done[-1], order.is_disputed) == (("resumed", "mug", 2), False)
    take_dispute(replace(seen, status="needs_response"), now=clock.now())  # told too late
    assert not order.is_disputed


def test_an_inquiry_that_becomes_a_dispute_takes_the_money_then(
    store: Shop, stripe: Stripe, order: Order
) -> None:
    seen = contested(stripe, order, "warning_under_review")
    take_dispute(seen, now=clock.now())
    before = ledger(store.community)
    assert "disputes" not in before
    for _ in range(2):
        take_dispute(replace(seen, status="needs_response", fee_minor=2000), now=clock.now())
    after = ledger(store.community)
    assert (after["disputes"], after["fees"]) == (2400, before["fees"] + 2000)
    take_dispute(replace(seen, status="won"), now=clock.now())  # Stripe gave its fee back
    assert ledger(store.community) == before


@pytest.mark.parametrize(("paid_out_in", "told"), [("eur", 1500), ("usd", 0)])
def test_a_fee_in_another_currency_is_not_told_as_one_in_ours(paid_out_in: str, told: int) -> None:
    moved = {"fee": 1500, "currency": paid_out_in, "amount": -2500}
    dispute = {"id": "du_1", "status": "needs_response", "amount": 2400, "currency": "eur"}
    seen = gateway.refunds.seen_dispute("acct", {**dispute, "balance_transactions": [moved]})
    assert seen.fee_minor == told
    charge = {"id": "ch_1", "balance_transaction": moved}
    intent = {"id": "pi_1", "currency": "eur", "latest_charge": charge}
    assert gateway.checkout.intent_seen(intent).fee_minor == (told or None)


@pytest.mark.parametrize("newest_first", [True, False])
def test_what_a_bank_took_is_told_and_not_what_it_gave_back(*, newest_first: bool) -> None:
    dispute = {"id": "du_1", "status": "won", "amount": 2400, "currency": "eur"}
    taken = {"fee": 1500, "currency": "usd", "amount": -2600, "exchange_rate": 1.1}
    moves = [{"fee": 0, "currency": "usd", "amount": 2650, "exchange_rate": 1.12}, taken]
    ordered = moves if newest_first else moves[::-1]
    seen = gateway.refunds.seen_dispute("acct", {**dispute, "balance_transactions": ordered})
    assert seen.settled == gateway.client.settled(taken)
    nothing = gateway.refunds.seen_dispute("acct", {**dispute, "balance_transactions": []})
    assert nothing.settled is None, "the control: an inquiry took nothing"


def test_a_dispute_s_fee_is_followed_when_it_changes(
    store: Shop, stripe: Stripe, order: Order
) -> None:
    seen = replace(contested(stripe, order, "needs_response"), fee_minor=2000)
    before = ledger(store.community)["fees"]
    told = []
    for fee, status in [
        (2000, "needs_response"),
        (4000, "under_review"),  # answering costs as well
        (4000, "under_review"),
        (2000, "under_review"),
        (4000, "under_review"),
        (4000, "won"),
        (2000, "won"),  # given back after the end
        (2000, "won"),
    ]:
        take_dispute(replace(seen, fee_minor=fee, status=status), now=clock.now())
        told.append(ledger(store.community)["fees"] - before)
    assert told == [2000, 4000, 4000, 2000, 4000, 4000, 2000, 2000]
    assert "disputes" not in ledger(store.community)


def settled() -> list[tuple[LedgerSource, int | None, str | None, Decimal | None]]:
    """Return what the ledger was told of each settlement, in order."""
    rows = db.session.execute(
        select(
            LedgerTxn.source,
            LedgerTxn.settled_minor,
            LedgerTxn.settled_currency,
            LedgerTxn.settled_rate,
        ).order_by(LedgerTxn.id)
    )
    return [(source, minor, currency, rate) for source, minor, currency, rate in rows]


def test_what_stripe_settled_in_another_currency_stands_in_the_books(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    stripe.control.paid_out_in("usd", rate=1.25)
    keep(stripe, 10)
    order = buy(store, thing(number=2))
    stripe.control.pay(checkout(order))
    stripe.deliver()
    refund(order, 1)
    stripe.work()
    stripe.deliver()
    rate = Decimal("1.25")
    assert settled() == [
        (LedgerSource.PAYMENT, 3000, "USD", rate),
        (LedgerSource.REFUND, -1500, "USD", rate),
    ]
    books = ledger(store.community)
    assert "fees" not in books, "those in dollars are not told, nor is the share that came back"
    assert books["stripe"] == 1200
    stripe.control.dispute(latest_payment(order).charge_id or "")
    stripe.deliver()
    assert settled()[-1] == (LedgerSource.DISPUTE, -3000, "USD", rate)
    package = ZipFile(BytesIO(zip_of(store.community, store.owner.person_id or 0)))
    told = json.loads(package.read("data/ledger_txn.json"))
    assert {row["settled_rate"] for row in told} == {"1.2500000000"}


def test_what_stripe_settled_as_it_came_has_the_rate_of_one(
    store: Shop, stripe: Stripe, order: Order
) -> None:
    assert settled() == [
        (LedgerSource.PAYMENT, 2400, "EUR", 1),
        (LedgerSource.FEE, None, None, None),
    ]
    made = refund(order, 2)
    stripe.work()
    stripe.deliver()
    stripe.control.fail_refund(as_now(made).stripe_id or "")
    stripe.deliver()
    assert settled()[2:] == [
        (LedgerSource.REFUND, -2400, "EUR", 1),
        (LedgerSource.REFUND_FAILED, None, None, None),
    ]


def test_a_refund_of_more_than_is_left_here_is_found(
    store: Shop, stripe: Stripe, order: Order
) -> None:
    """One is on its way from here when the whole goes back in Stripe's dashboard."""
    refund(order, 0, 20)  # not sent yet
    stripe.app.extensions["kith.stripe"].v1.refunds.create(
        {"payment_intent": latest_payment(order).intent_id},
        options={"stripe_account": stripe.account},
    )
    for letter in stripe.control.letters():
        stripe.post(letter)
    for kept in db.session.scalars(select(Notice.id)).all():
        processes.handle_notice(kept, is_live=False, now=clock.now())
    kinds = db.session.scalars(select(Finding.kind)).all()
    assert kinds == [FindingKind.AMOUNT_DIFFERS]
    assert latest_payment(order).left == euros(4)


def test_a_failed_refund_made_at_stripe_was_never_one(
    store: Shop, stripe: Stripe, order: Order
) -> None:
    stripe.control.refunds_wait()
    made = stripe.app.extensions["kith.stripe"].v1.refunds.create(
        {"payment_intent": latest_payment(order).intent_id},
        options={"stripe_account": stripe.account},
    )
    stripe.control.fail_refund(made.id)
    stripe.deliver()
    assert db.session.scalars(select(Refund)).all() == []
    assert latest_payment(order).left == euros(24)


def test_what_was_never_paid_or_was_free_sends_nothing_back(store: Shop, things: Things) -> None:
    unpaid = buy(store)
    with pytest.raises(NothingToRefund):
        service.refund(
            unpaid, [Part(lines_of(unpaid.id)[0], 1)], reason=RefundReason.ASKED, now=clock.now()
        )
    db.session.rollback()
    unpaid.state = OrderState.PAID  # as the books of another program would have it
    part = Part(lines_of(unpaid.id)[0], 0, euros(1))
    with pytest.raises(NothingToRefund):
        service.refund(unpaid, [part], reason=RefundReason.ASKED, now=clock.now())
    db.session.rollback()
    free = buy(store, thing(price=euros(0)))
    part = Part(lines_of(free.id)[0], 1)
    assert service.refund(free, [part], reason=RefundReason.ASKED, now=clock.now()) is None
    assert things.done[-1] == ("refunded", "mug", 1)


def test_several_lines_go_back_each_as_what_it_was(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    order = buy(store, thing(), thing(name="cap", price=euros(6)))
    stripe.control.pay(checkout(order))
    stripe.deliver()
    parts = [Part(line, 1) for line in lines_of(order.id)]
    service.refund(order, parts, reason=RefundReason.ASKED, now=clock.now())
    db.session.commit()
    stripe.work()
    told = select(LedgerEntry.item_id, LedgerEntry.amount_minor).where(
        LedgerEntry.name == LedgerName.REFUNDS
    )
    assert sorted(db.session.execute(told).all()) == [("cap", 600), ("mug", 1200)]


def test_after_a_kindness_two_lines_go_back_for_what_is_left(shop: Shop, things: Things) -> None:
    order = buy(shop, thing(), thing(name="cap", price=euros(6)))
    service.record_offline_payment(
        order, method=PaymentMethod.CASH, recorded_by=shop.owner, now=clock.now()
    )
    parts = [Part(line, 1) for line in lines_of(order.id)]
    kindness = Part(parts[0].line, 0, euros(6))
    service.refund(order, [kindness], reason=RefundReason.ASKED, now=clock.now())
    made = service.refund_rest(order, parts, reason=RefundReason.ASKED, now=clock.now())
    assert made is not None
    assert made.amount == euros(12), "nothing is left for the second"
    assert things.done[-2:] == [("refunded", "mug", 1), ("refunded", "cap", 1)]
