"""Jobs of closing and exporting: each looks at its row's state before it acts."""

from app.communities.models import Community
from app.communities.service import closing, exports, notices
from app.core import clock
from app.core.database import db
from app.core.jobs import task


@task("communities.tell_closing")
def tell_closing(community_id: int) -> None:
    """Tell all members that their community closes, unless it was taken back meanwhile."""
    community = db.session.get(Community, community_id)
    if community is not None and community.closing_at is not None:
        notices.tell_closing(community)
        db.session.commit()


@task("communities.erase_community")
def erase_community(community_id: int) -> None:
    """Erase a community whose thirty days are over."""
    closing.erase_community(community_id, now=clock.now())
    db.session.commit()


@task("communities.export_community")
def export_community(export_id: int) -> None:
    """Make the zip that an owner asked for."""
    exports.make_export(export_id, now=clock.now())
    db.session.commit()


@task("communities.drop_export")
def drop_export(export_id: int) -> None:
    """Remove an export that is out of date."""
    exports.drop_export(export_id, now=clock.now())
    db.session.commit()
