"""A mail server for tests, and mails to send to it."""

import socket
from collections.abc import Callable
from email.message import EmailMessage, Message
from email.parser import BytesParser
from email.policy import default as default_policy
from typing import Any

import pytest
from aiosmtpd.smtp import Envelope
from flask import Flask
from pydantic import SecretStr
from sqlalchemy import text

from app.core import tasks
from app.core.database import add, db
from app.core.models import OutgoingMail


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
