"""Subscriptions: begun on the page or without, renewed by either clock, changed, ended."""

from typing import Any

import pytest
import stripe

from tests.stripe_sandbox.conftest import Shop

DAY = 86400
START = 1_800_000_000  # 2027-01-15


def reasons(shop: Shop, customer: str) -> list[tuple[str, str, int]]:
    rows = shop.client.v1.invoices.list({"customer": customer}, shop.options).data
    return [(str(one.billing_reason), str(one.status), one.amount_due) for one in rows]


def test_one_begun_on_the_page(shop: Shop) -> None:
    shop.control.set_now(START)
    seen = shop.subscription(metadata={"member": "7"}, application_fee_percent=10)
    item = seen["items"].data[0]
    assert (seen.status, seen.metadata.member) == ("active", "7")
    assert (item.current_period_start, item.current_period_end) == (START, START + 31 * DAY)
    drawn = shop.client.v1.invoices.retrieve(
        seen.latest_invoice.id, {"expand": ["payments.data.payment.payment_intent"]}, shop.options
    )
    assert (drawn.status, drawn.amount_paid, drawn.billing_reason) == (
        "paid", 1000, "subscription_create",
    )  # fmt: skip
    assert drawn.parent is not None
    assert drawn.parent.subscription_details is not None
    assert drawn.parent.subscription_details.subscription == seen.id
    payments: Any = drawn.payments
    intent = payments.data[0].payment.payment_intent
    assert (intent.status, intent.application_fee_amount) == ("succeeded", 100)
    by_invoice = shop.client.v1.invoice_payments.list({"invoice": drawn.id}, shop.options)
    assert by_invoice.data[0].payment.payment_intent == intent.id
    lines = shop.client.v1.invoices.line_items.list(drawn.id, options=shop.options)
    assert [(one.amount, one.description) for one in lines.data] == [(1000, "1 × Membership")]


def test_it_renews_month_by_month_and_takes_its_fee(shop: Shop) -> None:
    shop.control.set_now(1_801_353_600)  # 2027-01-31
    seen = shop.subscription(application_fee_percent=10)
    shop.control.advance(90 * DAY)
    assert reasons(shop, seen.customer)[:3] == [("subscription_cycle", "paid", 1000)] * 3
    ends = shop.subscribed(seen.id)["items"].data[0].current_period_end
    assert ends == 1_811_721_600  # 31 May: it keeps its day
    fees = shop.client.v1.application_fees.list({"limit": 10}).data
    assert [fee.amount for fee in fees] == [100] * 4


def test_a_month_keeps_its_day(shop: Shop) -> None:
    shop.control.set_now(1_801_353_600)  # 2027-01-31 00:00
    seen = shop.subscription()
    ends = []
    for _ in range(3):
        end = shop.subscribed(seen.id)["items"].data[0].current_period_end
        ends.append(end)
        shop.control.set_now(end)
    assert ends == [1_803_772_800, 1_806_451_200, 1_809_043_200]  # 28 Feb, 31 Mar, 30 Apr


def test_it_falls_behind_and_recovers(shop: Shop) -> None:
    shop.control.set_now(START)
    seen = shop.subscription("pays_once")
    shop.control.advance(31 * DAY)
    behind = shop.subscribed(seen.id)
    assert (behind.status, behind.latest_invoice.status) == ("past_due", "open")
    assert behind.latest_invoice.next_payment_attempt == START + 34 * DAY
    with pytest.raises(stripe.CardError):
        shop.client.v1.invoices.pay(behind.latest_invoice.id, {}, shop.options)
    paid = shop.client.v1.invoices.pay(
        behind.latest_invoice.id, {"payment_method": "pm_card_visa"}, shop.options
    )
    assert paid.status == "paid"
    assert shop.subscribed(seen.id).status == "active"


@pytest.mark.parametrize("end", ["unpaid", "canceled"])
def test_after_the_last_try_it_is_what_the_account_chose(shop: Shop, end: str) -> None:
    shop.control.set_now(START)
    shop.control.after_retries(end)
    seen = shop.subscription("pays_once")
    shop.control.advance((31 + 13) * DAY)
    assert shop.subscribed(seen.id).status == "past_due"
    shop.control.advance(2 * DAY)
    assert shop.subscribed(seen.id).status == end
    assert shop.subscribed(seen.id).latest_invoice.attempt_count == 4


def test_the_bank_asks_again_at_renewal(shop: Shop) -> None:
    shop.control.set_now(START)
    session = shop.session(
        mode="subscription", line_items=[{"price": shop.price().id, "quantity": 1}]
    )
    shop.control.pay(session.id, "authenticate_always")
    shop.control.confirm(session.id)
    seen = shop.see(session.id, "subscription").subscription
    assert seen.status == "active"
    shop.control.advance(31 * DAY)
    behind = shop.subscribed(seen.id)
    assert (behind.status, behind.latest_invoice.status) == ("past_due", "open")


def test_leaving_at_the_periods_end_and_staying_after_all(shop: Shop) -> None:
    shop.control.set_now(START)
    seen = shop.subscription()
    calls = shop.client.v1.subscriptions
    left = calls.update(seen.id, {"cancel_at_period_end": True}, shop.options)
    assert (left.cancel_at_period_end, left.cancel_at) == (True, START + 31 * DAY)
    stays = calls.update(seen.id, {"cancel_at_period_end": False}, shop.options)
    assert (stays.cancel_at_period_end, stays.cancel_at) == (False, None)
    calls.update(seen.id, {"cancel_at_period_end": True}, shop.options)
    shop.control.advance(31 * DAY)
    gone = shop.subscribed(seen.id)
    assert (gone.status, gone.ended_at) == ("canceled", START + 31 * DAY)
    assert reasons(shop, seen.customer) == [("subscription_create", "paid", 1000)]
    assert calls.list({"customer": seen.customer}, shop.options).data == []
    every: Any = {"customer": seen.customer, "status": "all"}
    assert [one.id for one in calls.list(every, shop.options).data] == [seen.id]


def test_ending_at_once_is_final(shop: Shop) -> None:
    seen = shop.subscription()
    gone = shop.client.v1.subscriptions.cancel(seen.id, {}, shop.options)
    assert gone.status == "canceled"
    with pytest.raises(stripe.InvalidRequestError):
        shop.client.v1.subscriptions.update(seen.id, {"description": "x"}, shop.options)
    with pytest.raises(stripe.InvalidRequestError):
        shop.client.v1.subscriptions.cancel(seen.id, {}, shop.options)


def test_a_deleted_customer_ends_what_they_subscribed_to(shop: Shop) -> None:
    seen = shop.subscription()
    shop.client.v1.customers.delete(seen.customer, options=shop.options)
    assert shop.subscribed(seen.id).status == "canceled"


@pytest.mark.parametrize("how", ["always_invoice", "create_prorations", "none"])
def test_a_preview_equals_the_invoice_that_follows(shop: Shop, how: Any) -> None:
    shop.control.set_now(START)
    seen = shop.subscription()
    dearer = shop.price(3000)
    shop.control.advance(10 * DAY)
    wish: Any = [{"id": seen["items"].data[0].id, "price": dearer.id}]
    details: Any = {"items": wish, "proration_behavior": how}
    preview = shop.client.v1.invoices.create_preview(
        {"subscription": seen.id, "subscription_details": details}, shop.options
    )
    assert shop.subscribed(seen.id)["items"].data[0].price.unit_amount == 1000  # nothing was done
    changed: Any = {"items": wish, "proration_behavior": how}
    shop.client.v1.subscriptions.update(seen.id, changed, shop.options)
    if how != "always_invoice":
        shop.control.set_now(START + 31 * DAY)
    drawn = shop.subscribed(seen.id).latest_invoice
    assert preview.amount_due == drawn.amount_due
    rest = round(3000 * 21 / 31) - round(1000 * 21 / 31)
    assert (
        drawn.amount_due
        == {
            "always_invoice": rest,
            "create_prorations": 3000 + rest,
            "none": 3000,
        }[how]
    )


def test_from_monthly_to_yearly_begins_anew(shop: Shop) -> None:
    shop.control.set_now(START)
    seen = shop.subscription()
    yearly = shop.price(10000, "year")
    shop.control.advance(10 * DAY)
    wish: Any = {"items": [{"id": seen["items"].data[0].id, "price": yearly.id}]}
    shop.client.v1.subscriptions.update(seen.id, wish, shop.options)
    after = shop.subscribed(seen.id)
    assert after.latest_invoice.amount_due == 10000 - round(1000 * 21 / 31)
    assert after["items"].data[0].current_period_end == START + 375 * DAY


def dearer(shop: Shop, subscription: Any, behaviour: str) -> dict[str, Any]:
    """Return the change to a price of 30 euros, invoiced at once."""
    item = subscription["items"].data[0].id
    return {
        "items": [{"id": item, "price": shop.price(3000).id}],
        "proration_behavior": "always_invoice",
        "payment_behavior": behaviour,
    }


def priced(shop: Shop, ident: str) -> int:
    """Return what a subscription costs now."""
    return int(shop.subscribed(ident)["items"].data[0].price.unit_amount)


def test_a_change_waits_for_the_banks_question(shop: Shop) -> None:
    seen = begun(shop, "pm_card_authenticationRequired")
    calls = shop.client.v1.subscriptions
    waiting = calls.update(seen.id, dearer(shop, seen, "pending_if_incomplete"), shop.options)
    assert (waiting.status, priced(shop, seen.id)) == ("active", 1000)
    assert waiting.pending_update.subscription_items[0].price.unit_amount == 3000
    drawn = shop.client.v1.invoices.retrieve(
        waiting.latest_invoice, {"expand": ["payments"]}, shop.options
    )
    assert drawn.status == "open"
    shop.control.confirm(drawn.payments.data[0].payment.payment_intent)
    after = shop.subscribed(seen.id)
    assert (after.status, after.pending_update, priced(shop, seen.id)) == ("active", None, 3000)


def test_a_change_that_is_not_confirmed_is_forgotten(shop: Shop) -> None:
    seen = begun(shop, "pm_card_authenticationRequired")
    asked = dearer(shop, seen, "pending_if_incomplete")
    waiting = shop.client.v1.subscriptions.update(seen.id, asked, shop.options)
    shop.control.advance(DAY)
    after = shop.subscribed(seen.id)
    assert (after.status, after.pending_update, priced(shop, seen.id)) == ("active", None, 1000)
    drawn = shop.client.v1.invoices.retrieve(waiting.latest_invoice, options=shop.options)
    assert drawn.status == "void"


def test_a_change_that_must_be_paid_is_refused_whole(shop: Shop) -> None:
    seen = shop.subscription("pays")
    broken: Any = {"default_payment_method": "pm_card_visa_chargeDeclined"}
    calls = shop.client.v1.subscriptions
    calls.update(seen.id, broken, shop.options)
    with pytest.raises(stripe.CardError):
        calls.update(seen.id, dearer(shop, seen, "error_if_incomplete"), shop.options)
    after = shop.subscribed(seen.id)
    assert (after.status, priced(shop, seen.id)) == ("active", 1000)
    assert after.latest_invoice.id == seen.latest_invoice.id


def test_a_change_that_may_fail_leaves_a_debt(shop: Shop) -> None:
    seen = shop.subscription("pays")
    broken: Any = {"default_payment_method": "pm_card_visa_chargeDeclined"}
    calls = shop.client.v1.subscriptions
    calls.update(seen.id, broken, shop.options)
    after = calls.update(seen.id, dearer(shop, seen, "allow_incomplete"), shop.options)
    assert (after.status, priced(shop, seen.id)) == ("past_due", 3000)


def begun(shop: Shop, card: str) -> Any:
    """Begin a subscription without a page, and answer the bank's question."""
    mina = shop.client.v1.customers.create({"name": "Mina", "payment_method": card}, shop.options)
    method = shop.client.v1.payment_methods.list({"customer": mina.id}, shop.options).data[0].id
    seen = shop.client.v1.subscriptions.create(
        {
            "customer": mina.id,
            "items": [{"price": shop.price().id}],
            "default_payment_method": method,
            "expand": ["latest_invoice.payments"],
        },
        shop.options,
    )
    assert seen.status == "incomplete"
    shop.control.confirm(seen.latest_invoice.payments.data[0].payment.payment_intent)
    after = shop.subscribed(seen.id)
    assert after.status == "active"
    return after


def test_a_cheaper_price_leaves_something_over(shop: Shop) -> None:
    shop.control.set_now(START)
    seen = shop.subscription()
    wish: Any = {
        "items": [{"id": seen["items"].data[0].id, "price": shop.price(100).id}],
        "proration_behavior": "always_invoice",
    }
    shop.client.v1.subscriptions.update(seen.id, wish, shop.options)
    drawn = shop.subscribed(seen.id).latest_invoice
    assert (drawn.total, drawn.amount_due, drawn.status) == (-900, 0, "paid")
    customer = shop.client.v1.customers.retrieve(seen.customer, options=shop.options)
    assert customer.balance == -900
    shop.control.advance(31 * DAY)
    assert shop.subscribed(seen.id).latest_invoice.amount_due == 0


@pytest.mark.parametrize(("missing", "status"), [("cancel", "canceled"), ("pause", "paused")])
def test_a_trial_without_a_card(shop: Shop, missing: str, status: str) -> None:
    shop.control.set_now(START)
    session = shop.session(
        mode="subscription",
        payment_method_collection="if_required",
        line_items=[{"price": shop.price().id, "quantity": 1}],
        subscription_data={
            "trial_period_days": 14,
            "trial_settings": {"end_behavior": {"missing_payment_method": missing}},
        },
    )
    assert session.amount_total == 0
    shop.control.pay(session.id)
    done = shop.see(session.id, "subscription")
    assert (done.payment_status, done.subscription.status) == ("no_payment_required", "trialing")
    shop.control.advance(14 * DAY)
    assert shop.subscribed(done.subscription.id).status == status


def test_a_trial_with_a_card_is_paid_at_its_end(shop: Shop) -> None:
    shop.control.set_now(START)
    seen = shop.subscription(trial_period_days=14)
    assert (seen.status, seen.latest_invoice.amount_due) == ("trialing", 0)
    shop.control.advance(14 * DAY)
    after = shop.subscribed(seen.id)
    assert (after.status, after.latest_invoice.amount_paid) == ("active", 1000)
    assert after["items"].data[0].current_period_start == START + 14 * DAY


def test_one_begun_without_a_page(shop: Shop) -> None:
    mina = shop.client.v1.customers.create({"name": "Mina"}, shop.options).id
    asked: Any = {"customer": mina, "items": [{"price": shop.price().id}]}
    calls = shop.client.v1.subscriptions
    waiting = calls.create({**asked, "payment_behavior": "default_incomplete"}, shop.options)
    assert waiting.status == "incomplete"
    card: Any = {"default_payment_method": "pm_card_visa"}
    assert calls.create({**asked, **card}, shop.options).status == "active"
    declined: Any = {"default_payment_method": "pm_card_visa_chargeDeclined"}
    assert calls.create({**asked, **declined}, shop.options).status == "incomplete"
    shop.control.advance(DAY)
    assert calls.retrieve(waiting.id, options=shop.options).status == "incomplete_expired"


def test_a_discount_on_what_renews(shop: Shop) -> None:
    coupon = shop.client.v1.coupons.create(
        {"percent_off": 50, "duration": "repeating", "duration_in_months": 2}, shop.options
    )
    session = shop.session(
        mode="subscription",
        line_items=[{"price": shop.price().id, "quantity": 1}],
        discounts=[{"coupon": coupon.id}],
    )
    assert session.amount_total == 500
    shop.control.pay(session.id)
    customer = shop.see(session.id).customer
    shop.control.advance(70 * DAY)
    assert [amount for _, _, amount in reasons(shop, str(customer))] == [1000, 500, 500]


def test_a_test_clock_moves_its_own_customers_only(shop: Shop) -> None:
    clocks = shop.client.v1.test_helpers.test_clocks
    clock = clocks.create({"frozen_time": START}, shop.options)
    price: Any = [{"price": shop.price().id}]
    calls = shop.client.v1
    made = []
    for extra in ({"test_clock": clock.id}, {}):
        who = calls.customers.create({**extra}, shop.options).id
        made.append(
            calls.subscriptions.create(
                {"customer": who, "items": price, "default_payment_method": "pm_card_visa"},
                shop.options,
            )
        )
    assert made[0]["items"].data[0].current_period_end == START + 31 * DAY
    moved = clocks.advance(clock.id, {"frozen_time": START + 32 * DAY}, shop.options)
    assert (moved.status, moved.frozen_time) == ("ready", START + 32 * DAY)
    counts = [len(reasons(shop, str(one.customer))) for one in made]
    assert counts == [2, 1]
    with pytest.raises(stripe.InvalidRequestError, match="only move forward"):
        clocks.advance(clock.id, {"frozen_time": START}, shop.options)
    assert clocks.delete(clock.id, options=shop.options).deleted is True


def test_items_come_change_and_go(shop: Shop) -> None:
    shop.control.set_now(START)
    seen = shop.subscription()
    calls = shop.client.v1.subscription_items
    extra = calls.create(
        {"subscription": seen.id, "price": shop.price(500).id, "proration_behavior": "none"},
        shop.options,
    )
    assert len(calls.list({"subscription": seen.id}, shop.options).data) == 2
    changed = calls.update(extra.id, {"quantity": 3, "proration_behavior": "none"}, shop.options)
    assert changed.quantity == 3
    shop.control.advance(31 * DAY)
    assert shop.subscribed(seen.id).latest_invoice.amount_due == 2500
    gone = calls.delete(extra.id, {"proration_behavior": "none"}, shop.options)
    assert gone.deleted is True
    with pytest.raises(stripe.InvalidRequestError, match="must have an item"):
        calls.delete(seen["items"].data[0].id, {}, shop.options)
