"""What takes long shows how far it is, where somebody looks."""

import os
import pty
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from app.cli import console
from tests.cli.conftest import ROOT, Kith


@pytest.mark.parametrize(("is_terminal", "shown"), [(True, "2/3"), (False, "")])
def test_a_bar_is_drawn_where_somebody_looks(
    monkeypatch: pytest.MonkeyPatch, *, is_terminal: bool, shown: str
) -> None:
    paper = StringIO()
    screen = Console(file=paper, force_terminal=is_terminal, width=80)
    monkeypatch.setattr(console, "out", screen)
    with console.progress("Reading", 3) as advance:
        advance(2)
    assert ("Reading" in paper.getvalue()) is is_terminal
    assert shown in paper.getvalue()
    assert paper.getvalue() == "" or is_terminal


def test_a_command_draws_bars_on_a_terminal_and_none_elsewhere(
    kith: Kith, own_database: str, data: Path
) -> None:
    seen = on_a_terminal("backup", DATABASE_URL=own_database)
    assert all(bar in seen for bar in ("Reading tables", "Writing tables", "\x1b["))
    assert seen.endswith("keep it where only you can read it.\r\n")
    assert len(list((data / "backups").iterdir())) == 1
    piped = kith("backup", "--to", str(data / "again"), DATABASE_URL=own_database).output
    assert "The backup is" in piped
    assert not any(bar in piped for bar in ("Reading", "Writing", "\x1b"))


def on_a_terminal(*arguments: str, **settings: str) -> str:
    """Run the command as if somebody looked on, and return what they saw."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "app.cli", *arguments],
        cwd=ROOT,
        env={**os.environ, "TERM": "xterm-256color", **settings},
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    ) as command:
        os.close(theirs)
        seen = b"".join(iter(lambda: _read(ours), b""))
    os.close(ours)
    assert command.returncode == 0, seen
    return seen.decode()


def _read(terminal: int) -> bytes:
    """Read on; a terminal whose other end was closed says so by an error."""
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""
