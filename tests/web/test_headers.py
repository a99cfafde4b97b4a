"""Headers: strict on every answer, wider only where a page asks."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.web import headers
from tests.web.conftest import make


@pytest.mark.parametrize("path", ["/note", "/nowhere", "/raise/broken", "/robots.txt"])
def test_every_answer_is_protected(visitor: FlaskClient, path: str) -> None:
    found = visitor.get(path).headers
    policy = dict(part.split(" ", 1) for part in found["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert "unsafe" not in found["Content-Security-Policy"]
    assert found["X-Content-Type-Options"] == "nosniff"
    assert found["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in found["Permissions-Policy"]
    assert "Strict-Transport-Security" not in found


def test_one_page_may_use_the_camera(bare: Flask) -> None:
    with bare.test_request_context("/note"):
        headers.allow_camera()
        wide = headers.protect(bare.make_response("")).headers
    with bare.test_request_context("/note"):
        narrow = headers.protect(bare.make_response("")).headers
    assert "camera=(self)" in wide["Permissions-Policy"]
    assert "worker-src 'self'" in wide["Content-Security-Policy"]
    assert "worker-src" not in narrow["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("settings", "targets"),
    [
        ({}, "'self'"),
        (
            {"stripe_key": "sk_test_x"},
            (
                "'self' https://checkout.stripe.com https://connect.stripe.com"
                " https://billing.stripe.com"
            ),
        ),
        (
            {"stripe_key": "sk_test_x", "stripe_base": "http://127.0.0.1:9"},
            "'self' http://127.0.0.1:9 http://localhost:9",
        ),
    ],
)
def test_forms_lead_to_stripes_pages_where_cards_are_taken(
    tmp_path: Path, settings: dict[str, str], targets: str
) -> None:
    """A browser asks `form-action` of the redirect that answers a form, too."""
    answer = make(tmp_path, **settings).test_client().get("/note")
    parts = dict(
        part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; ")
    )
    assert parts["form-action"] == targets


def test_https_is_remembered(tmp_path: Path) -> None:
    app = make(tmp_path, base_url="https://kith.example.org")
    found = app.test_client().get("/note").headers
    assert found["Strict-Transport-Security"] == "max-age=63072000"
    assert found["Content-Security-Policy"].endswith("upgrade-insecure-requests")


def test_no_page_is_kept_by_others(visitor: FlaskClient) -> None:
    answer = visitor.get("/note")
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert "HX-Request" in answer.headers["Vary"]
