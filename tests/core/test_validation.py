"""The guard at the door: a clear 400 for what no form of ours sends, everything else untouched."""

import json
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from app.core import validation
from app.core.errors import RuleViolation

HUGE = str(2**63)


@pytest.fixture
def door() -> Iterator[FlaskClient]:
    """A small app behind the guard that says what it was given."""
    app = Flask("door")
    validation.init_app(app)

    @app.errorhandler(RuleViolation)
    def refuse(refusal: RuleViolation) -> tuple[str, int]:
        return refusal.message % refusal.values, refusal.status

    @app.route("/<word>", methods=["GET", "POST", "DELETE"])
    @app.route("/number/<int(signed=True):number>")
    def show(**given: Any) -> dict[str, Any]:
        return {
            "given": given,
            "args": request.args,
            "form": request.form,
            "files": {name: file.filename for name, file in request.files.items()},
            "json": request.get_json(silent=True),
        }

    with app.test_client() as client:
        yield client


def post_json(door: FlaskClient, value: Any) -> tuple[int, str]:
    answer = door.post("/x", data=json.dumps(value), content_type="application/json")
    return answer.status_code, answer.text


def test_ordinary_input_passes_untouched(door: FlaskClient) -> None:
    answer = door.post("/x?q=社区&n=5", data={"words": "a\nb\t" + "x" * 100_000, "n": "-3"})
    assert answer.status_code == 200
    assert answer.get_json()["args"] == {"q": "社区", "n": "5"}
    assert len(answer.get_json()["form"]["words"]) == 100_004
    assert post_json(door, {"a": [1, 2.5, None, True, "x"], "b": {"c": "\u00e9"}})[0] == 200


@pytest.mark.parametrize(
    ("send", "says"),
    [
        ({"path": "/x?q=a%00b"}, "The field q holds characters that are no text."),
        ({"path": "/a%00b"}, "The field word holds characters that are no text."),
        ({"path": "/x?a%00b=1"}, "The field a?b holds characters that are no text."),
        ({"path": "/x?q=" + "y" * 4_001}, "The field q is too long."),
        ({"path": f"/x?page={HUGE}"}, "The number in the field page is too large."),
        ({"path": f"/x?page=-{HUGE}"}, "The number in the field page is too large."),
        ({"path": "/x?page=" + "9" * 3_000}, "The number in the field page is too large."),
        ({"path": "/x?page=" + "٩" * 25}, "The number in the field page is too large."),
        ({"path": f"/number/{HUGE}"}, "The number in the field number is too large."),
        ({"path": "/x", "data": {"name": "a\0b"}}, "The field name holds characters"),
        ({"path": "/x", "data": {"words": "x" * 1_000_001}}, "The field words is too long."),
        ({"path": "/x", "data": {"n" * 201: "1"}}, "is too long."),
        (
            {"path": "/x", "data": {"count": "9" * 41}},
            "The number in the field count is too large.",
        ),
        ({"path": "/x", "data": {"f": (BytesIO(b"x"), "a\0b.png")}}, "The field f holds"),
        ({"path": "/x", "data": {"n" * 201: (BytesIO(b"x"), "a.png")}}, "is too long."),
    ],
)
def test_what_no_form_sends_is_refused_with_its_place(
    door: FlaskClient, send: dict[str, Any], says: str
) -> None:
    answer = door.open(
        send["path"], method="POST" if "data" in send else "GET", data=send.get("data")
    )
    assert answer.status_code == 400
    assert says in answer.text


@pytest.mark.parametrize("typed", [HUGE, "9" * 40, " -99999999999999999999 "])
def test_a_mistyped_number_is_left_to_the_form(door: FlaskClient, typed: str) -> None:
    answer = door.post("/x", data={"count": typed})
    assert answer.get_json()["form"] == {"count": typed}


@pytest.mark.parametrize("stem", ["照片" * 200, "9" * 300])
def test_the_long_name_of_a_file_keeps_its_end(door: FlaskClient, stem: str) -> None:
    answer = door.post("/x", data={"f": (BytesIO(b"x"), f"{stem}.png")})
    assert answer.get_json()["files"] == {"f": f"{stem[-196:]}.png"}


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ({"a": "x\0"}, "The field a holds characters that are no text."),
        ({"a": ["\ud800"]}, "The field a holds characters that are no text."),
        ({"\ud800": 1}, "The field ? holds characters that are no text."),
        ({"a": {"b": 2**63}}, "The number in the field b is too large."),
        ([-(2**70)], "The number in the field json is too large."),
        ("\0", "The field json holds characters that are no text."),
        ({"a": "x" * 1_000_001}, "The field a is too long."),
    ],
)
def test_json_is_looked_through(door: FlaskClient, value: Any, says: str) -> None:
    status, text = post_json(door, value)
    assert status == 400
    assert says in text


def test_json_nested_without_end_is_refused(door: FlaskClient) -> None:
    for depth in (30, 200_000):
        answer = door.post("/x", data="[" * depth + "]" * depth, content_type="application/json")
        assert (answer.status_code, answer.text) == (400, validation._SHAPE)


def test_broken_json_is_left_to_the_page(door: FlaskClient) -> None:
    answer = door.post("/x", data="{", content_type="application/json")
    assert (answer.status_code, answer.get_json()["json"]) == (200, None)


@pytest.mark.parametrize("number", [str(2**63 - 1), "-" + str(2**63 - 1), "0" * 30 + "7", "1e400"])
def test_numbers_that_fit_pass(door: FlaskClient, number: str) -> None:
    assert door.get(f"/x?n={number}").get_json()["args"] == {"n": number}


def test_the_product_answers_with_a_page(client: Any) -> None:
    for path in ("/?q=a%00b", "/?page=" + HUGE):
        answer = client.get(path)
        assert answer.status_code == 400
        assert "Correct it" in answer.text or "Remove them" in answer.text


def test_a_hostile_name_is_shown_harmlessly(client: Any) -> None:
    answer = client.get("/?%3Cscript%3E%ED%A0%80=%00")
    assert answer.status_code == 400
    assert "<script>" not in answer.text
