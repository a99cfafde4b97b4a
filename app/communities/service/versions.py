"""Two editors of one row: the second learns what the first wrote."""

from sqlalchemy import update

from app.communities.models import Community
from app.core.database import db


def take_version(community: Community, version: int) -> bool:
    """Move a community to its next version; False when someone saved since `version` was drawn.

    The community is read again either way: then it is what the other one wrote.
    """
    moved = db.session.scalar(
        update(Community)
        .where(Community.id == community.id, Community.version == version)
        .values(version=Community.version + 1)
        .returning(Community.version)
        .execution_options(synchronize_session=False)
    )
    db.session.refresh(community)
    return moved is not None
