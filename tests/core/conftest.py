"""What several tests of the ground floor stand on."""

from collections.abc import Iterator

import pytest
from aiosmtpd.controller import Controller
from flask import Flask

from tests.core.mail_server import Server, free_port, use_server


@pytest.fixture
def smtp(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A mail server on loopback that the app is set to use."""
    kept, port = Server(), free_port()
    controller = Controller(kept, hostname="127.0.0.1", port=port)
    controller.start()
    use_server(app, monkeypatch, f"smtp://127.0.0.1:{port}")
    yield kept
    controller.stop()
