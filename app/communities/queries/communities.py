"""Communities to be found, a person's own, and how far a new one has come."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from app.communities.models import (
    Community,
    Contact,
    Invitation,
    Membership,
    RulesVersion,
    Visibility,
)
from app.core.database import db
from app.core.text import search_query

PAGE = 24
FIRST_MEMBERS = 10


@dataclass(frozen=True)
class CommunityCard:
    """A community in a list."""

    community: Community
    members: int


@dataclass(frozen=True)
class Beginnings:
    """What a new community has by now."""

    members: int
    has_about: bool
    has_mark: bool
    has_welcome: bool
    has_rules: bool
    has_invitation: bool
    has_own_card: bool


def public_communities(typed: str = "", *, page: int = 1) -> tuple[list[CommunityCard], bool]:
    """Return one page of the public communities a search finds, and whether more follow."""
    asked = _cards().where(
        Community.visibility == Visibility.PUBLIC,
        Community.suspended_at.is_(None),
        Community.closing_at.is_(None),
    )
    if words := search_query(typed):
        asked = asked.where(Community.search.op("@@")(func.to_tsquery("simple", words)))
    rows = db.session.execute(
        asked.order_by(Community.sort_key, Community.id).offset((page - 1) * PAGE).limit(PAGE + 1)
    ).all()
    return [CommunityCard(*row) for row in rows[:PAGE]], len(rows) > PAGE


def communities_of(person_id: int) -> list[CommunityCard]:
    """Return the communities a person belongs to, by name."""
    rows = db.session.execute(
        _cards()
        .join(Contact, Contact.community_id == Community.id)
        .join(Membership, Membership.contact_id == Contact.id)
        .where(
            Contact.person_id == person_id,
            Membership.left_at.is_(None),
            Community.suspended_at.is_(None),
        )
        .order_by(Community.sort_key, Community.id)
    )
    return [CommunityCard(*row) for row in rows]


def name_elsewhere(person_id: int) -> str | None:
    """Return the name a person last used on a card, as a first guess for the next."""
    return db.session.scalar(
        select(Contact.name)
        .where(Contact.person_id == person_id, Contact.name != "")
        .order_by(Contact.id.desc())
        .limit(1)
    )


def beginnings(community: Community, contact_id: int) -> Beginnings:
    """Return what a new community has by now: one statement."""
    row = db.session.execute(
        select(
            _member_count(Community.id),
            Community.about != "",
            Community.mark_key.is_not(None),
            Community.welcome != "",
            select(RulesVersion.id).where(RulesVersion.community_id == Community.id).exists(),
            select(Invitation.id).where(Invitation.community_id == Community.id).exists(),
            select(Contact.id)
            .where(
                Contact.id == contact_id,
                (Contact.picture_key.is_not(None)) | (Contact.about != ""),
            )
            .exists(),
        ).where(Community.id == community.id)
    ).one()
    return Beginnings(*row)


def _cards() -> Select[Community, int]:
    return select(Community, _member_count(Community.id))


def _member_count(community_id: Any) -> ColumnElement[int]:
    return (
        select(func.count())
        .select_from(Membership)
        .where(Membership.community_id == community_id, Membership.left_at.is_(None))
        .correlate(Community)
        .scalar_subquery()
    )
