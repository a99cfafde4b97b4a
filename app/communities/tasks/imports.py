"""Jobs of imports."""

from flask import current_app

from app.communities import processes
from app.communities.service import imports
from app.core import clock
from app.core.database import db
from app.core.jobs import periodic, task


@task("communities.run_import")
def run_import(import_id: int) -> None:
    """Add the people of an import."""
    secret = str(current_app.config["SECRET_KEY"])
    processes.run_import(import_id, secret=secret, now=clock.now())


@task("communities.undo_import")
def undo_import(import_id: int) -> None:
    """Take an import back."""
    processes.undo_import(import_id, now=clock.now())


@periodic("51 3 * * *", "communities.tidy_imports")
def tidy_imports() -> None:
    """Forget lists that were looked at and never brought, and lines left out a month ago."""
    imports.tidy(now=clock.now())
    db.session.commit()
