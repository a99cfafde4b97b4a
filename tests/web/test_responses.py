"""Answers of the edge: refusals in their form, pages and parts, pages kept for strangers."""

import gzip
import re

import pytest
from flask import Flask, render_template_string
from flask.testing import FlaskClient

from app.web import responses
from app.web.visitor import local_path


def sent(visitor: FlaskClient, title: str) -> str:
    """Send the note and return the page that comes back."""
    page = visitor.get("/note").text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token
    answer = visitor.post("/note", data={"title": title, "words": "kept", "csrf_token": token[1]})
    assert answer.status_code == 422
    assert "kept</textarea>" in answer.text
    return answer.text


def test_a_refusal_stands_at_the_top_of_its_form(visitor: FlaskClient) -> None:
    page = sent(visitor, "free")
    assert '<p class="error-summary__title">Notes are closed on Sundays.</p>' in page


def test_a_refusal_of_a_field_stands_beside_it(visitor: FlaskClient) -> None:
    page = sent(visitor, "taken")
    assert '<p class="field__error" id="title-error">' in page
    assert 'aria-describedby="title-error"' in page
    assert '<a href="#title">Title</a>: That title is taken.' in page


def test_a_part_is_for_htmx_and_a_page_for_others(bare: Flask) -> None:
    with bare.test_request_context(headers={"HX-Request": "true"}):
        part = responses.page_or_partial(
            "layouts/_demo.html", page="layouts/plain.html", wished=None
        )
    with bare.test_request_context():
        page = responses.page_or_partial(
            "layouts/_demo.html", page="layouts/plain.html", wished=None
        )
    assert part.get_data(as_text=True).startswith("<aside")
    assert page.get_data(as_text=True).startswith("<!doctype html>")


def test_moving_on_tells_htmx_to_load_the_page(bare: Flask) -> None:
    with bare.test_request_context(headers={"HX-Request": "true"}):
        told = bare.make_response(responses.see_other("/me"))
    with bare.test_request_context():
        moved = bare.make_response(responses.see_other("/me"))
    assert (told.status_code, told.headers["HX-Redirect"]) == (204, "/me")
    assert (moved.status_code, moved.headers["Location"]) == (303, "/me")


def test_a_stranger_is_not_sent_what_they_have(visitor: FlaskClient) -> None:
    first = visitor.get("/stranger?v=1")
    again = visitor.get("/stranger?v=1", headers={"If-None-Match": first.headers["ETag"]})
    changed = visitor.get("/stranger?v=2", headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, first.text) == (200, "<p>Hello 1</p>")
    assert (again.status_code, again.data) == (304, b"")
    assert "Set-Cookie" not in first.headers
    assert changed.status_code == 304  # the same words under another key


def test_a_kept_page_is_compressed_once(visitor: FlaskClient) -> None:
    packed = visitor.get("/stranger", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == b"<p>Hello 1</p>"


def test_text_is_sent_compressed(visitor: FlaskClient) -> None:
    plain = visitor.get("/note")
    packed = visitor.get("/note", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert b"<h1>Note</h1>" in gzip.decompress(packed.data)
    assert "Accept-Encoding" in packed.headers["Vary"]


@pytest.mark.parametrize(
    ("target", "kept"),
    [
        ("/c/run?tab=1", "/c/run?tab=1"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/a\\b", "/"),
        ("/\tevil", "/"),
        ("", "/"),
        (None, "/"),
    ],
)
def test_only_paths_of_ours_are_followed(target: str | None, kept: str) -> None:
    assert local_path(target) == kept


def test_only_so_many_pages_are_kept(bare: Flask) -> None:
    with bare.test_request_context():
        for number in range(responses.KEPT_PAGES + 1):
            responses.kept_page(("page", number), lambda: "<p>Hello</p>")
        assert responses.kept_already(("page", 0)) is None
        assert responses.kept_already(("page", 1)) is not None
    assert len(responses._kept) == responses.KEPT_PAGES


def test_a_kept_page_leads_back_without_the_question_of_its_first_reader(bare: Flask) -> None:
    with bare.test_request_context("/note?from=chat"):
        page = responses.kept_page(
            ("back",), lambda: render_template_string("{{ here() }} {{ flashes() }}")
        )
    assert page.get_data(as_text=True) == "/note []"
