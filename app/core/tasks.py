"""The ground floor's own jobs: tidying the queue."""

from datetime import timedelta

from sqlalchemy import text

from app.core import clock, jobs
from app.core.database import db

KEPT = {
    ("succeeded", "cancelled", "aborted"): timedelta(days=7),
    ("failed",): timedelta(days=30),
}
_FORGET = text(
    "DELETE FROM procrastinate_jobs AS job WHERE job.status = ANY(CAST(:states AS"
    " procrastinate_job_status[])) AND NOT EXISTS (SELECT 1 FROM procrastinate_events AS event"
    " WHERE event.job_id = job.id AND event.at > :before)"
)


@jobs.periodic("17 3 * * *", "core.forget_finished_jobs")
def forget_finished_jobs() -> None:
    """Remove jobs that ended a week ago, failed ones after a month."""
    for states, kept in KEPT.items():
        db.session.execute(_FORGET, {"states": list(states), "before": clock.now() - kept})
    db.session.commit()
