"""One key, one effect: as v1 and v2 keep it, each in its way."""

from typing import Any

import pytest
import stripe

from stripe_sandbox.control import Control
from tests.stripe_sandbox.conftest import Shop
from tests.stripe_sandbox.sandbox import client_of

ASKED: Any = {"email": "a@example.org"}


def keyed(key: str) -> Any:
    return {"idempotency_key": key}


def count(client: Any) -> int:
    return len(client.v1.customers.list({"limit": 100}).data)


def test_the_same_key_gives_the_same_answer_once(client: Any) -> None:
    first, again = (client.v1.customers.create(ASKED, keyed("k")) for _ in range(2))
    assert first.id == again.id
    assert count(client) == 1
    assert again.last_response is not None
    assert again.last_response.headers["Idempotent-Replayed"] == "true"


def test_other_parameters_under_one_key_are_an_error(client: Any) -> None:
    client.v1.customers.create(ASKED, keyed("k"))
    with pytest.raises(stripe.IdempotencyError, match="same parameters"):
        client.v1.customers.create({"email": "b@example.org"}, keyed("k"))
    with pytest.raises(stripe.IdempotencyError):
        client.v1.products.create({"name": "x"}, keyed("k"))
    assert count(client) == 1


def test_each_account_has_keys_of_its_own(shop: Shop) -> None:
    here = shop.client.v1.customers.create(ASKED, {**keyed("k"), **shop.options})
    there = shop.client.v1.customers.create(ASKED, keyed("k"))
    assert here.id != there.id


def test_v1_replays_even_a_500(client: Any, control: Control) -> None:
    control.chaos(rules=[{"what": "fail", "path": "/v1/customers", "verb": "POST", "times": 1}])
    for _ in range(2):  # the rule struck once: the second answer is the first one again
        with pytest.raises(stripe.APIError) as failed:
            client.v1.customers.create(ASKED, keyed("k"))
        assert failed.value.http_status == 500
    assert count(client) == 0
    assert client.v1.customers.create(ASKED, keyed("k:2")).email == "a@example.org"


def test_v2_tries_again_what_failed(client: Any, control: Control) -> None:
    control.chaos(rules=[{"what": "fail", "path": "/v2/core/accounts", "times": 1}])
    with pytest.raises(stripe.APIError):
        client.v2.core.accounts.create({"display_name": "Choir"}, keyed("k"))
    assert client.v2.core.accounts.create({"display_name": "Choir"}, keyed("k")).id


def test_a_refusal_is_replayed_and_what_was_never_begun_is_not(shop: Shop) -> None:
    for _ in range(2):
        with pytest.raises(stripe.CardError):
            shop.client.v1.payment_intents.create(
                {"amount": 900, "currency": "eur", "confirm": True,
                 "payment_method": "pm_card_visa_chargeDeclined"},
                {**keyed("k"), **shop.options},
            )  # fmt: skip
    assert len(shop.client.v1.charges.list({}, shop.options).data) == 1
    wrong: Any = {"emial": "a@example.org"}
    with pytest.raises(stripe.InvalidRequestError):
        shop.client.v1.customers.create(wrong, keyed("l"))
    assert shop.client.v1.customers.create(ASKED, keyed("l")).id


@pytest.mark.parametrize("what", ["fail_after", "timeout"])
def test_what_was_done_before_the_answer_got_lost_is_done_once(control: Control, what: str) -> None:
    """The client tries again with the same key by itself and finds its own work."""
    client = client_of(control, max_network_retries=1)
    control.chaos(rules=[{"what": what, "path": "/v1/customers", "verb": "POST", "times": 1}])
    assert client.v1.customers.create(ASKED).email == "a@example.org"
    assert count(client) == 1


def test_a_lost_answer_without_a_second_try_is_an_error(client: Any, control: Control) -> None:
    control.chaos(rules=[{"what": "timeout", "path": "/v1/customers", "verb": "POST", "times": 1}])
    with pytest.raises(stripe.APIConnectionError):
        client.v1.customers.create(ASKED, keyed("k"))
    assert count(client) == 1


def test_too_many_requests(client: Any, control: Control) -> None:
    control.chaos(rules=[{"what": "refuse", "times": 2}])
    for _ in range(2):
        with pytest.raises(stripe.RateLimitError):
            client.v1.customers.create(ASKED, keyed("k"))
    assert client.v1.customers.create(ASKED, keyed("k")).id


def test_trouble_for_one_account_is_none_for_another(shop: Shop) -> None:
    shop.control.chaos(rules=[{"what": "fail", "account": shop.account}])
    with pytest.raises(stripe.APIError):
        shop.client.v1.customers.list({}, shop.options)
    assert shop.client.v1.customers.list({}, {"stripe_account": shop.control.account()}).data == []
    shop.control.calm()
    assert shop.client.v1.customers.list({}, shop.options).data == []


def test_pruned_keys_are_forgotten(client: Any, control: Control) -> None:
    first = client.v1.customers.create(ASKED, keyed("k"))
    control.forget_keys()
    assert client.v1.customers.create(ASKED, keyed("k")).id != first.id
