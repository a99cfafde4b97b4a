"""The permission map as its rows say, and who holds which role."""

from dataclasses import dataclass

from sqlalchemy import select

from app.accounts.models import Person
from app.accounts.queries import not_blocked
from app.communities.models import Contact, Membership, Role, RolePermission
from app.core.database import db, within


@dataclass(frozen=True)
class RoleRow:
    """A role: how high it stands and what it may."""

    key: str
    rank: int
    permissions: frozenset[str]


@dataclass(frozen=True)
class Holder:
    """A member who holds a role above the plain one."""

    contact: Contact
    membership: Membership


def ranks() -> dict[str, int]:
    """Return the rank of each role."""
    return {row.key: row.rank for row in db.session.execute(select(Role.key, Role.rank))}


def roles() -> list[RoleRow]:
    """Return all roles with their permissions, the highest first."""
    granted: dict[str, set[str]] = {}
    for key, permission in db.session.execute(
        select(RolePermission.role_key, RolePermission.permission)
    ):
        granted.setdefault(key, set()).add(permission)
    ordered = sorted(ranks().items(), key=lambda pair: -pair[1])
    return [RoleRow(key, rank, frozenset(granted.get(key, ()))) for key, rank in ordered]


def holders(community_id: int, viewer_person_id: int) -> list[Holder]:
    """Return who holds a role above the lowest, the highest first."""
    lowest = select(Role.key).order_by(Role.rank).limit(1).scalar_subquery()
    rows = db.session.execute(
        within(Contact, community_id)
        .with_only_columns(Contact, Membership)
        .join(Membership, Membership.contact_id == Contact.id)
        .join(Role, Role.key == Membership.role_key)
        .where(
            Membership.community_id == community_id,
            Membership.left_at.is_(None),
            Membership.role_key != lowest,
            not_blocked(viewer_person_id, Contact.person_id),
        )
        .order_by(Role.rank.desc(), Contact.sort_key, Contact.id)
    )
    return [Holder(*row) for row in rows]


def successor(community_id: int, leaving: Membership) -> Membership | None:
    """Return who could take over from a leaving owner: the highest role, then the longest here.

    Nobody whose account is suspended: they could not look after anything.
    """
    found: Membership | None = db.session.scalar(
        within(Membership, community_id)
        .join(Role, Role.key == Membership.role_key)
        .join(Contact, Contact.id == Membership.contact_id)
        .join(Person, Person.id == Contact.person_id)
        .where(
            Membership.left_at.is_(None),
            Membership.id != leaving.id,
            Person.suspended_at.is_(None),
        )
        .order_by(Role.rank.desc(), Membership.joined_at, Membership.id)
        .limit(1)
    )
    return found
