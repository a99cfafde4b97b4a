"""The kith command, run in this process on a database of its own, or as a process of its own."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from app.cli import main
from tests.conftest import DatabaseServer

ROOT = Path(__file__).resolve().parents[2]
SECRET = "only-for-tests-" + "s" * 32

Kith = Callable[..., Result]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder."""
    return tmp_path / "data"


@pytest.fixture
def empty_database(server: DatabaseServer) -> Iterator[str]:
    """The address of a database without a table."""
    name = server.create()
    yield server.url(name)
    server.drop(name)


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, data: Path) -> None:
    """Let no setting of the developer's reach a command."""
    for name in list(os.environ):
        if name.startswith("KITH_") or name in {"DATABASE_URL", "PORT"}:
            monkeypatch.delenv(name)
    monkeypatch.setenv("KITH_DATA", str(data))
    monkeypatch.setenv("KITH_ENVIRONMENT", "test")


@pytest.fixture
def kith(monkeypatch: pytest.MonkeyPatch) -> Kith:
    """A function that runs a command with settings and returns what it said."""

    def run(*arguments: str, **settings: str) -> Result:
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        return CliRunner().invoke(main, arguments, catch_exceptions=False)

    return run


def free_port() -> int:
    """Return a port that nobody listens at just now."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


def start_kith(*arguments: str, log: Path, **settings: str) -> subprocess.Popen[bytes]:
    """Start the command as a process of its own that writes to a file.

    It hears Ctrl-C as from a terminal, though a shell may have started the tests beside something
    else: to such, and so to all they start, it makes SIGINT mean nothing.
    """
    with log.open("ab") as out:
        return subprocess.Popen(
            [sys.executable, "-m", "app.cli", *arguments],
            cwd=ROOT,
            env={**os.environ, **settings},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - see above
        )


def ask(url: str, statement: str) -> list[tuple[object, ...]]:
    """Run one statement for good and return its rows."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def forgetful(url: str, whose: str = "DATABASE {name}") -> str:
    """Let a database not wait for its disk, by a setting of its own; return what mends it."""
    ((name, role),) = ask(url, "SELECT quote_ident(current_database()), quote_ident(session_user)")
    ask(url, f"ALTER {whose.format(name=name, role=role)} SET synchronous_commit = off")
    return f"ALTER ROLE {role} IN DATABASE {name} SET synchronous_commit = on"
