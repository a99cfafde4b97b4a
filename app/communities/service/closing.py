"""Closing: thirty days to change one's mind, then everything is erased."""

from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select

from app.communities import hooks, queries
from app.communities.models import Community, EndReason
from app.communities.queries.exports import file_keys
from app.communities.service.hand import Hand
from app.communities.service.memberships import end_membership
from app.communities.service.refusals import NameMistyped
from app.core import audit, jobs
from app.core.database import db
from app.core.models import StoredFile
from app.core.storage import discard
from app.core.text import normalise

GRACE = timedelta(days=30)


def close_community(community: Community, *, typed_name: str, by: Hand, now: datetime) -> None:
    """Announce the end: in thirty days everything is erased, unless it is taken back.

    `typed_name` guards against closing the wrong one. Closing twice keeps the first date.
    """
    if normalise(typed_name) != normalise(community.name):
        raise NameMistyped
    if community.closing_at is not None:
        return
    community.closing_at = now + GRACE
    db.session.flush()
    hooks.community_changed(community)
    jobs.defer("communities.tell_closing", community_id=community.id)
    jobs.defer("communities.erase_community", at=community.closing_at, community_id=community.id)
    audit.record(
        "community.closing",
        actor=by.person,
        community_id=community.id,
        subject=("community", community.id),
    )


def keep_community(community: Community, *, by: Hand) -> None:
    """Take the closing back."""
    if community.closing_at is None:
        return
    community.closing_at = None
    db.session.flush()
    hooks.community_changed(community)
    audit.record(
        "community.kept",
        actor=by.person,
        community_id=community.id,
        subject=("community", community.id),
    )


def erase_community(community_id: int, *, now: datetime) -> bool:
    """Erase a closed community whose thirty days are over; False when there is nothing to do.

    Each membership ends first, so that what hangs on it is freed. What remains are audit ids.
    """
    community = db.session.scalar(
        select(Community).where(Community.id == community_id).with_for_update()
    )
    if community is None or community.closing_at is None or community.closing_at > now:
        return False
    for membership in queries.current_memberships(community_id):
        end_membership(membership, reason=EndReason.CLOSED, now=now)
    _discard_files(community_id)
    audit.record("community.erased", actor=None, community_id=community_id)
    db.session.flush()
    db.session.execute(
        delete(Community)
        .where(Community.id == community_id)
        .execution_options(synchronize_session=False)
    )
    db.session.expire_all()
    return True


def _discard_files(community_id: int) -> None:
    """Remove every file that was kept for a community."""
    keys = [key for _, key in file_keys(community_id, hidden=frozenset())]
    for row in db.session.scalars(
        select(StoredFile).where(
            or_(StoredFile.community_id == community_id, StoredFile.key.in_(keys))
        )
    ):
        discard(row)
