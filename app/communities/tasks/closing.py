"""Jobs of closing and exporting: each looks at its row's state before it acts."""

from datetime import timedelta

from app.communities.models import Community
from app.communities.service import closing, exports, notices
from app.core import clock
from app.core.database import db
from app.core.jobs import periodic, task
from app.web import previews

PREVIEWS_KEPT = timedelta(days=30)


@task("communities.tell_closing")
def tell_closing(community_id: int) -> None:
    """Tell all members that their community closes, unless it was taken back meanwhile."""
    community = db.session.get(Community, community_id)
    if community is not None and community.closing_at is not None:
        notices.tell_closing(community)
        db.session.commit()


@task("communities.erase_community")
def erase_community(community_id: int) -> None:
    """Erase a community whose thirty days are over, and what chats were shown of it.

    Whatever was done already is no reason to leave the pictures: a worker may have died before.
    """
    closing.erase_community(community_id, now=clock.now())
    db.session.commit()
    previews.drop()


@periodic("29 4 * * *", "communities.drop_previews")
def drop_previews() -> None:
    """Remove the pictures for chats that were drawn long ago: words and marks change."""
    previews.drop(before=clock.now() - PREVIEWS_KEPT)


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
