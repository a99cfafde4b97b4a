"""The members' directory: search, facets with counts, one page at a time."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select

from app.communities.models import Contact, Facet, FacetKind
from app.communities.queries.people import (
    SHOWN,
    Viewer,
    facets_shown,
    found_by,
    is_current_member,
    is_listed_for,
    seen_by,
)
from app.core.database import db, within

PAGE = 24
VALUES_PER_KIND = 8
FILTERS = 5
_SHOWN_OF_CONTACT = (
    Contact.id,
    Contact.public_id,
    Contact.name,
    Contact.pronouns,
    Contact.place,
    Contact.about,
    Contact.picture_key,
)


@dataclass(frozen=True)
class Wish:
    """What someone looks for: words, and facets as (kind, value key)."""

    words: str = ""
    facets: tuple[tuple[FacetKind, str], ...] = ()
    page: int = 1


@dataclass(frozen=True)
class Choice:
    """A facet value to filter by, with the number of members who would remain."""

    kind: FacetKind
    key: str
    label: str
    count: int
    is_chosen: bool


@dataclass(frozen=True)
class Face:
    """One member as the directory shows them."""

    id: int
    public_id: str
    name: str
    pronouns: str
    place: str
    about: str
    picture_key: str | None
    facets: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Directory:
    """One page of the directory, and how to narrow it."""

    faces: list[Face]
    total: int
    page: int
    choices: dict[FacetKind, list[Choice]]

    @property
    def first(self) -> int:
        """The number of the first member on this page."""
        return (self.page - 1) * PAGE + 1

    @property
    def last(self) -> int:
        """The number of the last member on this page."""
        return self.first + len(self.faces) - 1

    @property
    def has_next(self) -> bool:
        """Whether more members follow."""
        return self.last < self.total


def directory(community_id: int, viewer: Viewer, wish: Wish) -> Directory:
    """Return the members a viewer may see, narrowed by a wish, by name."""
    clauses = _clauses(community_id, viewer, wish)
    total = db.session.scalar(select(func.count()).select_from(Contact).where(*clauses)) or 0
    rows = db.session.execute(
        select(*_SHOWN_OF_CONTACT)
        .where(*clauses)
        .order_by(Contact.sort_key, Contact.id)
        .limit(PAGE)
        .offset((wish.page - 1) * PAGE)
    ).all()
    return Directory(
        faces=_faces(community_id, [Face(*row) for row in rows]),
        total=total,
        page=wish.page,
        choices=_choices(community_id, clauses, wish),
    )


def _clauses(community_id: int, viewer: Viewer, wish: Wish) -> list[ColumnElement[bool]]:
    clauses = [
        Contact.community_id == community_id,
        is_current_member(),
        is_listed_for(viewer),
        seen_by(viewer),
    ]
    words = found_by(viewer, wish.words)
    if words is not None:
        clauses.append(words)
    return clauses + [_has(kind, key) for kind, key in wish.facets[:FILTERS]]


def _has(kind: FacetKind, key: str) -> ColumnElement[bool]:
    return exists().where(
        Facet.community_id == Contact.community_id,
        Facet.contact_id == Contact.id,
        Facet.kind == kind,
        Facet.value_key == key,
        Facet.visibility.in_(SHOWN),
    )


def _faces(community_id: int, faces: list[Face]) -> list[Face]:
    """Return the faces with the facets that members may read."""
    by_id = {face.id: face for face in faces}
    asked = facets_shown(community_id, list(by_id)).with_only_columns(Facet.contact_id, Facet.value)
    for contact_id, value in db.session.execute(asked) if faces else ():
        by_id[contact_id].facets.append(value)
    return faces


def _choices(
    community_id: int, clauses: list[ColumnElement[bool]], wish: Wish
) -> dict[FacetKind, list[Choice]]:
    """Return the commonest values of each kind among those found, and every chosen one."""
    chosen = set(wish.facets)
    found: dict[FacetKind, list[Choice]] = {}
    for kind, key, label, count, rank in db.session.execute(_counted(community_id, clauses)):
        is_chosen = (kind, key) in chosen
        if rank <= VALUES_PER_KIND or is_chosen:
            found.setdefault(kind, []).append(Choice(kind, key, label, count, is_chosen))
    return found


def _counted(community_id: int, clauses: list[ColumnElement[bool]]) -> Select[*tuple[Any, ...]]:
    members = select(Contact.id).where(*clauses)
    count = func.count()
    rank = func.row_number().over(partition_by=Facet.kind, order_by=(count.desc(), Facet.value_key))
    return (
        within(Facet, community_id)
        .with_only_columns(Facet.kind, Facet.value_key, func.min(Facet.value), count, rank)
        .where(Facet.contact_id.in_(members), Facet.visibility.in_(SHOWN))
        .group_by(Facet.kind, Facet.value_key)
        .order_by(Facet.kind, count.desc(), Facet.value_key)
    )
