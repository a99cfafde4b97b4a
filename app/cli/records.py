"""kith import activities, orders and undo: files of any size, looked at first, then taken in."""

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import click
from flask import current_app

from app.cli.console import in_sentences, opened, out, progress
from app.cli.people import known_community
from app.communities.models import Community, ImportKind, ImportRun, ImportState
from app.communities.processes import run_import, undo_import
from app.communities.queries.imports import import_by_id
from app.communities.service import imports
from app.communities.service.imports.records import Hear, as_json
from app.core import clock
from app.core.database import db
from app.core.foreign.records import Broken
from app.core.tables import BYTE_ORDER_MARK, safe_cell

SHOWN = 10
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
REPORT = click.Path(dir_okay=False, writable=True, path_type=Path)


def _options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command what all imports of records understand."""
    for decorate in (
        click.option("--yes", is_flag=True, help="Do not ask, for scripts."),
        click.option("--report", type=REPORT, help="Write every line left out into this CSV."),
        click.option("--dry-run", is_flag=True, help="Say what would happen, and write nothing."),
        click.option("--community", "slug", required=True, help="The word behind /c/."),
        click.argument("path", metavar="FILE", type=FILE),
    ):
        command = decorate(command)
    return command


@click.command("activities")
@_options
@click.option("--with-text", is_flag=True, help="Bring what was written, too.")
@in_sentences
def activities(
    path: Path, slug: str, report: Path | None, *, dry_run: bool, yes: bool, with_text: bool
) -> None:
    """Bring what people did elsewhere, from JSON lines or CSV."""
    _bring(ImportKind.ACTIVITIES, path, slug, report, dry_run=dry_run, yes=yes, with_text=with_text)


@click.command("orders")
@_options
@in_sentences
def orders(path: Path, slug: str, report: Path | None, *, dry_run: bool, yes: bool) -> None:
    """Bring what was bought elsewhere, from JSON lines or CSV."""
    _bring(ImportKind.ORDERS, path, slug, report, dry_run=dry_run, yes=yes)


@click.command("undo")
@click.argument("number", metavar="IMPORT")
@click.option("--community", "slug", required=True, help="The word behind /c/.")
@in_sentences
def undo(number: str, slug: str) -> None:
    """Take a whole import back, by the word it was given."""
    with opened() as app, app.app_context():
        run = import_by_id(known_community(slug).id, number)
        if run is None:
            raise click.ClickException(f"There is no import {number} in /c/{slug}.")
        if run.state is not ImportState.UNDOING:
            imports.ask_to_undo(run, person=None, is_deferred=False)
            db.session.commit()
        undo_import(run.id, now=clock.now())
        db.session.refresh(run)
        out.print(f"{run.counts['undone']} are taken back, {run.counts['stayed']} stayed.")


def _bring(
    kind: ImportKind,
    path: Path,
    slug: str,
    report: Path | None,
    *,
    dry_run: bool,
    yes: bool,
    with_text: bool = False,
) -> None:
    with opened() as app, app.app_context(), path.open("rb") as file:
        community, now = known_community(slug), clock.now()
        run = None if dry_run else imports.records.unfinished(community, kind, file)
        if run is not None:
            out.print(f"This file was cut short at line {run.progress} and goes on from there.")
        elif dry_run:
            with _reporting(report) as hear:
                _look_only(community, kind, file, now, hear)
            return
        else:
            run = _begun(community, kind, file, now, report)
            if not yes and not _is_wanted():
                imports.drop(run)
                db.session.commit()
                return
            imports.records.start(run, person=None, with_text=with_text, is_deferred=False)
            db.session.commit()
        _run(run)


def _look_only(
    community: Community, kind: ImportKind, file: IO[bytes], now: datetime, hear: Hear
) -> None:
    look = imports.records.look_at(community, kind, file, now=now, hear=hear)
    db.session.rollback()
    _show(look.counts, [as_json(one) for one in look.rejects])
    out.print("Nothing was written.")


def _begun(
    community: Community, kind: ImportKind, file: IO[bytes], now: datetime, report: Path | None
) -> ImportRun:
    with _reporting(report) as hear:
        run = imports.records.begin(community, None, kind=kind, file=file, now=now, hear=hear)
    db.session.commit()
    _show(run.counts, run.rejects)
    return run


@contextmanager
def _reporting(path: Path | None) -> Iterator[Hear]:
    """Write each line that is left out into a spreadsheet, in which no cell is a formula."""
    with path.open("w", encoding="utf-8", newline="") if path else nullcontext() as file:
        if file is None:
            yield lambda _one: None
            return
        file.write(BYTE_ORDER_MARK)
        writer = csv.writer(file)
        writer.writerow(["line", "reason", "field", "what stands there"])

        def hear(one: Broken) -> None:
            row = (one.line, one.flaw.value, one.field, one.shown)
            writer.writerow([safe_cell(cell) for cell in row])

        yield hear


def _show(counts: dict[str, Any], rejects: list[dict[str, Any]]) -> None:
    """Say what the file turned out to be."""
    out.print(
        f"{counts['lines']} records: {counts['new']} new, {counts['known']} known already, "
        f"{counts.get('twice', 0)} told twice, "
        f"{counts['quarantined']} that cannot have happened then, "
        f"{counts['rejected']} that cannot be read."
    )
    out.print(f"{counts['people']} people, {counts['bots']} of them bots.")
    for reject in rejects[:SHOWN]:
        reason = f"{reject['reason']} {reject['field']}".replace("_", " ").strip()
        out.print(f"  line {reject['line']}: {reason} ({reject['shown']})", markup=False)
    left = counts["rejected"] + counts["quarantined"] - min(SHOWN, len(rejects))
    if left > 0:
        out.print(f"  and {left} more")


def _is_wanted() -> bool:
    """Ask, and take Ctrl-C for a no."""
    try:
        return click.confirm("Bring them?")
    except click.Abort:
        return False


def _run(run: ImportRun) -> None:
    done = run.progress

    def tell(now_done: int) -> None:
        nonlocal done
        advance(now_done - done)
        done = now_done

    with progress("Bringing them", run.total - done) as advance:
        run_import(run.id, secret=current_app.config["SECRET_KEY"], now=clock.now(), tell=tell)
    db.session.refresh(run)
    slug = db.session.get_one(Community, run.community_id).slug
    out.print(f"{run.counts['added']} were brought, {run.counts['known']} were known already.")
    out.print(f"To take them back: kith import undo {run.public_id} --community {slug}")
