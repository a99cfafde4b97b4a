"""Two editors of one row: the second learns what the first wrote."""

from collections.abc import Mapping

from sqlalchemy import update

from app.communities.models import Community
from app.core.database import db
from app.core.errors import StaleForm


def take_version(community: Community, version: int, *, yours: Mapping[str, object]) -> None:
    """Move a community to its next version.

    Raises StaleForm with both texts, by field name, when someone saved since `version` was drawn.
    """
    moved = db.session.scalar(
        update(Community)
        .where(Community.id == community.id, Community.version == version)
        .values(version=Community.version + 1)
        .returning(Community.version)
        .execution_options(synchronize_session=False)
    )
    db.session.refresh(community)
    differing = [name for name in yours if yours[name] != getattr(community, name)]
    if moved is None and differing:
        raise StaleForm(
            theirs={name: str(getattr(community, name)) for name in differing},
            yours={name: str(yours[name]) for name in differing},
        )
