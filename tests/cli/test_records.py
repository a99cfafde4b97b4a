"""kith import activities, orders and undo: dry, told twice, cut short by kill -9, taken back."""

import csv
import json
import os
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.activity import rollups
from app.cli.console import opened
from app.communities.models import Community
from app.core.database import db
from tests.activity.imported import counted, jsonl, line, recounted
from tests.billing.test_imported import order
from tests.cli.conftest import Kith, ask, start_kith
from tests.conftest import settings_for
from tests.factories import make_community

LINES = 20_000
PATIENCE = 120
SEEN = (
    "2 new, 0 known already, 0 told twice, 0 that cannot have happened then, 1 that cannot be read."
)


@pytest.fixture
def slug(own_database: str) -> str:
    """The address of a community in Paris."""
    with opened(settings_for(own_database)) as app, app.app_context():
        slug = make_community(zone="Europe/Paris", currency="eur").slug
        db.session.commit()
    return slug


def file_of(path: Path, *lines: dict[str, object] | str) -> str:
    """Write a file of records and return where it is."""
    path.write_bytes(jsonl(*lines))
    return str(path)


def test_a_dry_run_says_everything_and_writes_nothing(
    kith: Kith, own_database: str, slug: str, tmp_path: Path
) -> None:
    path = file_of(tmp_path / "a.jsonl", line(1), line(2, actor_uid="x[bot]"), "=1+1,x")
    report = tmp_path / "left-out.csv"
    result = kith(
        "import", "activities", path, "--community", slug, "--dry-run", "--report", str(report),
        DATABASE_URL=own_database,
    )  # fmt: skip
    assert result.output.splitlines() == [
        f"3 records: {SEEN}",
        "2 people, 1 of them bots.",
        "  line 3: not json (=1+1,x)",
        "Nothing was written.",
    ]
    with report.open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file)) == [
            ["line", "reason", "field", "what stands there"],
            ["3", "not_json", "", "'=1+1,x"],
        ]
    tables = ("import_run", "activity", "identity", "channel", "stored_file")
    assert [ask(own_database, f"SELECT count(*) FROM {name}") for name in tables] == [[(0,)]] * 5  # noqa: S608


def test_activities_come_in_and_go_out(
    kith: Kith, own_database: str, slug: str, tmp_path: Path
) -> None:
    path = file_of(tmp_path / "a.jsonl", line(1), line(2), line(2))
    bring = ("import", "activities", path, "--community", slug, "--yes")
    first = kith(*bring, DATABASE_URL=own_database).output.splitlines()
    assert "2 new, 0 known already, 1 told twice, " in first[0]
    assert first[-2] == "2 were brought, 0 were known already."
    again = kith(*bring, DATABASE_URL=own_database)
    assert again.output.splitlines()[-1] == "Error: There is nothing new in this file."
    assert again.exit_code == 1
    undo = first[-1].removeprefix("To take them back: kith ").split()
    result = kith(*undo, DATABASE_URL=own_database)
    assert result.output == "2 are taken back, 0 stayed.\n"
    assert ask(own_database, "SELECT count(*) FROM activity") == [(0,)]
    assert kith(*undo, DATABASE_URL=own_database).exit_code == 1
    unknown = kith("import", "undo", "nothing", "--community", slug, DATABASE_URL=own_database)
    assert unknown.output == f"Error: There is no import nothing in /c/{slug}.\n"


def test_orders_come_in_from_csv(kith: Kith, own_database: str, slug: str, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    rows = [order(1), order(2, total="0", buyer_uid="b2")]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    result = kith(
        "import", "orders", str(path), "--community", slug, "--yes", DATABASE_URL=own_database
    )
    assert "2 were brought, 0 were known already." in result.output
    assert ask(own_database, "SELECT count(*) FROM ledger_txn") == [(2,)]
    assert ask(own_database, "SELECT count(*) FROM outgoing_mail") == [(0,)]


def test_a_no_leaves_nothing(kith: Kith, own_database: str, slug: str, tmp_path: Path) -> None:
    path = file_of(tmp_path / "a.jsonl", line(1))
    result = kith("import", "activities", path, "--community", slug, DATABASE_URL=own_database)
    assert "Bring them? [y/N]:" in result.output
    tables = "SELECT (SELECT count(*) FROM import_run), (SELECT count(*) FROM stored_file)"
    assert ask(own_database, tables) == [(0, 0)]


def history(path: Path) -> str:
    """Write a history in no order that takes several batches, with replies and mentions."""
    begins = datetime(2025, 1, 1, tzinfo=UTC)
    with path.open("w", encoding="utf-8") as file:
        for number in range(LINES):
            one = line(
                number,
                happened_at=(begins + timedelta(minutes=(number * 7919) % 400_000)).isoformat(),
                actor_uid=f"p{number % 97}",
                mentions=[f"p{number % 89}"],
                reply_to_uid=f"m{(number * 31) % LINES}" if number % 3 == 0 else None,
            )
            file.write(json.dumps(one) + "\n")
    return str(path)


def killed_when(is_time: Callable[[], bool], *arguments: str, log: Path, **settings: str) -> None:
    """Start a command, kill it without a warning when it is time, and see that it died of it."""
    process = start_kith(*arguments, log=log, **settings)
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and not is_time() and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait(PATIENCE) == -signal.SIGKILL, log.read_text(encoding="utf-8")


def rolled_up(url: str) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """Return a community's roll-ups as they stand, and counted anew."""
    with opened(settings_for(url)) as app, app.app_context():
        community = db.session.query(Community).one()
        found = counted(community), recounted(community)
        db.session.rollback()
    return found


def test_an_import_and_its_undoing_survive_kill_9(
    kith: Kith, own_database: str, slug: str, tmp_path: Path
) -> None:
    path, log = history(tmp_path / "a.jsonl"), tmp_path / "log"
    bring = ("import", "activities", path, "--community", slug, "--yes")
    number = "SELECT count(*) FROM activity"

    def rows() -> int:
        return int(str(ask(own_database, number)[0][0]))

    killed_when(lambda: rows() > 0, *bring, log=log, DATABASE_URL=own_database)
    half = rows()
    assert 0 < half < LINES  # the control: it was cut short, and the state shows it
    assert ask(own_database, "SELECT state, progress FROM import_run") == [("running", half)]
    stand, anew = rolled_up(own_database)
    assert stand == anew != []

    result = kith(*bring, DATABASE_URL=own_database)
    assert f"This file was cut short at line {half} and goes on from there." in result.output
    assert rows() == LINES
    unique = "SELECT count(DISTINCT source_uid) FROM activity"
    assert ask(own_database, unique) == [(LINES,)]
    assert ask(own_database, "SELECT counts ->> 'added' FROM import_run") == [(str(LINES),)]
    stand, anew = rolled_up(own_database)
    assert stand == anew
    assert sum(int(str(row[6])) for row in stand if row[0] == "activity_day") == LINES

    undo = result.output.splitlines()[-1].removeprefix("To take them back: kith ").split()
    killed_when(lambda: rows() < LINES, *undo, log=log, DATABASE_URL=own_database)
    assert 0 < rows() < LINES
    stand, anew = rolled_up(own_database)
    assert stand == anew != []
    result = kith(*undo, DATABASE_URL=own_database)
    assert result.output == f"{LINES} are taken back, 0 stayed.\n"
    tables = ("activity", "activity_day", "activity_month", "identity", "channel")
    assert [ask(own_database, f"SELECT count(*) FROM {name}") for name in tables] == [[(0,)]] * 5  # noqa: S608


def test_the_comparison_with_a_recount_can_fail(
    kith: Kith, own_database: str, slug: str, tmp_path: Path
) -> None:
    path = file_of(tmp_path / "a.jsonl", line(1), line(2))
    kith("import", "activities", path, "--community", slug, "--yes", DATABASE_URL=own_database)
    ask(own_database, "UPDATE activity_day SET count = count + 1")
    stand, anew = rolled_up(own_database)
    assert stand != anew
    assert rollups.SOMEONE == ["community_id", "contact_id", "identity_id"]
