#!/usr/bin/env python3
"""Try what the README promises: `make demo` in a fresh checkout, twice, each time stopped again.

Prints how long each start took, from the command to the first page. Needs nothing but Python.
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FROM_NOTHING = 90.0  # seconds, as the README's promise has it
AGAIN = 15.0  # three times the promise of 5: a machine that has just run the tests is not at rest
STOPPING = 30.0
OWN = ("DATABASE_URL", "KITH_BASE_URL", "KITH_ENVIRONMENT")
SAYS = (
    "The demo is open at http://localhost:{port}",
    "owner@demo.example / ",
    "outsider@demo.example / ",
    "Ctrl-C stops it",
)


class Broken(Exception):
    """A promise that was not kept."""


def main() -> None:
    """Start the demo from nothing and once more; leave no process and no file behind."""
    with tempfile.TemporaryDirectory(prefix="kith-smoke-") as place:
        checkout = Path(place) / "kith"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(checkout)], check=True)
        print(
            f"The demo from nothing: {_try(checkout, FROM_NOTHING):.1f} seconds to its first page."
        )
        print(f"The demo once more: {_try(checkout, AGAIN):.1f} seconds to its first page.")


def _try(checkout: Path, patience: float) -> float:
    """Start the demo, read its first page, stop it; return the seconds until the page was there."""
    port = _free_port()
    environment = {name: value for name, value in os.environ.items() if name not in OWN}
    environment |= {"PORT": str(port), "KITH_DATA": str(checkout / "data")}
    log = checkout / "demo.log"
    started = time.monotonic()
    with log.open("w") as out:
        demo = subprocess.Popen(
            ["make", "--no-print-directory", "demo"],
            cwd=checkout,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _first_page(demo, port, started + patience)
        taken = time.monotonic() - started
        _stop(demo, port, checkout)
        _refuse_silence(log.read_text(), port)
    except Broken as failure:
        sys.exit(f"{failure}\n{log.read_text()[-4000:]}")
    finally:
        if demo.poll() is None:
            os.killpg(demo.pid, signal.SIGKILL)
    return taken


def _require(kept: bool, broken: str) -> None:  # noqa: FBT001 - as assert has it
    if not kept:
        raise Broken(broken)


def _free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def _first_page(demo: "subprocess.Popen[bytes]", port: int, deadline: float) -> None:
    while time.monotonic() < deadline:
        _require(demo.poll() is None, "The demo ended before its first page.")
        try:
            with urllib.request.urlopen(f"http://localhost:{port}/", timeout=10) as answer:
                page = answer.read().decode()
        except OSError:
            time.sleep(0.1)
            continue
        _require("<h1" in page, f"The first page is none: {page[:500]}")
        return
    raise Broken("The demo did not show its first page in time.")


def _stop(demo: "subprocess.Popen[bytes]", port: int, checkout: Path) -> None:
    """Stop the demo as a service manager does, and look that nothing of it stays."""
    demo.terminate()
    try:
        demo.wait(STOPPING)
    except subprocess.TimeoutExpired:
        raise Broken("The demo did not stop.") from None
    deadline = time.monotonic() + STOPPING
    while _left(checkout) and time.monotonic() < deadline:
        time.sleep(0.1)
    _require(not _left(checkout), f"These stayed: {_left(checkout)}")
    with socket.socket() as trial:
        _require(trial.connect_ex(("127.0.0.1", port)) != 0, "Something still listens.")


def _left(checkout: Path) -> list[str]:
    """Return the commands of the processes that run from the checkout."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:  # it ended meanwhile
            continue
        if str(checkout) in command:
            found.append(command.strip())
    return found


def _refuse_silence(said: str, port: int) -> None:
    for words in SAYS:
        _require(words.format(port=port) in said, f"The demo did not say: {words}")


if __name__ == "__main__":
    main()
