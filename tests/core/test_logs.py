"""Logs: a line for each request with its id, and no secret in any of them."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from flask import Flask, Response
from flask.testing import FlaskClient
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.models import PersonEmail
from app.core import clock, logs, tokens
from app.core.database import db
from tests.factories import make_person


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Iterator[Any]:
    """What was written since the last look, as JSON."""
    logs.configure(level="INFO", as_json=True)
    yield lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    logs.configure(level="INFO", as_json=False)


def test_each_request_leaves_one_line_with_its_id(client: Any, lines: Any) -> None:
    answer = client.get("/healthz?q=hidden")
    [line] = [one for one in lines() if one["event"] == "request"]
    assert line["request_id"] == answer.headers["X-Request-ID"]
    assert (line["method"], line["route"], line["path"], line["status"], line["level"]) == (
        "GET",
        "/healthz",
        "/healthz",
        200,
        "info",
    )
    assert "hidden" not in json.dumps(line)


def test_a_request_leaves_its_id_to_nothing_after_it(app: Flask, lines: Any) -> None:
    FlaskClient(app, Response).get("/healthz")  # in this very context, as a thread of a server does
    assert lines()[-1]["request_id"]
    assert "request_id" not in structlog.contextvars.get_contextvars()


def test_a_path_with_a_token_is_logged_without_it(client: Any, lines: Any) -> None:
    token = tokens.new_token()
    client.get(f"/unsubscribe/{token}")
    client.get("/unsubscribe/short")
    client.get("/c/run-club")
    client.get(f"/nowhere/{token}")
    paths = [one["path"] for one in lines() if one["event"] == "request"]
    assert paths == [
        "/unsubscribe/[removed]",
        "/unsubscribe/[removed]",
        "/c/run-club",
        "/nowhere/[removed]",
    ]


def test_secrets_are_removed_by_name_and_by_look(lines: Any) -> None:
    token = tokens.new_token()
    structlog.get_logger("t").warning(
        "Look at https://x.org/a/" + token,
        password="p",
        csrf_token="c",
        nested={"Cookie": "k", "fine": "ada@example.org", "list": [token, 7]},
        digest="0" * 64,
        url="postgresql://kith:hunter2@db/kith",
        number=3,
    )
    [line] = lines()
    assert line["event"] == "Look at https://x.org/a/[removed]"
    assert line["nested"] == {"Cookie": "[removed]", "fine": "[address]", "list": ["[removed]", 7]}
    assert (line["password"], line["csrf_token"], line["digest"]) == ("[removed]",) * 3
    assert line["url"] == "postgresql://kith:[removed]@db/kith"
    assert line["number"] == 3


def test_names_of_ours_are_no_secrets() -> None:
    plain = (
        "procrastinate_trigger_function_status_events_insert_v1 app/core/database.py b6u3ms9k2rxz"
    )
    assert logs.scrub(plain) == plain


def test_libraries_write_the_same_way(lines: Any) -> None:
    logging.getLogger("some.library").error("could not reach ada@example.org")
    [line] = lines()
    assert (line["event"], line["logger"], line["level"]) == (
        "could not reach [address]",
        "some.library",
        "error",
    )


def test_an_error_of_the_database_does_not_repeat_the_row(
    app: Flask, session: Session, lines: Any
) -> None:
    row = {"person_id": make_person().id, "is_primary": False, "verified_at": clock.now()}
    try:
        with db.session.begin_nested():
            for _ in range(2):
                db.session.add(PersonEmail(address="Ada Byron", address_key="ada byron", **row))
            db.session.flush()
    except IntegrityError:
        structlog.get_logger("t").exception("refused")
    [line] = lines()
    assert "UniqueViolation" in line["exception"]
    assert "byron" not in line["exception"].lower()


def test_a_trusted_proxys_id_is_taken_and_a_strangers_is_not(
    app: Flask, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {"X-Request-ID": "from-the-proxy-1"}
    assert client.get("/healthz", headers=asked).headers["X-Request-ID"] != "from-the-proxy-1"
    behind = app.config["KITH"].model_copy(update={"trusted_proxies": 1})
    monkeypatch.setitem(app.config, "KITH", behind)
    assert client.get("/healthz", headers=asked).headers["X-Request-ID"] == "from-the-proxy-1"
    bad = {"X-Request-ID": "x y"}
    assert client.get("/healthz", headers=bad).headers["X-Request-ID"] != "x y"


def test_an_answer_made_before_the_request_began_has_no_line(app: Flask, lines: Any) -> None:
    with app.test_request_context("/"):
        answer = logs.end_request(app.make_response("x"))
    assert "X-Request-ID" not in answer.headers
    assert lines() == []


def test_the_console_is_written_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(level="INFO", as_json=False)
    structlog.get_logger("t").info("started", secret="s", port=8000)
    written = capsys.readouterr().err
    assert "started" in written
    assert "port=8000" in written
    assert "secret=[removed]" in written


def test_a_stream_that_is_closed_stops_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Closed:
        def write(self, _: str) -> None:
            raise ValueError

    monkeypatch.setattr(logging, "raiseExceptions", False)
    monkeypatch.setattr("sys.stderr", Closed())
    logging.getLogger("t").error("unheard")
    assert capsys.readouterr().out == ""


def test_very_long_words_are_read_in_one_go() -> None:
    word = "z" * 1_000_000  # looked at again from each letter, this would take an hour
    assert logs.scrub(f"{word} ada@example.org") == f"{word} [address]"
    assert logs.scrub(f"{word}://name:secret@host") == f"{word}://name:[removed]@host"
