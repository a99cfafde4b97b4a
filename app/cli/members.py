"""kith import members: a list looked at first, then taken in."""

from pathlib import Path

import click
from flask import current_app

from app.cli.console import in_sentences, opened, out, progress
from app.cli.people import known_community
from app.cli.records import activities, orders, undo
from app.communities.models import ImportRun
from app.communities.processes import run_import
from app.communities.service import imports
from app.core import clock
from app.core.database import db
from app.core.foreign.decoding import MOST_BYTES

SHOWN = 10


@click.group("import")
def bring() -> None:
    """Bring what other programs hold."""


for command in (activities, orders, undo):
    bring.add_command(command)


@bring.command("members")
@click.argument("community")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--tag", default="", help="A tag for everyone who is brought.")
@click.option(
    "--invite", is_flag=True, help="Mail each of them an invitation; nobody is mailed otherwise."
)
@click.option("--yes", is_flag=True, help="Do not ask, for scripts.")
@in_sentences
def members(community: str, path: Path, tag: str, *, invite: bool, yes: bool) -> None:
    """Bring people into a community from a CSV file or pasted addresses."""
    with opened() as app, app.app_context():
        run = imports.begin(
            known_community(community),
            None,
            data=_read(path),
            is_pasted=False,
            now=clock.now(),
        )
        db.session.commit()
        _show(run)
        if not yes and not _is_wanted():
            imports.drop(run)
            db.session.commit()
            return
        imports.start(run, person=None, tag=tag, invites=invite, is_deferred=False)
        db.session.commit()
        _bring(run)
        out.print(f"{run.counts['added']} people are in the list of contacts now.")


def _read(path: Path) -> bytes:
    """Read no more than an import takes: a longer file is refused by its size alone."""
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)


def _is_wanted() -> bool:
    """Ask, and take Ctrl-C for a no."""
    try:
        return click.confirm("Bring them?")
    except click.Abort:
        return False


def _show(run: ImportRun) -> None:
    """Say what the list turned out to be."""
    counts = run.counts
    out.print(
        f"{counts['lines']} lines: {counts['new']} new people, {counts['known']} known already, "
        f"{counts['rejected']} that cannot be taken."
    )
    for reject in run.rejects[:SHOWN]:
        reason = str(reject["reason"]).replace("_", " ")
        out.print(f"  line {reject['line']}: {reason} ({reject['shown']})", markup=False)
    if len(run.rejects) > SHOWN:
        out.print(f"  and {len(run.rejects) - SHOWN} more")


def _bring(run: ImportRun) -> None:
    done = 0

    def tell(now_done: int) -> None:
        nonlocal done
        advance(now_done - done)
        done = now_done

    with progress("Bringing people", run.total) as advance:
        run_import(run.id, secret=current_app.config["SECRET_KEY"], now=clock.now(), tell=tell)
    db.session.refresh(run)
