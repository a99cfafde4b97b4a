"""What must hold of Stripe itself as of the local server: the same scenarios for both.

With KITH_LIVE_STRIPE_KEY=sk_test_... they run against Stripe. Nobody has done so yet: until then
the local server is proved against Stripe's types and written rules, not against its behaviour.
"""

import os
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import stripe

from stripe_sandbox.contract.checking import problems
from stripe_sandbox.core.books import shape_of
from tests.stripe_sandbox.sandbox import client_of, fresh

pytestmark = pytest.mark.live_stripe

CARD: Any = {
    "confirm": True,
    "currency": "eur",
    "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
}


@pytest.fixture
def anywhere(request: pytest.FixtureRequest) -> Iterator[Any]:
    """Stripe's client: at the local server, or at Stripe when a key is given."""
    key = os.environ.get("KITH_LIVE_STRIPE_KEY", "")
    if key:
        assert key.startswith("sk_test_"), "never with a live key"
        yield stripe.StripeClient(key, http_client=stripe.RequestsClient(timeout=30))
        return
    control = fresh(request.getfixturevalue("sandbox"))
    yield client_of(control)
    assert control.broken_promises() == []


def kept(thing: Any) -> Any:
    """Hold an answer against the contract, and return it."""
    assert problems(shape_of(thing.object), thing.last_response.data) == []
    return thing


def price(client: Any, amount: int = 1000) -> str:
    asked = {
        "currency": "eur",
        "unit_amount": amount,
        "recurring": {"interval": "month"},
        "product_data": {"name": "Membership"},
    }
    return str(kept(client.v1.prices.create(asked)).id)


def page(client: Any, **more: Any) -> Any:
    terms = {"currency": "eur", "unit_amount": 2000, "product_data": {"name": "Ticket"}}
    asked = {
        "mode": "payment",
        "success_url": "https://example.org/",
        "line_items": [{"price_data": terms, "quantity": 1}],
    }
    return kept(client.v1.checkout.sessions.create({**asked, **more}))


def test_a_page_is_made_and_ended_once(anywhere: Any) -> None:
    session = page(anywhere)
    assert (session.status, session.payment_status, session.amount_total) == (
        "open", "unpaid", 2000,
    )  # fmt: skip
    assert session.payment_intent is None
    assert kept(anywhere.v1.checkout.sessions.expire(session.id)).status == "expired"
    with pytest.raises(stripe.InvalidRequestError):
        anywhere.v1.checkout.sessions.expire(session.id)


def test_a_page_lives_between_half_an_hour_and_a_day(anywhere: Any) -> None:
    now = page(anywhere).created
    for wrong in (now + 60, now + 90000):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            page(anywhere, expires_at=wrong)
        assert refused.value.param == "expires_at"


def test_a_card_pays_and_money_goes_back_up_to_the_sum(anywhere: Any) -> None:
    asked = {**CARD, "amount": 900, "payment_method": "pm_card_visa"}
    intent = kept(anywhere.v1.payment_intents.create({**asked, "expand": ["latest_charge"]}))
    assert (intent.status, intent.latest_charge.amount) == ("succeeded", 900)
    part = kept(anywhere.v1.refunds.create({"payment_intent": intent.id, "amount": 400}))
    assert (part.status, part.amount) == ("succeeded", 400)
    with pytest.raises(stripe.InvalidRequestError):
        anywhere.v1.refunds.create({"payment_intent": intent.id, "amount": 501})
    anywhere.v1.refunds.create({"payment_intent": intent.id})
    with pytest.raises(stripe.InvalidRequestError) as again:
        anywhere.v1.refunds.create({"payment_intent": intent.id})
    assert again.value.code == "charge_already_refunded"


def test_a_declined_card_says_why(anywhere: Any) -> None:
    asked = {**CARD, "amount": 900, "payment_method": "pm_card_visa_chargeDeclined"}
    with pytest.raises(stripe.CardError) as refused:
        anywhere.v1.payment_intents.create(asked)
    assert (refused.value.http_status, refused.value.code) == (402, "card_declined")
    assert refused.value.error is not None
    assert refused.value.error.decline_code == "generic_decline"


def test_one_key_is_one_effect_with_the_same_words(anywhere: Any) -> None:
    options = {"idempotency_key": uuid.uuid4().hex}
    first, again = (
        anywhere.v1.customers.create({"email": "a@example.org"}, options) for _ in range(2)
    )
    assert kept(first).id == kept(again).id
    with pytest.raises(stripe.IdempotencyError):
        anywhere.v1.customers.create({"email": "b@example.org"}, options)


def test_a_subscription_begins_stays_and_ends(anywhere: Any) -> None:
    customer = kept(anywhere.v1.customers.create({"payment_method": "pm_card_visa"}))
    [method] = anywhere.v1.customers.payment_methods.list(customer.id).data
    asked = {
        "customer": customer.id,
        "items": [{"price": price(anywhere)}],
        "default_payment_method": method.id,
        "expand": ["latest_invoice.payments"],
    }
    begun = kept(anywhere.v1.subscriptions.create(asked))
    assert (begun.status, begun.latest_invoice.status) == ("active", "paid")
    assert begun.latest_invoice.payments.data[0].payment.payment_intent.startswith("pi_")
    assert begun["items"].data[0].current_period_end > begun.start_date
    leaves = anywhere.v1.subscriptions.update(begun.id, {"cancel_at_period_end": True})
    assert kept(leaves).cancel_at_period_end is True
    stays = anywhere.v1.subscriptions.update(begun.id, {"cancel_at_period_end": False})
    assert (kept(stays).cancel_at_period_end, stays.cancel_at) == (False, None)
    assert kept(anywhere.v1.subscriptions.cancel(begun.id)).status == "canceled"


def test_a_code_takes_its_share_off(anywhere: Any) -> None:
    coupon = kept(anywhere.v1.coupons.create({"percent_off": 25, "duration": "once"}))
    promotion = {"type": "coupon", "coupon": coupon.id}
    code = kept(anywhere.v1.promotion_codes.create({"promotion": promotion}))
    session = page(anywhere, discounts=[{"promotion_code": code.id}])
    assert (session.amount_subtotal, session.amount_total) == (2000, 1500)


def test_what_is_not_there(anywhere: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError) as missing:
        anywhere.v1.customers.retrieve("cus_nobody")
    assert (missing.value.http_status, missing.value.code) == (404, "resource_missing")
