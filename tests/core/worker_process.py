"""A worker of its own process, with jobs that leave marks: started by tests, killed by tests."""

import os
import sys
import time

from sqlalchemy import text

from app import create_app
from app.core import effects, jobs, worker
from app.core.database import db
from tests.conftest import settings_for

PACE = worker.Pace(heartbeat=0.3, dead_after=1.5, polling=0.2, graceful=5, concurrency=1)
MARKS = "CREATE TABLE mark (key text, what text, pid int)"


@jobs.task("test.interrupted")
def interrupted(key: str, *, after_effect: bool) -> None:
    """Have an effect once; the first run stands still before or after it, to be killed there."""
    is_first = leave(key, "start") == 1
    if is_first and not after_effect:
        time.sleep(600)
    leave(key, "unguarded")
    if effects.once(key):
        leave(key, "effect")
    db.session.commit()
    if is_first:
        leave(key, "waiting")
        time.sleep(600)
    leave(key, "end")


@jobs.task("test.brief")
def brief(key: str) -> None:
    """Leave a mark and take a moment, so that two workers share the work."""
    leave(key, "run")
    time.sleep(0.05)


def leave(key: str, what: str) -> int:
    """Leave a mark at once and return how many such marks there are."""
    values = {"key": key, "what": what, "pid": os.getpid()}
    db.session.execute(text("INSERT INTO mark VALUES (:key, :what, :pid)"), values)
    count = text("SELECT count(*) FROM mark WHERE key = :key AND what = :what")
    number: int = db.session.execute(count, values).scalar_one()
    if what != "effect":
        db.session.commit()
    return number


if __name__ == "__main__":
    worker.run(create_app(settings_for(sys.argv[1])), PACE)
