"""The organizers' table of everyone a community knows: filter, sort, one page at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Self
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, exists, func, not_, select, true
from sqlalchemy.orm import aliased

from app.communities.models import (
    Ban,
    Community,
    Contact,
    ContactSource,
    ContactTag,
    Membership,
    Role,
    Tag,
)
from app.communities.queries.people import Viewer, found_by, is_current_member, seen_by
from app.core.database import db, within

PAGE = 50
BATCH = 500


class State(StrEnum):
    """How a contact stands to the community now."""

    CURRENT = "current"
    LEFT = "left"
    BANNED = "banned"
    GUEST = "guest"
    IMPORTED = "imported"  # brought from a list, and has not claimed the card
    KNOWN = "known"  # none of these: asked to join, or claimed a card without joining


@dataclass(frozen=True)
class Filter:
    """Which contacts, in which order; every field is text or a day, as in the address."""

    words: str = ""
    role: str = ""
    state: str = ""
    tag: str = ""  # a public id
    joined_from: date | None = None
    joined_until: date | None = None
    sort: str = "name"
    page: int = 1

    @property
    def is_narrowing(self) -> bool:
        """Whether anything is left out."""
        chosen = (self.words, self.role, self.state, self.tag, self.joined_from, self.joined_until)
        return any(chosen)

    def as_json(self) -> dict[str, Any]:
        """Return what is chosen, to be kept with an announcement."""
        kept = {name: value for name, value in asdict(self).items() if name not in {"page", "sort"}}
        return {name: str(value) for name, value in kept.items() if value}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        """Return the filter that `as_json` kept."""
        values = {one.name: kept[one.name] for one in fields(cls) if one.name in kept}
        for name in ("joined_from", "joined_until"):
            if name in values:
                values[name] = date.fromisoformat(values[name])
        return cls(**values)


@dataclass(frozen=True)
class Line:
    """One contact in the table; `membership` is the newest one."""

    contact: Contact
    membership: Membership | None
    is_banned: bool
    tags: list[Tag] = field(default_factory=list)

    @property
    def state(self) -> State:
        """How the contact stands to the community now."""
        if self.is_banned:
            return State.BANNED
        if self.membership is not None:
            return State.LEFT if self.membership.left_at else State.CURRENT
        return _without_membership(self.contact)


@dataclass(frozen=True)
class Table:
    """One page of the table."""

    lines: list[Line]
    total: int
    page: int

    @property
    def first(self) -> int:
        """The number of the first line on this page."""
        return (self.page - 1) * PAGE + 1

    @property
    def last(self) -> int:
        """The number of the last line on this page."""
        return self.first + len(self.lines) - 1

    @property
    def has_next(self) -> bool:
        """Whether more lines follow."""
        return self.last < self.total


def table(community: Community, viewer: Viewer, chosen: Filter) -> Table:
    """Return one page of the contacts that a filter leaves."""
    total = db.session.scalar(_counted(community, viewer, chosen)) or 0
    rows = _rows(community, viewer, chosen)
    start = (chosen.page - 1) * PAGE
    lines = _lines(community, rows.limit(PAGE).offset(start))
    return Table(lines, total, chosen.page)


def count(community: Community, viewer: Viewer, chosen: Filter) -> int:
    """Return how many contacts a filter leaves."""
    return db.session.scalar(_counted(community, viewer, chosen)) or 0


def all_lines(community: Community, viewer: Viewer, chosen: Filter) -> Iterator[Line]:
    """Yield every contact a filter leaves by name, in batches, so that memory stays bounded."""
    last: Contact | None = None
    while True:
        rows = _rows(community, viewer, chosen, order=(Contact.sort_key, Contact.id)).limit(BATCH)
        if last is not None:
            after = func.row(Contact.sort_key, Contact.id) > func.row(last.sort_key, last.id)
            rows = rows.where(after)
        lines = _lines(community, rows)
        yield from lines
        if len(lines) < BATCH:
            return
        last = lines[-1].contact


def chosen_lines(community: Community, viewer: Viewer, public_ids: Sequence[str]) -> list[Line]:
    """Return the contacts someone ticked, as far as this viewer may see them, by name."""
    rows = _rows(community, viewer, Filter()).where(Contact.public_id.in_(public_ids))
    return _lines(community, rows)


def audience_clauses(
    community: Community, viewer: Viewer, chosen: Filter
) -> tuple[type[Membership], list[ColumnElement[bool]]]:
    """Return the newest membership to join and the clauses of a filter, for other statements."""
    newest = _newest()
    return newest, _base(community, viewer, chosen, newest)


def tags_of(community_id: int) -> list[tuple[Tag, int]]:
    """Return a community's tags with the number of contacts that carry each."""
    rows = db.session.execute(
        select(Tag, func.count(ContactTag.id))
        .outerjoin(ContactTag, ContactTag.tag_id == Tag.id)
        .where(Tag.community_id == community_id)
        .group_by(Tag.id)
        .order_by(Tag.name_key)
    )
    return [(tag, number) for tag, number in rows]


def memberships_of(contact: Contact) -> list[Membership]:
    """Return every period of a contact's belonging, the newest first."""
    return list(
        db.session.scalars(
            within(Membership, contact.community_id)
            .where(Membership.contact_id == contact.id)
            .order_by(Membership.joined_at.desc(), Membership.id.desc())
        )
    )


def _without_membership(contact: Contact) -> State:
    if contact.person_id is None and contact.source is ContactSource.IMPORT:
        return State.IMPORTED
    return State.GUEST if contact.source is ContactSource.GUEST else State.KNOWN


def _newest() -> type[Membership]:
    newest = (
        select(Membership)
        .where(Membership.community_id == Contact.community_id, Membership.contact_id == Contact.id)
        .order_by(Membership.joined_at.desc(), Membership.id.desc())
        .limit(1)
        .lateral("newest")
    )
    return aliased(Membership, newest)


def _is_banned() -> ColumnElement[bool]:
    return exists().where(
        Ban.community_id == Contact.community_id,
        Ban.contact_id == Contact.id,
        Ban.lifted_at.is_(None),
    )


def _has_belonged() -> ColumnElement[bool]:
    return exists().where(
        Membership.community_id == Contact.community_id, Membership.contact_id == Contact.id
    )


def _states() -> dict[str, ColumnElement[bool]]:
    outside = and_(not_(_has_belonged()), not_(_is_banned()))
    imported = and_(Contact.person_id.is_(None), Contact.source == ContactSource.IMPORT)
    guest = Contact.source == ContactSource.GUEST
    return {
        State.CURRENT: and_(is_current_member(), not_(_is_banned())),
        State.LEFT: and_(_has_belonged(), not_(is_current_member()), not_(_is_banned())),
        State.BANNED: _is_banned(),
        State.GUEST: and_(guest, outside),
        State.IMPORTED: and_(imported, outside),
        State.KNOWN: and_(not_(imported), not_(guest), outside),
    }


def _base(
    community: Community, viewer: Viewer, chosen: Filter, newest: type[Membership]
) -> list[ColumnElement[bool]]:
    clauses = [Contact.community_id == community.id, seen_by(viewer)]
    words = found_by(viewer, chosen.words)
    if words is not None:
        clauses.append(words)
    if chosen.role:
        clauses += [newest.role_key == chosen.role, newest.left_at.is_(None)]
    if chosen.state in set(State):
        clauses.append(_states()[chosen.state])
    if chosen.tag:
        clauses.append(_carries(chosen.tag))
    return clauses + _joined_between(community, chosen, newest)


def _carries(tag: str) -> ColumnElement[bool]:
    return exists().where(
        ContactTag.community_id == Contact.community_id,
        ContactTag.contact_id == Contact.id,
        ContactTag.tag_id == Tag.id,
        Tag.community_id == Contact.community_id,
        Tag.public_id == tag,
    )


def _joined_between(
    community: Community, chosen: Filter, newest: type[Membership]
) -> list[ColumnElement[bool]]:
    clauses: list[ColumnElement[bool]] = []
    if chosen.joined_from:
        clauses.append(newest.joined_at >= _midnight(chosen.joined_from, community.zone))
    if chosen.joined_until:
        after = chosen.joined_until + timedelta(days=1)
        clauses.append(newest.joined_at < _midnight(after, community.zone))
    return clauses


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone))


def _counted(community: Community, viewer: Viewer, chosen: Filter) -> Select[int]:
    newest = _newest()
    return (
        select(func.count())
        .select_from(Contact)
        .outerjoin(newest, true())
        .where(*_base(community, viewer, chosen, newest))
    )


def _rows(
    community: Community,
    viewer: Viewer,
    chosen: Filter,
    *,
    order: tuple[Any, ...] | None = None,
) -> Select[*tuple[Any, ...]]:
    newest = _newest()
    return (
        select(Contact, newest, _is_banned())
        .outerjoin(newest, true())
        .outerjoin(Role, Role.key == newest.role_key)
        .where(*_base(community, viewer, chosen, newest))
        .order_by(*(order or _order(chosen.sort, newest)))
    )


def _order(sort: str, newest: type[Membership]) -> tuple[Any, ...]:
    """Return how rows stand, from a fixed mapping; a minus sign turns it round."""
    columns: dict[str, Any] = {
        "name": Contact.sort_key,
        "joined": newest.joined_at,
        "role": Role.rank,
        "added": Contact.created_at,
    }
    column = columns.get(sort.removeprefix("-"), Contact.sort_key)
    turned = column.desc().nulls_last() if sort.startswith("-") else column.asc().nulls_last()
    return (turned, Contact.sort_key, Contact.id)


SORTS = frozenset({"name", "-name", "joined", "-joined", "role", "-role", "added", "-added"})


def _lines(community: Community, rows: Select[*tuple[Any, ...]]) -> list[Line]:
    lines = {row[0].id: Line(*row) for row in db.session.execute(rows)}
    if lines:
        for contact_id, tag in db.session.execute(_tags(community.id, list(lines))):
            lines[contact_id].tags.append(tag)
    return list(lines.values())


def _tags(community_id: int, contact_ids: list[int]) -> Select[*tuple[Any, ...]]:
    return (
        within(Tag, community_id)
        .with_only_columns(ContactTag.contact_id, Tag)
        .join(ContactTag, ContactTag.tag_id == Tag.id)
        .where(ContactTag.contact_id.in_(contact_ids))
        .order_by(Tag.name_key)
    )
