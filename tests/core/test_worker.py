"""The worker, with real processes: killed in mid-job, two at once, told to stop."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text

from app import create_app
from app.core import jobs, worker
from app.core.database import db
from app.core.errors import RuleViolation, TryLater
from tests.conftest import settings_for
from tests.core import worker_process

pytestmark = pytest.mark.postgres15

ROOT = Path(__file__).resolve().parents[2]
Ask = Callable[[str], list[tuple[Any, ...]]]
Start = Callable[[], subprocess.Popen[bytes]]
# Tests' own jobs: those of the clock run beside them.
SUCCEEDED = (
    "SELECT 1 FROM procrastinate_jobs WHERE status = 'succeeded' AND task_name LIKE 'test.%'"
)
PATIENCE = 300  # seconds until a wait is given up; nothing is measured


@jobs.task("test.fails", attempts=3)
def fails() -> None:
    """Fail in an unforeseen way."""
    raise OSError


@jobs.task("test.refuses", attempts=3)
def refuses() -> None:
    """End with an answer."""
    raise RuleViolation


@jobs.task("test.waits", attempts=3)
def waits() -> None:
    """Find a service elsewhere silent."""
    raise TryLater


@pytest.fixture
def queue_app(own_database: str) -> Iterator[Flask]:
    """An app whose jobs really commit, with a table for their marks."""
    app = create_app(settings_for(own_database))
    with psycopg.connect(plain(own_database), autocommit=True) as connection:
        connection.execute(worker_process.MARKS)
    with app.app_context():
        yield app
        db.session.close()
        db.engine.dispose()


@pytest.fixture
def ask(own_database: str) -> Iterator[Ask]:
    """A way to look at the database from outside."""
    with psycopg.connect(plain(own_database), autocommit=True) as connection:
        yield lambda statement: connection.execute(statement).fetchall()


@pytest.fixture
def start(own_database: str) -> Iterator[Start]:
    """A way to start workers; none outlives the test."""
    started: list[subprocess.Popen[bytes]] = []

    def one() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.core.worker_process", own_database]
        started.append(subprocess.Popen(command, cwd=ROOT))
        return started[-1]

    yield one
    for process in started:
        process.kill()
        process.wait()


def plain(url: str) -> str:
    return url.replace("+psycopg", "")


def wait_for(condition: Callable[[], object]) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


@pytest.mark.parametrize(("after_effect", "stands_at"), [(False, "start"), (True, "waiting")])
def test_a_job_whose_worker_is_killed_runs_again_and_its_effect_happens_once(
    queue_app: Flask,
    ask: Ask,
    start: Start,
    *,
    after_effect: bool,
    stands_at: str,
) -> None:
    jobs.defer("test.interrupted", key="k", after_effect=after_effect)
    db.session.commit()
    first = start()
    wait_for(lambda: (stands_at,) in ask("SELECT what FROM mark"))
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    start()
    wait_for(lambda: len(ask(SUCCEEDED)) == 1)
    counts: dict[str, int] = dict(
        ask("SELECT what, count(*) FROM mark WHERE what <> 'waiting' GROUP BY what")
    )
    # "unguarded" is the control: without the key, the effect would have been had twice
    unguarded = 2 if after_effect else 1
    assert counts == {"start": 2, "unguarded": unguarded, "effect": 1, "end": 1}
    assert ask("SELECT attempts FROM procrastinate_jobs WHERE task_name = 'test.interrupted'") == [
        (2,)
    ]


def test_two_workers_share_the_jobs_and_run_each_once(
    queue_app: Flask, ask: Ask, start: Start
) -> None:
    processes = [start(), start()]
    wait_for(lambda: len(ask("SELECT 1 FROM procrastinate_workers")) == 2)
    for number in range(60):
        jobs.defer("test.brief", key=f"k{number}")
    db.session.commit()
    wait_for(lambda: len(ask(SUCCEEDED)) == 60)
    assert ask("SELECT key FROM mark GROUP BY key HAVING count(*) <> 1") == []
    assert ask("SELECT count(*) FROM mark") == [(60,)]
    assert {pid for (pid,) in ask("SELECT DISTINCT pid FROM mark")} == {
        process.pid for process in processes
    }


def test_a_worker_told_to_stop_ends_well(ask: Ask, start: Start) -> None:
    process = start()
    wait_for(lambda: ask("SELECT 1 FROM procrastinate_workers"))
    process.terminate()
    assert process.wait(PATIENCE) == 0
    assert ask("SELECT 1 FROM procrastinate_workers") == []


def test_a_job_is_seen_when_its_change_commits_and_gone_when_it_rolls_back(
    queue_app: Flask,
    ask: Ask,
) -> None:
    jobs.defer("test.brief", key="kept")
    assert ask("SELECT 1 FROM procrastinate_jobs") == []
    db.session.commit()
    jobs.defer("test.brief", key="dropped")
    db.session.rollback()
    jobs.run_worker(queue_app, once=True)
    assert ask("SELECT key, what FROM mark") == [("kept", "run")]


@pytest.mark.parametrize(
    ("name", "runs", "state"),
    [("test.fails", 1, "todo"), ("test.refuses", 1, "aborted"), ("test.waits", 1, "todo")],
)
def test_an_error_is_tried_again_later_and_a_refusal_is_not(
    queue_app: Flask,
    ask: Ask,
    name: str,
    runs: int,
    state: str,
) -> None:
    jobs.defer(name)
    db.session.commit()
    worker.run(queue_app, once=True)
    rows = ask(
        "SELECT attempts, status::text, scheduled_at > now() FROM procrastinate_jobs"
        " WHERE task_name LIKE 'test.%'"
    )
    assert rows == [(runs, state, True if state == "todo" else None)]


def test_a_job_is_given_up_after_its_last_try(queue_app: Flask, ask: Ask) -> None:
    jobs.defer("test.fails")
    db.session.commit()
    for _ in range(3):
        worker.run(queue_app, once=True)
        ask("UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo' RETURNING 1")
    rows = ask(
        "SELECT attempts, status::text FROM procrastinate_jobs WHERE task_name LIKE 'test.%'"
    )
    assert rows == [(3, "failed")]


def test_what_runs_by_the_clock_is_registered_with_the_queue(queue_app: Flask) -> None:
    queue = worker.make_worker(queue_app)
    crons = {one.task.name: one.cron for one in queue.periodic_registry.periodic_tasks.values()}
    assert crons == {one.name: one.cron for one in jobs.registered().values() if one.cron}
    assert {"core.tidy", "core.blank_old_mail"} <= set(crons)


def test_a_job_of_the_clock_does_not_see_its_timestamp(queue_app: Flask, ask: Ask) -> None:
    ask(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, args)"
        " VALUES ('default', 'core.tidy', '{\"timestamp\": 1}') RETURNING 1"
    )
    worker.run(queue_app, once=True)
    assert ask("SELECT status::text FROM procrastinate_jobs WHERE task_name = 'core.tidy'") == [
        ("succeeded",)
    ]


def orphans(*rows: tuple[str, int, str | None]) -> None:
    """Make jobs (state, attempts, queueing lock) whose worker died an hour ago."""
    db.session.execute(
        text("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 h')")
    )
    for state, attempts, lock in rows:
        db.session.execute(
            text(
                "INSERT INTO procrastinate_jobs"
                " (queue_name, task_name, status, attempts, queueing_lock, worker_id)"
                " SELECT 'default', 'test.brief', :state, :attempts, :lock, id"
                " FROM procrastinate_workers"
            ),
            {"state": state, "attempts": attempts, "lock": lock},
        )
    db.session.commit()


def sweep(app: Flask, pace: worker.Pace) -> None:
    """Look for orphans once."""

    async def once() -> None:
        queue = worker.make_worker(app)
        async with queue.open_async():
            await worker._bring_back(queue, pace)

    asyncio.run(once())


def test_orphans_are_brought_back_unless_they_killed_many_or_wait_already(
    queue_app: Flask,
    ask: Ask,
) -> None:
    orphans(("doing", 0, None), ("doing", 8, None), ("todo", 0, "q"), ("doing", 0, "q"))
    sweep(queue_app, worker.Pace())
    rows = ask("SELECT status::text, queueing_lock FROM procrastinate_jobs ORDER BY id")
    assert rows == [("todo", None), ("failed", None), ("todo", "q"), ("failed", "q")]


def test_jobs_of_the_living_are_left_alone(queue_app: Flask, ask: Ask) -> None:
    orphans(("doing", 0, None))
    ask("UPDATE procrastinate_workers SET last_heartbeat = now() RETURNING 1")
    sweep(queue_app, worker.Pace())
    assert ask("SELECT status::text FROM procrastinate_jobs") == [("doing",)]


def test_a_sweep_survives_a_database_that_is_away(
    queue_app: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    queue = worker.make_worker(queue_app)

    async def sweep_a_while() -> None:
        async with queue.open_async():
            pool = queue.connector.pool  # type: ignore[attr-defined]
            await pool.close()
            task = asyncio.create_task(worker._sweep(queue, worker.Pace(heartbeat=0.01)))
            while "sweep failed" not in capsys.readouterr().err:  # noqa: ASYNC110 - a log, no event
                await asyncio.sleep(0.01)
            assert not task.done()
            task.cancel()

    asyncio.run(asyncio.wait_for(sweep_a_while(), PATIENCE))
