"""The contract: it knows every type of the SDK, and refuses what does not fit."""

from typing import Any, ForwardRef, NotRequired, TypedDict, TypeVar

import pytest
from stripe import StripeObject
from stripe._object_classes import get_object_class

from stripe_sandbox.contract import calls
from stripe_sandbox.contract.checking import problems
from stripe_sandbox.contract.coercing import coerced
from stripe_sandbox.contract.making import smallest
from stripe_sandbox.contract.reading import record, shape_of
from stripe_sandbox.contract.shapes import Either, Many, Mapping, Record, Shape, Text, Unresolved
from stripe_sandbox.core.words import read_form

CHECKOUT = ("POST", "/v1/checkout/sessions")
GOOD = {
    "mode": "payment",
    "success_url": "http://localhost/",
    "line_items": [
        {"price_data": {"currency": "eur", "unit_amount": 5, "product_data": {"name": "x"}}}
    ],
}


def request_of(verb: str, path: str) -> Shape:
    call = calls.find(verb, path)
    assert call is not None
    return call.request


def said(body: dict[str, Any]) -> list[tuple[str, str]]:
    found = problems(request_of(*CHECKOUT), body)
    return [(problem.path, problem.code) for problem in found]


def priced(**more: Any) -> dict[str, Any]:
    price = {"currency": "eur", "unit_amount": 5, "product_data": {"name": "x"}, **more}
    return {**GOOD, "line_items": [{"price_data": price}]}


def test_a_good_body_passes() -> None:
    assert said(GOOD) == []


@pytest.mark.parametrize(
    ("body", "path", "code"),
    [
        ({**GOOD, "colour": "red"}, "colour", "parameter_unknown"),
        (priced(colour="red"), "line_items[0][price_data][colour]", "parameter_unknown"),
        (priced(unit_amount="5"), "line_items[0][price_data][unit_amount]", "parameter_invalid"),
        (priced(unit_amount=True), "line_items[0][price_data][unit_amount]", "parameter_invalid"),
        (priced(unit_amount=None), "line_items[0][price_data][unit_amount]", "parameter_invalid"),
        ({**GOOD, "mode": "donation"}, "mode", "parameter_invalid"),
        ({**GOOD, "mode": ["payment"]}, "mode", "parameter_invalid"),
        ({**GOOD, "line_items": {"price": "x"}}, "line_items", "parameter_invalid"),
        ({**GOOD, "line_items": ["price"]}, "line_items[0]", "parameter_invalid"),
        ({**GOOD, "metadata": {"a": 1}}, "metadata[a]", "parameter_invalid"),
        (
            {**GOOD, "line_items": [{"price_data": {"unit_amount": 5}}]},
            "line_items[0][price_data][currency]",
            "parameter_missing",
        ),
        ({**GOOD, "stripe_account": "acct_1"}, "stripe_account", "parameter_unknown"),
    ],
)
def test_what_does_not_fit_is_refused_where_it_stands(
    body: dict[str, Any], path: str, code: str
) -> None:
    assert said(body) == [(path, code)]


def answer_of(kind: str) -> tuple[Record, dict[str, Any]]:
    shape = record(get_object_class("V1", kind))
    return shape, smallest(shape, whole=True)


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"colour": "red"}, "colour"),
        ({"outcome": {"type": "authorized", "colour": "red"}}, "outcome[colour]"),
        ({"amount": "12"}, "amount"),
        ({"status": "fine"}, "status"),
        ({"balance_transaction": {"object": "balance_transaction"}}, "balance_transaction[amount]"),
        ({"object": "refund"}, "object"),
    ],
)
def test_answers_are_held_to_it_too(change: dict[str, Any], path: str) -> None:
    shape, charge = answer_of("charge")
    assert problems(shape, charge) == []
    assert problems(shape, charge | change)[0].path == path


def test_a_missing_key_of_an_answer_is_missed() -> None:
    shape, charge = answer_of("charge")
    del charge["amount"]
    assert [str(one) for one in problems(shape, charge)] == ["amount: Charge needs this key"]


def test_of_a_deleted_object_a_mark_is_left_and_nothing_else() -> None:
    shape, _ = answer_of("customer")
    mark = {"id": "cus_1", "object": "customer", "deleted": True}
    assert problems(shape, mark) == []
    assert [one.path for one in problems(shape, {**mark, "email": "a@b.c"})] == ["email"]
    assert problems(shape, {**mark, "deleted": False}) != []


def test_what_is_gone_from_this_version_is_refused() -> None:
    for kind, gone in [
        ("invoice", "subscription"),
        ("invoice", "payment_intent"),
        ("charge", "invoice"),
        ("subscription", "current_period_end"),
    ]:
        assert gone not in answer_of(kind)[0].members
    assert "current_period_end" in answer_of("subscription_item")[0].members


class _Odd(TypedDict):
    known: NotRequired[str]
    odd: NotRequired[set[str]]


class _Foreign(StripeObject):
    thing: "Elsewhere"  # type: ignore[name-defined]  # noqa: F821  # that is the point


T = TypeVar("T")
_LOST: Any = ForwardRef("Nowhere")


@pytest.mark.parametrize(
    "annotation",
    [set[str], tuple[int, str], T, "Nowhere", _LOST, list[_LOST], bytes, 7],
)
def test_a_type_that_is_not_understood_raises(annotation: Any) -> None:
    with pytest.raises(Unresolved):
        shape_of(annotation, "stripe._charge")


@pytest.mark.parametrize("kind", [_Odd, _Foreign, dict, str.join])
def test_what_is_not_stripes_raises(kind: Any) -> None:
    with pytest.raises(Unresolved):
        shape_of(kind, "stripe._charge")


def test_the_annotations_it_does_understand() -> None:
    closed = shape_of("Union[Literal['a', 'b'], str]", "stripe._charge")
    assert problems(closed, "a") == []
    assert len(problems(closed, "c")) == 1
    clearable = shape_of("Union[Literal[''], str]", "stripe._charge")
    assert problems(clearable, "anything") == []
    assert shape_of("Dict[str, str]", "stripe.params._customer_create_params") == Mapping(Text())


def everything(shape: Shape, seen: set[int]) -> None:
    if isinstance(shape, Record):
        if id(shape) not in seen:
            seen.add(id(shape))
            for member in shape.members.values():
                everything(member.shape, seen)
    elif isinstance(shape, Many):
        everything(shape.item, seen)
    elif isinstance(shape, Mapping):
        everything(shape.value, seen)
    elif isinstance(shape, Either):
        for option in shape.options:
            everything(option, seen)


def test_every_call_that_the_sandbox_could_answer_resolves() -> None:
    """Checkout, billing, Connect and what they reach; the rest resolves on demand alike."""
    seen: set[int] = set()
    wanted = ("/v1/checkout", "/v1/customers", "/v1/invoices", "/v1/refunds", "/v2/core")
    reached = [call for call in calls.all_calls().values() if call.path.startswith(wanted)]
    for call in reached:
        everything(call.request, seen)
        everything(call.response, seen)
    assert len(reached) > 60
    assert len(seen) > 2000


def test_the_smallest_of_each_kind_keeps_the_contract() -> None:
    for kind in ("charge", "invoice", "checkout.session", "subscription", "payout", "dispute"):
        shape = record(get_object_class("V1", kind))
        assert problems(shape, smallest(shape)) == []
        assert problems(shape, smallest(shape, whole=True)) == []


def test_a_form_becomes_what_the_contract_names() -> None:
    words = read_form(
        "mode=payment&line_items[0][quantity]=2&line_items[0][price_data][currency]=eur"
        "&line_items[0][price_data][unit_amount]=5&line_items[0][price_data][product]=7"
        "&metadata[a]=1&allow_promotion_codes=true&expand[]=customer&expand[]=invoice"
    )
    body = coerced(request_of(*CHECKOUT), words)
    assert body == {
        "mode": "payment",
        "line_items": [
            {"quantity": 2, "price_data": {"currency": "eur", "unit_amount": 5, "product": "7"}}
        ],
        "metadata": {"a": "1"},
        "allow_promotion_codes": True,
        "expand": ["customer", "invoice"],
    }
    assert problems(request_of(*CHECKOUT), body) == []


def test_a_share_in_a_form_is_a_fraction() -> None:
    form = "subscription_data[application_fee_percent]={}"
    for written, found in (("2.5", 2.5), ("10.0", 10.0), ("10", 10), ("1.5.2", "1.5.2")):
        body = coerced(request_of(*CHECKOUT), read_form(form.format(written)))
        assert body["subscription_data"]["application_fee_percent"] == found


def test_a_word_that_is_no_number_stays_one_to_be_refused() -> None:
    body = coerced(request_of(*CHECKOUT), read_form("line_items[0][quantity]=two"))
    assert problems(request_of(*CHECKOUT), body)[0].path == "line_items[0][quantity]"
