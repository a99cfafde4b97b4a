"""Who belongs, who waits, who may not come back."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased

from app.accounts.queries import not_blocked
from app.communities.models import (
    Ban,
    Contact,
    JoinRequest,
    JoinRequestState,
    Membership,
    RolePermission,
)
from app.core.database import db, within


@dataclass(frozen=True)
class BanRow:
    """A ban as those who decide see it."""

    contact: Contact
    reason: str
    banned_at: datetime
    banned_by: str | None


def membership_of(contact: Contact) -> Membership | None:
    """Return the current membership of a contact."""
    found: Membership | None = db.session.scalar(
        within(Membership, contact.community_id)
        .where(Membership.contact_id == contact.id, Membership.left_at.is_(None))
        .execution_options(populate_existing=True)
    )
    return found


def is_banned(contact: Contact) -> bool:
    """Say whether a contact is shut out now."""
    return current_ban(contact) is not None


def current_ban(contact: Contact) -> Ban | None:
    """Return the ban of a contact that has not been lifted."""
    found: Ban | None = db.session.scalar(
        within(Ban, contact.community_id).where(
            Ban.contact_id == contact.id, Ban.lifted_at.is_(None)
        )
    )
    return found


def waiting_request(contact: Contact) -> JoinRequest | None:
    """Return the request of a contact that nobody decided yet."""
    found: JoinRequest | None = db.session.scalar(
        within(JoinRequest, contact.community_id).where(
            JoinRequest.contact_id == contact.id,
            JoinRequest.state == JoinRequestState.WAITING,
        )
    )
    return found


def contacts_who_may(community_id: int, permission: str) -> list[Contact]:
    """Return the members whose role has a permission, in order of joining."""
    return list(
        db.session.scalars(
            within(Contact, community_id)
            .join(Membership, Membership.contact_id == Contact.id)
            .join(RolePermission, RolePermission.role_key == Membership.role_key)
            .where(
                Membership.community_id == community_id,
                Membership.left_at.is_(None),
                RolePermission.permission == permission,
            )
            .order_by(Membership.joined_at, Membership.id)
        )
    )


def member_count(community_id: int) -> int:
    """Count the current members."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Membership)
            .where(Membership.community_id == community_id, Membership.left_at.is_(None))
        )
        or 0
    )


def current_bans(community_id: int, viewer_person_id: int) -> list[BanRow]:
    """Return who is shut out, the latest first, without those a block hides from the viewer."""
    author = aliased(Contact)
    rows = db.session.execute(
        select(Contact, Ban.reason, Ban.banned_at, author.name)
        .join(Ban, Ban.contact_id == Contact.id)
        .outerjoin(
            author,
            and_(author.id == Ban.banned_by_id, not_blocked(viewer_person_id, author.person_id)),
        )
        .where(
            Contact.community_id == community_id,
            Ban.community_id == community_id,
            Ban.lifted_at.is_(None),
            Contact.erased_at.is_(None),
            not_blocked(viewer_person_id, Contact.person_id),
        )
        .order_by(Ban.banned_at.desc(), Ban.id.desc())
    )
    return [BanRow(*row) for row in rows]


def seen_contact(community_id: int, public_id: str, viewer_person_id: int) -> Contact | None:
    """Return a contact for those who decide about members, unless a block hides it."""
    found: Contact | None = db.session.scalar(
        within(Contact, community_id).where(
            Contact.public_id == public_id,
            Contact.erased_at.is_(None),
            not_blocked(viewer_person_id, Contact.person_id),
        )
    )
    return found


def current_members(community_id: int) -> list[Contact]:
    """Return the contacts who are members now, in order of joining."""
    return list(
        db.session.scalars(
            within(Contact, community_id)
            .join(Membership, Membership.contact_id == Contact.id)
            .where(Membership.community_id == community_id, Membership.left_at.is_(None))
            .order_by(Membership.joined_at, Membership.id)
        )
    )


def current_memberships(community_id: int) -> list[Membership]:
    """Return the memberships that have not ended."""
    return list(
        db.session.scalars(
            within(Membership, community_id)
            .where(Membership.left_at.is_(None))
            .order_by(Membership.id)
        )
    )


def memberships_of(person_id: int) -> list[Membership]:
    """Return the memberships a person holds now, in all communities."""
    return list(
        db.session.scalars(
            select(Membership)
            .join(Contact, Contact.id == Membership.contact_id)
            .where(Contact.person_id == person_id, Membership.left_at.is_(None))
            .order_by(Membership.id)
        )
    )
