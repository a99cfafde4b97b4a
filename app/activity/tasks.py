"""Jobs of the ledger."""

from app.activity import service
from app.core.database import db
from app.core.jobs import task


@task("activity.rebuild")
def rebuild(community_id: int, zone: str) -> None:
    """Count a community's days anew after it moved to another zone."""
    service.rebuild(community_id, zone=zone)
    db.session.commit()
