"""Belonging: each period begins at a door and ends for a reason, with all that hangs on it."""

from datetime import datetime
from typing import cast

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from app.activity import service as activity
from app.activity.service import Fact
from app.communities import hooks, queries
from app.communities.models import (
    Ban,
    Community,
    Contact,
    EndReason,
    Invitation,
    JoinedVia,
    JoinRequest,
    JoinRequestState,
    Membership,
)
from app.communities.service import notices
from app.communities.service.hand import Hand
from app.communities.service.refusals import (
    BannedAlready,
    LastOwner,
    NotAMember,
    OutOfRank,
    ReasonMissing,
)
from app.core import audit
from app.core.database import db, new_public_id, within
from app.core.text import clean_text

OWNER = "owner"


def begin_membership(
    contact: Contact,
    *,
    community: Community,
    via: JoinedVia,
    now: datetime,
    invitation: Invitation | None = None,
    role: str = "member",
) -> Membership:
    """Begin a period of belonging, for the first time or again.

    Whoever belongs already keeps the period they have: two doors opened at once are one.
    """
    written = db.session.scalar(
        insert(Membership)
        .values(
            community_id=community.id,
            public_id=new_public_id(),
            contact_id=contact.id,
            role_key=role,
            joined_at=now,
            joined_via=via,
            invitation_id=invitation.id if invitation else None,
        )
        .on_conflict_do_nothing()
        .returning(Membership.id)
    )
    if written is None:
        return cast(Membership, queries.membership_of(contact))
    membership = db.session.get_one(Membership, written)
    _tell_ledger(membership, "member.joined", community=community, now=now)
    hooks.membership_begins(membership, now)
    return membership


def end_membership(
    membership: Membership,
    *,
    reason: EndReason,
    now: datetime,
    words: str | None = None,
) -> bool:
    """End a period and free all that hangs on it; False when it had ended already."""
    community = hold_community(membership.community_id)
    db.session.refresh(membership, with_for_update=True)
    if membership.left_at is not None:
        return False
    membership.left_at = max(now, membership.joined_at)
    membership.end_reason = reason
    membership.end_words = words
    db.session.flush()
    _tell_ledger(membership, "member.left", community=community, now=membership.left_at)
    hooks.membership_ends(membership, now)
    return True


def leave(membership: Membership, *, now: datetime) -> None:
    """Leave by one's own will; the last owner stays."""
    keep_an_owner(membership)
    if not end_membership(membership, reason=EndReason.LEFT, now=now):
        raise NotAMember


def remove(membership: Membership, *, words: str, by: Hand, now: datetime) -> None:
    """Remove a member; they get a mail with these words and may come back by the door."""
    check_rank(by, membership)
    keep_an_owner(membership)
    told = clean_text(words) or None
    if not end_membership(membership, reason=EndReason.REMOVED, words=told, now=now):
        raise NotAMember
    notices.tell_removed(membership)
    audit.record(
        "member.removed",
        actor=by.person,
        community_id=membership.community_id,
        subject=("membership", membership.id),
    )


def ban(contact: Contact, *, reason: str, by: Hand, now: datetime) -> Ban:
    """Shut the door for a contact: what they have here ends, and no door opens until it is lifted.

    The reason is for those who decide later; it is never mailed.
    """
    cleaned = clean_text(reason)
    if not cleaned:
        raise ReasonMissing
    hold_community(contact.community_id)
    membership = queries.membership_of(contact)
    if membership is not None:
        check_rank(by, membership)
        keep_an_owner(membership)
        end_membership(membership, reason=EndReason.BANNED, now=now)
        notices.tell_removed(membership)
    decline_waiting(contact, by=by, now=now)
    written = _write_ban(contact, reason=cleaned, by=by, now=now)
    if membership is None:  # after the ban is written, so a seat taken meanwhile is seen
        hooks.contact_banned(contact, now)
    return written


def lift_ban(ban: Ban, *, by: Hand, now: datetime) -> None:
    """Open the doors again; lifting twice changes nothing."""
    if ban.lifted_at is not None:
        return
    ban.lifted_at = now
    db.session.flush()
    audit.record(
        "member.ban_lifted",
        actor=by.person,
        community_id=ban.community_id,
        subject=("contact", ban.contact_id),
    )


def decline_waiting(contact: Contact, *, by: Hand, now: datetime) -> None:
    """Decline what a contact has waiting in the queue, without a mail."""
    for request in db.session.scalars(
        within(JoinRequest, contact.community_id)
        .where(
            JoinRequest.contact_id == contact.id,
            JoinRequest.state == JoinRequestState.WAITING,
        )
        .with_for_update()
    ):
        request.state = JoinRequestState.DECLINED
        request.decided_at = now
        request.decided_by_id = by.membership.contact_id
    db.session.flush()


def keep_an_owner(membership: Membership) -> None:
    """Refuse what would leave a community without an owner; raises LastOwner.

    Of two owners who go at once the second waits, and sees that the first has gone.
    """
    hold_community(membership.community_id)
    if is_last_owner(membership):
        raise LastOwner


def is_last_owner(membership: Membership) -> bool:
    """Say whether nobody else owns the community; the caller holds the community's row."""
    db.session.refresh(membership, ["role_key", "left_at"])
    if membership.role_key != OWNER or membership.left_at is not None:
        return False
    others = db.session.scalar(
        select(func.count())
        .select_from(Membership)
        .where(
            Membership.community_id == membership.community_id,
            Membership.role_key == OWNER,
            Membership.left_at.is_(None),
            Membership.id != membership.id,
        )
    )
    return not others


def check_rank(by: Hand, membership: Membership) -> None:
    """Refuse to act on someone whose role is not below the actor's; raises OutOfRank."""
    ranks = queries.ranks()
    if ranks[membership.role_key] >= ranks[by.membership.role_key]:
        raise OutOfRank


def hold_community(community_id: int) -> Community:
    """Lock a community's row: those who change who belongs or leads pass one after the other."""
    return db.session.scalars(
        select(Community).where(Community.id == community_id).with_for_update(key_share=True)
    ).one()


def _write_ban(contact: Contact, *, reason: str, by: Hand, now: datetime) -> Ban:
    written = db.session.scalar(
        insert(Ban)
        .values(
            community_id=contact.community_id,
            contact_id=contact.id,
            reason=reason,
            banned_at=now,
            banned_by_id=by.membership.contact_id,
        )
        .on_conflict_do_nothing()
        .returning(Ban.id)
    )
    if written is None:
        raise BannedAlready
    audit.record(
        "member.banned",
        actor=by.person,
        community_id=contact.community_id,
        subject=("contact", contact.id),
    )
    return db.session.get_one(Ban, written)


def _tell_ledger(membership: Membership, kind: str, *, community: Community, now: datetime) -> None:
    subject = f"membership:{membership.public_id}"
    activity.record(
        Fact(
            community_id=community.id,
            contact_id=membership.contact_id,
            type=kind,
            uid=f"{subject}:{kind}",
            happened_at=now,
            subject=subject,
        ),
        zone=community.zone,
    )
