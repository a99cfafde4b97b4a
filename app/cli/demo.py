"""kith demo: a Kith with made-up people, on a database that says so itself."""

import shutil
import sys
from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta

import click
import sqlalchemy as sa
from flask import Flask

import config
from app.accounts.models import Installation
from app.cli import local_stripe, schema, supervisor
from app.cli.console import in_sentences, opened, out
from app.cli.demodata.sign_ins import SIGN_INS
from app.cli.local_stripe import LocalStripe
from app.cli.serving import claim_folder, claim_port, leaving_when_told, supervise
from app.core import clock
from app.core.database import db
from config import LogLevel, Settings

HOST = "127.0.0.1"  # a demo can be signed in to by one click, so only this machine reaches it
Seeding = Callable[[Flask], None]
OLD = timedelta(days=7)
NOT_OURS = (
    "This database was not made by the demo, so the demo does not touch it. Name another folder "
    "with KITH_DATA, an empty database with DATABASE_URL, or run kith serve."
)
MARK = "demo"  # a file in the data folder, as the row is in the database
ANOTHERS = (
    "The folder {folder} holds the files of another Kith, so the demo does not touch it. Name "
    "another one with KITH_DATA."
)


@click.command()
@click.option("--reset", is_flag=True, help="Make the demo's data again, dated around today.")
@click.option("--seed-only", is_flag=True, help="Make the data, and start nothing.")
@in_sentences
def demo(*, reset: bool, seed_only: bool) -> None:
    """Show a Kith full of made-up people, on this machine only."""
    settings = config.load()
    _refuse_public(settings)
    if not seed_only:
        claim_port(settings.port, HOST)
    claim_folder(settings.data)
    stripe = local_stripe.beside(settings)
    settings = config.load(**_quiet(settings), **(stripe.settings() if stripe else {}))
    with leaving_when_told(), opened(settings) as app:
        fill(app, reset=reset, seeding=lambda app: _tell(app, stripe))
        if not seed_only:
            parts = [stripe.part()] if stripe else []
            sys.exit(supervise(app, HOST, 1, lambda: welcome(app), beside=parts))


def _quiet(settings: Settings) -> dict[str, str]:
    """Log no requests unless asked to: whom one may be is to stay in sight."""
    return {} if "log" in settings.model_fields_set else {"log": LogLevel.WARNING}


def fill(app: Flask, *, reset: bool = False, seeding: Seeding) -> None:
    """Make the demo's data in an empty or demo-marked database; refuse any other."""
    # Each step in a context of its own: an idle transaction of one would hold up the next.
    with app.app_context():
        is_empty, is_ours = schema.is_empty(), _is_marked()
        is_old = is_ours and schema.needs_upgrade()
    if not is_empty and not is_ours:
        raise click.ClickException(NOT_OURS)
    _mark_folder(app.config["KITH"], is_ours=is_ours)
    if is_empty or is_old or reset or not _is_seeded(app):
        if not is_empty:
            _clear(app)
        _make(app, seeding)


def _mark_folder(settings: Settings, *, is_ours: bool) -> None:
    """Mark the data folder as the demo's; refuse one where another Kith keeps its files."""
    # The database may lie elsewhere; where it lies in this folder, its row speaks for both.
    is_known = (settings.data / MARK).exists() or (settings.is_embedded and is_ours)
    kept = ("files",) if settings.is_embedded else ("files", "pg")
    if not is_known and any((settings.data / name).exists() for name in kept):
        raise click.ClickException(ANOTHERS.format(folder=settings.data))
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    (settings.data / MARK).touch()


def _tell(app: Flask, stripe: LocalStripe | None) -> None:
    """Write the demo's own story, with a Stripe to pay at."""

    def write() -> None:
        # Loading it takes a second that the next starts can spare.
        from app.cli.demodata import seed  # noqa: PLC0415

        with stripe.running() if stripe else nullcontext():
            seed.seed(app, stripe=stripe)

    # What it loads for suggestions is as large as Kith itself: the web should not grow from it.
    with app.app_context():
        db.engine.dispose()
    if supervisor.run_apart(in_sentences(write)) != 0:
        raise click.ClickException("The demo's data could not be made; what went wrong is above.")


def _refuse_public(settings: Settings) -> None:
    if settings.is_production or not settings.is_loopback:
        raise click.ClickException(
            "The demo signs people in by one click, so it runs on this machine only. Leave out "
            "KITH_ENVIRONMENT and KITH_BASE_URL, or run kith serve."
        )


def _is_marked() -> bool:
    """Whether the database says that the demo made it."""
    # In plain SQL: a database of an older version may lack columns we map.
    if not sa.inspect(db.engine).has_table(Installation.__tablename__):
        return False
    return bool(db.session.scalar(sa.text("SELECT bool_or(is_demo) FROM installation")))


def _is_seeded(app: Flask) -> bool:
    """Whether the seeding came to its end; say so when its dates have grown old."""
    with app.app_context():
        seeded_at = db.session.scalar(sa.select(Installation.demo_seeded_at))
    if seeded_at and clock.now() - seeded_at > OLD:
        out.print("The demo's dates are more than a week old. Fresh ones: kith demo --reset")
    return seeded_at is not None


def _clear(app: Flask) -> None:
    """Empty the demo's own database and files."""
    out.print("Clearing the demo's data ...")
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(sa.text("DROP SCHEMA public CASCADE"))
        connection.execute(sa.text("CREATE SCHEMA public"))
    for folder in ("files", "stripe"):
        shutil.rmtree(app.config["KITH"].data / folder, ignore_errors=True)


def _make(app: Flask, seeding: Seeding) -> None:
    """Migrate, mark the database as the demo's before anything else, and seed it."""
    out.print("Making the demo's data ...")
    with app.app_context():
        schema.alembic().upgrade()
    with app.app_context():
        db.session.add(Installation(is_demo=True, created_at=clock.now()))
        db.session.commit()
    seeding(app)
    with app.app_context():
        db.session.execute(sa.update(Installation).values(demo_seeded_at=clock.now()))
        db.session.commit()


def welcome(app: Flask) -> None:
    """Say where the demo is, whom one may be, and where its money goes."""
    out.print(f"\nThe demo is open at {app.config['KITH'].base_url}\n")
    for who, reads, address, password in SIGN_INS:
        out.print(f"  {who} ({reads}): {address} / {password}")
    if stripe := app.config["KITH"].stripe_base:
        out.print(f"\nPayments go to a local Stripe at {stripe}:")
        out.print("its page names cards that pay, are declined or ask the bank; no money moves.")
    out.print("\nCtrl-C stops it; make demo brings it back as it was.")
