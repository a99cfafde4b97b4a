"""When an account is erased: its memberships end, and no community is left without an owner."""

from datetime import datetime

from app.accounts.models import Person
from app.communities import hooks, queries
from app.communities.models import Community, EndReason, Membership
from app.communities.service import notices
from app.communities.service.closing import GRACE
from app.communities.service.memberships import OWNER, end_membership, hold_community, is_last_owner
from app.core import audit, jobs
from app.core.database import db


def end_all_memberships(person: Person, *, now: datetime) -> None:
    """End every membership of a person who is being erased.

    Where they are the last owner the one with the highest role takes over, the longest here among
    equals, and hears of it by mail; a community without anyone to take over begins to close.
    """
    for membership in queries.memberships_of(person.id):
        community = hold_community(membership.community_id)
        if is_last_owner(membership):
            _pass_on(community, membership, now=now)
        end_membership(membership, reason=EndReason.ERASED, now=now)


def _pass_on(community: Community, leaving: Membership, *, now: datetime) -> None:
    heir = queries.successor(community.id, leaving)
    if heir is not None:
        heir.role_key = OWNER
        db.session.flush()
        notices.tell_inherited(heir, community=community)
        audit.record(
            "role.inherited",
            actor=None,
            community_id=community.id,
            subject=("membership", heir.id),
            role=OWNER,
        )
    elif community.closing_at is None:
        community.closing_at = now + GRACE
        db.session.flush()
        hooks.community_changed(community)
        jobs.defer(
            "communities.erase_community", at=community.closing_at, community_id=community.id
        )
