"""A community that a site administrator shuts for everybody, and opens again."""

from datetime import datetime

from app.communities import hooks
from app.communities.models import Community
from app.core.database import db


def suspend(community_id: int, at: datetime | None) -> None:
    """Let a community be there for nobody from a moment on; None opens it again."""
    community = db.session.get_one(Community, community_id, with_for_update=True)
    community.suspended_at = at
    db.session.flush()
    hooks.community_changed(community)
