"""How the command line speaks: plain sentences, and progress where something takes long."""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ParamSpec, TypeVar

import click
from flask import Flask
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeRemainingColumn,
)
from sqlalchemy.exc import OperationalError

from app import create_app
from app.core.database import db
from app.core.errors import RuleViolation
from app.core.postgres import PostgresRefused
from config import Settings, SettingsRefused

P = ParamSpec("P")
R = TypeVar("R")
Advance = Callable[[int], None]

out = Console(highlight=False, soft_wrap=True)


def in_sentences(command: Callable[P, R]) -> Callable[P, R]:
    """Let a command's refusals end it with a sentence instead of a traceback."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except (SettingsRefused, PostgresRefused) as refusal:
            raise click.ClickException(str(refusal)) from refusal
        except RuleViolation as refusal:
            raise click.ClickException(refusal.message % refusal.values) from refusal
        except OperationalError as error:
            raise click.ClickException(unreachable(error)) from error

    return run


@contextmanager
def opened(settings: Settings | None = None) -> Iterator[Flask]:
    """Hold the application for one command, and hang up on its database afterwards."""
    app = create_app(settings)
    try:
        yield app
    finally:
        with app.app_context():
            db.engine.dispose()


def unreachable(error: OperationalError) -> str:
    """Say that the database does not answer, in the server's own last words."""
    reason = str(error.orig).strip().partition("\n")[0]
    return (
        f"The database does not answer: {reason}. Look at "
        "DATABASE_URL, and whether that server runs; leave it out to use Kith's own."
    )


@contextmanager
def writing_to(path: Path) -> Iterator[None]:
    """Let a place that cannot be written end the command with a sentence that names it."""
    try:
        yield
    except OSError as error:
        at = f": {error.filename}" if error.filename not in {None, str(path)} else ""
        raise click.ClickException(
            f"Kith cannot write to {path} ({error.strerror}{at}). Make it writable, make room "
            "there, or name another place."
        ) from error


@contextmanager
def progress(what: str, total: int) -> Iterator[Advance]:
    """Show a bar while something takes long; call the answer with the steps done."""
    # The spinner turns while one step takes long.
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    is_seen = out.is_terminal and total > 0
    with Progress(
        *columns, TimeRemainingColumn(), console=out, transient=True, disable=not is_seen
    ) as bars:
        bar = bars.add_task(what, total=total)
        yield lambda steps: bars.advance(bar, steps)
