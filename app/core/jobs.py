"""Background jobs: put off by SQL in the transaction of the change, run by `kith work`.

The queue is procrastinate's, on our PostgreSQL. A job is seen by workers when the change that put
it off commits, and is gone when it rolls back. The job of a worker
killed in mid-job runs again elsewhere (`core.worker`), and a worker that was only stopped for a
while may finish a job that ran elsewhere meanwhile. So **each handler locks its row and looks at
its state**, or leaves its mark with `effects.once`, in the transaction that makes the effect.
"""

import inspect
import json
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime

from flask import Flask, current_app, has_app_context
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.core import clock
from app.core.database import db

QUEUE = "default"
ATTEMPTS = 5
SEALED = "kith.jobs"

Handler = Callable[..., None]


class UnknownJob(LookupError):
    """A job was put off that nobody registered, or with arguments its handler does not take."""


@dataclass(frozen=True)
class Task:
    """A registered handler: how often it is tried, and when it runs by itself."""

    name: str
    handler: Handler
    attempts: int = ATTEMPTS
    cron: str | None = None


_tasks: dict[str, Task] = {}

_DEFER = text(
    "SELECT procrastinate_defer_jobs_v1(ARRAY[ROW(:queue, :task, :priority, :lock, :qlock,"
    " CAST(:args AS jsonb), CAST(:at AS timestamptz))::procrastinate_job_to_defer_v1])"
)
_NEXT_DUE = text(
    "SELECT id, task_name, args FROM procrastinate_jobs"
    " WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= :now)"
    " ORDER BY priority DESC, id LIMIT 1 FOR UPDATE SKIP LOCKED"
)
_FINISH = text(
    "SELECT procrastinate_finish_job_v1(:id, CAST(:status AS procrastinate_job_status), false)"
)


def task(name: str, *, attempts: int = ATTEMPTS) -> Callable[[Handler], Handler]:
    """Register the handler of a job; it runs in an app context and commits itself.

    After an unforeseen error it is tried again 5, 25, 125 ... seconds later, `attempts` times in
    all; a `RuleViolation` is an answer and ends the job, unless it says to try later.
    """

    def register(handler: Handler) -> Handler:
        _remember(Task(name, handler, attempts))
        return handler

    return register


def periodic(cron: str, name: str) -> Callable[[Handler], Handler]:
    """Register a job that runs by the clock (five cron fields, UTC); it takes no arguments."""

    def register(handler: Handler) -> Handler:
        _remember(Task(name, handler, attempts=1, cron=cron))
        return handler

    return register


def defer(
    name: str,
    *,
    at: datetime | None = None,
    lock: str | None = None,
    queueing_lock: str | None = None,
    **args: object,
) -> int | None:
    """Put off a job in the current transaction and return its number.

    `args` are ids and other JSON values, never names or addresses. Jobs with one `lock` run one
    after the other; while one with the same `queueing_lock` waits, no other is added (None).
    """
    _check_known(name, args)
    values = {
        "queue": QUEUE,
        "task": name,
        "priority": 0,
        "lock": lock,
        "qlock": queueing_lock,
        "args": json.dumps(args),
        "at": at,
    }
    try:
        with db.session.begin_nested() if queueing_lock else nullcontext():
            numbers: list[int] = db.session.execute(_DEFER, values).scalar_one()
    except IntegrityError:
        if queueing_lock is None:
            raise
        return None
    return numbers[0]


def registered() -> dict[str, Task]:
    """Return every registered job by name."""
    return dict(_tasks)


def init_app(app: Flask) -> None:
    """Close the list: from here on an unknown job is refused when it is put off.

    Call it after every `tasks` room has been imported.
    """
    app.extensions[SEALED] = True


def run_pending(app: Flask, *, limit: int = 10_000) -> list[str]:
    """Run every job that is due by our clock, here and now, and return their names in order.

    For tests and the demo's seeding: no worker process, no retries, the first error is raised.
    The queue's row stays locked while its handler runs in a context and session of its own, as in
    a worker; jobs that a job puts off are run too.
    """
    if has_app_context():
        db.session.flush()
    ran: list[str] = []
    while len(ran) < limit and (name := _run_next(app)):
        ran.append(name)
    if has_app_context():
        db.session.expire_all()
    return ran


def run_worker(app: Flask, *, once: bool = False) -> None:
    """Work on jobs until the process is told to stop; with `once`, until none is due."""
    from app.core import worker  # noqa: PLC0415 - procrastinate is for job processes only

    worker.run(app, once=once)


def _remember(one: Task) -> None:
    known = _tasks.get(one.name)
    if known and known.handler is not one.handler:
        sentence = f"two handlers for the job {one.name}"
        raise ValueError(sentence)
    _tasks[one.name] = one


def _check_known(name: str, args: dict[str, object]) -> None:
    if not current_app.extensions.get(SEALED):
        return
    if name not in _tasks:
        sentence = f"nobody registered the job {name}"
        raise UnknownJob(sentence)
    try:
        inspect.signature(_tasks[name].handler).bind(**args)
    except TypeError as error:
        sentence = f"the job {name} does not take these arguments: {error}"
        raise UnknownJob(sentence) from error


def _run_next(app: Flask) -> str | None:
    """Run the next due job with its row locked; return its name, or None when none is due."""
    with app.app_context():
        row = db.session.execute(_NEXT_DUE, {"now": clock.now()}).one_or_none()
        if row is None:
            return None
        try:
            with app.app_context():
                _tasks[row.task_name].handler(**row.args)
        except BaseException:
            _finish(row.id, "failed")
            raise
        _finish(row.id, "succeeded")
        return str(row.task_name)


def _finish(number: int, status: str) -> None:
    db.session.execute(_FINISH, {"id": number, "status": status})
    db.session.commit()
