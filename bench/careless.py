"""Kith with its guard taken off: it reads, thinks, and writes, as a careless programmer would.

Only for controls: a race that this one does not lose proves nothing about the guarded one.

    DATABASE_URL=... gunicorn bench.careless:app

The database's own CHECK must be dropped as well: it would refuse what slips through here.
"""

import time

from sqlalchemy import text

from app import create_app
from app.billing.service import quotas
from app.billing.service.quotas import SoldOut
from app.core.database import db

THINKS_FOR = 0.05  # seconds
READ = text("SELECT size, held + sold FROM quota WHERE id = :id")
WRITE = text("UPDATE quota SET held = held + :held, sold = sold + :sold WHERE id = :id")


def move(quota_id: int, *, held: int = 0, sold: int = 0) -> None:
    """Count first and write then."""
    size, taken = db.session.execute(READ, {"id": quota_id}).one()
    if size is not None and taken + held + sold > size:
        raise SoldOut(left=max(0, size - taken))
    time.sleep(THINKS_FOR)
    db.session.execute(WRITE, {"id": quota_id, "held": held, "sold": sold})


quotas._move = move  # noqa: SLF001 - the one place where the guard is taken off
app = create_app()
