"""kith db: the shape of the database, with a backup before it changes."""

import logging
import re
import sys
from pathlib import Path

import click
from flask import Flask, current_app
from flask_alembic import Alembic
from sqlalchemy import inspect, text

from app.cli import archive
from app.cli.console import in_sentences, opened, out, progress
from app.core.database import db
from config import ROOT, Settings

UPGRADE = "kith db upgrade"


@click.group("db")
def group() -> None:
    """Look after the shape of the database."""


@group.command()
@in_sentences
def upgrade() -> None:
    """Bring the database to this version of Kith; a backup is taken first."""
    with opened() as app, app.app_context():
        if not needs_upgrade():
            out.print("The database is up to date.")
            return
        if not is_empty():
            out.print(f"A backup was taken: {back_up(app.config['KITH'])}")
        bring_up()
        out.print("The database is up to date now.")


@group.command()
@in_sentences
def check() -> None:
    """Tell whether the database, the migrations and the code agree."""
    with opened() as app, app.app_context():
        if needs_upgrade():
            out.print(f"The database is behind this version of Kith. Mend: {UPGRADE}")
            sys.exit(1)
        differences = alembic().compare_metadata()
        for difference in differences:
            out.print(f"  {difference}")
        if differences:
            out.print("The code asks for tables that no migration makes. Mend: kith db revision")
            sys.exit(1)
        out.print("The database, the migrations and the code agree.")


@group.command()
@click.argument("message")
@in_sentences
def revision(message: str) -> None:
    """Write a migration from the differences between the code and the database."""
    with opened() as app, app.app_context():
        tool = alembic()
        number = sum(1 for _ in tool.script_directory.walk_revisions()) + 1
        slug = re.sub(r"\W+", "_", message.lower()).strip("_")[:40]
        tool.rev_id = lambda: f"{number:04}_{slug}"  # type: ignore[method-assign]  # as documented
        # Without a branch: Flask-Alembic would begin a second history beside ours.
        made = tool.revision(message, branch="", path=str(ROOT / "migrations" / "versions"))
        for script in made:
            if script is not None:
                out.print(f"Written: {script.path}. Read it before you commit it.")


def prepare(app: Flask) -> None:
    """Make an empty database ready, and refuse one that this version of Kith does not fit."""
    with app.app_context():
        _refuse_forgetful()
        if is_empty():
            bring_up()
        else:
            _refuse_behind()


def insist(app: Flask) -> None:
    """Refuse a database that is empty or that this version of Kith does not fit; change nothing."""
    with app.app_context():
        _refuse_forgetful()
        if is_empty():
            raise click.ClickException(
                f"The database is empty. kith serve makes it ready, or {UPGRADE}."
            )
        _refuse_behind()


def _refuse_forgetful() -> None:
    if mend := mend_of_forgetting():
        raise click.ClickException(
            "The database may forget what it has just taken, a payment or a seat, when its machine "
            f"stops (synchronous_commit is off). Mend: {mend}"
        )


def mend_of_forgetting() -> str:
    """Return how a commit becomes a promise, or nothing when it is one already.

    What is set for a role in a database wins over the role's, the database's and the server's own
    setting, and each role may set it for itself; only what a connection asks for goes before it.
    """
    with db.engine.connect() as connection:
        value, source, role, name = connection.execute(
            text(
                "SELECT setting, source, quote_ident(session_user), quote_ident(current_database())"
                " FROM pg_settings WHERE name = 'synchronous_commit'"
            )
        ).one()
    if value != "off":
        return ""
    if source == "client":
        return "take synchronous_commit out of DATABASE_URL or PGOPTIONS"
    return f"ALTER ROLE {role} IN DATABASE {name} SET synchronous_commit = on"


def _refuse_behind() -> None:
    if needs_upgrade():
        raise click.ClickException(
            f"The database is not of this version of Kith. Bring it up with {UPGRADE} "
            "(a backup is taken first)."
        )


def bring_up() -> None:
    """Run the migrations that wait."""
    tool = alembic()
    context = tool.migration_context
    waiting = {script.revision for script in tool.script_directory.walk_revisions()}
    for head in context.get_current_heads():
        past = tool.script_directory.iterate_revisions(head, "base")
        waiting -= {script.revision for script in past}
    with progress("Bringing the database up", len(waiting)) as advance:
        context.on_version_apply_callbacks = (lambda **_: advance(1),)
        try:
            tool.upgrade()
        finally:
            context.on_version_apply_callbacks = ()


def alembic() -> Alembic:
    """Return the application's migrations, without their own chatter."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    found: Alembic = current_app.extensions["alembic"]
    return found


def is_empty() -> bool:
    """Whether the database holds no table at all."""
    return not inspect(db.engine).get_table_names()


def needs_upgrade() -> bool:
    """Whether migrations wait. Raises ClickException when the database is ahead of us."""
    known = {script.revision for script in alembic().script_directory.walk_revisions()}
    present = set(alembic().migration_context.get_current_heads())
    if present - known:
        raise click.ClickException(
            "The database was made by a newer Kith (it knows the change "
            f"{', '.join(sorted(present - known))}). Install that version, or restore an older "
            "backup into an empty database."
        )
    return alembic().needs_upgrade()


def back_up(settings: Settings) -> Path:
    """Write a backup into the data folder and return its path."""
    return archive.write(settings, db.engine.url, settings.data / "backups")
