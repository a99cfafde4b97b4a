"""Jobs of health: months are closed soon after they end, and counted anew when told late."""

from sqlalchemy import exists, select

from app.analytics import service
from app.analytics.models import HealthMonth
from app.communities.models import Community
from app.core import clock
from app.core.database import db
from app.core.jobs import periodic, task


@task("analytics.close")
def close(community_id: int) -> None:
    """Keep the numbers of months that are over, and count the cohorts whose people acted."""
    community = db.session.get(Community, community_id)
    if community is not None:
        service.close_months(community, now=clock.now())
        service.count_cohorts(community)
    db.session.commit()


@task("analytics.restate")
def restate(community_id: int) -> None:
    """Count closed months and all cohorts anew after facts were told late."""
    community = db.session.get(Community, community_id)
    if community is not None:
        service.restate(community, now=clock.now())
        service.count_cohorts(community, is_anew=True)
    db.session.commit()


@periodic("10 * * * *", "analytics.close_all")
def close_all() -> None:
    """Every hour, since midnight comes to each zone at another: see whose month is over."""
    for community_id in db.session.scalars(select(Community.id)):
        service.close_later(community_id)
    db.session.commit()


@periodic("40 2 * * *", "analytics.restate_all")
def restate_all() -> None:
    """Every night: find what was told late without an import."""
    has_closed = exists().where(HealthMonth.community_id == Community.id)
    for community_id in db.session.scalars(select(Community.id).where(has_closed)):
        service.restate_later(community_id)
    db.session.commit()
