"""Error pages: clear words, a number to quote, nothing about where it happened."""

import re
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.web import errors, shell
from tests.pages import proofread

TOO_BIG = 10


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/nowhere", 404, "There is nothing here"),
        ("/raise/missing", 404, "There is nothing here"),
        ("/raise/refused", 422, "There is no seat left for Ann."),
        ("/raise/broken", 500, "Something broke on our side"),
    ],
)
def test_each_error_has_a_page(visitor: FlaskClient, path: str, status: int, words: str) -> None:
    answer = visitor.get(path)
    proofread(answer.text, answer.headers)
    assert answer.status_code == status
    assert words in answer.text
    assert re.search(r"quote this number: [0-9a-f]{16}", answer.text)
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("status", sorted(errors.WORDS))
def test_every_status_we_know_renders(bare: Flask, status: int) -> None:
    with bare.test_request_context("/"):
        answer = errors.error_page(status)
    assert answer.status_code == status
    assert f"<h1>{errors.WORDS[status].title}</h1>" in answer.get_data(as_text=True)
    assert ("Retry-After" in answer.headers) == (status in {429, 503})


def test_a_wrong_method_names_the_right_ones(visitor: FlaskClient) -> None:
    answer = visitor.delete("/raise/missing", headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_a_stale_form_shows_both_texts(visitor: FlaskClient) -> None:
    answer = visitor.get("/raise/stale")
    proofread(answer.text, answer.headers)
    assert answer.status_code == 409
    assert '<p class="keep-lines">Run</p>' in answer.text
    assert ">Long run</textarea>" in answer.text
    assert 'href="/raise/stale">The form as it is now</a>' in answer.text


def test_an_offer_is_a_redirect(visitor: FlaskClient) -> None:
    answer = visitor.get("/raise/offer")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/join")


def test_a_file_too_large_is_said(bare: Flask, visitor: FlaskClient) -> None:
    bare.config["MAX_CONTENT_LENGTH"] = TOO_BIG
    answer = visitor.post("/note", data={"title": "x" * 99})
    assert answer.status_code == 413
    assert "That file is too large" in answer.text
    assert "choose one of 12 megabytes at most: what you typed is still there." in answer.text


@pytest.mark.parametrize(
    ("path", "status"),
    [("/raise/large?n=9", 400), ("/raise/large", 500), ("/raise/unfit?n=9", 500)],
)
def test_a_number_that_no_column_holds_is_logged_and_theirs_only_if_they_sent_one(
    visitor: FlaskClient, caplog: pytest.LogCaptureFixture, path: str, status: int
) -> None:
    assert visitor.get(path).status_code == status
    (told,) = [one for one in caplog.records if one.exc_info]
    assert told.levelname == "ERROR"


def test_an_error_page_does_not_tell_the_community(visitor: FlaskClient) -> None:
    shell.register_community_shell(lambda plain: replace(plain, community_name="Secret circle"))
    assert "Secret circle" not in visitor.get("/raise/missing").text
    assert "Secret circle" not in visitor.get("/raise/refused").text
    assert "Secret circle" in visitor.get("/styleguide").text


def test_a_part_of_a_page_is_not_replaced_by_a_whole_one(visitor: FlaskClient) -> None:
    answer = visitor.get("/raise/missing", headers={"HX-Request": "true"})
    assert answer.headers["HX-Retarget"] == "body"
