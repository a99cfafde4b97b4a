"""What the questions of matching start from: one's own words, and those of many others."""

from sqlalchemy import exists, func

from app.communities.models import SHOWN, Contact, Facet, FacetKind, Membership
from app.core.database import db, within

SEVERAL = 2  # a word that one person alone says would tell of them


def own_words(contact: Contact, kind: FacetKind) -> list[tuple[str, str]]:
    """Return (key, word) of one kind on a member's card, whoever sees it."""
    rows = db.session.execute(
        within(Facet, contact.community_id)
        .with_only_columns(Facet.value_key, Facet.value)
        .where(Facet.contact_id == contact.id, Facet.kind == kind)
        .order_by(Facet.position, Facet.id)
    )
    return [(key, value) for key, value in rows]


def popular_words(community_id: int, kind: FacetKind, limit: int) -> list[tuple[str, str]]:
    """Return (key, word) that most members show, of one kind."""
    is_member = exists().where(
        Membership.community_id == Facet.community_id,
        Membership.contact_id == Facet.contact_id,
        Membership.left_at.is_(None),
    )
    rows = db.session.execute(
        within(Facet, community_id)
        .with_only_columns(Facet.value_key, func.min(Facet.value))
        .where(Facet.kind == kind, Facet.visibility.in_(SHOWN), is_member)
        .group_by(Facet.value_key)
        .having(func.count() >= SEVERAL)
        .order_by(func.count().desc(), Facet.value_key)
        .limit(limit)
    )
    return [(key, value) for key, value in rows]
