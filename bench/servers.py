"""The two servers that are compared: Kith with its demo, and Flask's hello, one worker each."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import psycopg

ROOT = Path(__file__).resolve().parent.parent
KITH = [sys.executable, "-m", "app.cli"]
PATIENCE = 120.0
HELLO = """
from flask import Flask

app = Flask(__name__, static_folder=None)


@app.get("/")
def hello():
    return "Hello"
"""
LIKE_KITH = ("--worker-class", "gthread", "--workers", "1", "--threads", "8", "--preload",
             "--keep-alive", "15", "--log-level", "warning", "--no-control-socket")  # fmt: skip


@dataclass
class Answer:
    """What came back: the body as sent, still compressed."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Browser:
    """One connection kept open, with the headers of a browser and its cookies."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    address: str = ""  # where a trusted proxy would say it comes from
    _connection: http.client.HTTPConnection | None = None

    def get(self, path: str, *, plain: bool = False) -> Answer:
        """Fetch a page, compressed unless `plain`."""
        return self._send("GET", path, None, plain=plain)

    def post(self, path: str, **values: str) -> Answer:
        """Send a form."""
        return self._send("POST", path, urlencode(values), plain=True)

    def _send(self, method: str, path: str, body: str | None, *, plain: bool) -> Answer:
        try:
            return self._send_once(method, path, body, plain=plain)
        except (http.client.RemoteDisconnected, ConnectionError):
            if self._connection is None:
                raise
            self._connection = None  # the server lets go of connections that are quiet for long
            return self._send_once(method, path, body, plain=plain)

    def _send_once(self, method: str, path: str, body: str | None, *, plain: bool) -> Answer:
        if self._connection is None:
            connection = http.client.HTTPConnection("localhost", self.port, timeout=60)
            connection.connect()
            self._connection = connection
        headers = {
            "Accept": "text/html",
            "Accept-Language": "en",
            "Accept-Encoding": "identity" if plain else "gzip",
            "Sec-Fetch-Site": "same-origin",
        }
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={text}" for name, text in self.cookies.items())
        if self.address:
            headers["X-Forwarded-For"] = self.address
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._connection.request(method, path, body, headers)
        response = self._connection.getresponse()
        content = response.read()
        for name, text in response.getheaders():
            if name.lower() == "set-cookie":
                cookie = text.partition(";")[0]
                self.cookies[cookie.partition("=")[0]] = cookie.partition("=")[2]
        answer_headers = {name.lower(): text for name, text in response.getheaders()}
        return Answer(response.status, answer_headers, content)


@contextmanager
def hello(folder: Path) -> Iterator[tuple[int, int]]:
    """Serve Flask's hello under the server Kith uses; yield (port, process)."""
    (folder / "hello.py").write_text(HELLO, encoding="utf-8")
    port = free_port()
    shared = ["--worker-tmp-dir", "/dev/shm"] if Path("/dev/shm").is_dir() else []  # noqa: S108
    command = [sys.executable, "-m", "gunicorn", *LIKE_KITH, *shared]
    command += ["--bind", f"127.0.0.1:{port}", "--chdir", str(folder), "hello:app"]
    with running(command, dict(os.environ), folder / "hello.log") as process:
        wait_for(process, port, "/")
        yield port, process.pid


@contextmanager
def kith(folder: Path, **settings: str) -> Iterator[tuple[int, int]]:
    """Fill a database with the demo and serve it as in production; yield (port, process)."""
    port = free_port()
    environment = {key: value for key, value in os.environ.items() if not key.startswith("KITH_")}
    environment.pop("DATABASE_URL", None)
    environment |= {"KITH_DATA": str(folder / "data"), "PORT": str(port), "KITH_LOG": "warning"}
    subprocess.run([*KITH, "demo", "--seed-only"], env=environment, check=True, cwd=ROOT)
    environment |= {
        "KITH_ENVIRONMENT": "production",
        "KITH_BASE_URL": f"https://localhost:{port}",
        "KITH_SMTP_URL": "smtp://127.0.0.1:9",  # nothing listens there: no mail leaves
    } | settings
    command = [*KITH, "serve", "--processes", "1"]
    with running(command, environment, folder / "kith.log") as process:
        wait_for(process, port, "/healthz")
        yield port, process.pid


@contextmanager
def database(folder: Path) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """Connect to the embedded database of the running Kith."""
    lines = (folder / "data" / "pg" / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    port, socket_folder = lines[3], lines[4]
    with psycopg.connect(
        host=socket_folder, port=int(port), user="kith", dbname="kith", autocommit=True
    ) as connection:
        yield connection


def sign_in(port: int, address: str, language: str = "en") -> Browser:
    """Sign in as one of the demo's people by the one click that a visitor has.

    Each of them reads a language of their own, so that of the measurement is chosen at the foot of
    the page: figures of two languages do not compare.
    """
    browser = Browser(port)
    _send_form(browser, "/demo/session", address=address)
    _send_form(browser, "/settings/language", language=language)
    page = browser.get("/settings", plain=True).body.decode()
    if f'<html lang="{language.replace("_", "-")}"' not in page:
        raise LookupError(f"{address} does not read {language}")
    return browser


def _send_form(browser: Browser, path: str, **values: str) -> None:
    """Send a form that stands on the front page."""
    page = browser.get("/", plain=True).body.decode()
    form = page.partition(f'action="{path}"')[2]
    token = re.search(r'name="csrf_token" value="([^"]+)"', form)
    if token is None:
        raise LookupError(f"the front page does not lead to {path}: is this a demo?")
    answer = browser.post(path, csrf_token=token[1], **values)
    if answer.status != http.HTTPStatus.SEE_OTHER:
        raise LookupError(f"{path} answered {answer.status}")


def free_port() -> int:
    """Return a port that nobody listens at."""
    with closing(socket.socket()) as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def wait_for(process: subprocess.Popen[bytes], port: int, path: str) -> None:
    """Wait until a server answers; give up at once when it has ended."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            if Browser(port).get(path).status < http.HTTPStatus.INTERNAL_SERVER_ERROR:
                return
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
        time.sleep(0.1)


@contextmanager
def running(
    command: list[str], environment: dict[str, str], log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server until the block ends, and stop all that it started."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=output, stderr=output)
        try:
            yield process
        except OSError:
            sys.stderr.write(log.read_text(errors="replace")[-2000:])
            raise
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)
