"""The local Stripe of a demo: a process of its own, at the port beside, gone with its parent."""

import http.client
import os
import signal
import socket
from contextlib import closing
from pathlib import Path

import pytest

from app.cli import local_stripe
from app.cli.local_stripe import LocalStripe
from app.cli.supervisor import Supervisor
from config import Settings
from tests.cli.conftest import free_port
from tests.conftest import settings_for


def answer_of(port: int) -> int | None:
    """Return the status of its answer to a call without a key; None when nobody answers."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as line:
        try:
            line.request("GET", "/v1/customers")
            return line.getresponse().status
        except OSError:
            return None


@pytest.fixture
def stripe(tmp_path: Path) -> LocalStripe:
    """One that does not run yet."""
    return LocalStripe(free_port(), tmp_path / "stripe", "http://localhost:9/stripe/notices")


def test_it_answers_while_it_is_needed(stripe: LocalStripe) -> None:
    assert answer_of(stripe.port) is None
    with stripe.running():
        assert answer_of(stripe.port) == http.client.UNAUTHORIZED
    assert answer_of(stripe.port) is None
    assert stripe.folder.stat().st_mode & 0o777 == 0o700


def test_it_is_looked_after_like_the_other_parts(stripe: LocalStripe) -> None:
    said: list[str] = []
    seen: list[int | None] = []

    def end() -> None:
        seen.append(answer_of(stripe.port))
        os.kill(os.getpid(), signal.SIGTERM)

    def is_ready() -> bool:
        return answer_of(stripe.port) is not None

    parts = [stripe.part()]
    code = Supervisor(parts, say=said.append, is_ready=is_ready, announce=end).run()
    assert (code, seen) == (0, [http.client.UNAUTHORIZED])
    assert said == ["Stopping ..."]
    assert answer_of(stripe.port) is None


def test_settings_that_name_a_stripe_keep_it() -> None:
    named = settings_for("postgresql://none", stripe_key="sk_test_ours")
    assert local_stripe.beside(named) is None


def test_it_listens_beside_kith_and_elsewhere_when_that_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        settings: Settings = settings_for("postgresql://none", port=port - 1)
        found = local_stripe.beside(settings)
    assert found is not None
    assert found.port not in {port, port - 1}
    assert found.settings()["stripe_base"] == f"http://127.0.0.1:{found.port}"
    assert found.notices_to.endswith(f":{port - 1}/stripe/notices")
