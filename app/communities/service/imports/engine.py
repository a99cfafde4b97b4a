"""The engine of all imports: state, progress, counts; each kind brings its own work.

preview -> running -> done -> undoing -> undone. A batch and the progress it makes are one
transaction, so that a killed worker leaves whole batches, and the next one goes on behind them.
"""

from datetime import datetime

from sqlalchemy import select

from app.accounts.models import Person
from app.communities import hooks
from app.communities.hooks import Batch
from app.communities.models import ImportRun, ImportState
from app.core import audit, clock, jobs, storage
from app.core.database import db
from app.core.errors import RuleViolation
from app.core.models import StoredFile
from app.core.text import N_

REJECTS_KEPT = 1000


class NothingToBring(RuleViolation):
    """Neither a file nor addresses were given."""

    message = N_("Choose a file, or paste addresses.")


class ImportMoved(RuleViolation):
    """The import has been started, undone or dropped meanwhile."""

    message = N_("This import has moved on meanwhile. Look at it again.")


def begin_running(run: ImportRun, *, person: Person | None, is_deferred: bool) -> None:
    """Let an import that was looked at be written, by a job unless the caller does it."""
    run.state, run.progress, run.counts = ImportState.RUNNING, 0, {**run.counts, "added": 0}
    db.session.flush()
    _record(run, "import.started", person)
    if is_deferred:
        jobs.defer("communities.run_import", import_id=run.id)


def write_batch(run: ImportRun, batch: Batch, *, secret: str, now: datetime) -> int:
    """Write the next rows of a running import and return how many lines are done.

    What is known already, also since the look, stays as it is. `secret` signs claim links.
    """
    work = hooks.import_work(run.kind)
    added = work.write(run, batch, secret=secret, now=now) if batch.rows else 0
    run.progress += batch.size
    run.counts = {**run.counts, "added": run.counts.get("added", 0) + added}
    if batch.is_last:
        work.finish(run, now=now)
        run.state, run.finished_at = ImportState.DONE, clock.now()  # `now` is when it began
        discard_file(run)
    db.session.flush()
    return run.progress


def drop(run: ImportRun) -> None:
    """Forget a file that was only looked at."""
    check_state(run, ImportState.PREVIEW)
    discard_file(run)
    db.session.delete(run)
    db.session.flush()


def ask_to_undo(run: ImportRun, *, person: Person | None, is_deferred: bool = True) -> None:
    """Let an import be taken back by a job; what was touched since stays."""
    check_state(run, ImportState.DONE)
    run.state, run.counts = ImportState.UNDOING, {**run.counts, "undone": 0}
    db.session.flush()
    _record(run, "import.undone", person)
    if is_deferred:
        jobs.defer("communities.undo_import", import_id=run.id)


def undo_batch(run: ImportRun, *, after: int, now: datetime) -> int | None:
    """Take the next rows back; return the last id looked at, None at the end."""
    found = hooks.import_work(run.kind).take_back(run, after=after, now=now)
    undone = run.counts.get("undone", 0)
    run.counts = {**run.counts, "stayed": run.counts["added"] - undone}
    if found is None:
        run.state, run.undone_at, run.rejects = ImportState.UNDONE, clock.now(), []
    db.session.flush()
    return found


def content(run: ImportRun) -> bytes:
    """Return the file as it was given."""
    with storage.storage().open(run.file_key or "") as file:
        return file.read()


def check_state(run: ImportRun, state: ImportState) -> None:
    """Lock an import and raise ImportMoved unless it stands there."""
    db.session.refresh(run, with_for_update=True)
    if run.state is not state:
        raise ImportMoved


def discard_file(run: ImportRun) -> None:
    """Remove the raw file; the import's row stays."""
    kept = db.session.scalar(select(StoredFile).where(StoredFile.key == run.file_key))
    run.file_key = None
    if kept is not None:
        storage.discard(kept)


def _record(run: ImportRun, action: str, person: Person | None) -> None:
    audit.record(
        action, actor=person, community_id=run.community_id, subject=("import_run", run.id)
    )
