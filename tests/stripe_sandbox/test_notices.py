"""Notices: signed in both forms, delivered twice and shuffled, tried again, twisted on purpose."""

import json
import time
from collections import Counter
from typing import Any

import pytest
import stripe

from stripe_sandbox.control import Letter
from tests.stripe_sandbox.conftest import SECRET, Shop
from tests.stripe_sandbox.ear import Ear
from tests.stripe_sandbox.sandbox import client_of, fresh


def sign(client: Any, letter: Letter, secret: str = SECRET) -> Any:
    header = letter.headers["Stripe-Signature"]
    if json.loads(letter.body)["object"] == "event":
        return client.construct_event(letter.body, header, secret)
    return client.parse_event_notification(letter.body, header, secret)


def test_by_default_each_comes_twice_and_shuffled(shop: Shop) -> None:
    shop.control.mailbox(secret=SECRET)
    shop.control.pay(shop.session().id)
    letters = shop.control.letters()
    times = Counter(one.event for one in letters)
    assert set(times.values()) == {2}
    assert {one.account for one in letters} == {shop.account}
    order = [event.id for event in shop.client.v1.events.list({}, shop.options).data][::-1]
    assert [one.event for one in letters] != [ident for ident in order for _ in range(2)]
    assert shop.control.letters() == []


def test_when_calm_each_comes_once_and_in_order(shop: Shop) -> None:
    shop.control.calm()
    shop.control.mailbox(secret=SECRET)
    shop.control.pay(shop.session().id)
    assert [one.type for one in shop.control.letters()] == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
    ]


def test_the_libraries_own_readers_accept_both_forms(shop: Shop) -> None:
    shop.control.mailbox(secret=SECRET)
    shop.control.mailbox(secret=SECRET, form="thin")
    shop.control.pay(shop.session().id)
    shop.control.capability(shop.account, "restricted")
    seen = [sign(shop.client, one) for one in shop.control.letters()]
    snapshots = [one for one in seen if isinstance(one, stripe.Event)]
    thin = [one for one in seen if not isinstance(one, stripe.Event)]
    assert len(snapshots) == 8
    assert {one.account for one in snapshots} == {shop.account}
    assert {one.api_version for one in snapshots} == {"2026-10-28.endive"}
    types = {one.type for one in thin}
    assert "v1.checkout.session.completed" in types
    assert "v2.core.account[configuration.merchant].capability_status_updated" in types
    completed = next(one for one in thin if one.type == "v1.checkout.session.completed")
    assert str(completed.context) == shop.account
    assert completed.fetch_related_object().payment_status == "paid"
    changed = next(one for one in thin if one.type.endswith("capability_status_updated"))
    assert changed.related_object.id == shop.account
    assert changed.fetch_event().id == changed.id


def test_each_reader_refuses_the_other_form(shop: Shop) -> None:
    shop.control.mailbox(secret=SECRET)
    shop.session(discounts=[])
    shop.control.pay(shop.session().id)
    shop.control.capability(shop.account, "restricted")
    for letter in shop.control.letters():
        header = letter.headers["Stripe-Signature"]
        other: Any = (
            shop.client.parse_event_notification
            if json.loads(letter.body)["object"] == "event"
            else shop.client.construct_event
        )
        with pytest.raises(ValueError, match="You passed"):
            other(letter.body, header, SECRET)


def test_an_endpoint_hears_of_whom_it_asked_for(shop: Shop) -> None:
    for whose in ("own", "connected", "all"):
        shop.control.mailbox(secret=f"whsec_{whose}", whose=whose)
    shop.client.v1.customers.create({"name": "connected"}, shop.options)
    shop.client.v1.customers.create({"name": "own"})
    heard: dict[str, set[str]] = {"own": set(), "connected": set(), "all": set()}
    for letter in shop.control.letters():
        for whose, names in heard.items():
            try:
                event = sign(shop.client, letter, f"whsec_{whose}")
            except stripe.SignatureVerificationError:
                continue
            names.add(event.data.object.name)
    assert heard == {"own": {"own"}, "connected": {"connected"}, "all": {"own", "connected"}}


def test_a_mailbox_takes_the_types_it_is_for(shop: Shop) -> None:
    shop.control.mailbox(secret=SECRET, types=["customer.created", "v2.core.account.created"])
    shop.client.v1.customers.create({}, shop.options)
    shop.client.v1.products.create({"name": "x"}, shop.options)
    shop.client.v2.core.accounts.create({"display_name": "Choir"})
    heard = Counter(one.type for one in shop.control.letters())
    assert heard == {"customer.created": 2, "v2.core.account.created": 2}


def test_endpoints_made_by_the_api(shop: Shop, ear: Ear) -> None:
    calls = shop.client.v1.webhook_endpoints
    made = calls.create(
        {"url": ear.address, "enabled_events": ["customer.created"], "connect": True}
    )
    assert made.secret is not None
    assert calls.retrieve(made.id).secret is None
    shop.client.v1.customers.create({}, shop.options)
    shop.client.v1.products.create({"name": "x"}, shop.options)
    shop.control.settle()
    assert ear.types() == ["customer.created"] * 2
    event = shop.client.construct_event(*ear.heard[0], made.secret)
    assert event.account == shop.account
    calls.update(made.id, {"disabled": True})
    shop.client.v1.customers.create({}, shop.options)
    shop.control.settle()
    assert len(ear.heard) == 2
    assert calls.delete(made.id).deleted is True
    assert calls.list().data == []


def test_what_was_refused_is_tried_again(shop: Shop, ear: Ear) -> None:
    shop.control.calm()
    shop.control.endpoint(ear.address, secret=SECRET)
    ear.refusals = 1
    made = shop.client.v1.customers.create({}, shop.options)
    shop.control.settle()
    lost: Any = {"delivery_success": False}
    [event] = shop.client.v1.events.list(lost, shop.options).data
    assert (event.type, event.pending_webhooks) == ("customer.created", 1)
    shop.control.retry_now()
    until = time.monotonic() + 5
    while len(ear.heard) < 2 and time.monotonic() < until:
        time.sleep(0.02)
    assert [json.loads(body)["data"]["object"]["id"] for body, _ in ear.heard] == [made.id] * 2
    assert ear.heard[0][0] == ear.heard[1][0]
    while shop.client.v1.events.list(lost, shop.options).data and time.monotonic() < until:
        time.sleep(0.02)
    again = shop.client.v1.events.retrieve(event.id, options=shop.options)
    assert again.pending_webhooks == 0


def test_what_is_dropped_stays_listed_as_never_arrived(shop: Shop) -> None:
    shop.control.mailbox(secret=SECRET)
    shop.control.chaos(rules=[{"what": "drop", "type": "customer.created", "times": 1}])
    first = shop.client.v1.customers.create({}, shop.options)
    second = shop.client.v1.customers.create({}, shop.options)
    arrived = {json.loads(one.body)["data"]["object"]["id"] for one in shop.control.letters()}
    assert arrived == {second.id}
    lost = shop.client.v1.events.list({"delivery_success": False}, shop.options).data
    assert [one.data.object.id for one in lost] == [first.id]
    assert shop.control.resend(lost[0].id) == 1
    assert {one.event for one in shop.control.letters()} == {lost[0].id}


def test_one_more_than_usual(shop: Shop) -> None:
    shop.control.mailbox(secret=SECRET)
    shop.control.chaos(times=1, rules=[{"what": "duplicate", "times": 1}])
    for _ in range(2):
        shop.client.v1.customers.create({}, shop.options)
    assert sorted(Counter(one.event for one in shop.control.letters()).values()) == [1, 2]


@pytest.mark.parametrize("twist", ["wrong_signature", "old_timestamp"])
def test_forged_and_stale_ones_are_refused_by_the_library(shop: Shop, twist: str) -> None:
    """Each comes beside the good one, which is accepted: nothing is lost by refusing."""
    shop.control.calm()
    shop.control.mailbox(secret=SECRET)
    shop.control.chaos(rules=[{"what": twist, "times": 1}])
    shop.client.v1.customers.create({}, shop.options)
    bad, good = shop.control.letters()
    assert (bad.twist, good.twist) == (twist, "")
    with pytest.raises(stripe.SignatureVerificationError):
        sign(shop.client, bad)
    assert sign(shop.client, good).type == "customer.created"
    assert bad.event == good.event


def test_an_endpoint_of_another_version(shop: Shop) -> None:
    shop.control.mailbox(secret=SECRET)
    rule = {"what": "api_version", "version": "2024-06-20", "times": 1}
    shop.control.chaos(rules=[rule])
    shop.client.v1.customers.create({}, shop.options)
    versions = {sign(shop.client, one).api_version for one in shop.control.letters()}
    assert versions == {"2024-06-20"}


def test_a_delayed_one_comes_later(shop: Shop, ear: Ear) -> None:
    shop.control.endpoint(ear.address, secret=SECRET)
    shop.control.chaos(times=1, shuffle=False)
    rule = {"what": "delay", "type": "customer.created", "seconds": 1, "times": 1}
    shop.control.chaos(rules=[rule])
    shop.client.v1.customers.create({}, shop.options)
    shop.client.v1.products.create({"name": "x"}, shop.options)
    shop.control.settle()
    assert ear.types() == ["product.created", "customer.created"]


def test_chaos_for_one_account_leaves_others_alone(shop: Shop) -> None:
    other: Any = {"stripe_account": shop.control.account()}
    shop.control.mailbox(secret=SECRET)
    shop.control.chaos(rules=[{"what": "drop", "account": shop.account}])
    for options in (shop.options, other):
        shop.client.v1.customers.create({}, options)
    assert {one.account for one in shop.control.letters()} == {other["stripe_account"]}


def test_the_same_chaos_falls_alike(sandbox: str) -> None:
    """The same history shuffles the same way under any key: a failure can be repeated."""
    orders = []
    for _ in range(2):
        control = fresh(sandbox)
        client = client_of(control)
        control.mailbox(secret=SECRET)
        for name in "abcdef":
            client.v1.products.create({"name": name})
        names = [json.loads(one.body)["data"]["object"]["name"] for one in control.letters()]
        orders.append(names)
    assert orders[0] == orders[1]


def test_events_by_type(shop: Shop) -> None:
    shop.control.pay(shop.session().id)
    calls = shop.client.v1.events
    only = calls.list({"type": "charge.succeeded"}, shop.options).data
    assert [one.type for one in only] == ["charge.succeeded"]
    family: Any = {"type": "payment_intent.*"}
    assert {one.type for one in calls.list(family, shop.options).data} == {
        "payment_intent.created",
        "payment_intent.succeeded",
    }
    assert calls.list({}).data == []  # the platform's own list is another one
