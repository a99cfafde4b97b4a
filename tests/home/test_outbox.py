"""The outbox: every mail as it was written, on this machine only."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.core.database import add
from app.core.models import OutgoingMail
from config import Environment


def make_mail(**values: Any) -> OutgoingMail:
    """Make a mail; valid and dull."""
    values = {
        "effect_key": "k",
        "kind": "test.news",
        "to_name": "Ada",
        "to_address": "ada@example.org",
        "from_name": "Run Club",
        "language": "en",
        "subject": "Your <seat>",
        "text_body": "Open http://localhost:8000/x now",
        "html_body": "<html><style>p { color: red }</style><p>Hello</p></html>",
        "message_id": "<1@localhost>",
        **values,
    }
    return add(OutgoingMail(**values))


def test_an_empty_outbox_says_what_will_be_there(client: Any) -> None:
    assert "No mail yet" in client.get("/dev/outbox").text


@pytest.mark.parametrize("count", [1, 3])
def test_mails_are_listed_newest_first(client: Any, session: Session, count: int) -> None:
    for n in range(count):
        make_mail(effect_key=str(n), message_id=f"<{n}@x>", subject=f"Letter {n}")
    page = client.get("/dev/outbox").text
    places = [page.index(f"Letter {n}") for n in range(count)]
    assert places == sorted(places, reverse=True)


def test_a_mail_is_shown_with_its_links_and_attachments(client: Any, session: Session) -> None:
    files = {"files": [{"name": "run.ics", "content_type": "text/calendar", "base64": ""}]}
    mail = make_mail(attachments=files, last_error="recipient 451")
    page = client.get(f"/dev/outbox/{mail.public_id}").text
    assert "Your &lt;seat&gt;" in page
    assert '<a href="http://localhost:8000/x"' in page
    assert "run.ics" in page
    assert "recipient 451" in page


def test_an_emptied_mail_has_a_heading(client: Any, session: Session) -> None:
    mail = make_mail(subject="", text_body="", html_body="")
    assert "<h1>Emptied</h1>" in client.get(f"/dev/outbox/{mail.public_id}").text


def test_a_letter_is_shown_in_a_sandbox(app: Flask, session: Session, client: Any) -> None:
    mail = make_mail()
    answer = FlaskClient(app).get(f"/dev/outbox/{mail.public_id}/letter")
    assert b"<p>Hello</p>" in answer.data
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith(
        "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; sandbox"
    )
    assert "allow-scripts" not in policy
    answer.close()


def test_a_mail_that_is_not_there_is_not_found(client: Any) -> None:
    assert client.get("/dev/outbox/nothing").status_code == 404


@pytest.mark.parametrize(
    "change",
    [{"environment": Environment.PRODUCTION}, {"base_url": "https://kith.example.org"}],
)
def test_nobody_elsewhere_sees_mails(
    app: Flask,
    client: Any,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
    change: dict[str, Any],
) -> None:
    mail = make_mail()
    monkeypatch.setitem(app.config, "KITH", app.config["KITH"].model_copy(update=change))
    for path in ("", f"/{mail.public_id}", f"/{mail.public_id}/letter"):
        assert client.get(f"/dev/outbox{path}").status_code == 404


@pytest.mark.parametrize(
    "sent",
    [
        {"headers": {"Host": "evil.example"}},
        {"headers": {"Host": "192.0.2.7:8000"}},
        {"headers": {"X-Forwarded-For": "192.0.2.7"}},
        {"headers": {"X-Forwarded-Host": "evil.example"}},
        {"environ_base": {"REMOTE_ADDR": "192.0.2.7"}},
    ],
)
def test_a_name_or_a_tunnel_that_leads_here_shows_no_mail(
    app: Flask, session: Session, sent: dict[str, Any]
) -> None:
    mail = make_mail()
    session.commit()
    visitor = FlaskClient(app)
    for path in ("", f"/{mail.public_id}", f"/{mail.public_id}/letter"):
        assert visitor.get(f"/dev/outbox{path}").status_code == 200
        assert visitor.get(f"/dev/outbox{path}", **sent).status_code == 404
    assert 'href="/dev/outbox"' in visitor.get("/mail-sent/link").text
    assert 'href="/dev/outbox"' not in visitor.get("/mail-sent/link", **sent).text


def test_only_a_mail_with_a_reply_address_can_be_answered(client: Any, session: Session) -> None:
    mail = make_mail()
    assert "Answer this mail" not in client.get(f"/dev/outbox/{mail.public_id}").text
    answer = client.post(f"/dev/outbox/{mail.public_id}/answer", data={"words": "Yes"})
    assert answer.status_code == 404


def test_an_answer_that_leads_nowhere_is_said_so(client: Any, session: Session) -> None:
    mail = make_mail(reply_to="reply+x@elsewhere.example")
    address = f"/dev/outbox/{mail.public_id}"
    assert "Answer this mail" in client.get(address).text
    assert client.post(f"{address}/answer", data={"words": ""}).status_code == 422
    answer = client.post(f"{address}/answer", data={"words": "Yes"})
    assert "takes no mail any more" in client.follow(answer).text


def test_no_mail_is_answered_in_production(
    client: Any, app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = make_mail(reply_to="reply+x@elsewhere.example")
    settings = app.config["KITH"].model_copy(update={"environment": Environment.PRODUCTION})
    monkeypatch.setitem(app.config, "KITH", settings)
    answer = client.post(f"/dev/outbox/{mail.public_id}/answer", data={"words": "Yes"})
    assert answer.status_code == 404
