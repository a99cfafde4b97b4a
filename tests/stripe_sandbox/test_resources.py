"""Every kind of call, made by Stripe's own client over HTTP."""

from typing import Any

import pytest
import requests
import stripe

from stripe_sandbox.control import Control
from tests.stripe_sandbox.conftest import Shop

WAY = {"configuration": {"merchant": {"capabilities": {"card_payments": {"requested": True}}}}}


def card_payments(client: Any, ident: str) -> str:
    account = client.v2.core.accounts.retrieve(ident, {"include": ["configuration.merchant"]})
    return str(account.configuration.merchant.capabilities.card_payments.status)


def test_an_account_may_be_paid_once_its_owner_came_back(client: Any) -> None:
    account = client.v2.core.accounts.create({"display_name": "Choir", **WAY})
    assert account.configuration is None  # v2 sends what was asked for only
    assert card_payments(client, account.id) == "restricted"
    link = client.v2.core.account_links.create(
        {
            "account": account.id,
            "use_case": {
                "type": "account_onboarding",
                "account_onboarding": {
                    "refresh_url": "http://localhost/again",
                    "return_url": "http://localhost/back",
                },
            },
        }
    )
    page = requests.post(link.url, data={"answer": "finish"}, allow_redirects=False, timeout=9)
    assert (page.status_code, page.headers["Location"]) == (303, "http://localhost/back")
    assert card_payments(client, account.id) == "active"
    assert [one.id for one in client.v2.core.accounts.list().data] == [account.id]
    renamed = client.v2.core.accounts.update(account.id, {"display_name": "Band"})
    assert renamed.display_name == "Band"
    assert client.v2.core.accounts.close(account.id).closed is True


def test_leaving_the_onboarding_for_later_changes_nothing(client: Any, control: Control) -> None:
    account = control.account(card_payments="restricted")
    use: Any = {
        "type": "account_update",
        "account_update": {"refresh_url": "http://localhost/r", "return_url": "http://localhost/b"},
    }
    link = client.v2.core.account_links.create({"account": account, "use_case": use})
    requests.post(link.url, data={"answer": "later"}, allow_redirects=False, timeout=9)
    assert card_payments(client, account) == "restricted"


def test_customers(shop: Shop) -> None:
    calls, options = shop.client.v1.customers, shop.options
    made = calls.create({"email": "a@example.org", "metadata": {"k": "1", "l": "2"}}, options)
    changed = calls.update(made.id, {"name": "Ada", "metadata": {"k": ""}}, options)
    assert (changed.name, changed.to_dict()["metadata"]) == ("Ada", {"l": "2"})
    other = calls.create({"email": "A@example.org"}, options)
    assert [one.id for one in calls.list({"email": "a@example.org"}, options).data] == [made.id]
    assert [one.id for one in calls.list({}, options).data] == [other.id, made.id]
    assert calls.delete(made.id, options=options).deleted is True
    assert calls.retrieve(made.id, options=options).deleted is True
    assert [one.id for one in calls.list({}, options).data] == [other.id]


def test_each_account_has_its_own(shop: Shop) -> None:
    own = shop.client.v1.customers.create({"email": "a@example.org"}, shop.options)
    other: Any = {"stripe_account": shop.control.account()}
    own_books: Any = {}
    for elsewhere in (own_books, other):
        with pytest.raises(stripe.InvalidRequestError) as missing:
            shop.client.v1.customers.retrieve(own.id, options=elsewhere)
        assert (missing.value.http_status, missing.value.code) == (404, "resource_missing")


def test_an_unknown_or_disconnected_account_is_refused(shop: Shop) -> None:
    for account in ("acct_nobody", shop.account):
        if account == shop.account:
            shop.control.disconnect(account)
        with pytest.raises(stripe.PermissionError, match="does not have access"):
            shop.client.v1.customers.list({}, {"stripe_account": account})
    with pytest.raises(stripe.PermissionError, match="does not have access"):
        shop.client.v2.core.accounts.retrieve(shop.account)


def test_pages_of_lists(shop: Shop) -> None:
    calls = shop.client.v1.products
    names = ["a", "b", "c"]
    made = [calls.create({"name": name}, shop.options).id for name in names]
    first = calls.list({"limit": 2}, shop.options)
    assert ([one.name for one in first.data], first.has_more) == (["c", "b"], True)
    rest = calls.list({"limit": 2, "starting_after": made[1]}, shop.options)
    assert ([one.name for one in rest.data], rest.has_more) == (["a"], False)
    before = calls.list({"limit": 1, "ending_before": made[0]}, shop.options)
    assert ([one.name for one in before.data], before.has_more) == (["b"], True)
    assert [one.name for one in first.auto_paging_iter()] == ["c", "b", "a"]
    shop.control.short_pages()
    short = calls.list({"limit": 100}, shop.options)
    assert ([one.name for one in short.data], short.has_more) == (["c", "b"], True)
    with pytest.raises(stripe.InvalidRequestError):
        calls.list({"starting_after": "prod_nobody"}, shop.options)


def test_products_and_prices(shop: Shop) -> None:
    prices = shop.client.v1.prices
    price = prices.create(
        {"currency": "EUR", "unit_amount": 1200, "product_data": {"name": "Year"},
         "recurring": {"interval": "year"}, "lookup_key": "year"},
        shop.options,
    )  # fmt: skip
    assert (price.currency, price.type, price.unit_amount) == ("eur", "recurring", 1200)
    full = prices.retrieve(price.id, {"expand": ["product"]}, shop.options)
    assert getattr(full.product, "name", None) == "Year"
    assert prices.list({"lookup_keys": ["year"]}, shop.options).data[0].id == price.id
    assert prices.update(price.id, {"active": False}, shop.options).active is False
    assert prices.list({"active": True}, shop.options).data == []
    with pytest.raises(stripe.InvalidRequestError, match="inactive"):
        shop.session(mode="subscription", line_items=[{"price": price.id, "quantity": 1}])


def test_a_payment_through_all_it_leaves_behind(shop: Shop) -> None:
    session = shop.session(
        payment_intent_data={"application_fee_amount": 100, "metadata": {"order": "1"}}
    )
    assert (session.status, session.payment_status, session.amount_total) == (
        "open",
        "unpaid",
        2000,
    )
    assert session.payment_intent is None
    shop.control.pay(session.id, email="mina@example.org", name="Mina")
    paid = shop.see(session.id, "payment_intent.latest_charge.balance_transaction", "line_items")
    assert (paid.status, paid.payment_status, paid.url) == ("complete", "paid", None)
    assert (paid.customer, paid.customer_details.email) == (None, "mina@example.org")
    assert [line.amount_total for line in paid.line_items.data] == [2000]
    charge = paid.payment_intent.latest_charge
    entry = charge.balance_transaction
    assert paid.payment_intent.metadata.order == "1"
    assert (charge.status, charge.amount_captured) == ("succeeded", 2000)
    assert {one.type: one.amount for one in entry.fee_details} == {
        "stripe_fee": 55,
        "application_fee": 100,
    }
    assert (entry.amount, entry.fee, entry.net) == (2000, 155, 1845)
    fee = shop.client.v1.application_fees.retrieve(charge.application_fee)
    assert (fee.amount, fee.account, fee.charge) == (100, shop.account, charge.id)
    listed = shop.client.v1.checkout.sessions.line_items.list(session.id, options=shop.options)
    assert listed.data[0].description == "Ticket"


def test_money_becomes_available_and_is_paid_out(shop: Shop) -> None:
    shop.control.pay(shop.session().id)
    balance = shop.client.v1.balance.retrieve({}, shop.options)
    assert (balance.available, [one.amount for one in balance.pending]) == ([], [1945])
    shop.control.advance(3 * 86400)
    [payout] = shop.control.pay_out(shop.account)
    rows = shop.client.v1.balance_transactions.list({"payout": payout}, shop.options).data
    assert sorted(one.type for one in rows) == ["charge", "payout"]
    assert sum(one.net for one in rows) == 0
    assert shop.control.fail_payout(payout) == "failed"
    failed = shop.client.v1.payouts.retrieve(payout, options=shop.options)
    assert (failed.failure_code, failed.amount) == ("account_closed", 1945)
    assert shop.client.v1.balance.retrieve({}, shop.options).available[0].amount == 1945


def test_money_in_another_currency_than_the_payouts_is_changed(shop: Shop) -> None:
    def entry() -> tuple[Any, ...]:
        session = shop.session()
        shop.control.pay(session.id)
        paid = shop.see(session.id, "payment_intent.latest_charge.balance_transaction")
        found = paid.payment_intent.latest_charge.balance_transaction
        fees = [(one.amount, one.currency) for one in found.fee_details]
        return (found.amount, found.currency, found.exchange_rate, found.fee, fees)

    assert entry() == (2000, "eur", None, 55, [(55, "eur")])
    shop.control.paid_out_in("jpy", rate=160)
    assert entry() == (3200, "jpy", 160, 88, [(88, "jpy")])
    shop.control.paid_out_in("eur", rate=1)
    assert entry() == (2000, "eur", None, 55, [(55, "eur")])


def test_refunds_up_to_the_limit(shop: Shop) -> None:
    session = shop.session(payment_intent_data={"application_fee_amount": 100})
    shop.control.pay(session.id)
    intent: Any = shop.see(session.id).payment_intent
    calls = shop.client.v1.refunds
    part = calls.create({"payment_intent": intent, "amount": 500}, shop.options)
    assert (part.status, part.amount) == ("succeeded", 500)
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded"):
        calls.create({"payment_intent": intent, "amount": 1501}, shop.options)
    rest = calls.create({"payment_intent": intent, "refund_application_fee": True}, shop.options)
    assert rest.amount == 1500
    with pytest.raises(stripe.InvalidRequestError) as again:
        calls.create({"payment_intent": intent}, shop.options)
    assert again.value.code == "charge_already_refunded"
    charge = shop.client.v1.charges.retrieve(
        str(rest.charge), {"expand": ["refunds"]}, shop.options
    )
    assert (charge.refunded, charge.amount_refunded) == (True, 2000)
    assert charge.refunds is not None
    assert [one.id for one in charge.refunds.data] == [rest.id, part.id]
    fee = shop.client.v1.application_fees.retrieve(str(charge.application_fee))
    assert fee.amount_refunded == 75  # the fee of the second part only: it was asked for there


def test_the_platform_gives_its_share_back(shop: Shop) -> None:
    session = shop.session(payment_intent_data={"application_fee_amount": 100})
    shop.control.pay(session.id)
    [fee] = shop.client.v1.application_fees.list({}).data
    back = shop.client.v1.application_fees.refunds.create(fee.id, {"amount": 30})
    assert (back.amount, back.fee) == (30, fee.id)
    with pytest.raises(stripe.InvalidRequestError, match="Only 70"):
        shop.client.v1.application_fees.refunds.create(fee.id, {"amount": 71})
    shop.client.v1.application_fees.refunds.create(fee.id)
    assert shop.client.v1.application_fees.retrieve(fee.id).refunded is True


def test_a_refund_that_waits_and_one_that_comes_back(shop: Shop) -> None:
    shop.control.refunds_wait()
    session = shop.session()
    shop.control.pay(session.id)
    asked: Any = {"payment_intent": shop.see(session.id).payment_intent, "amount": 700}
    calls = shop.client.v1.refunds
    first, second = (calls.create(asked, shop.options) for _ in range(2))
    assert (first.status, second.status) == ("pending", "pending")
    assert shop.control.settle_refund(first.id) == "succeeded"
    assert shop.control.fail_refund(second.id) == "failed"
    failed = calls.retrieve(second.id, {"expand": ["failure_balance_transaction"]}, shop.options)
    assert failed.failure_reason == "lost_or_stolen_card"
    assert getattr(failed.failure_balance_transaction, "amount", None) == 700
    charge = shop.client.v1.charges.retrieve(str(first.charge), options=shop.options)
    assert charge.amount_refunded == 700


@pytest.mark.parametrize(
    ("manner", "code", "decline"),
    [
        ("generic_decline", "card_declined", "generic_decline"),
        ("insufficient_funds", "card_declined", "insufficient_funds"),
        ("expired_card", "expired_card", None),
        ("incorrect_cvc", "incorrect_cvc", None),
        ("processing_error", "processing_error", None),
    ],
)
def test_a_decline_leaves_the_session_open_and_may_be_followed_by_success(
    shop: Shop, manner: str, code: str, decline: str | None
) -> None:
    session = shop.session()
    assert shop.control.pay(session.id, manner)["status"] == "open"
    intent = shop.see(session.id, "payment_intent").payment_intent
    assert intent.status == "requires_payment_method"
    assert intent.last_payment_error.code == code
    assert intent.last_payment_error.decline_code == decline
    assert shop.control.pay(session.id)["payment_status"] == "paid"
    again = shop.see(session.id, "payment_intent").payment_intent
    assert (again.id, again.status, again.last_payment_error) == (intent.id, "succeeded", None)
    charges = shop.client.v1.charges.list({"payment_intent": intent.id}, shop.options)
    assert [one.status for one in charges.data] == ["succeeded", "failed"]


def test_the_banks_question_passed_failed_and_left_open(shop: Shop) -> None:
    passed, failed, left = (shop.session().id for _ in range(3))
    for session in (passed, failed, left):
        shop.control.pay(session, "authenticate")
        assert shop.see(session, "payment_intent").payment_intent.status == "requires_action"
    assert shop.control.confirm(passed) == "succeeded"
    assert shop.control.confirm(failed, passed=False) == "requires_payment_method"
    assert shop.see(passed).payment_status == "paid"
    assert shop.see(failed).status == "open"
    gone = shop.client.v1.checkout.sessions.expire(left, options=shop.options)
    assert gone.status == "expired"
    assert shop.see(left, "payment_intent").payment_intent.status == "canceled"


def test_a_debit_that_arrives_and_one_that_bounces(shop: Shop) -> None:
    good, bad = shop.session().id, shop.session().id
    for session in (good, bad):
        shop.control.pay(session, "debit")
        seen = shop.see(session, "payment_intent")
        assert (seen.status, seen.payment_status) == ("complete", "unpaid")
        assert seen.payment_intent.status == "processing"
        with pytest.raises(stripe.InvalidRequestError, match="status of `complete`"):
            shop.client.v1.checkout.sessions.expire(session, options=shop.options)
    assert shop.control.settle_debit(good) == "succeeded"
    assert shop.control.settle_debit(bad, arrived=False) == "requires_payment_method"
    assert [shop.see(one).payment_status for one in (good, bad)] == ["paid", "unpaid"]


def test_debits_settle_by_the_clock_as_their_manner_is(shop: Shop) -> None:
    good, bad = shop.session().id, shop.session().id
    shop.control.pay(good, "debit")
    shop.control.pay(bad, "debit_fails")
    shop.control.advance(4 * 86400)
    assert [shop.see(one).payment_status for one in (good, bad)] == ["paid", "unpaid"]


def test_what_a_session_refuses(shop: Shop) -> None:
    now = shop.control.set_now(1_800_000_000)
    assert now == 0
    cases: list[tuple[dict[str, Any], str]] = [
        ({"expires_at": 1_800_000_000 + 1799}, "at least 30 minutes"),
        ({"expires_at": 1_800_000_000 + 86401}, "less than 24 hours"),
        ({"line_items": []}, "line_items"),
        ({"customer": "cus_1", "customer_email": "a@b.c"}, "only specify one"),
        ({"subscription_data": {"description": "x"}}, "can not pass"),
        ({"payment_intent_data": {"application_fee_amount": 2001}}, "cannot be greater"),
        ({"automatic_tax": {"enabled": True}}, "reckons no tax"),
        ({"ui_mode": "elements"}, "hosted pages only"),
    ]
    for wrong, said in cases:
        with pytest.raises(stripe.InvalidRequestError, match=said):
            shop.session(**wrong)
    shop.control.capability(shop.account, "restricted")
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.session()
    assert refused.value.code == "account_invalid"


@pytest.mark.parametrize(("currency", "amount"), [("jpy", 1200), ("kwd", 1250), ("eur", 999999)])
def test_currencies_of_all_sizes(shop: Shop, currency: str, amount: int) -> None:
    terms = {"currency": currency, "unit_amount": amount, "product_data": {"name": "Ticket"}}
    session = shop.session(line_items=[{"price_data": terms, "quantity": 2}])
    shop.control.pay(session.id)
    paid = shop.see(session.id)
    assert (paid.amount_total, paid.currency, paid.payment_status) == (2 * amount, currency, "paid")


def test_a_session_ends_unpaid_by_itself_and_by_order(shop: Shop) -> None:
    shop.control.set_now(1_800_000_000)
    first = shop.session(expires_at=1_800_000_000 + 1800)
    second = shop.session(expires_at=1_800_000_000 + 3600)
    shop.control.advance(1800)
    assert [shop.see(one.id).status for one in (first, second)] == ["expired", "open"]
    shop.client.v1.checkout.sessions.expire(second.id, options=shop.options)
    with pytest.raises(stripe.InvalidRequestError, match="status of `expired`"):
        shop.client.v1.checkout.sessions.expire(second.id, options=shop.options)
    rows = shop.client.v1.checkout.sessions.list({"status": "expired"}, shop.options).data
    assert {one.id for one in rows} == {first.id, second.id}


def test_intents_without_a_page(shop: Shop) -> None:
    calls = shop.client.v1.payment_intents
    asked: Any = {"amount": 900, "currency": "eur", "confirm": True}
    paid = calls.create({**asked, "payment_method": "pm_card_visa"}, shop.options)
    assert (paid.status, paid.amount_received) == ("succeeded", 900)
    with pytest.raises(stripe.CardError) as refused:
        calls.create({**asked, "payment_method": "pm_card_visa_chargeDeclined"}, shop.options)
    assert refused.value.code == "card_declined"
    assert refused.value.error is not None
    assert refused.value.error.decline_code == "generic_decline"
    waiting = calls.create({"amount": 900, "currency": "eur"}, shop.options)
    assert calls.cancel(waiting.id, {}, shop.options).status == "canceled"
    with pytest.raises(stripe.InvalidRequestError, match="cannot cancel"):
        calls.cancel(paid.id, {}, shop.options)


def test_disputes_won_and_lost(shop: Shop) -> None:
    won, lost = (shop.control.pay(shop.session().id)["id"] for _ in range(2))
    charges = [shop.see(one, "payment_intent").payment_intent.latest_charge for one in (won, lost)]
    opened = [shop.control.dispute(charge) for charge in charges]
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.client.v1.refunds.create({"charge": charges[0]}, shop.options)
    assert refused.value.code == "charge_disputed"
    shop.client.v1.disputes.update(opened[0], {"submit": True}, shop.options)
    shop.control.close_dispute(opened[0], won=True)
    shop.control.close_dispute(opened[1], won=False)
    rows = {
        one.id: (one.status, sum(entry.net for entry in one.balance_transactions))
        for one in shop.client.v1.disputes.list({}, shop.options).data
    }
    assert rows == {opened[0]: ("won", -2000), opened[1]: ("lost", -4000)}


def test_promotion_codes_and_coupons(shop: Shop) -> None:
    v1 = shop.client.v1
    coupon = v1.coupons.create({"percent_off": 25, "duration": "once"}, shop.options)
    promotion: Any = {"type": "coupon", "coupon": coupon.id}
    code = v1.promotion_codes.create(
        {"promotion": promotion, "code": "SPRING", "max_redemptions": 1}, shop.options
    )
    session = shop.session(discounts=[{"promotion_code": code.id}])
    assert (session.amount_subtotal, session.amount_total) == (2000, 1500)
    assert session.total_details.amount_discount == 500
    shop.control.pay(session.id)
    with pytest.raises(stripe.InvalidRequestError) as spent:
        shop.session(discounts=[{"promotion_code": code.id}])
    assert spent.value.code == "promotion_code_invalid"
    with pytest.raises(stripe.InvalidRequestError, match="already exists"):
        v1.promotion_codes.create({"promotion": promotion, "code": "spring"}, shop.options)
    v1.promotion_codes.update(code.id, {"active": False}, shop.options)
    assert v1.promotion_codes.list({"active": True}, shop.options).data == []
    assert v1.coupons.retrieve(coupon.id, options=shop.options).times_redeemed == 1
    assert v1.coupons.delete(coupon.id, options=shop.options).deleted is True


def test_nothing_to_pay_needs_no_payment(shop: Shop) -> None:
    free = shop.client.v1.coupons.create({"percent_off": 100}, shop.options)
    session = shop.session(discounts=[{"coupon": free.id}])
    shop.control.pay(session.id)
    paid = shop.see(session.id)
    assert (paid.payment_status, paid.payment_intent) == ("no_payment_required", None)


def test_ways_to_pay_belong_to_customers(shop: Shop) -> None:
    calls: Any = shop.client.v1.payment_methods
    mina = shop.client.v1.customers.create({"name": "Mina"}, shop.options).id
    card = calls.attach("pm_card_visa", {"customer": mina}, shop.options)
    assert (card.card.last4, card.customer) == ("4242", mina)
    assert [one.id for one in calls.list({"customer": mina}, shop.options).data] == [card.id]
    other = shop.client.v1.customers.create({}, shop.options).id
    with pytest.raises(stripe.InvalidRequestError, match="already been attached"):
        calls.attach(card.id, {"customer": other}, shop.options)
    assert calls.detach(card.id, {}, shop.options).customer is None


def test_expanding_has_its_limits(shop: Shop) -> None:
    session = shop.session()
    for path, said in [("colour", "cannot be expanded"), ("a.b.c.d.e", "more than 4 levels")]:
        with pytest.raises(stripe.InvalidRequestError, match=said):
            shop.see(session.id, path)
