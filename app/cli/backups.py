"""kith backup and kith restore."""

from pathlib import Path

import click
import sqlalchemy as sa

import config
from app.accounts import erasure_log, service
from app.cli import archive, schema
from app.cli.console import in_sentences, opened, out, writing_to
from app.core import clock, postgres
from app.core.database import db
from config import Settings


@click.command()
@click.option("--to", "folder", type=click.Path(path_type=Path), help="Where to write it.")
@in_sentences
def backup(folder: Path | None) -> None:
    """Write the database, the files and the secret into one zip."""
    settings = config.load()
    path = archive.write(settings, database_url(settings), folder or settings.data / "backups")
    out.print(f"The backup is {path}")
    out.print("It holds every secret of this installation: keep it where only you can read it.")


@click.command()
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@in_sentences
def restore(path: Path) -> None:
    """Put a backup back into an empty installation, and compare every table.

    A newer erasures.log in the data folder is obeyed: who was erased stays erased.
    """
    settings = config.load()
    with writing_to(settings.data):
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    tables = archive.read(path, settings, database_url(settings))
    rows = sum(int(digest.partition(":")[0]) for digest in tables.values())
    out.print(f"{rows} rows in {len(tables)} tables are back, and equal to the backup.")
    again = _erase_again(settings)
    if again:
        out.print(f"{again} people who had been erased since the backup are erased again.")
    out.print("Next: kith serve.")


def _erase_again(settings: Settings) -> int:
    """Erase again who was erased after the backup, by the log that outlived its database."""
    log = erasure_log.read(settings.data)
    with opened(settings) as app:
        with app.app_context():
            schema.bring_up()
        with app.app_context():
            count = service.replay_erasures(log, now=clock.now())
            db.session.commit()
    return count


def database_url(settings: Settings) -> sa.URL:
    """Return the address of the database, starting the embedded one if that is ours."""
    return sa.make_url(settings.database_url or postgres.attach(settings.data).url)
