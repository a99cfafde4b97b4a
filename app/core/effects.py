"""Effects that must be had once: a key is spent in the transaction of the effect."""

from sqlalchemy.dialects.postgresql import insert

from app.core import clock
from app.core.database import db
from app.core.models import SpentEffect


def once(key: str) -> bool:
    """Spend a key; False means that the effect was had already.

    Someone who spends the same key at once waits for us: if we roll back, they go on.
    """
    statement = (
        insert(SpentEffect)
        .values(key=key, spent_at=clock.now())
        .on_conflict_do_nothing()
        .returning(SpentEffect.key)
    )
    return db.session.execute(statement).scalar_one_or_none() is not None
