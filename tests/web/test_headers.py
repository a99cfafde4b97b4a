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


def test_one_page_may_use_the_camera_and_lead_to_the_pay_page(bare: Flask) -> None:
    with bare.test_request_context("/note"):
        headers.allow_camera()
        headers.widen("form-action", "https://pay.example")
        wide = headers.protect(bare.make_response("")).headers
    with bare.test_request_context("/note"):
        narrow = headers.protect(bare.make_response("")).headers
    assert "camera=(self)" in wide["Permissions-Policy"]
    assert "form-action 'self' https://pay.example" in wide["Content-Security-Policy"]
    assert "worker-src 'self'" in wide["Content-Security-Policy"]
    assert "pay.example" not in narrow["Content-Security-Policy"]


def test_https_is_remembered(tmp_path: Path) -> None:
    app = make(tmp_path, base_url="https://kith.example.org")
    found = app.test_client().get("/note").headers
    assert found["Strict-Transport-Security"] == "max-age=63072000"
    assert found["Content-Security-Policy"].endswith("upgrade-insecure-requests")


def test_no_page_is_kept_by_others(visitor: FlaskClient) -> None:
    answer = visitor.get("/note")
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert "HX-Request" in answer.headers["Vary"]
