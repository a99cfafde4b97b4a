"""The job queue: procrastinate's own tables, types and functions.

Its SQL stands beside this file, as it was in release 3.10.
"""

from pathlib import Path

from alembic import op

revision = "0001_jobs"
down_revision = None
branch_labels = None
depends_on = None

SCHEMA = Path(__file__).with_name("20261122_0001_jobs.sql")

TABLES = (
    "procrastinate_events",
    "procrastinate_periodic_defers",
    "procrastinate_jobs",
    "procrastinate_workers",
)
FUNCTIONS = (
    "procrastinate_cancel_job_v1",
    "procrastinate_defer_jobs_v1",
    "procrastinate_defer_periodic_job_v2",
    "procrastinate_fetch_job_v2",
    "procrastinate_finish_job_v1",
    "procrastinate_notify_queue_abort_job_v1",
    "procrastinate_notify_queue_job_inserted_v1",
    "procrastinate_prune_stalled_workers_v1",
    "procrastinate_register_worker_v1",
    "procrastinate_retry_job_v1",
    "procrastinate_retry_job_v2",
    "procrastinate_trigger_abort_requested_events_procedure_v1",
    "procrastinate_trigger_function_scheduled_events_v1",
    "procrastinate_trigger_function_status_events_insert_v1",
    "procrastinate_trigger_function_status_events_update_v1",
    "procrastinate_unlink_periodic_defers_v1",
    "procrastinate_unregister_worker_v1",
    "procrastinate_update_heartbeat_v1",
)
TYPES = (
    "procrastinate_job_to_defer_v1",
    "procrastinate_job_event_type",
    "procrastinate_job_status",
)


def upgrade() -> None:
    """Make the queue."""
    op.execute(SCHEMA.read_text(encoding="utf-8"))


def downgrade() -> None:
    """Remove the queue with every waiting job."""
    # A function that returns a row of a table goes with the table, hence the cascade.
    op.execute(f"DROP TABLE {', '.join(TABLES)} CASCADE")
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION IF EXISTS {function}")
    op.execute(f"DROP TYPE {', '.join(TYPES)}")
