"""What the local Stripe refuses, and how loudly."""

import ast
from pathlib import Path
from typing import Any

import pytest
import requests
import stripe

from stripe_sandbox import resources
from stripe_sandbox.contract.shapes import Record
from stripe_sandbox.control import Control, ControlRefused
from stripe_sandbox.core import asking
from tests.stripe_sandbox.conftest import Shop
from tests.stripe_sandbox.sandbox import ROOT, client_of


def test_an_unknown_call_is_a_loud_404_that_names_itself(client: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.climate.orders.list()
    assert (refused.value.http_status, refused.value.code) == (404, "sandbox_unsupported")
    said = str(refused.value.user_message)
    assert "stripe_sandbox does not know the call GET /v1/climate/orders" in said
    assert "OrderService.list" in said


def test_a_call_that_nobody_knows_says_so(control: Control) -> None:
    headers = {"Authorization": f"Bearer {control.key}"}
    answer = requests.get(f"{control.address}/v1/biscuits", headers=headers, timeout=9)
    assert answer.status_code == 404
    assert "Neither stripe_sandbox nor" in answer.json()["error"]["message"]


def test_a_parameter_that_is_not_honoured_is_not_swallowed(shop: Shop) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.session(shipping_address_collection={"allowed_countries": ["FR"]})
    assert refused.value.code == "sandbox_unsupported"
    assert "shipping_address_collection" in str(refused.value.user_message)


def test_what_a_call_takes_is_what_stripe_takes() -> None:
    resources.load()
    wrong: dict[str, set[str]] = {}
    for route in asking.ROUTES:
        if route.takes is not None and isinstance(route.call.request, Record):
            extra = set(route.takes - asking.ALWAYS - set(route.call.request.members))
            wrong |= {f"{route.call.verb} {route.call.path}": extra} if extra else {}
    assert wrong == {}
    assert len(asking.ROUTES) > 90


@pytest.mark.parametrize(
    ("wrong", "param"),
    [
        ({"colour": "red"}, "colour"),
        ({"mode": "donation"}, "mode"),
        ({"line_items": [{"price": "p", "quantity": "many"}]}, "line_items[0][quantity]"),
        ({"line_items": [{"price": "p", "colour": "red"}]}, "line_items[0][colour]"),
    ],
)
def test_a_body_that_breaks_the_contract_names_its_parameter(
    shop: Shop, wrong: dict[str, Any], param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.session(**wrong)
    assert (refused.value.http_status, refused.value.param) == (400, param)


def test_a_v2_body_is_held_to_the_contract_too(client: Any) -> None:
    asked: Any = {"display_name": "Choir", "configuration": {"merchant": {"colour": "red"}}}
    with pytest.raises(stripe.InvalidRequestError, match="colour"):
        client.v2.core.accounts.create(asked)


@pytest.mark.parametrize("key", ["sk_live_abc", "rk_live_abc", "pk_test_abc", "sk_test_", "abc"])
def test_keys_that_are_not_for_tests_are_refused(sandbox: str, key: str) -> None:
    client = client_of(Control(sandbox, key))
    with pytest.raises(stripe.AuthenticationError) as refused:
        client.v1.customers.list()
    assert ("live keys" in str(refused.value.user_message)) == ("live" in key)


def test_another_version_is_refused(client: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError, match=r"speaks 2026-10-28\.endive only"):
        client.v1.customers.list({}, {"stripe_version": "2024-06-20"})


def test_the_control_knows_its_words(control: Control) -> None:
    cases: list[tuple[str, dict[str, Any]]] = [
        ("explode", {}),
        ("chaos", {"rules": [{"what": "explode"}]}),
        ("chaos", {"rules": [{"what": "drop", "colour": "red"}]}),
        ("set", {"refunds": "never"}),
        ("pay", {"session": "cs_test_nobody"}),
    ]
    for verb, values in cases:
        with pytest.raises(ControlRefused):
            control.ask(verb, **values)


@pytest.mark.parametrize(
    "url",
    ["http://example.org/", "http://localhost.example.org/", "http://127.0.0.1@example.org/",
     "https://localhost/", "file:///etc/passwd", "mailbox:x"],
)  # fmt: skip
def test_notices_stay_on_this_machine(control: Control, url: str) -> None:
    with pytest.raises(ControlRefused, match="loopback only"):
        control.endpoint(url, secret="whsec_x")
    assert control.endpoint("http://kith.localhost:8000/hook", secret="whsec_x")


def test_it_does_not_know_the_product() -> None:
    files = list((ROOT / "stripe_sandbox").rglob("*.py"))
    trees = [ast.parse(path.read_text()) for path in files]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    imported = {name.name for node in nodes if isinstance(node, ast.Import) for name in node.names}
    imported |= {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}
    roots = {name.partition(".")[0] for name in imported}
    assert "stripe_sandbox" in roots
    assert roots & {"app", "config", "tests"} == set()


def test_it_listens_on_loopback_only(sandbox: str) -> None:
    port = int(sandbox.rpartition(":")[2])
    rows = Path("/proc/net/tcp").read_text().splitlines()[1:]
    listening = [row.split()[1] for row in rows if row.split()[3] == "0A"]
    assert [row for row in listening if int(row[-4:], 16) == port] == [f"0100007F:{port:04X}"]
