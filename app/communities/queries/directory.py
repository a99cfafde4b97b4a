"""The members' directory: search, facets with counts, one page at a time."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    String,
    bindparam,
    exists,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY

from app.communities.models import SHOWN, Contact, Facet, FacetKind
from app.communities.queries.people import (
    Viewer,
    anyone,
    is_current_member,
    is_listed_for,
    search_column,
    seen_by,
)
from app.core.database import one_of
from app.core.reading import Reading
from app.core.text import search_query

PAGE = 24
VALUES_PER_KIND = 8
FILTERS = 5
_SHOWN_OF_CONTACT = (
    Contact.id,
    Contact.public_id,
    Contact.name,
    Contact.pronouns,
    Contact.shown_place,
    Contact.shown_about,
    Contact.picture_key,
)


@dataclass(frozen=True)
class Wish:
    """What someone looks for: words, and facets as (kind, value key)."""

    words: str = ""
    facets: tuple[tuple[FacetKind, str], ...] = ()
    page: int = 1


@dataclass(frozen=True, slots=True)
class Choice:
    """A facet value to filter by, with the number of members who would remain."""

    kind: FacetKind
    key: str
    label: str
    count: int
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Face:
    """One member as the directory shows them."""

    id: int
    public_id: str
    name: str
    pronouns: str
    place: str
    about: str
    picture_key: str | None
    facets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Directory:
    """One page of the directory, and how to narrow it."""

    faces: tuple[Face, ...]
    total: int
    page: int
    choices: tuple[Choice, ...]  # by kind, the commonest first

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


@dataclass(frozen=True)
class _Shape:
    """What a statement of the directory is made for; each shape is built once."""

    is_organizer: bool
    has_words: bool
    facets: int


def directory(community_id: int, viewer: Viewer, wish: Wish) -> Directory:
    """Return the members a viewer may see, narrowed by a wish, by name: two statements."""
    words, facets = search_query(wish.words), wish.facets[:FILTERS]
    shape = _Shape(viewer.is_organizer, words is not None, len(facets))
    asked = {
        "community_id": community_id,
        "person_id": viewer.person_id,
        "contact_id": viewer.contact_id,
        **({"words": words} if words is not None else {}),
        **{f"kind_{number}": kind for number, (kind, _key) in enumerate(facets)},
        **{f"key_{number}": key for number, (_kind, key) in enumerate(facets)},
    }
    rows = _found(shape).rows(**asked, skipped=(wish.page - 1) * PAGE)
    if not rows and wish.page > 1:  # past the end nothing says how many there are
        total = _counted(shape).rows(**asked)[0][0]
    else:
        total = rows[0][-1] if rows else 0
    return Directory(
        faces=tuple(Face(*row[:-1]) for row in rows),
        total=total,
        page=wish.page,
        choices=_choices(shape, asked, wish),
    )


@lru_cache(maxsize=64)
def _found(shape: _Shape) -> Reading:
    facets = (
        select(Facet.value)
        .where(
            Facet.community_id == Contact.community_id,
            Facet.contact_id == Contact.id,
            Facet.visibility.in_(SHOWN),
        )
        .order_by(Facet.kind, Facet.position, Facet.id)
        .correlate(Contact)
    )
    shown = func.array(facets.scalar_subquery(), type_=ARRAY(String, as_tuple=True))
    return Reading(
        select(*_SHOWN_OF_CONTACT, shown, func.count().over())
        .where(*_clauses(shape))
        .order_by(Contact.sort_key, Contact.id)
        .limit(PAGE)
        .offset(bindparam("skipped", type_=BigInteger))
    )


@lru_cache(maxsize=64)
def _counted(shape: _Shape) -> Reading:
    return Reading(select(func.count()).select_from(Contact).where(*_clauses(shape)))


@lru_cache(maxsize=64)
def _ranked(shape: _Shape) -> Reading:
    members = select(Contact.id).where(*_clauses(shape))
    count = func.count()
    rank = func.row_number().over(partition_by=Facet.kind, order_by=(count.desc(), Facet.value_key))
    return Reading(
        select(Facet.kind, Facet.value_key, func.min(Facet.value), count, rank)
        .where(
            Facet.community_id == bindparam("community_id", type_=BigInteger),
            Facet.contact_id.in_(members),
            Facet.visibility.in_(SHOWN),
        )
        .group_by(Facet.kind, Facet.value_key)
        .order_by(Facet.kind, count.desc(), Facet.value_key)
    )


def _clauses(shape: _Shape) -> list[ColumnElement[bool]]:
    viewer = anyone(is_organizer=shape.is_organizer)
    clauses = [
        Contact.community_id == bindparam("community_id", type_=BigInteger),
        is_current_member(),
        is_listed_for(viewer),
        seen_by(viewer),
    ]
    if shape.has_words:
        words = func.to_tsquery("simple", bindparam("words", type_=String))
        clauses.append(search_column(viewer).op("@@")(words))
    return clauses + [_has(number) for number in range(shape.facets)]


def _has(number: int) -> ColumnElement[bool]:
    return exists().where(
        Facet.community_id == Contact.community_id,
        Facet.contact_id == Contact.id,
        Facet.kind == bindparam(f"kind_{number}", type_=one_of(FacetKind)),
        Facet.value_key == bindparam(f"key_{number}", type_=String),
        Facet.visibility.in_(SHOWN),
    )


def _choices(shape: _Shape, asked: dict[str, Any], wish: Wish) -> tuple[Choice, ...]:
    """Return the commonest values of each kind among those found, and every chosen one."""
    chosen = set(wish.facets)
    return tuple(
        Choice(kind, key, label, count, (kind, key) in chosen)
        for kind, key, label, count, rank in _ranked(shape).rows(**asked)
        if rank <= VALUES_PER_KIND or (kind, key) in chosen
    )
