"""The suggestions of one member, as they hold at this moment."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    DateTime,
    Row,
    String,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    select,
)
from sqlalchemy.orm import aliased

from app.accounts.queries import not_blocked
from app.communities.models import SHOWN, Community, Contact, FacetKind
from app.core.reading import Reading
from app.core.text import normalise
from app.matching.models import (
    MatchChoice,
    MatchImpression,
    MatchKind,
    MatchProfile,
    MatchRole,
    Suggestion,
)
from app.matching.queries.apart import apart
from app.matching.queries.introductions import my_hello
from app.matching.queries.people import Here, Words, may_be_shown, shown_words
from app.matching.reasons import SAID

OF_CONTACT = ("id", "public_id", "name", "pronouns", "shown_place", "shown_about", "picture_key")
OF_SUGGESTION = ("kind", "role", "rank", "score", "propensity", "model")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why two may like to meet: which sentence it is, the word marked in it, and a number."""

    what: str
    value: str
    count: int = 0


@dataclass(frozen=True, slots=True)
class _Stored:
    """A reason as it was found, and the words it stands on: mine, theirs; none for gatherings."""

    said: Reason
    words: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Ranked:
    """How a suggestion came to be where it stands."""

    rank: int
    score: float
    propensity: float
    model: str
    is_logged: bool  # stood on this page today already


@dataclass(frozen=True, slots=True)
class MatchCard:
    """One member suggested to another."""

    kind: MatchKind
    role: MatchRole
    contact_id: int
    public_id: str
    name: str
    pronouns: str
    place: str
    about: str
    picture_key: str | None
    goals: tuple[str, ...]
    reasons: tuple[Reason, ...]
    said_at: datetime | None  # when the reader said hello; nobody else is told
    ranked: Ranked = field(compare=False)


@dataclass(frozen=True, slots=True)
class Suggested:
    """The kinds that a member said yes to, and who is suggested: none for a kind, perhaps."""

    kinds: frozenset[MatchKind]
    cards: list[MatchCard]


def suggested(community: Community, contact: Contact, now: datetime) -> Suggested:
    """Return a member's choice and suggestions as they hold at this moment: two statements.

    Who left, fell asleep, said no, was blocked, or took a word off their card since the last
    computation is not there, though the suggestion may still be stored.
    """
    found = _asked().rows(
        community_id=community.id,
        contact_id=contact.id,
        person_id=contact.person_id,
        zone=community.zone,
        now=now,
    )
    kinds = frozenset(row.chosen for row in found)
    return Suggested(kinds, _cards(community, contact, [row for row in found if row.id]))


def cards(community: Community, contact: Contact, now: datetime) -> list[MatchCard]:
    """Return the suggestions for a member as they hold at this moment."""
    return suggested(community, contact, now).cards


def _cards(community: Community, contact: Contact, rows: list[Row[Any]]) -> list[MatchCard]:
    if not rows:
        return []
    named = {key for row in rows for one in _stored(row.reasons) for _kind, key in one.words}
    shown = shown_words(community.id, {row.id for row in rows} | {contact.id}, named)
    mine = shown.get(contact.id, {})
    place = _place_key(contact.shown_place)
    found = []
    for row in rows:
        theirs = shown.get(row.id, {})
        stored = _still_true(_stored(row.reasons), mine=mine, theirs=theirs)
        if stored:
            reasons = (*stored, *_of_circumstances(row, place))[:SAID]
            found.append(_card(row, theirs, reasons))
    return found


def card_for(
    community: Community, contact: Contact, public_id: str, kind: MatchKind, now: datetime
) -> MatchCard | None:
    """Return the card of a member who is suggested to another at this moment."""
    return next(
        (
            card
            for card in cards(community, contact, now)
            if card.public_id == public_id and card.kind is kind
        ),
        None,
    )


def _card(row: Row[Any], theirs: Words, reasons: tuple[Reason, ...]) -> MatchCard:
    return MatchCard(
        kind=row.kind,
        role=row.role,
        contact_id=row.id,
        public_id=row.public_id,
        name=row.name,
        pronouns=row.pronouns,
        place=row.shown_place,
        about=row.shown_about,
        picture_key=row.picture_key,
        goals=tuple(theirs.get(FacetKind.GOAL, {}).values())[:2],
        reasons=reasons,
        said_at=row.said_at,
        ranked=Ranked(row.rank, row.score, row.propensity, row.model, row.is_logged),
    )


@cache
def _asked() -> Reading:
    """Return the statement, built once: it is long, and every look at the page asks it.

    Each kind that the member chose has a row even when nobody is suggested for it.
    """
    community_id, contact_id, person_id = (
        bindparam(name, type_=BigInteger) for name in ("community_id", "contact_id", "person_id")
    )
    now = bindparam("now", type_=DateTime(timezone=True))
    here = Here(community_id, bindparam("zone", type_=String), now)
    other, mine, theirs = aliased(Contact), aliased(MatchProfile), aliased(MatchProfile)
    found = (
        select(
            *(getattr(other, name).label(name) for name in OF_CONTACT),
            *(getattr(Suggestion, name) for name in OF_SUGGESTION),
            cast(Suggestion.reasons, String).label("reasons"),  # as text: read once for each
            my_hello(contact_id, Suggestion.other_id, Suggestion.kind, now).label("said_at"),
            _is_logged(now).label("is_logged"),
            *_shown_numbers(mine, "my"),
            *_shown_numbers(theirs, "their"),
        )
        .join(other, other.id == Suggestion.other_id)
        .outerjoin(mine, _profile_of(mine, Suggestion.contact_id))
        .outerjoin(theirs, _profile_of(theirs, Suggestion.other_id))
        .where(
            Suggestion.community_id == community_id,
            Suggestion.contact_id == contact_id,
            *may_be_shown(other, Suggestion.kind, here),
            not_blocked(person_id, other.person_id),
            *apart(contact_id, other, now),
        )
        .subquery()
    )
    return Reading(
        select(MatchChoice.kind.label("chosen"), found)
        .outerjoin(found, found.c.kind == MatchChoice.kind)
        .where(MatchChoice.community_id == community_id, MatchChoice.contact_id == contact_id)
        .order_by(MatchChoice.kind, found.c.rank)
    )


def _is_logged(now: ColumnElement[datetime]) -> ColumnElement[bool]:
    """Say whether a suggestion stood on its page today already."""
    return exists().where(
        MatchImpression.community_id == Suggestion.community_id,
        MatchImpression.contact_id == Suggestion.contact_id,
        MatchImpression.kind == Suggestion.kind,
        MatchImpression.other_id == Suggestion.other_id,
        MatchImpression.shown_on == cast(func.timezone("UTC", now), Date),
    )


def _profile_of(profile: type[MatchProfile], contact_id: Any) -> Any:
    return and_(profile.community_id == Suggestion.community_id, profile.contact_id == contact_id)


def _shown_numbers(profile: type[MatchProfile], whose: str) -> list[Any]:
    """Return years and hours where their owner shows them to members, else null."""
    hours_seen, years_seen = (
        column.in_(SHOWN) for column in (profile.hours_visibility, profile.experience_visibility)
    )
    return [
        case((years_seen, profile.experience)).label(f"{whose}_years"),
        case((hours_seen, profile.hours)).label(f"{whose}_hours"),
        case((hours_seen, profile.zone)).label(f"{whose}_zone"),
    ]


@lru_cache(4096)
def _stored(text: str) -> tuple[_Stored, ...]:
    """Return the reasons that stand with a suggestion; the same text is the same reasons."""
    return tuple(_stored_one(reason) for reason in json.loads(text))


def _stored_one(reason: dict[str, Any]) -> _Stored:
    if reason["what"] == "events":
        return _Stored(Reason("events", reason["value"], reason["count"]), ())
    mine, theirs = (reason["mine"], reason["my_key"]), (reason["theirs"], reason["key"])
    return _Stored(Reason(f"{mine[0]} {theirs[0]}", reason["value"]), (mine, theirs))


def _still_true(stored: tuple[_Stored, ...], *, mine: Words, theirs: Words) -> tuple[Reason, ...]:
    """Return the stored reasons whose words both sides still show."""
    return tuple(
        one.said
        for one in stored
        if not one.words or (_is_shown(mine, one.words[0]) and _is_shown(theirs, one.words[1]))
    )


def _is_shown(shown: Words, word: tuple[str, str]) -> bool:
    kind, key = word
    return key in shown.get(kind, ())


def _of_circumstances(row: Row[Any], place: str) -> list[Reason]:
    """Return what else speaks for the two, read from what both show at this moment."""
    found = []
    if row.role is MatchRole.MENTOR and row.their_years:
        found.append(Reason("years", "", row.their_years))
    if row.my_hours and row.their_hours and row.my_zone == row.their_zone:
        common = row.my_hours & row.their_hours
        if common:
            found.append(Reason("hours", str((common & -common).bit_length() - 1)))
    if place and _place_key(row.shown_place) == place:
        found.append(Reason("place", row.shown_place))
    return found


@lru_cache(1024)
def _place_key(place: str) -> str:
    return normalise(place)
