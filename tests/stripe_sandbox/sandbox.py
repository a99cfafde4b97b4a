"""A local Stripe in a process of its own, for tests here and of the product."""

import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import stripe

from stripe_sandbox.control import Control

ROOT = Path(__file__).resolve().parent.parent.parent
HOSTS = ("api", "files", "connect", "meter_events")
SAYS = "stripe_sandbox listens on "


@contextmanager
def running(folder: Path, *options: str, port: int = 0) -> Iterator[str]:
    """Run a local Stripe and yield its address; each notice comes twice and shuffled."""
    with started(folder, *options, port=port) as (process, address):
        yield address
        process.terminate()
        assert process.wait(timeout=20) == 0


@contextmanager
def started(
    folder: Path, *options: str, port: int = 0
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Yield the process and its address, and leave nothing running."""
    process = subprocess.Popen(
        [sys.executable, "-m", "stripe_sandbox", "--port", str(port), "--data", folder, *options],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line.startswith(SAYS), line
        yield process, line.removeprefix(SAYS).strip()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def fresh(address: str) -> Control:
    """Return the control of a space that nobody has used yet."""
    return Control(address, f"sk_test_{uuid.uuid4().hex}")


def client_of(control: Control, **options: Any) -> stripe.StripeClient:
    """Return Stripe's own client, speaking to a space of the local server."""
    return stripe.StripeClient(
        control.key,
        base_addresses=cast("Any", dict.fromkeys(HOSTS, control.address)),
        http_client=stripe.RequestsClient(timeout=10),
        **{"max_network_retries": 0, **options},
    )
