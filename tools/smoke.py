#!/usr/bin/env python3
"""Try what the README promises: `make demo` in a fresh checkout, twice, each time stopped again.

Prints how long each start took, from the command to the first page. Root tries it once more as an
ordinary account. Nothing around the checkout may have another owner or mode afterwards, and the
machine may not have got new accounts. Needs nothing but Python.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import NamedTuple


class Promise(NamedTuple):
    """Seconds to the first page: what is said of it, and what is borne."""

    said: float
    borne: float


ROOT = Path(__file__).resolve().parent.parent
FROM_NOTHING = Promise(90, 90)
AGAIN = Promise(5, 15)  # a machine that has just run the tests is not at rest
NEW_DATA = Promise(90, 90)
STOPPING = 30.0
UNAUTHORIZED = 401
ORDINARY = 1  # initdb asks for the name of the account, and Debian always has this one
BY_NUMBER = ("setpriv", f"--reuid={ORDINARY}", f"--regid={ORDINARY}", "--clear-groups")
BY_NAMESPACE = ("unshare", "--user", f"--map-user={ORDINARY}", f"--map-group={ORDINARY}")
SYSTEM_PYTHON = "/usr/bin/python3"
ACCOUNTS = (Path("/etc/passwd"), Path("/etc/group"))
OWN = ("DATABASE_URL", "KITH_BASE_URL", "KITH_ENVIRONMENT")
SAYS = (
    "The demo is open at http://localhost:{port}",
    "owner@demo.example / ",
    "outsider@demo.example / ",
    "Ctrl-C stops it",
)
LOCAL_STRIPE = re.compile(r"Payments go to a local Stripe at (http://127\.0\.0\.1:\d+):")


class Broken(Exception):
    """A promise that was not kept."""


class Way(NamedTuple):
    """How to be somebody: what stands before a command, and what is set for it."""

    before: tuple[str, ...] = ()
    settings: dict[str, str] = {}  # noqa: RUF012 - never written to


def main() -> None:
    """Start the demo from nothing and once more; leave no process and no file behind."""
    with tempfile.TemporaryDirectory(prefix="kith-smoke-") as place:
        checkout = Path(place) / "kith"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(checkout)], check=True)
        around = _around(checkout, Path.home())
        _tell("from nothing", _try(checkout, FROM_NOTHING), FROM_NOTHING)
        _refuse_changes(around)
        _tell("once more", _try(checkout, AGAIN), AGAIN)
        _refuse_changes(around)
        if os.geteuid() == 0:
            _as_somebody_ordinary(checkout)


def _as_somebody_ordinary(checkout: Path) -> None:
    """Start the demo as root never would, with a home and a data folder of its own."""
    home = checkout.parent / "home"
    home.mkdir(mode=0o750)
    checkout.parent.chmod(0o711)  # closed to others as it was made
    way = _way(checkout)
    if way is None:
        print("NOT TRIED: the demo as an ordinary user (no Python that one may run; namespaces).")
        return
    if way.before == BY_NUMBER:
        owner = f"{ORDINARY}:{ORDINARY}"
        subprocess.run(["chown", "-Rh", owner, str(checkout), str(home)], check=True)
    around = _around(checkout, Path.home(), home)
    settings = {**way.settings, "HOME": str(home), "KITH_DATA": str(checkout / "data-of-another")}
    taken = _try(checkout, NEW_DATA, Way(way.before, settings))
    _tell(f"as an ordinary user ({way.before[0]}), with new data", taken, NEW_DATA)
    _refuse_changes(around)


def _way(checkout: Path) -> Way | None:
    """Return how to be an ordinary account: by its number where it can read Python, else inside."""
    python = str(checkout / ".venv" / "bin" / "python")
    # By a shell: what setpriv itself starts is still found with the eyes of root.
    if _works(*BY_NUMBER, "sh", "-c", f"exec {python} -c ''"):
        return Way(BY_NUMBER)
    if _works(*BY_NAMESPACE, "true"):
        return Way(BY_NAMESPACE)
    if _works(*BY_NUMBER, SYSTEM_PYTHON, "-c", "import venv, ensurepip"):
        for name in (".venv", ".boot"):  # made by a Python that the account may not read
            subprocess.run(["rm", "-rf", str(checkout / name)], check=True)
        return Way(BY_NUMBER, {"PYTHON": SYSTEM_PYTHON})
    return None


def _works(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def _around(checkout: Path, *homes: Path) -> dict[Path, str]:
    """Return mode and owner of homes, what lies in them, all folders above; and the accounts."""
    places = (checkout, ROOT, *homes)
    paths = {path for place in places for path in (place, *place.parents)}
    paths |= {path for home in homes if home.is_dir() for path in home.iterdir()}
    return {path: _shape(path) for path in (*sorted(paths), *ACCOUNTS)}


def _shape(path: Path) -> str:
    try:
        found = path.lstat()
    except FileNotFoundError:  # what comes and goes is nobody's permission
        return ""
    said = f"{found.st_mode:o} {found.st_uid}:{found.st_gid}"
    return f"{said}\n{path.read_text()}" if path in ACCOUNTS else said


def _refuse_changes(around: dict[Path, str]) -> None:
    changed = [
        f"{path}: {before} became {after}"
        for path, before in around.items()
        if (after := _shape(path)) not in {before, ""}
    ]
    if changed:
        sys.exit("\n".join(["The demo changed what is not its own:", *changed]))


def _tell(how: str, taken: float, promise: Promise) -> None:
    print(
        f"The demo {how}: {taken:.1f} seconds to its first page (promised: under {promise.said:g})."
    )
    if taken > promise.said:
        print("WARNING: that is longer than promised. Is this machine busy with something else?")


def _try(checkout: Path, promise: Promise, way: Way = Way()) -> float:  # noqa: B008 - nobody
    """Start the demo, read its first page, stop it; return the seconds until the page was there."""
    port = _free_port()
    environment = {name: value for name, value in os.environ.items() if name not in OWN}
    environment |= {"PORT": str(port), "KITH_DATA": str(checkout / "data"), **way.settings}
    log = checkout / "demo.log"
    started = time.monotonic()
    with log.open("w") as out:
        demo = subprocess.Popen(
            [*way.before, "make", "--no-print-directory", "demo"],
            cwd=checkout,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _first_page(demo, port, started + promise.borne)
        taken = time.monotonic() - started
        _wait_for_words(log, port)
        _try_stripe(log.read_text())
        _stop(demo, port, checkout)
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


def _wait_for_words(log: Path, port: int) -> None:
    """The demo says that it is open a moment after its first page is."""
    deadline = time.monotonic() + STOPPING
    while "Ctrl-C stops it" not in log.read_text() and time.monotonic() < deadline:
        time.sleep(0.1)
    _refuse_silence(log.read_text(), port)


def _try_stripe(said: str) -> None:
    """Look that the local Stripe answers where the demo says: whoever has no key is refused."""
    found = LOCAL_STRIPE.search(said)
    if found is None:
        raise Broken("The demo did not say where its local Stripe is.")
    deadline = time.monotonic() + STOPPING
    while True:
        try:
            urllib.request.urlopen(f"{found[1]}/v1/customers", timeout=10).close()  # noqa: S310 - here
        except urllib.error.HTTPError as answer:
            _require(answer.code == UNAUTHORIZED, f"The local Stripe answered {answer.code}.")
            return
        except OSError as fault:  # it starts beside the web
            _require(time.monotonic() < deadline, f"The local Stripe does not answer: {fault}")
            time.sleep(0.1)
        else:
            raise Broken("The local Stripe answers whoever has no key.")


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
