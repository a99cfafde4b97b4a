"""Reads of communities, by table name: where a person belongs, and what a site holds."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ScalarSelect, Select, and_, func, select

from app.accounts.tables import table
from app.core.database import db
from app.core.errors import NotThere
from app.core.text import normalise

COMMUNITIES_SHOWN = 100


@dataclass(frozen=True)
class Place:
    """A community that knows a person, and what they may do in it as a member."""

    id: int
    name: str
    permissions: frozenset[str]


@dataclass(frozen=True)
class SiteCommunity:
    """A community as the site's administrators see it."""

    id: int
    public_id: str
    slug: str
    name: str
    visibility: str
    created_at: datetime
    suspended_at: datetime | None
    members: int


def places_of(person_id: int) -> list[Place]:
    """List the communities that know a person, by name."""
    contact, community = table("contact"), table("community")
    rows = db.session.execute(
        select(community.c.id, community.c.name, _permissions())
        .join(contact, contact.c.community_id == community.c.id)
        .where(contact.c.person_id == person_id, community.c.suspended_at.is_(None))
        .order_by(community.c.sort_key, community.c.id)
    )
    return [Place(number, name, frozenset(held or ())) for number, name, held in rows]


def _permissions() -> ScalarSelect[Any]:
    """Return what the role of a statement's contact allows, as an array; NULL for no member."""
    contact, membership = table("contact"), table("membership")
    allowed = table("role_permission")
    return (
        select(func.array_agg(allowed.c.permission))
        .join(membership, membership.c.role_key == allowed.c.role_key)
        .where(membership.c.contact_id == contact.c.id, membership.c.left_at.is_(None))
        .correlate(contact)
        .scalar_subquery()
    )


def communities_here(search: str = "") -> list[SiteCommunity]:
    """List this site's communities by a part of their name, the newest first."""
    community = table("community")
    statement = _rows().order_by(community.c.id.desc()).limit(COMMUNITIES_SHOWN)
    if words := normalise(search):
        statement = statement.where(community.c.search_text.contains(words, autoescape=True))
    return [SiteCommunity(*row) for row in db.session.execute(statement)]


def community_of_site(public_id: str) -> SiteCommunity:
    """Return one community as the site's administrators see it, or raise NotThere."""
    community = table("community")
    row = db.session.execute(_rows().where(community.c.public_id == public_id)).first()
    if row is None:
        raise NotThere
    return SiteCommunity(*row)


def _rows() -> Select[Any]:
    community, membership = table("community"), table("membership")
    members = (
        select(func.count())
        .select_from(membership)
        .where(
            and_(
                membership.c.community_id == community.c.id,
                membership.c.left_at.is_(None),
            )
        )
        .correlate(community)
        .scalar_subquery()
    )
    names = ("id", "public_id", "slug", "name", "visibility", "created_at", "suspended_at")
    return select(*(community.c[name] for name in names), members)
