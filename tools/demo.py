"""A demo to photograph or to judge: the given one, or one of our own that is stopped again."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
START_UP = 120


@contextmanager
def running_demo(arguments: list[str]) -> Iterator[str]:
    """Yield the address of a demo: the given one, or one of our own."""
    if arguments:
        yield arguments[0].rstrip("/")
        return
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with TemporaryDirectory(prefix="kith-demo-") as folder:
        os.environ |= {"PORT": str(port), "KITH_DATA": folder, "KITH_LOG": "warning"}
        os.environ.pop("DATABASE_URL", None)
        process = subprocess.Popen([ROOT / ".venv" / "bin" / "kith", "demo"])
        try:
            wait_for(f"http://localhost:{port}/healthz", process)
            yield f"http://localhost:{port}"
        finally:
            process.terminate()
            process.wait(timeout=60)


def wait_for(address: str, process: "subprocess.Popen[bytes]") -> None:
    """Wait until the demo answers."""
    deadline = time.monotonic() + START_UP
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=2):  # noqa: S310 - our own address
                return
        except OSError:
            time.sleep(0.5)
    sys.exit("The demo did not start; try `make demo` alone and read what it says.")
