"""kith demo touches what it made itself, and nothing else."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import click
import pytest
from flask import Flask

from app.cli.console import opened
from app.cli.demo import fill, welcome
from tests.cli.conftest import Kith, ask, free_port, start_kith
from tests.conftest import settings_for

Demo = Callable[..., str]

NOT_OURS = "This database was not made by the demo"


class Seeding:
    """Stands in for the demo's hundreds of rows, which are another test's matter."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, _app: Flask) -> None:
        """Count."""
        self.count += 1


@pytest.fixture
def seeding() -> Seeding:
    """What counts as seeding here."""
    return Seeding()


@pytest.fixture
def demo(seeding: Seeding, data: Path, capsys: pytest.CaptureFixture[str]) -> Demo:
    """A function that fills a database as the demo does, and returns what it said."""

    def run(url: str, *, reset: bool = False) -> str:
        with opened(settings_for(url, data=data)) as app:
            fill(app, reset=reset, seeding=seeding)
        return capsys.readouterr().out

    return run


def marks(url: str) -> list[tuple[object, ...]]:
    """Return whether the database is marked, and whether its seeding came to its end."""
    return ask(url, "SELECT is_demo, demo_seeded_at IS NOT NULL FROM installation")


def test_an_empty_database_is_filled_and_marked(
    demo: Demo, empty_database: str, seeding: Seeding
) -> None:
    assert demo(empty_database) == "Making the demo's data ...\n"
    assert marks(empty_database) == [(True, True)]
    assert seeding.count == 1


def test_the_second_time_everything_is_there(
    demo: Demo, empty_database: str, seeding: Seeding
) -> None:
    demo(empty_database)
    assert demo(empty_database) == ""
    assert seeding.count == 1


def test_reset_makes_it_again(demo: Demo, empty_database: str, seeding: Seeding) -> None:
    demo(empty_database)
    ask(empty_database, "CREATE TABLE leftover AS SELECT 1")
    demo(empty_database, reset=True)
    assert ask(empty_database, "SELECT to_regclass('leftover')") == [(None,)]
    assert seeding.count == 2


def test_a_seeding_that_was_killed_is_made_again(
    demo: Demo, empty_database: str, seeding: Seeding
) -> None:
    demo(empty_database)
    ask(empty_database, "UPDATE installation SET demo_seeded_at = NULL")
    demo(empty_database)
    assert marks(empty_database) == [(True, True)]
    assert seeding.count == 2


def test_a_demo_of_an_older_version_is_made_again(
    demo: Demo, empty_database: str, seeding: Seeding
) -> None:
    demo(empty_database)
    ask(empty_database, "UPDATE alembic_version SET version_num = '0001_jobs'")
    demo(empty_database)
    assert seeding.count == 2


def test_old_dates_are_mentioned(demo: Demo, empty_database: str) -> None:
    demo(empty_database)
    ask(empty_database, "UPDATE installation SET demo_seeded_at = now() - interval '8 days'")
    assert "kith demo --reset" in demo(empty_database)


@pytest.mark.parametrize("reset", [False, True])
@pytest.mark.parametrize("has_row", [False, True])
def test_any_other_database_is_refused(
    demo: Demo, own_database: str, seeding: Seeding, *, reset: bool, has_row: bool
) -> None:
    if has_row:
        ask(
            own_database,
            "INSERT INTO installation (id, is_demo, founding, sign_up_open, created_at)"
            " VALUES (1, false, 'anyone', true, now())",
        )
    ask(own_database, "CREATE TABLE treasure AS SELECT 7 AS number")
    with pytest.raises(click.ClickException, match=NOT_OURS):
        demo(own_database, reset=reset)
    assert ask(own_database, "SELECT number FROM treasure") == [(7,)]
    assert seeding.count == 0


@pytest.mark.parametrize("kept", ["files/ab/picture.webp", "pg/PG_VERSION"])
def test_a_folder_with_the_files_of_another_kith_is_refused(
    demo: Demo, empty_database: str, seeding: Seeding, data: Path, kept: str
) -> None:
    theirs = data / kept
    theirs.parent.mkdir(parents=True)
    theirs.write_text("a treasure")
    for reset in (False, True):
        with pytest.raises(click.ClickException, match="holds the files of another Kith"):
            demo(empty_database, reset=reset)
    assert theirs.read_text() == "a treasure"
    assert seeding.count == 0
    (data / "demo").touch()  # as in a folder that the demo has made
    demo(empty_database)
    demo(empty_database, reset=True)
    assert seeding.count == 2
    assert theirs.exists() is (kept.startswith("pg"))


def test_the_database_of_another_program_is_refused(kith: Kith, empty_database: str) -> None:
    ask(empty_database, "CREATE TABLE treasure AS SELECT 7 AS number")
    result = kith("demo", "--seed-only", "--reset", DATABASE_URL=empty_database)
    assert NOT_OURS in result.output
    assert ask(empty_database, "SELECT number FROM treasure") == [(7,)]


@pytest.mark.parametrize(
    "setting",
    [
        {"KITH_BASE_URL": "https://kith.example.org"},
        {"KITH_BASE_URL": "http://192.168.0.4:8000"},
        {
            "KITH_ENVIRONMENT": "production",
            "KITH_BASE_URL": "https://localhost",
            "KITH_SMTP_URL": "smtp://localhost",
        },
    ],
)
def test_a_demo_that_others_could_reach_is_refused(
    kith: Kith, empty_database: str, setting: dict[str, str]
) -> None:
    result = kith("demo", "--seed-only", DATABASE_URL=empty_database, **setting)
    assert "runs on this machine only" in result.output
    assert result.exit_code == 1
    assert ask(empty_database, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [
        (0,)
    ]


def test_it_says_that_no_money_moves(
    empty_database: str, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stripe = {"stripe_key": "sk_test_demo", "stripe_base": "http://127.0.0.1:12111"}
    with opened(settings_for(empty_database, data=data, **stripe)) as app:
        welcome(app)
    assert (
        "\nPayments go to a local Stripe at http://127.0.0.1:12111:\n"
        "its page names cards that pay, are declined or ask the bank; no money moves.\n"
    ) in capsys.readouterr().out


@pytest.mark.parametrize(
    ("told", "answer"), [(signal.SIGTERM, 128 + signal.SIGTERM), (signal.SIGINT, 1)]
)
def test_told_to_stop_while_it_is_made_it_leaves_nothing_behind(
    data: Path, tmp_path: Path, told: signal.Signals, answer: int
) -> None:
    log = tmp_path / "log"
    with start_kith("demo", "--seed-only", log=log, PORT=str(free_port())) as demo:
        while "stripe_sandbox listens" not in log.read_text():
            assert demo.poll() is None, log.read_text()
            time.sleep(0.05)
        assert (data / "pg" / "postmaster.pid").exists()
        if told is signal.SIGINT:
            os.killpg(demo.pid, told)  # a terminal tells all that run before it
        else:
            demo.send_signal(told)
    assert demo.returncode == answer
    assert "Traceback" not in log.read_text()
    assert not (data / "pg" / "postmaster.pid").exists()
    assert not [line for line in commands() if os.fsencode(data) in line]


def commands() -> Iterator[bytes]:
    """Yield the command of each process of this machine."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it ended meanwhile
            yield path.read_bytes()
