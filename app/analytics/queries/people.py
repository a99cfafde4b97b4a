"""The people behind a number as a list: names and faces, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, null, select, union

from app.activity.models import ActivityLast, Identity
from app.analytics.queries import behind, closed
from app.analytics.queries.behind import Asked
from app.analytics.queries.histories import Counting, happened
from app.communities.models import Community, Contact, Membership
from app.communities.queries.people import Viewer, seen_by
from app.core.database import db

PAGE = 50


@dataclass(frozen=True, slots=True)
class Someone:
    """One of the people behind a number; an account linked to nobody has no page of its own."""

    name: str
    public_id: str | None
    picture_key: str | None
    joined_at: datetime | None
    last_on: date | None
    source: str = ""
    share: int = 1  # how much of the number is theirs


@dataclass(frozen=True, slots=True)
class Behind:
    """One page of the people behind a number; some may not be shown to this viewer."""

    people: tuple[Someone, ...]
    total: int
    visible: int
    page: int
    together: int = 0  # the shares of all

    @property
    def hidden(self) -> int:
        """How many are counted and not shown: erased, or apart from the viewer by a block."""
        return self.total - self.visible

    @property
    def first(self) -> int:
        """The number of the first one on this page."""
        return (self.page - 1) * PAGE + 1

    @property
    def last(self) -> int:
        """The number of the last one on this page."""
        return self.first + len(self.people) - 1

    @property
    def has_next(self) -> bool:
        """Whether more follow."""
        return self.last < self.visible


def listed(
    community: Community, asked: Asked, now: datetime, viewer: Viewer, page: int = 1
) -> Behind:
    """Return one page of the people behind a number, by name."""
    shares = behind.behind(community, asked, now)
    contacts = [contact for contact, _ in shares if contact is not None]
    identities = [identity for _, identity in shares if identity is not None]
    visible = db.session.scalar(
        select(func.count()).where(Contact.id.in_(contacts), seen_by(viewer))
    )
    names = union(
        _contacts(community, contacts, viewer), _identities(community, identities)
    ).subquery()
    rows = db.session.execute(
        select(names)
        .order_by(names.c.sort_key, names.c.contact_id, names.c.identity_id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    ).all()
    people = tuple(_someone(row, shares) for row in rows)
    seen = (visible or 0) + len(identities)
    return Behind(people, len(shares), seen, page, sum(shares.values()))


def counting_of(community: Community, *, with_team: bool) -> Counting:
    """Return how a community counts."""
    return closed.counting_of(community, with_team=with_team)


def _someone(row: Any, shares: behind.Shares) -> Someone:
    share = shares[row.contact_id, row.identity_id]
    return Someone(
        row.name, row.public_id, row.picture_key, row.joined_at, row.last_on, row.source, share
    )


def _contacts(community: Community, ids: Sequence[int], viewer: Viewer) -> Select[*tuple[Any, ...]]:
    """Select names and faces, when they joined last, and when they last did something."""
    joined = (
        select(func.max(Membership.joined_at))
        .where(Membership.contact_id == Contact.id, happened())
        .scalar_subquery()
    )
    last = _last_on(ActivityLast.contact_id == Contact.id, community)
    return select(
        Contact.id.label("contact_id"),
        null().label("identity_id"),
        Contact.name.label("name"),
        Contact.public_id.label("public_id"),
        Contact.picture_key.label("picture_key"),
        Contact.sort_key.label("sort_key"),
        joined.label("joined_at"),
        last.label("last_on"),
        func.coalesce(null(), "").label("source"),
    ).where(Contact.community_id == community.id, Contact.id.in_(ids), seen_by(viewer))


def _identities(community: Community, ids: Sequence[int]) -> Select[*tuple[Any, ...]]:
    last = _last_on(ActivityLast.identity_id == Identity.id, community)
    name = func.coalesce(func.nullif(Identity.name, ""), Identity.uid)
    return select(
        null(),
        Identity.id,
        name,
        null(),
        null(),
        func.convert_to(func.lower(name), "UTF8"),
        null(),
        last,
        Identity.source,
    ).where(Identity.community_id == community.id, Identity.id.in_(ids))


def _last_on(whose: Any, community: Community) -> Any:
    return (
        select(ActivityLast.last_on)
        .where(ActivityLast.community_id == community.id, whose)
        .scalar_subquery()
    )
