"""Mail on the wire: real talks with a mail server on loopback, and what becomes of each mail."""

import smtplib
import socket
import threading
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from flask import Flask
from sqlalchemy.orm import Session

from app.core import mail, tasks
from app.core.database import db
from app.core.models import MailState
from app.core.notify import Attachment, _as_json
from tests.conftest import FixedClock
from tests.core.mail_server import Server, free_port, make_mail, send, use_server, waiting


def test_a_mail_arrives_as_it_was_written(
    session: Session, smtp: Server, clock: FixedClock
) -> None:
    files = [Attachment("run.ics", "text/calendar", b"BEGIN:VCALENDAR")]
    sent = send(
        make_mail(
            reply_to="host@example.org",
            unsubscribe_url="http://localhost:8000/unsubscribe/x",
            attachments={"files": [_as_json(one) for one in files]},
        )
    )
    assert (sent.state, sent.sent_at, sent.attempts) == (MailState.SENT, clock.now, 1)
    [message] = smtp.read()
    assert {
        name: str(message[name])
        for name in ("From", "To", "Subject", "Reply-To", "Message-ID", "Content-Language")
    } == {
        "From": "Run Club <kith@localhost>",
        "To": "Ada Лавлейс <ada@example.org>",
        "Subject": "跑步 on Sunday",
        "Reply-To": "host@example.org",
        "Message-ID": "<fixed@localhost>",
        "Content-Language": "zh-Hans",
    }
    assert message["List-Unsubscribe"] == "<http://localhost:8000/unsubscribe/x>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime == clock.now
    bodies = {part.get_content_type(): part for part in message.walk()}
    assert bodies["text/plain"].get_content().replace("\r\n", "\n") == "Words ✓\n"
    assert bodies["text/html"].get_content().strip() == "<p>Words ✓</p>"
    assert bodies["text/calendar"].get_filename() == "run.ics"
    assert smtp.taken[0].isascii()


def test_a_domain_in_any_script_is_reached(session: Session, smtp: Server) -> None:
    sent = send(make_mail(to_address="ivan@пример.рф", reply_to="olga@пример.рф"))
    assert (sent.state, sent.last_error) == (MailState.SENT, None)
    [message] = smtp.read()
    assert [
        address.addr_spec for name in ("To", "Reply-To") for address in message[name].addresses
    ] == [
        "ivan@xn--e1afmkfd.xn--p1ai",
        "olga@xn--e1afmkfd.xn--p1ai",
    ]


def test_a_mail_is_sent_once_however_often_its_job_runs(session: Session, smtp: Server) -> None:
    one = make_mail()
    for _ in range(3):
        send(one)
    assert len(smtp.taken) == 1
    assert one.attempts == 1
    assert waiting() == []


def test_a_mail_without_extras_has_no_such_headers(session: Session, smtp: Server) -> None:
    send(make_mail())
    [message] = smtp.read()
    assert {"Reply-To", "List-Unsubscribe", "List-Unsubscribe-Post"}.isdisjoint(message.keys())


@pytest.mark.parametrize(
    ("setting", "answer", "state", "error"),
    [
        ("recipient", "550 no such box", "bounced", "recipient 550"),
        ("recipient", "451 later", "queued", "recipient 451"),
        ("content", "554 spam", "failed", "message 554"),
        ("content", "452 full", "queued", "message 452"),
    ],
)
def test_a_servers_no_is_final_or_not(
    session: Session,
    smtp: Server,
    clock: FixedClock,
    setting: str,
    answer: str,
    state: str,
    error: str,
) -> None:
    setattr(smtp, setting, answer)
    one = send(make_mail())
    assert (one.state, one.last_error, one.sent_at) == (state, error, None)
    again = [({"mail_id": one.id}, clock.now + tasks.PAUSES[0])] if state == "queued" else []
    assert waiting() == again


def test_a_mail_is_given_up_after_the_last_pause(session: Session, smtp: Server) -> None:
    smtp.recipient = "451 later"
    one = make_mail()
    for _ in range(len(tasks.PAUSES) + 3):
        send(one)
    assert (one.state, one.attempts) == ("failed", len(tasks.PAUSES) + 1)
    assert len(waiting()) == len(tasks.PAUSES)


def test_a_mail_that_came_late_arrives_after_all(session: Session, smtp: Server) -> None:
    smtp.recipient = "451 later"
    one = send(make_mail())
    smtp.recipient = "250 OK"
    send(one)
    assert (one.state, one.last_error, len(smtp.taken)) == ("sent", None, 1)


def test_a_server_that_is_away_is_tried_again(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_server(app, monkeypatch, f"smtp://127.0.0.1:{free_port()}")
    one = send(make_mail())
    assert (one.state, one.last_error) == ("queued", "ConnectionRefusedError")


@pytest.mark.parametrize("address", ["", "ada", "ada@", "a b@example.org"])
def test_what_is_no_address_bounces(session: Session, smtp: Server, address: str) -> None:
    one = send(make_mail(to_address=address))
    assert (one.state, one.last_error) == ("bounced", "not an address")
    assert smtp.taken == []


@pytest.mark.parametrize(
    "field", ["subject", "to_name", "from_name", "reply_to", "unsubscribe_url"]
)
def test_a_newline_in_a_stored_header_never_becomes_a_header(
    session: Session, smtp: Server, field: str
) -> None:
    one = send(make_mail(**{field: "x\r\nBcc: all@evil.example"}))
    assert one.state == "bounced"
    assert smtp.taken == []


def test_an_address_the_server_cannot_write_bounces(session: Session) -> None:
    refused = mail._verdict(smtplib.SMTPNotSupportedError())
    assert refused == mail.Verdict(MailState.BOUNCED, "unsupported address")


def test_a_wrong_password_is_the_operators_to_mend() -> None:
    refused = mail._verdict(smtplib.SMTPAuthenticationError(535, b"no"))
    assert refused == mail.Verdict(None, "sign-in 535")


def test_without_a_server_the_mail_is_in_the_outbox(app: Flask, session: Session) -> None:
    assert send(make_mail()).state == "sent"


def test_a_claim_of_another_worker_is_waited_for(session: Session, clock: FixedClock) -> None:
    one = make_mail(state="sending", claimed_at=clock.now, attempts=1)
    send(one)
    assert (one.state, one.attempts) == ("sending", 1)
    assert waiting() == [({"mail_id": one.id}, clock.now + tasks.CLAIM)]


def test_a_claim_that_ran_out_is_taken_over(
    session: Session, smtp: Server, clock: FixedClock
) -> None:
    one = make_mail(state="sending", claimed_at=clock.now, attempts=1)
    clock.advance(minutes=3)
    send(one)
    assert (one.state, one.attempts, len(smtp.taken)) == ("sent", 2, 1)


def test_a_late_worker_does_not_settle_what_another_took_over(session: Session) -> None:
    one = make_mail(state="sending", attempts=2)
    tasks._settle(one.id, 1, mail.Verdict(MailState.FAILED, "message 554"))
    db.session.expire_all()
    assert (one.state, one.last_error) == ("sending", None)


def test_a_mail_that_is_gone_is_no_error(session: Session) -> None:
    tasks.send_mail(0)
    assert waiting() == []


def test_a_password_never_travels_in_the_clear() -> None:
    with pytest.raises(smtplib.SMTPException, match="no encryption"):
        mail._secure(_Plain(), "mail.example.org", is_needed=True)
    mail._secure(_Plain(), "mail.example.org", is_needed=False)
    mail._secure(_Plain(), "127.0.0.1", is_needed=True)


class _Plain(smtplib.SMTP):
    """A server that offers no encryption."""

    def ehlo(self, name: str = "") -> tuple[int, bytes]:
        self.ehlo_resp = b"plain"
        return 250, b"plain"


class _Refusing(_Plain):
    """A server whose encryption is asked for."""

    asked = 0

    def has_extn(self, opt: str) -> bool:
        return opt == "starttls"

    def starttls(self, *, context: Any = None) -> tuple[int, bytes]:  # type: ignore[override]
        assert context.check_hostname
        self.asked += 1
        return 220, b"go"


def test_encryption_is_used_where_it_is_offered() -> None:
    server = _Refusing()
    mail._secure(server, "mail.example.org", is_needed=True)
    assert server.asked == 1


def test_a_server_that_wants_a_name_is_given_it(session: Session) -> None:
    seen: list[tuple[bytes, bytes]] = []

    def check(_s: object, _c: object, _e: object, _m: str, data: Any) -> AuthResult:
        seen.append((data.login, data.password))
        return AuthResult(success=True)

    port = free_port()
    controller = Controller(
        Server(), hostname="127.0.0.1", port=port, authenticator=check, auth_require_tls=False
    )
    controller.start()
    try:
        message = mail.compose(make_mail(), sender="kith@localhost")
        url = f"smtp://me%40x:p%2Fw@127.0.0.1:{port}"
        assert mail.transmit(message, url) == mail.SENT
    finally:
        controller.stop()
    assert seen == [(b"me@x", b"p/w")]


def test_a_server_without_encryption_from_the_start_is_tried_again(session: Session) -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    def answer_plainly() -> None:
        connection, _ = listener.accept()
        connection.sendall(b"220 plain\r\n")
        connection.close()

    thread = threading.Thread(target=answer_plainly)
    thread.start()
    message = mail.compose(make_mail(), sender="kith@localhost")
    verdict = mail.transmit(message, f"smtps://127.0.0.1:{listener.getsockname()[1]}")
    thread.join()
    listener.close()
    assert verdict.state is None
    assert verdict.error is not None
    assert "SSL" in verdict.error or "Reset" in verdict.error


def test_no_connection_is_held_while_the_server_is_talked_to(
    app: Flask, session: Session, smtp: Server
) -> None:
    seen: list[bool] = []
    one = make_mail()
    held = db.session
    smtp.before_yes = lambda: seen.append(held.in_transaction())
    send(one)
    assert seen == [False]
