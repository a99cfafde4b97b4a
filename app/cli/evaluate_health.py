"""kith evaluate health: figures of the health page on public data, beside what is known of it.

Everything happens in one transaction that is taken back: no community stays.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import click
from flask import Flask, current_app
from rich.table import Table

from app.analytics.months import last_months
from app.analytics.queries import sales
from app.analytics.queries.activity import active_people
from app.cli import evaluate_lives, reference
from app.cli.console import in_sentences, opened, out
from app.communities.models import Community, ImportKind, Visibility
from app.communities.processes import run_import
from app.communities.service import imports
from app.core import clock, storage
from app.core.database import add, db, new_public_id
from app.core.text import search_text, sort_key

ACTIVE = {4: 313, 5: 1038, 6: 740, 7: 360, 8: 287, 9: 255, 10: 164}
SOLD = {
    date(1997, 1, 1): (885, 781, 2859270, 32.31, 36.61),
    date(1997, 3, 1): (1204, 948, 4347210, 36.11, 45.86),
    date(1998, 6, 1): (172, 138, 559087, 32.51, 40.51),
}


ALL = (24409194, 8)
"""The revenue of all 18 months, and the orders that cost nothing."""
AWAKE = (515, 517, 1840)
"""CDNOW's buyers on 1998-07-01: awake by calendar months and by days, and silent for longer."""


@dataclass(frozen=True)
class Finding:
    """One figure: what is known of the data, and what Kith says."""

    figure: str
    month: str
    expected: str
    found: str


@click.command("health")
@click.option(
    "--data",
    "folder",
    type=click.Path(path_type=Path),
    required=True,
    help="The folder with college_msg.txt and cdnow_sample.txt.",
)
@in_sentences
def health(folder: Path) -> None:
    """Import public data, and compare the health page's figures with what is known of it."""
    missing = [
        name for name in (reference.MESSAGES, reference.PURCHASES) if not (folder / name).is_file()
    ]
    if missing:
        raise click.ClickException(
            f"SKIPPED: nothing was compared. {folder} does not hold {' and '.join(missing)}. They "
            "come without a licence, so Kith does not bring them along: CollegeMsg is SNAP's, the "
            "sample of CDNOW is Fader and Hardie's."
        )
    with opened() as app, app.app_context(), nothing_stays(app):
        findings = [*network(folder), *shop(folder)]
    out.print(_table(findings))
    differing = sum(one.expected != one.found for one in findings)
    if differing:
        raise click.ClickException(f"{differing} of {len(findings)} figures differ.")
    out.print(f"All {len(findings)} figures are as they are known.")


@contextmanager
def nothing_stays(app: Flask) -> Iterator[None]:
    """Let everything that is committed become part of one transaction, and take that back."""
    maker = db._app_state[app].sessionmaker  # noqa: SLF001 - the library has no public door to it
    before = dict(maker.kw)
    with db.engine.connect() as connection:
        outer = connection.begin()
        maker.kw.update(bind=connection, join_transaction_mode="create_savepoint")
        try:
            yield
        finally:
            db.session.close()
            maker.kw = before
            outer.rollback()


def network(folder: Path) -> Iterator[Finding]:
    """Import the messages and count who was active, month by month."""
    community = made_community()
    with tempfile.TemporaryDirectory() as workshop:
        path = Path(workshop) / "activities.jsonl"
        reference.write_activities(folder / reference.MESSAGES, path)
        brought(community, ImportKind.ACTIVITIES, path)
    months = last_months(datetime(2004, 10, 31, tzinfo=UTC), "UTC", len(ACTIVE))
    found = active_people(community, months)
    for number, expected in ACTIVE.items():
        month = date(2004, number, 1)
        yield _finding("monthly active people", month, expected, found.get(month, 0))
    evaluate_lives.made_members(community)
    yield _identity(community, "messages", months[-1].first_day, 7)


def shop(folder: Path) -> Iterator[Finding]:
    """Import the purchases as orders: count the money, and then who was awake because they bought.

    An order writes both ledgers, so one import is enough for both.
    """
    community = made_community()
    with tempfile.TemporaryDirectory() as workshop:
        path = Path(workshop) / "orders.csv"
        reference.write_orders(folder / reference.PURCHASES, path)
        brought(community, ImportKind.ORDERS, path)
    yield from _money(community)
    evaluate_lives.made_members(community)
    yield from _lives(community)


def _money(community: Community) -> Iterator[Finding]:
    """Count orders, buyers and money of three months."""
    months = last_months(datetime(1998, 6, 30, tzinfo=UTC), "UTC", 18)
    by_month = sales.by_month(community, months)
    for month, (orders, buyers, net, receipt, per_buyer) in SOLD.items():
        one = by_month[month]
        yield _finding("orders", month, orders, one.orders)
        yield _finding("buyers", month, buyers, one.buyers)
        yield _finding("revenue", month, _dollars(net), _dollars(one.net))
        yield _finding("receipt", month, f"{receipt:.2f}", _dollars(one.per_order or 0))
        yield _finding("per buyer", month, f"{per_buyer:.2f}", _dollars(one.per_buyer or 0))
    last, free = months[-1].first_day, sum(one.orders - one.sales for one in by_month.values())
    total = sum(one.net for one in by_month.values())
    yield _finding("revenue until then", last, _dollars(ALL[0]), _dollars(total))
    yield _finding("orders that cost nothing until then", last, ALL[1], free)


def _lives(community: Community) -> Iterator[Finding]:
    """Count who was awake a year and a half later."""
    last = date(1998, 6, 1)
    yield _identity(community, "purchases", last, 18)
    people = evaluate_lives.lived(community, last, 1)[0].people
    awake, silent = evaluate_lives.awake_by_days(community, date(1998, 7, 1))
    yield _finding("awake by calendar months", last, AWAKE[0], people.awake)
    yield _finding("awake by 183 days", last, AWAKE[1], awake)
    yield _finding("silent for longer", last, AWAKE[2], silent)


def made_community() -> Community:
    """Make a community that nobody finds."""
    name = "Evaluation"
    return add(
        Community(
            slug=f"evaluation-{new_public_id()}"[:40].lower(),
            name=name,
            purpose=name,
            hue=200,
            zone="UTC",
            currency="usd",
            visibility=Visibility.SECRET,
            created_at=clock.now(),
            search_text=search_text(name),
            sort_key=sort_key(name),
        )
    )


def brought(community: Community, kind: ImportKind, path: Path) -> None:
    """Bring a file as `kith import` does."""
    now = clock.now()
    with path.open("rb") as file:
        run = imports.records.begin(community, None, kind=kind, file=file, now=now)
    key = run.file_key or ""
    imports.records.start(run, person=None, is_deferred=False)
    run_import(run.id, secret=current_app.config["SECRET_KEY"], now=now)
    storage.storage().delete(key)  # the job that would is taken back with the rest


def _identity(community: Community, of: str, last: date, count: int) -> Finding:
    """Say in how many months who is awake follows from who was, who came and who went."""
    found = evaluate_lives.lived(community, last, count)
    holds = f"{evaluate_lives.holding(found)} of {count} months"
    return _finding(f"identity of {of}", last, f"{count} of {count} months", holds)


def _finding(figure: str, month: date, expected: object, found: object) -> Finding:
    return Finding(figure, f"{month:%Y-%m}", str(expected), str(found))


def _dollars(cents: float) -> str:
    return f"{cents / 100:.2f}"


def _table(findings: list[Finding]) -> Table:
    table = Table(title="Public data through the product", title_justify="left")
    table.add_column("figure")
    for name in ("month", "known", "Kith says"):
        table.add_column(name, justify="right")
    for one in findings:
        table.add_row(one.figure, one.month, one.expected, one.found)
    return table
