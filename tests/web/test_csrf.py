"""Forged forms are refused; late ones keep what was typed."""

import re

from flask.testing import FlaskClient

from tests.pages import proofread

TYPED = {"title": "A walk", "words": "We meet at the bridge & walk <slowly>.", "password": "hush"}
HUSHED = "Passwords and codes are not kept: you are asked for them again."
LONG = "A very long text cannot be kept"
OURS = {"Sec-Fetch-Site": "same-origin"}


def test_a_late_form_keeps_what_was_typed(visitor: FlaskClient) -> None:
    answer = visitor.post("/note", data=TYPED, headers=OURS)
    proofread(answer.text, answer.headers)
    assert answer.status_code == 400
    assert 'name="title" value="A walk"' in answer.text
    assert "We meet at the bridge &amp; walk &lt;slowly&gt;." in answer.text
    assert "hush" not in answer.text
    assert HUSHED in answer.text
    assert LONG not in answer.text


def test_what_a_late_form_cannot_keep_is_named(visitor: FlaskClient) -> None:
    typed = {"title": "A walk", "words": "far " * 30_000, "password": ""}
    page = visitor.post("/note", data=typed, headers=OURS).text
    assert "far far" not in page
    assert LONG in page
    assert HUSHED not in page


def test_a_late_form_goes_where_it_was_sent(visitor: FlaskClient) -> None:
    page = visitor.post("/note?from=a%26b&day=2%23&bad=%00", data=TYPED, headers=OURS).text
    assert 'action="/note?from=a%26b&amp;day=2%23&amp;bad="' in page


def test_the_kept_form_can_be_sent(visitor: FlaskClient) -> None:
    page = visitor.post("/note", data=TYPED, headers=OURS).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    again = visitor.post("/note", data={**TYPED, "csrf_token": token[1]}, headers=OURS)
    assert again.status_code == 422


def test_a_foreign_form_gets_no_second_try(visitor: FlaskClient) -> None:
    answer = visitor.post("/note", data=TYPED, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 400
    assert "This did not come from our page" in answer.text
    assert "<form" not in answer.text
    assert "A walk" not in answer.text


def test_without_fetch_headers_the_origin_decides(visitor: FlaskClient) -> None:
    foreign = visitor.post("/note", data=TYPED, headers={"Origin": "http://evil.example"})
    ours = visitor.post("/note", data=TYPED, headers={"Origin": "http://localhost"})
    assert "A walk" not in foreign.text
    assert "A walk" in ours.text
