"""kith db: upgrade takes a backup first, check finds what differs, foreign versions are refused."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import ROOT, Kith, ask, forgetful, free_port
from tests.conftest import migrate

pytestmark = pytest.mark.postgres15


def test_an_empty_database_is_made_without_a_backup(
    kith: Kith, empty_database: str, data: Path
) -> None:
    result = kith("db", "upgrade", DATABASE_URL=empty_database)
    assert (result.output, result.exit_code) == ("The database is up to date now.\n", 0)
    assert not (data / "backups").exists()
    assert kith("db", "upgrade").output == "The database is up to date.\n"


def test_a_backup_is_taken_before_anything_changes(
    kith: Kith, empty_database: str, data: Path
) -> None:
    migrate(empty_database, "0001_jobs")
    result = kith("db", "upgrade", DATABASE_URL=empty_database)
    (backup,) = (data / "backups").iterdir()
    assert result.output == (f"A backup was taken: {backup}\nThe database is up to date now.\n")
    assert backup.stat().st_mode & 0o777 == 0o600


def test_check_finds_code_and_tables_at_one(kith: Kith, own_database: str) -> None:
    result = kith("db", "check", DATABASE_URL=own_database)
    assert result.output == "The database, the migrations and the code agree.\n"
    assert result.exit_code == 0


def test_check_names_what_differs(kith: Kith, own_database: str) -> None:
    ask(own_database, "ALTER TABLE installation DROP COLUMN sign_up_open")
    result = kith("db", "check", DATABASE_URL=own_database)
    assert "sign_up_open" in result.output
    assert "Mend: kith db revision" in result.output
    assert result.exit_code == 1


def test_check_finds_a_database_that_is_behind(kith: Kith, empty_database: str) -> None:
    migrate(empty_database, "0001_jobs")
    result = kith("db", "check", DATABASE_URL=empty_database)
    assert result.output.endswith("Mend: kith db upgrade\n")
    assert result.exit_code == 1


def test_serving_a_database_that_is_behind_is_refused(kith: Kith, empty_database: str) -> None:
    migrate(empty_database, "0001_jobs")
    result = kith("serve", DATABASE_URL=empty_database, PORT="0")
    assert "PORT must be greater than or equal to 1" in result.output
    result = kith("serve", PORT="18431")
    assert "Bring it up with kith db upgrade" in result.output
    assert result.exit_code == 1


def test_working_on_a_database_that_is_behind_is_refused(kith: Kith, empty_database: str) -> None:
    migrate(empty_database, "0001_jobs")  # which has a queue, so that a worker would start
    result = kith("work", DATABASE_URL=empty_database)
    assert "Bring it up with kith db upgrade" in result.output
    assert result.exit_code == 1
    assert ask(empty_database, "SELECT version_num FROM alembic_version") == [("0001_jobs",)]


def test_working_on_an_empty_database_is_refused(kith: Kith, empty_database: str) -> None:
    result = kith("work", DATABASE_URL=empty_database)
    assert result.output == (
        "Error: The database is empty. kith serve makes it ready, or kith db upgrade.\n"
    )
    assert result.exit_code == 1


@pytest.mark.parametrize(
    ("command", "whose"),
    [("serve", "DATABASE {name}"), ("work", "ROLE {role} IN DATABASE {name}")],
)
def test_a_database_that_may_forget_is_refused(
    kith: Kith, empty_database: str, command: str, whose: str
) -> None:
    mend = forgetful(empty_database, whose)
    result = kith(command, DATABASE_URL=empty_database, PORT=str(free_port()))
    assert result.output == (
        "Error: The database may forget what it has just taken, a payment or a seat, when its "
        f"machine stops (synchronous_commit is off). Mend: {mend}\n"
    )
    assert result.exit_code == 1
    ask(empty_database, result.output.partition("Mend: ")[2])
    assert ask(empty_database, "SHOW synchronous_commit") == [("on",)]


def test_a_connection_that_asks_to_forget_is_refused(kith: Kith, empty_database: str) -> None:
    mark = "&" if "?" in empty_database else "?"
    url = f"{empty_database}{mark}options=-csynchronous_commit%3Doff"
    result = kith("work", DATABASE_URL=url)
    assert result.output.endswith(
        "Mend: take synchronous_commit out of DATABASE_URL or PGOPTIONS\n"
    )
    assert result.exit_code == 1


def test_a_database_of_a_newer_kith_is_refused(kith: Kith, own_database: str) -> None:
    ask(own_database, "UPDATE alembic_version SET version_num = '9999_from_tomorrow'")
    result = kith("db", "upgrade", DATABASE_URL=own_database)
    assert "made by a newer Kith (it knows the change 9999_from_tomorrow)" in result.output
    assert result.exit_code == 1


@pytest.mark.parametrize("command", ["db upgrade", "work"])
def test_a_server_that_does_not_answer_is_named_without_its_password(
    kith: Kith, command: str
) -> None:
    address = "postgresql://kith:hush@127.0.0.1:1/kith"
    result = kith(*command.split(), DATABASE_URL=address)
    assert "The database does not answer" in result.output
    assert "Connection refused" in result.output
    assert "hush" not in result.output
    assert result.exit_code == 1


def test_a_revision_is_written_from_what_differs(own_database: str, tmp_path: Path) -> None:
    # In a copy: a file more in the checkout would be another test's migration.
    shutil.copy(ROOT / "config.py", tmp_path)
    for name in ("app", "migrations"):
        ignored = shutil.ignore_patterns("__pycache__", "translations")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    versions = tmp_path / "migrations" / "versions"
    known = set(versions.iterdir())
    ask(own_database, "ALTER TABLE installation DROP COLUMN sign_up_open")
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", "db", "revision", "Let sign-up be closed"],
        cwd=tmp_path,
        env={**os.environ, "DATABASE_URL": own_database},
        capture_output=True,
        text=True,
        check=False,
    )
    (written,) = set(versions.glob("*.py")) - known
    assert done.stdout.endswith(f"Written: {written}. Read it before you commit it.\n"), done.stderr
    assert written.stem.endswith("_let_sign_up_be_closed")
    text = written.read_text().replace('"', "'")
    assert "op.add_column('installation'" in text
    assert "op.drop_column('installation'" in text
