"""Invitation links: which there are, and who came by them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from app.accounts.queries import not_blocked
from app.communities.models import Community, Contact, Invitation, JoinRequest, Membership
from app.core.database import db, within
from app.core.models import AuditEntry

MADE_ACCOUNT = "invitation.made_account"


@dataclass(frozen=True)
class InvitationRow:
    """A link as organizers see it."""

    invitation: Invitation
    made_by: str | None
    is_open: bool


@dataclass(frozen=True)
class Arrival:
    """Someone who came by a link: into the community, or into its queue."""

    contact: Contact
    came_at: datetime
    membership: Membership | None
    request: JoinRequest | None


def is_open(now: datetime) -> ColumnElement[bool]:
    """Return the clause for links that still lead in."""
    return and_(
        Invitation.revoked_at.is_(None),
        or_(Invitation.expires_at.is_(None), Invitation.expires_at > now),
        or_(Invitation.max_uses.is_(None), Invitation.uses < Invitation.max_uses),
    )


def invitations(community_id: int, viewer_person_id: int, *, now: datetime) -> list[InvitationRow]:
    """Return all links, those that lead in first, the newest first."""
    rows = db.session.execute(
        _rows(community_id, viewer_person_id, now=now).order_by(
            is_open(now).desc(), Invitation.created_at.desc(), Invitation.id.desc()
        )
    )
    return [InvitationRow(*row) for row in rows]


def invitation_row(
    community_id: int, public_id: str, viewer_person_id: int, *, now: datetime
) -> InvitationRow | None:
    """Return one link of a community."""
    row = db.session.execute(
        _rows(community_id, viewer_person_id, now=now).where(Invitation.public_id == public_id)
    ).first()
    return InvitationRow(*row) if row else None


def invitation_by_id(public_id: str) -> tuple[Invitation, Community] | None:
    """Return a link and where it leads; who asks has proved its signature."""
    row = db.session.execute(
        select(Invitation, Community)
        .join(Community, Community.id == Invitation.community_id)
        .where(Invitation.public_id == public_id, Community.suspended_at.is_(None))
    ).first()
    return (row[0], row[1]) if row else None


def leads_in(invitation: Invitation, *, now: datetime) -> bool:
    """Say whether a link still leads in."""
    return bool(db.session.scalar(select(is_open(now)).where(Invitation.id == invitation.id)))


def accounts_made(invitation: Invitation) -> int:
    """Return how many accounts were made because of a link while sign-up was closed.

    The audit knows: who makes an account may leave it at that, and is of no community then.
    """
    made = select(func.count()).where(
        AuditEntry.subject_table == Invitation.__tablename__,
        AuditEntry.subject_id == invitation.id,
        AuditEntry.action == MADE_ACCOUNT,
    )
    return db.session.scalar(made) or 0


def arrivals(invitation: Invitation, viewer_person_id: int) -> list[Arrival]:
    """Return who came by a link, the latest first, one row a period or waiting request."""
    visible = not_blocked(viewer_person_id, Contact.person_id)
    joined = db.session.execute(
        within(Membership, invitation.community_id)
        .with_only_columns(Contact, Membership.joined_at, Membership)
        .join(Contact, Contact.id == Membership.contact_id)
        .where(Membership.invitation_id == invitation.id, visible)
    )
    found = [Arrival(contact, at, membership, None) for contact, at, membership in joined]
    inside = {arrival.contact.id for arrival in found}
    asked = db.session.execute(
        within(JoinRequest, invitation.community_id)
        .with_only_columns(Contact, JoinRequest.created_at, JoinRequest)
        .join(Contact, Contact.id == JoinRequest.contact_id)
        .where(JoinRequest.invitation_id == invitation.id, visible)
    )
    found += [
        Arrival(contact, at, None, request)
        for contact, at, request in asked
        if contact.id not in inside
    ]
    return sorted(found, key=lambda arrival: arrival.came_at, reverse=True)


def _rows(
    community_id: int, viewer_person_id: int, *, now: datetime
) -> Select[Invitation, str, bool]:
    """Select links with their maker's name, unless a block hides the maker from the viewer."""
    maker = aliased(Contact)
    return (
        select(Invitation, maker.name, is_open(now))
        .outerjoin(
            maker,
            and_(
                maker.id == Invitation.created_by_id,
                not_blocked(viewer_person_id, maker.person_id),
            ),
        )
        .where(Invitation.community_id == community_id)
    )
