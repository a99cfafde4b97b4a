"""kith serve, and the two processes it looks after: web and work."""

import errno
import http.client
import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from itertools import chain
from pathlib import Path
from types import FrameType
from typing import Any

import click
from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, ThreadWorker

import config
from app.cli import first_run, schema
from app.cli.console import in_sentences, opened, out
from app.cli.supervisor import Part, Supervisor
from app.core import jobs, postgres
from app.core.database import db
from config import Settings

THREADS = 8
GRACE = 20
KEEPALIVE = 15
A_MOMENT = 3.0  # a Kith that was killed needs it to let go of its port


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--processes", default=2, show_default=True, help="How many web processes.")
@in_sentences
def serve(host: str, processes: int) -> None:
    """Serve this Kith: the web and a worker for background jobs."""
    settings = config.load()
    claim_port(settings.port, host)
    claim_folder(settings.data)
    with leaving_when_told(), opened(settings) as app:
        schema.prepare(app)
        invitation = first_run.invitation(app)
        sys.exit(supervise(app, host, processes, lambda: _welcome(settings, invitation)))


@click.command()
@in_sentences
def work() -> None:
    """Run background jobs until told to stop; start as many as you like."""
    with opened() as app:
        schema.insist(app)
        jobs.run_worker(app)


class WebProcess(ThreadWorker):
    """gunicorn's own, which told to stop waits no longer for who is silent than for who asked.

    Browsers open connections ahead and send nothing: an open tab would hold each stop so long.
    """

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop when what is being answered is answered."""
        soon = time.monotonic() + STOP_KEEPALIVE_LINGER
        for connection in self.pending_conns:
            connection.timeout = min(connection.timeout, soon)
        super().handle_exit(sig, frame)


class Gunicorn(BaseApplication):
    """gunicorn around an application that is loaded once and shared by its workers."""

    def __init__(self, app: Flask, settings: Settings, host: str, processes: int) -> None:
        self._app = app
        self._options: dict[str, Any] = {
            "bind": f"{f'[{host}]' if ':' in host else host}:{settings.port}",
            "worker_class": WebProcess,
            "workers": processes,
            "threads": THREADS,
            "preload_app": True,
            "graceful_timeout": GRACE,
            "keepalive": KEEPALIVE,
            "worker_tmp_dir": "/dev/shm" if os.path.isdir("/dev/shm") else None,  # noqa: S108, PTH112
            "loglevel": "warning",
            "control_socket_disable": True,
        }
        super().__init__()

    def load_config(self) -> None:
        """Hand over our options; nothing is read from files or the command line."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Return the application."""
        return self._app


def supervise(
    app: Flask,
    host: str,
    processes: int,
    announce: Callable[[], None],
    *,
    beside: Sequence[Part] = (),
) -> int:
    """Run web and worker, and what else stands `beside`, until stopped; return the exit code."""
    settings: Settings = app.config["KITH"]

    def serve_web() -> None:
        with _database(settings):
            Gunicorn(app, settings, host, processes).run()

    def work_on_jobs() -> None:
        with _database(settings):
            jobs.run_worker(app)

    with app.app_context():
        db.engine.dispose()  # a connection must not be shared by forks
    look_after = postgres.attach(settings.data).revive if settings.is_embedded else lambda: False
    return Supervisor(
        parts=[Part("web", serve_web), Part("worker", work_on_jobs), *beside],
        look_after=look_after,
        say=out.print,
        is_ready=lambda: _answers(settings.port, host),
        announce=announce,
    ).run()


def _database(settings: Settings) -> AbstractContextManager[object]:
    """Hold on to the embedded database, so that it outlives a killed supervisor in good order."""
    return postgres.start(settings.data) if settings.is_embedded else nullcontext()


def claim_port(port: int, host: str) -> None:
    """Refuse a port that is taken or forbidden, before anything is set up."""
    deadline = time.monotonic() + A_MOMENT
    while (fault := _fault_of(port, host)) is not None:
        if fault == errno.EACCES:
            raise click.ClickException(
                f"Port {port} is only for root on this machine. Choose one above 1023: PORT=8000"
            )
        if fault != errno.EADDRINUSE:
            raise click.ClickException(f"Kith cannot listen at {host}: {os.strerror(fault)}.")
        if time.monotonic() > deadline:
            raise click.ClickException(
                f"Port {port} is taken by another program. Stop it, or choose another: "
                f"PORT={_free_port(port, host)}"
            )
        time.sleep(0.2)


def _free_port(taken: int, host: str) -> int:
    """Return the first port above a taken one that is free, or from 8000 on where none is.

    The next one is the local Stripe's where a demo runs.
    """
    ports = chain(range(taken + 1, 65536), range(8000, taken))
    return next((port for port in ports if _fault_of(port, host) is None), 8000)


def claim_folder(folder: Path) -> None:
    """Make the data folder; refuse one where no file could be kept."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise click.ClickException(
            f"The data folder {folder} cannot be written ({error.strerror}). Make it writable, or "
            "name another with KITH_DATA."
        ) from error


@contextmanager
def leaving_when_told() -> Iterator[None]:
    """End in good order on SIGTERM, so that what was started stops too; Ctrl-C does by itself."""
    before = {number: signal.signal(number, _leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _leave(number: int, _: FrameType | None) -> None:
    sys.exit(128 + number)


def _fault_of(port: int, host: str) -> int | None:
    """Return the error number of listening there, or None when it works."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with closing(socket.socket(family)) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
            trial.listen(1)
        except OSError as error:
            return error.errno or errno.EINVAL
    return None


def _answers(port: int, host: str) -> bool:
    """Whether the web process answers, be it with an error."""
    local = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared only
    with closing(http.client.HTTPConnection(local, port, timeout=5)) as connection:
        try:
            connection.request("GET", "/healthz")
            connection.getresponse()
        except (OSError, http.client.HTTPException):
            return False
        return True


def _welcome(settings: Settings, invitation: str | None) -> None:
    out.print(f"Kith is open at {settings.base_url}")
    if invitation:
        out.print("Nobody looks after it yet. Open this once to become its administrator:")
        out.print(f"  {invitation}")
