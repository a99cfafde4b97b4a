"""The worker: runs jobs in threads, brings back those whose worker died, stops when told."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import procrastinate
import structlog
from flask import Flask
from procrastinate.jobs import Job

from app.core.database import db
from app.core.errors import RuleViolation, TryLater
from app.core.jobs import QUEUE, Task, registered

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Pace:
    """How often a worker shows that it lives, and when it counts as dead (seconds)."""

    heartbeat: float = 5
    dead_after: float = 15  # one number for pruning workers and for bringing back their jobs
    polling: float = 1
    graceful: float = 20
    concurrency: int = 4
    most_deaths: int = 8  # a job that has taken so many workers with it is not tried again


_ORPHANS = """
SELECT job.id, job.attempts FROM procrastinate_jobs AS job
LEFT JOIN procrastinate_workers AS worker ON worker.id = job.worker_id
WHERE job.status = 'doing'
AND (worker.id IS NULL OR worker.last_heartbeat < now() - make_interval(secs => %(after)s))
"""
# The condition again, under a lock: of two workers that see one orphan, only one brings it back.
_BRING_BACK = f"""
SELECT procrastinate_retry_job_v2(orphan.id, now(), NULL, NULL, NULL)
FROM ({_ORPHANS} AND job.id = %(id)s FOR UPDATE OF job SKIP LOCKED) AS orphan
"""  # noqa: S608 - made of constants
_GIVE_UP = f"""
SELECT procrastinate_finish_job_v1(orphan.id, 'failed', false)
FROM ({_ORPHANS} AND job.id = %(id)s FOR UPDATE OF job SKIP LOCKED) AS orphan
"""  # noqa: S608 - made of constants


@dataclass(frozen=True)
class Patience(procrastinate.BaseRetryStrategy):
    """Try again 5, 25, 125 ... seconds after an error; a refusal by a rule is final.

    A rule that only asks for patience (a service elsewhere is silent) is no refusal.
    """

    attempts: int

    def get_retry_decision(
        self, *, exception: BaseException, job: Job
    ) -> procrastinate.RetryDecision | None:
        """Return when to try again, or None."""
        is_final = isinstance(exception, RuleViolation) and not isinstance(exception, TryLater)
        if is_final or job.attempts + 1 >= self.attempts:
            return None
        return procrastinate.RetryDecision(retry_in={"seconds": 5 ** (job.attempts + 1)})


def make_worker(app: Flask) -> procrastinate.App:
    """Return procrastinate's app with every registered job, on the app's own database."""
    with app.app_context():
        address = db.engine.url.set(drivername="postgresql")
    connector = procrastinate.PsycopgConnector(
        conninfo=address.render_as_string(hide_password=False), min_size=1, max_size=4
    )
    queue = procrastinate.App(connector=connector)
    for one in registered().values():
        _register(queue, app, one)
    return queue


def run(app: Flask, pace: Pace | None = None, *, once: bool = False) -> None:
    """Work on jobs until SIGTERM or SIGINT; with `once`, until none is due."""
    asyncio.run(_work(make_worker(app), pace or Pace(), once=once))


def _register(queue: procrastinate.App, app: Flask, one: Task) -> None:
    lock = one.name if one.cron else None
    registered_task = queue.task(
        name=one.name,
        queue=QUEUE,
        retry=Patience(one.attempts),
        pass_context=True,
        lock=lock,
        queueing_lock=lock,
    )(_in_context(app, one))
    if one.cron:
        queue.periodic(cron=one.cron)(registered_task)


def _in_context(app: Flask, one: Task) -> Callable[..., None]:
    def run_job(context: procrastinate.JobContext, **args: object) -> None:
        """Run one handler in an app context of its own; what a rule refuses has not failed."""
        if one.cron:
            args.pop("timestamp", None)  # of which run by the clock this is: no handler asks
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(job=one.name, job_id=context.job.id)
        with app.app_context():
            try:
                one.handler(**args)
            except TryLater:
                raise
            except RuleViolation as refusal:
                log.info("refused by a rule", refusal=type(refusal).__name__)
                raise procrastinate.exceptions.JobAborted from refusal

    return run_job


async def _work(queue: procrastinate.App, pace: Pace, *, once: bool) -> None:
    async with queue.open_async():
        sweeper = asyncio.create_task(_sweep(queue, pace))
        try:
            await queue.run_worker_async(
                wait=not once,
                concurrency=pace.concurrency,
                update_heartbeat_interval=pace.heartbeat,
                stalled_worker_timeout=pace.dead_after,
                fetch_job_polling_interval=pace.polling,
                shutdown_graceful_timeout=pace.graceful,
                delete_jobs="never",
            )
        finally:
            sweeper.cancel()


async def _sweep(queue: procrastinate.App, pace: Pace) -> None:
    """Bring back the jobs of dead workers, for ever.

    Not a periodic job: that would leave a row every few seconds and wait behind busy slots.
    """
    while True:
        await asyncio.sleep(pace.heartbeat)
        try:
            await _bring_back(queue, pace)
        except procrastinate.exceptions.ConnectorException as error:
            log.warning("sweep failed", error=str(error))


async def _bring_back(queue: procrastinate.App, pace: Pace) -> None:
    """Queue the jobs of dead workers again, save those that killed many or wait a second time."""
    ask = queue.connector.execute_query_all_async
    for orphan in await ask(_ORPHANS, after=pace.dead_after):
        statement = _BRING_BACK if orphan["attempts"] < pace.most_deaths else _GIVE_UP
        try:
            await ask(statement, after=pace.dead_after, id=orphan["id"])
        except procrastinate.exceptions.UniqueViolation:
            # A newer job with its queueing lock waits already: that one does the work.
            await ask(_GIVE_UP, after=pace.dead_after, id=orphan["id"])
        log.warning("job of a dead worker", job_id=orphan["id"], attempts=orphan["attempts"])
