"""The local Stripe beside a demo: payments as on the real one, and no money moves.

It is another program (`stripe_sandbox`), which knows nothing of us; we meet over HTTP only.
"""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from app.cli.supervisor import Part, end_with
from config import Settings

KEY = "sk_test_kith_demo"
SECRET = "whsec_kith_demo"  # noqa: S105 - of pretended money on this machine
NOTICES = "/stripe/notices"
PATIENCE = 30.0
LAST_PORT = 65535


@dataclass(frozen=True)
class LocalStripe:
    """Where it listens, and where it keeps what it knows."""

    port: int
    folder: Path
    notices_to: str

    def settings(self) -> dict[str, str]:
        """Return the settings by which Kith speaks with it."""
        return {
            "stripe_key": KEY,
            "stripe_base": f"http://127.0.0.1:{self.port}",
            "stripe_webhook_secrets": SECRET,
        }

    def tell(self, what: str, **facts: object) -> Any:
        """Do what people and banks do there (a seeding has neither); return what it answers."""
        body = json.dumps({"key": KEY, **facts}).encode()
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as line:
            line.request("POST", f"/_control/{what}", body, {"Content-Type": "application/json"})
            answer = json.loads(line.getresponse().read())
        if "error" in answer:
            raise click.ClickException(f"The local Stripe refused {what}: {answer['error']}")
        return answer["result"]

    def part(self) -> Part:
        """Return it as one of the processes a demo looks after."""
        return Part("local Stripe", self._become)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Run it for a while, before its own process is started: seeding pays there."""
        parent = os.getpid()
        process = subprocess.Popen(
            self._command(),
            stdin=subprocess.DEVNULL,
            preexec_fn=lambda: end_with(parent),  # noqa: PLW1509 - no thread runs beside us
        )
        try:
            self._wait(process)
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE)

    def _become(self) -> None:
        command = self._command()
        os.execv(command[0], command)  # noqa: S606 - our own program, no shell wanted

    def _command(self) -> list[str]:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return [
            sys.executable,
            *("-m", "stripe_sandbox"),
            *("--port", str(self.port)),
            *("--data", str(self.folder)),
            *("--public-url", f"http://localhost:{self.port}"),
            *("--notices", self.notices_to),
            *("--secret", SECRET),
            "--calm",
        ]

    def _wait(self, process: "subprocess.Popen[bytes]") -> None:
        deadline = time.monotonic() + PATIENCE
        while not _is_open(self.port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise click.ClickException("The local Stripe of the demo does not start.")
            time.sleep(0.05)


def beside(settings: Settings) -> LocalStripe | None:
    """Return the local Stripe of a demo; None where the settings name a Stripe already."""
    if settings.takes_cards:
        return None
    return LocalStripe(
        port=_free_port_near(settings.port),
        folder=settings.data / "stripe",
        notices_to=f"{settings.base_url}{NOTICES}",
    )


def _free_port_near(port: int) -> int:
    """Return the port after Kith's own where that is free, so that it stays the same."""
    for wished in (min(port + 1, LAST_PORT), 0):
        with closing(socket.socket()) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind(("127.0.0.1", wished))
            except OSError:
                continue
            return int(trial.getsockname()[1])
    raise click.ClickException("No port is free for the local Stripe of the demo.")


def _is_open(port: int) -> bool:
    with closing(socket.socket()) as trial:
        trial.settimeout(1)
        return trial.connect_ex(("127.0.0.1", port)) == 0
