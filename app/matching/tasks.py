"""Jobs of matching: computing suggestions, when asked and once a day."""

from sqlalchemy import select

from app.communities.models import Community
from app.core import clock, jobs
from app.core.database import db
from app.matching import service
from app.matching.models import MatchChoice


@jobs.task("matching.refresh")
def refresh(community_id: int) -> None:
    """Compute the suggestions of one community."""
    community = db.session.get(Community, community_id)
    if community is not None:
        service.refresh(community, now=clock.now())
    db.session.commit()


@jobs.periodic("41 2 * * *", "matching.refresh_all")
def refresh_all() -> None:
    """Put off a computation for every community where someone takes part: people fall asleep."""
    for community_id in db.session.scalars(select(MatchChoice.community_id).distinct()).all():
        service.ask_for_refresh(community_id)
    db.session.commit()
