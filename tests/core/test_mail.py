"""Mail on the wire: real talks with a mail server on loopback, and what becomes of each mail."""

import smtplib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from email.message import EmailMessage, Message
from email.parser import BytesParser
from email.policy import default as default_policy
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope
from flask import Flask
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.orm import Session

from app import create_app
from app.core import clock as core_clock
from app.core import jobs, mail, tasks
from app.core.database import add, db
from app.core.errors import NotThere
from app.core.models import MailState, OutgoingMail, SpentEffect, StoredFile, Throttle
from app.core.notify import Attachment, _as_json, notify
from app.core.storage import storage
from tests.conftest import FixedClock, settings_for
from tests.core.readers import TEMPLATES, Reader

Answer = Callable[[str], str | None]


class Server:
    """A mail server that keeps what it is given, or refuses as a test asks."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.recipient = "250 OK"
        self.content = "250 OK"
        self.before_yes: Callable[[], None] = lambda: None

    async def handle_RCPT(  # noqa: N802 - the library's names
        self, _server: object, _session: object, envelope: Envelope, address: str, _options: object
    ) -> str:
        if self.recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.recipient

    async def handle_DATA(self, _server: object, _session: object, envelope: Envelope) -> str:  # noqa: N802
        self.before_yes()
        if self.content.startswith("250"):
            assert isinstance(envelope.original_content, bytes)
            self.taken.append(envelope.original_content)
        return self.content

    def read(self) -> list[EmailMessage]:
        """Return the mails taken, parsed."""
        parser = BytesParser(policy=default_policy)
        return [message_of(parser.parsebytes(raw)) for raw in self.taken]


def message_of(message: Message) -> EmailMessage:
    assert isinstance(message, EmailMessage)
    return message


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@pytest.fixture
def smtp(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A mail server on loopback that the app is set to use."""
    kept, port = Server(), free_port()
    controller = Controller(kept, hostname="127.0.0.1", port=port)
    controller.start()
    use_server(app, monkeypatch, f"smtp://127.0.0.1:{port}")
    yield kept
    controller.stop()


def use_server(app: Flask, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    settings = app.config["KITH"].model_copy(update={"smtp_url": SecretStr(url)})
    monkeypatch.setitem(app.config, "KITH", settings)


def make_mail(**values: Any) -> OutgoingMail:
    """Make a queued mail; valid and dull."""
    values = {
        "effect_key": "k",
        "kind": "test.news",
        "to_name": "Ada Лавлейс",
        "to_address": "ada@example.org",
        "from_name": "Run Club",
        "language": "zh_Hans",
        "subject": "跑步 on Sunday",
        "text_body": "Words ✓\n",
        "html_body": "<p>Words ✓</p>",
        "message_id": "<fixed@localhost>",
        **values,
    }
    return add(OutgoingMail(**values))


def send(one: OutgoingMail) -> OutgoingMail:
    """Run the job once and look at the mail again."""
    tasks.send_mail(one.id)
    db.session.expire_all()
    return one


def waiting() -> list[tuple[dict[str, int], Any]]:
    rows = db.session.execute(text("SELECT args, scheduled_at FROM procrastinate_jobs ORDER BY id"))
    return [(row.args, row.scheduled_at) for row in rows]


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

    def ehlo(self, name: str = "") -> tuple[int, bytes]:  # noqa: ARG002 - as the library has it
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


def test_old_mails_are_emptied_and_waiting_ones_are_not(
    session: Session, clock: FixedClock
) -> None:
    settled = make_mail(state="sent", effect_key="a", message_id="<a@x>", reply_to="x@y.z")
    waiting_one = make_mail(state="queued", effect_key="b", message_id="<b@x>")
    clock.advance(days=29)
    fresh = make_mail(state="bounced", effect_key="c", message_id="<c@x>", created_at=clock.now)
    clock.advance(days=2)
    tasks.blank_old_mail()
    db.session.expire_all()
    assert [one.blanked_at for one in (settled, waiting_one, fresh)] == [clock.now, None, None]
    emptied = (settled.to_name, settled.to_address, settled.subject, settled.text_body)
    assert emptied == ("", "", "", "")
    assert (settled.html_body, settled.attachments, settled.reply_to) == ("", {}, None)
    assert waiting_one.subject == fresh.subject == "跑步 on Sunday"


def test_tidying_removes_what_nobody_needs(session: Session, clock: FixedClock) -> None:
    add(Throttle(kind="t", key="old", hits=1, ends_at=clock.now))
    add(SpentEffect(key="old", spent_at=clock.now))
    numbers = [jobs.defer("core.tidy") for _ in range(3)]
    for number, state in zip(numbers, ("succeeded", "failed", "todo"), strict=True):
        db.session.execute(
            text(
                "UPDATE procrastinate_jobs SET status = CAST(:state AS procrastinate_job_status)"
                " WHERE id = :id"
            ),
            {"state": state, "id": number},
        )
    db.session.execute(text("UPDATE procrastinate_events SET at = :at"), {"at": clock.now})
    clock.advance(days=8)
    tasks.tidy()
    left = db.session.execute(text("SELECT status::text FROM procrastinate_jobs ORDER BY id"))
    assert [row.status for row in left] == ["failed", "todo"]
    assert db.session.query(Throttle).count() == 0
    assert db.session.query(SpentEffect).count() == 1
    clock.advance(days=400)
    tasks.tidy()
    assert db.session.query(SpentEffect).count() == 0
    assert jobs.registered()["core.tidy"].cron == "17 3 * * *"


def test_a_file_is_deleted_unless_its_row_came_back(app: Flask, session: Session) -> None:
    kept, gone = (storage().put(b"x", "image/png") for _ in range(2))
    add(StoredFile(key=kept, content_type="image/png", size=1))
    for key in (kept, gone):
        tasks.delete_file(key)
    with storage().open(kept) as file:
        assert file.read() == b"x"
    with pytest.raises(NotThere):
        storage().open(gone)


def test_two_that_write_for_one_effect_at_once_write_one_mail(own_database: str) -> None:
    app = create_app(settings_for(own_database))
    app.jinja_env.loader = TEMPLATES
    values: dict[str, Any] = {"key": "k", "subject": "s", "template": "test/letter", "title": ""}
    values |= {"words": "", "moment": core_clock.now()}
    found: list[int] = []

    def write_too() -> None:
        with app.app_context():
            second = notify(Reader(), "test.news", **values)
            assert second is not None
            found.append(second.id)
            db.session.commit()

    with app.app_context():
        first = notify(Reader(), "test.news", **values)
        assert first is not None
        first_id = first.id
        thread = threading.Thread(target=write_too)
        thread.start()
        wait_for_lock(app)
        db.session.commit()
        thread.join()
        jobs_waiting = db.session.execute(text("SELECT count(*) FROM procrastinate_jobs")).scalar()
        db.session.close()
        db.engine.dispose()
    assert found == [first_id]
    assert jobs_waiting == 1


def wait_for_lock(app: Flask) -> None:
    """Wait until another connection waits for ours."""
    asked = text(
        "SELECT 1 FROM pg_stat_activity"
        " WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    deadline = time.monotonic() + 60
    with app.app_context():
        while db.session.execute(asked).scalar() is None:
            assert time.monotonic() < deadline, "nobody waited"
            db.session.rollback()
            time.sleep(0.02)
