"""Roles: given below one's own rank, and the ownership passed on."""

from sqlalchemy import select

from app.communities import queries
from app.communities.models import Membership
from app.communities.service.hand import Hand
from app.communities.service.memberships import OWNER, check_rank, hold_community, keep_an_owner
from app.communities.service.refusals import NotAMember, RoleTooHigh
from app.core import audit
from app.core.database import db

AFTER_OWNER = "organizer"
"""What an owner becomes after passing the ownership on."""


def assign_role(membership: Membership, role: str, *, by: Hand) -> None:
    """Give a member a role below one's own; anyone may also take a lower role themselves.

    It counts from their next request on. Raises RoleTooHigh, OutOfRank, LastOwner, NotAMember.
    """
    ranks = queries.ranks()
    if role not in ranks or ranks[role] >= ranks[by.membership.role_key]:
        raise RoleTooHigh
    if membership.id != by.membership.id:
        check_rank(by, membership)
    keep_an_owner(membership)
    _set_role(membership, role, by=by)


def transfer_ownership(membership: Membership, *, by: Hand) -> None:
    """Make a member the owner; whoever passes it on becomes an organizer."""
    hold_community(membership.community_id)
    db.session.refresh(by.membership)
    if membership.id == by.membership.id or by.membership.role_key != OWNER:
        raise RoleTooHigh
    _set_role(membership, OWNER, by=by)
    _set_role(by.membership, AFTER_OWNER, by=by)


def _set_role(membership: Membership, role: str, *, by: Hand) -> None:
    locked = db.session.scalars(
        select(Membership)
        .where(Membership.id == membership.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if locked.left_at is not None:
        raise NotAMember
    before, locked.role_key = locked.role_key, role
    db.session.flush()
    audit.record(
        "role.assigned",
        actor=by.person,
        community_id=locked.community_id,
        subject=("membership", locked.id),
        role=role,
        before=before,
    )
