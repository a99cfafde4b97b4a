"""Accounts that imports brought: whose they may be, and why one may think so."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from app.activity.models import ActivityLast, ActivityMonth, Identity
from app.communities.models import Contact
from app.communities.queries.people import Viewer, seen_by
from app.core.database import db, within

PAGE = 25
MOST = 3  # suggestions of one account
FOUND = 10  # people that a search by hand shows
SHORTEST = 3  # letters that a name must have before it says anything


class Why(StrEnum):
    """What speaks for an account being someone's, the strongest first."""

    ADDRESS = "address"  # the address is on the card; nobody has proved it
    NAME = "name"
    ACCOUNT = "account"  # the account is called like the person


@dataclass(frozen=True, slots=True)
class Guess:
    """Someone whose account it may be."""

    name: str
    public_id: str
    why: Why


@dataclass(frozen=True, slots=True)
class Account:
    """An account with what was done under it, and whom it may belong to or belongs to."""

    source: str
    uid: str
    name: str
    acts: int
    last_on: date | None
    guesses: tuple[Guess, ...] = ()
    owner: str = ""
    owner_id: str = ""  # their public id


@dataclass(frozen=True, slots=True)
class Accounts:
    """One page of accounts, those with the most acts first."""

    accounts: tuple[Account, ...]
    total: int
    page: int

    @property
    def first(self) -> int:
        """The number of the first one on this page."""
        return (self.page - 1) * PAGE + 1

    @property
    def last(self) -> int:
        """The number of the last one on this page."""
        return self.first + len(self.accounts) - 1

    @property
    def has_next(self) -> bool:
        """Whether more follow."""
        return self.last < self.total


def accounts(
    community_id: int, viewer: Viewer, *, is_linked: bool, words: str = "", page: int = 1
) -> Accounts:
    """Return a page of accounts that are linked to nobody, or of those that are: bots are out."""
    asked = _of(community_id, viewer, is_linked=is_linked)
    if words:
        asked = asked.where(
            or_(
                Identity.name.icontains(words, autoescape=True),
                Identity.uid.icontains(words, autoescape=True),
            )
        )
    total = db.session.scalar(select(func.count()).select_from(asked.subquery())) or 0
    rows = db.session.execute(
        asked.order_by(func.coalesce(_acts(community_id), 0).desc(), Identity.id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    ).all()
    guesses = {} if is_linked else _guesses(community_id, [row.id for row in rows], viewer)
    return Accounts(tuple(_account(row, guesses.get(row.id, ())) for row in rows), total, page)


def account(community_id: int, viewer: Viewer, *, source: str, uid: str) -> Account | None:
    """Return one account that is linked to nobody, by its source and its name there."""
    row = db.session.execute(
        _of(community_id, viewer, is_linked=False).where(
            Identity.source == source, Identity.uid == uid
        )
    ).one_or_none()
    return _account(row, _guesses(community_id, [row.id], viewer).get(row.id, ())) if row else None


def identity_of(community_id: int, *, source: str, uid: str) -> Identity | None:
    """Return the row of an account."""
    found: Identity | None = db.session.scalar(
        within(Identity, community_id).where(Identity.source == source, Identity.uid == uid)
    )
    return found


def people_called(community_id: int, viewer: Viewer, words: str) -> list[tuple[str, str]]:
    """Return the names and public ids of people whose name holds some words."""
    rows = db.session.execute(
        within(Contact, community_id)
        .with_only_columns(Contact.name, Contact.public_id)
        .where(Contact.name.icontains(words, autoescape=True), seen_by(viewer))
        .order_by(Contact.sort_key, Contact.id)
        .limit(FOUND)
    )
    return [(row[0], row[1]) for row in rows]


def _of(community_id: int, viewer: Viewer, *, is_linked: bool) -> Select[*tuple[Any, ...]]:
    asked = (
        within(Identity, community_id)
        .with_only_columns(
            Identity.id,
            Identity.source,
            Identity.uid,
            Identity.name,
            _acts(community_id).label("acts"),
            ActivityLast.last_on,
            Contact.name.label("owner"),
            Contact.public_id.label("owner_id"),
        )
        .outerjoin(Contact, Contact.id == Identity.contact_id)
        .outerjoin(
            ActivityLast,
            and_(
                ActivityLast.community_id == community_id, ActivityLast.identity_id == Identity.id
            ),
        )
        .where(Identity.is_bot.is_(False))
    )
    if is_linked:
        return asked.where(Identity.contact_id.is_not(None), seen_by(viewer))
    return asked.where(Identity.contact_id.is_(None))


def _acts(community_id: int) -> Any:
    return (
        select(func.sum(ActivityMonth.acts))
        .where(ActivityMonth.community_id == community_id, ActivityMonth.identity_id == Identity.id)
        .scalar_subquery()
    )


def _account(row: Any, guesses: Sequence[Guess]) -> Account:
    return Account(
        row.source,
        row.uid,
        row.name or row.uid,
        int(row.acts or 0),
        row.last_on,
        tuple(guesses),
        row.owner or "",
        row.owner_id or "",
    )


def _guesses(community_id: int, ids: Sequence[int], viewer: Viewer) -> dict[int, list[Guess]]:
    """Return whose the accounts may be, the strongest reason first: one statement."""
    same_address = Identity.email_key == Contact.email_key
    same_name = _letters(Identity.name) == _letters(Contact.name)
    same_account = _letters(Identity.uid) == _letters(Contact.name)
    long_enough = func.length(_letters(Contact.name)) >= SHORTEST
    why = case((same_address, Why.ADDRESS.value), (same_name, Why.NAME.value),
               else_=Why.ACCOUNT.value)  # fmt: skip
    strength = case((same_address, 0), (same_name, 1), else_=2)
    rows = db.session.execute(
        within(Identity, community_id)
        .join(Contact, Contact.community_id == Identity.community_id)
        .with_only_columns(Identity.id, Contact.name, Contact.public_id, why)
        .where(
            Identity.id.in_(ids),
            seen_by(viewer),
            or_(same_address, and_(long_enough, or_(same_name, same_account))),
        )
        .order_by(Identity.id, strength, Contact.sort_key, Contact.id)
    )
    found: dict[int, list[Guess]] = defaultdict(list)
    for identity_id, name, public_id, reason in rows:
        if len(found[identity_id]) < MOST:
            found[identity_id].append(Guess(name, public_id, Why(reason)))
    return found


def _letters(name: Any) -> ColumnElement[str]:
    """Return a name without what is written between its letters."""
    return func.regexp_replace(func.lower(name), "[^[:alnum:]]+", "", "g")
