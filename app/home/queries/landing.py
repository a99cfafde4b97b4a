"""What the landing page shows: communities to discover, one's own, and whom a demo lends."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from app.accounts.models import Installation
from app.communities.models import Community, Contact, Membership, Visibility
from app.core.database import db
from app.events.models import Event, EventState, EventVisibility

SHOWN = 6


@dataclass(frozen=True, slots=True)
class CommunityCard:
    """A community on a card."""

    slug: str
    name: str
    purpose: str
    hue: int
    mark_key: str | None
    version: int
    members: int
    next_at: datetime | None
    zone: str


@dataclass(frozen=True, slots=True)
class Front:
    """The installation and its public communities: all that a stranger's landing page shows."""

    is_demo: bool
    sign_up_open: bool
    communities: tuple[CommunityCard, ...]


def front(now: datetime) -> Front:
    """Return what strangers see: two statements."""
    installation = db.session.get(Installation, 1)
    rows = db.session.execute(
        _cards(now, only_public=True)
        .where(Community.visibility == Visibility.PUBLIC, Community.closing_at.is_(None))
        .order_by(_members().desc(), Community.sort_key, Community.id)
        .limit(SHOWN)
    )
    return Front(
        is_demo=installation is not None and installation.is_demo,
        sign_up_open=installation is None or installation.sign_up_open,
        communities=tuple(CommunityCard(*row) for row in rows),
    )


def mine(person_id: int, now: datetime) -> list[CommunityCard]:
    """Return the communities a person belongs to, by name: one statement."""
    belongs = select(Membership.contact_id).where(Membership.left_at.is_(None))
    rows = db.session.execute(
        _cards(now, only_public=False)
        .join(Contact, Contact.community_id == Community.id)
        .where(Contact.person_id == person_id, Contact.id.in_(belongs))
        .order_by(Community.sort_key, Community.id)
    )
    return [CommunityCard(*row) for row in rows]


def _cards(now: datetime, *, only_public: bool) -> Select[*tuple[Any, ...]]:
    coming = select(func.min(Event.starts_at)).where(
        Event.community_id == Community.id,
        Event.state == EventState.PUBLISHED,
        Event.starts_at > now,
    )
    if only_public:
        coming = coming.where(Event.visibility == EventVisibility.PUBLIC)
    return select(
        Community.slug,
        Community.name,
        Community.purpose,
        Community.hue,
        Community.mark_key,
        Community.version,
        _members(),
        coming.correlate(Community).scalar_subquery(),
        Community.zone,
    ).where(Community.suspended_at.is_(None))


def _members() -> ColumnElement[int]:
    return (
        select(func.count())
        .select_from(Membership)
        .where(Membership.community_id == Community.id, Membership.left_at.is_(None))
        .correlate(Community)
        .scalar_subquery()
    )
