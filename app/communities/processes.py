"""What takes more than one commit: running an import and taking it back, batch by batch.

Each batch locks the import's row and commits; a worker that is killed leaves whole batches, and
the next one goes on from `progress`.
"""

from collections.abc import Callable, Iterator
from datetime import datetime

from app.communities import hooks
from app.communities.hooks import Batch
from app.communities.models import ImportState
from app.communities.queries.imports import locked_import
from app.communities.service import imports
from app.core.database import db


def run_import(
    import_id: int,
    *,
    secret: str,
    now: datetime,
    tell: Callable[[int], object] = lambda _done: None,
) -> None:
    """Write what an import holds until nothing is left, or it is not running any more.

    `tell` hears after each batch how many lines are done.
    """
    batches: Iterator[Batch] | None = None
    while True:
        run = locked_import(import_id)
        if run is None or run.state is not ImportState.RUNNING:
            db.session.rollback()
            return
        if batches is None:
            batches = hooks.import_work(run.kind).batches(run, now=now)
        done = imports.write_batch(run, next(batches), secret=secret, now=now)
        db.session.commit()
        tell(done)


def undo_import(import_id: int, *, now: datetime) -> None:
    """Take an import back until nothing untouched of it is left."""
    after: int | None = 0
    while after is not None:
        run = locked_import(import_id)
        if run is None or run.state is not ImportState.UNDOING:
            db.session.rollback()
            return
        after = imports.undo_batch(run, after=after, now=now)
        db.session.commit()
