"""kith doctor names each fault with its mend."""

import os
import re
import shutil
from collections import namedtuple
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink

from app.cli import doctor as module
from app.cli.doctor import CHECKS
from app.core import clock
from tests.cli.conftest import Kith, ask, forgetful, free_port

Usage = namedtuple("Usage", "total used free")  # noqa: PYI024 - the standard library's own shape


@pytest.fixture
def mail_server() -> Iterator[str]:
    """The address of a mail server that throws everything away."""
    controller = Controller(Sink(), hostname="127.0.0.1", port=free_port())
    controller.start()
    yield f"smtp://127.0.0.1:{controller.port}"
    controller.stop()


def verdicts(output: str) -> dict[str, str]:
    """Return each check's mark by its name."""
    return {name: mark for mark, name in re.findall(r"^([✓✗]) (\w+):", output, re.MULTILINE)}


@pytest.fixture
def time_keeper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """A function that lets this machine's systemd say yes or no, or something else."""

    def say(word: str) -> None:
        program = tmp_path / "bin" / "timedatectl"
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\necho '{word}'\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")

    return say


def test_a_sound_installation(
    kith: Kith, own_database: str, mail_server: str, time_keeper: Callable[[str], None]
) -> None:
    time_keeper("yes")
    result = kith("doctor", DATABASE_URL=own_database, KITH_SMTP_URL=mail_server)
    assert verdicts(result.output) == dict.fromkeys(CHECKS, "✓")
    assert "\nAll is well.\n" in result.output
    assert result.exit_code == 0


def test_a_database_that_does_not_answer(kith: Kith) -> None:
    result = kith("doctor", DATABASE_URL="postgresql://127.0.0.1:1/kith")
    assert "✗ Database: The database does not answer" in result.output
    assert verdicts(result.output)["Disk"] == "✓"
    assert result.exit_code == 1


def test_a_database_that_may_forget(kith: Kith, own_database: str) -> None:
    mend = forgetful(own_database)
    result = kith("doctor", DATABASE_URL=own_database)
    assert "✗ Database: it may forget what it has just taken" in result.output
    assert f"Mend: {mend}\n" in result.output
    assert result.exit_code == 1


def test_an_empty_database(kith: Kith, empty_database: str) -> None:
    result = kith("doctor", DATABASE_URL=empty_database)
    assert "✗ Migrations: the database is empty" in result.output
    assert "Mend: kith serve makes it ready" in result.output
    assert result.exit_code == 1


def test_a_mail_server_that_is_not_there(kith: Kith, own_database: str) -> None:
    result = kith("doctor", DATABASE_URL=own_database, KITH_SMTP_URL="smtp://a:hush@127.0.0.1:1")
    assert "✗ Mail: the mail server 127.0.0.1 does not take us" in result.output
    assert "hush" not in result.output


def test_a_public_address_without_https(kith: Kith, own_database: str) -> None:
    result = kith("doctor", DATABASE_URL=own_database, KITH_BASE_URL="http://kith.invalid")
    assert "✗ Address: nobody can find kith.invalid" in result.output
    assert "✗ https: members reach this installation without encryption" in result.output


def test_a_proxy_that_names_no_visitor(kith: Kith, own_database: str) -> None:
    said = kith("doctor", DATABASE_URL=own_database, KITH_BASE_URL="https://kith.invalid").output
    assert "✗ Visitors: every visitor looks like the proxy" in said
    said = kith("doctor", KITH_TRUSTED_PROXIES="1").output
    assert "✓ Visitors: named by the proxy" in said


def test_https_that_does_not_work(kith: Kith, own_database: str) -> None:
    result = kith("doctor", DATABASE_URL=own_database, KITH_BASE_URL="https://kith.invalid")
    assert "✗ https: https at kith.invalid does not work" in result.output


def test_a_secret_that_others_can_read(kith: Kith, own_database: str, data: Path) -> None:
    data.mkdir()
    (data / "secret").write_text("s" * 40)
    (data / "secret").chmod(0o644)
    result = kith("doctor", DATABASE_URL=own_database)
    assert f"Mend: chmod 600 {data}/secret" in result.output
    assert result.exit_code == 1


def test_a_full_disk(kith: Kith, own_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**12, 10**12, 5 * 10**6))
    result = kith("doctor", DATABASE_URL=own_database)
    assert "✗ Disk: only 5 MB are free" in result.output


def test_chinese_names_that_no_font_draws(
    kith: Kith, own_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CHINESE", "\N{EGYPTIAN HIEROGLYPH A001}")  # which no font has
    said = kith("doctor", DATABASE_URL=own_database).output
    assert "✓ Fonts: names in Chinese stay beside the pictures that chats show" in said
    assert "apt install fonts-noto-cjk" in said


def test_jobs_that_nobody_does(kith: Kith, own_database: str) -> None:
    ask(
        own_database,
        "SELECT procrastinate_defer_jobs_v1(ARRAY[ROW('default', 'accounts.forget', 0, NULL, NULL,"
        " '{}'::jsonb, NULL)::procrastinate_job_to_defer_v1])",
    )
    ask(own_database, "UPDATE procrastinate_events SET at = now() - interval '10 minutes'")
    result = kith("doctor", DATABASE_URL=own_database)
    assert "✗ Jobs: a job has waited for 10 minutes and 0 workers are at work" in result.output


def test_jobs_that_failed_for_good(kith: Kith, own_database: str) -> None:
    """One that ran well since, as those of the clock do, needs no hand any more."""
    ask(
        own_database,
        "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status) VALUES"
        " ('default', 'accounts.make_export', '{\"export_id\": 1}', 'doing'),"
        " ('default', 'core.tidy', '{\"timestamp\": 1}', 'doing'),"
        " ('default', 'core.tidy', '{\"timestamp\": 2}', 'succeeded')",
    )
    ask(own_database, "UPDATE procrastinate_jobs SET status = 'failed' WHERE status = 'doing'")
    said = kith("doctor", DATABASE_URL=own_database).output
    assert "✗ Jobs: of the last 7 days these jobs failed for good: accounts.make_export (1)" in said
    ask(own_database, "UPDATE procrastinate_events SET at = now() - interval '8 days'")
    assert "✓ Jobs: 0 workers, nothing waits" in kith("doctor").output


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("no", "✗ Clock: this machine's clock follows no time server"),
        ("yes", "UTC, as the database's, kept by a time server"),
        ("Can't operate", "UTC, as the database's; who keeps it right is not known here"),
    ],
)
def test_a_clock_that_nobody_keeps_right(
    kith: Kith, own_database: str, time_keeper: Callable[[str], None], word: str, told: str
) -> None:
    time_keeper(word.replace("'", ""))
    assert told in kith("doctor", DATABASE_URL=own_database).output


def test_a_clock_that_is_wrong(kith: Kith, own_database: str) -> None:
    clock.use(lambda: datetime(2030, 1, 1, tzinfo=UTC))
    try:
        result = kith("doctor", DATABASE_URL=own_database)
    finally:
        clock.use(None)
    assert "✗ Clock: this machine and the database differ by" in result.output
