"""Announcements: what was sent, and whom a filter reaches."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select, true

from app.communities.models import Announcement, Community, Contact
from app.communities.queries.desk_members import Filter, State, audience_clauses
from app.communities.queries.people import Viewer, is_author
from app.core.database import db, within

SHOWN = 100


def announcements(community_id: int, viewer: Viewer) -> list[tuple[Announcement, str | None]]:
    """Return what was announced, the newest first, with the authors' names."""
    rows = db.session.execute(
        within(Announcement, community_id)
        .add_columns(Contact.name)
        .outerjoin(Contact, is_author(viewer, Announcement.author_id))
        .order_by(Announcement.id.desc())
        .limit(SHOWN)
    )
    return [(announcement, name) for announcement, name in rows]


def announcement_by_id(community_id: int, public_id: str) -> Announcement | None:
    """Return one announcement."""
    found: Announcement | None = db.session.scalar(
        within(Announcement, community_id).where(Announcement.public_id == public_id)
    )
    return found


def reached(community: Community, viewer: Viewer, audience: dict[str, Any]) -> int:
    """Return how many people with an address an audience reaches."""
    asked = select(func.count()).select_from(Contact)
    newest, clauses = _clauses(community, viewer, audience)
    asked = asked.outerjoin(newest, true()).where(*clauses)
    return db.session.scalar(asked) or 0


def readers_after(
    community: Community, viewer: Viewer, audience: dict[str, Any], *, after: int, limit: int
) -> Sequence[Contact]:
    """Return the next contacts of an audience by id, for one batch."""
    newest, clauses = _clauses(community, viewer, audience)
    return db.session.scalars(
        select(Contact)
        .outerjoin(newest, true())
        .where(*clauses, Contact.id > after)
        .order_by(Contact.id)
        .limit(limit)
    ).all()


def _clauses(
    community: Community, viewer: Viewer, audience: dict[str, Any]
) -> tuple[Any, list[ColumnElement[bool]]]:
    """Return who an audience is: ticked people, or a filter; by default the current members."""
    kept = audience.get("filter", {})
    chosen = Filter.from_json(kept if kept.get("state") else {**kept, "state": State.CURRENT})
    if ids := audience.get("contacts"):
        newest, clauses = audience_clauses(community, viewer, Filter())
        clauses.append(Contact.public_id.in_(ids))
    else:
        newest, clauses = audience_clauses(community, viewer, chosen)
    return newest, [*clauses, Contact.email.is_not(None) | Contact.person_id.is_not(None)]
