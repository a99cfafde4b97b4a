"""Reads of matching: who may be suggested, what they show, and the cards for one member."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, ColumnElement, Date, Row, Select, bindparam, exists, select
from sqlalchemy.orm import aliased

from app.accounts.models import Block
from app.accounts.queries import not_blocked
from app.activity.models import ActivityDay
from app.communities.models import Community, Contact, Facet, FacetKind, FacetVisibility, Membership
from app.core.database import db
from app.matching.models import MatchChoice, MatchKind, Suggestion

SHOWN = (FacetVisibility.PUBLIC, FacetVisibility.MEMBERS)
USED = (*SHOWN, FacetVisibility.MATCHING)
AWAKE_MONTHS = 6

Keys = dict[FacetKind, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Reason:
    """A shared word and how it is shared."""

    mine: FacetKind
    theirs: FacetKind
    value: str


@dataclass(frozen=True, slots=True)
class MatchCard:
    """One member suggested to another."""

    kind: MatchKind
    public_id: str
    name: str
    pronouns: str
    place: str
    about: str
    picture_key: str | None
    goals: tuple[str, ...]
    reasons: tuple[Reason, ...]


def choices(community_id: int, contact_id: int) -> frozenset[MatchKind]:
    """Return the kinds of suggestions a member said yes to."""
    return frozenset(
        db.session.scalars(
            select(MatchChoice.kind).where(
                MatchChoice.community_id == community_id, MatchChoice.contact_id == contact_id
            )
        )
    )


def awake_since(zone: str, now: datetime) -> date:
    """Return the first day of the six calendar months in which an awake member did something."""
    today = now.astimezone(ZoneInfo(zone)).date()
    months = today.year * 12 + today.month - AWAKE_MONTHS
    return date(months // 12, months % 12 + 1, 1)


def candidates(community: Community, kind: MatchKind, now: datetime) -> list[tuple[int, int]]:
    """Return (contact id, person id) of everyone who may be suggested, in order of the id.

    That is: current members with an account, listed, awake, who said yes to this kind.
    """
    rows = db.session.execute(
        select(Contact.id, Contact.person_id)
        .where(
            Contact.community_id == community.id,
            *_may_be_shown(Contact, kind, awake_since(community.zone, now)),
        )
        .order_by(Contact.id)
    )
    return [(contact_id, person_id) for contact_id, person_id in rows if person_id is not None]


def facets_of(community_id: int, contact_ids: Iterable[int]) -> tuple[dict[int, Keys], ...]:
    """Return the facets used for matching, and of these the ones that members may see."""
    used: dict[int, Keys] = defaultdict(lambda: defaultdict(dict))
    shown: dict[int, Keys] = defaultdict(lambda: defaultdict(dict))
    rows = db.session.execute(
        select(Facet.contact_id, Facet.kind, Facet.value_key, Facet.value, Facet.visibility)
        .where(
            Facet.community_id == community_id,
            Facet.contact_id.in_(list(contact_ids)),
            Facet.visibility.in_(USED),
        )
        .order_by(Facet.contact_id, Facet.kind, Facet.position, Facet.id)
    )
    for contact_id, kind, key, value, visibility in rows:
        used[contact_id][kind][key] = value
        if visibility in SHOWN:
            shown[contact_id][kind][key] = value
    return used, shown


def blocked_pairs(person_ids: Sequence[int]) -> set[frozenset[int]]:
    """Return the pairs of these persons between whom there is a block, either way."""
    rows = db.session.execute(
        select(Block.blocker_id, Block.blocked_id).where(
            Block.blocker_id.in_(person_ids), Block.blocked_id.in_(person_ids)
        )
    )
    return {frozenset(pair) for pair in rows}


def cards(community: Community, contact: Contact, now: datetime) -> list[MatchCard]:
    """Return the suggestions for a member as they hold at this moment: two statements.

    Who left, fell asleep, said no, was blocked, or took a word off their card since the last
    computation is not there, though the suggestion may still be stored.
    """
    asked = {
        "community_id": community.id,
        "contact_id": contact.id,
        "person_id": contact.person_id,
        "since": awake_since(community.zone, now),
    }
    rows = db.session.execute(_asked(), asked).all()
    _, shown = facets_of(community.id, [row.id for row in rows] + [contact.id])
    mine = shown.get(contact.id, {})
    found = []
    for row in rows:
        theirs = shown.get(row.id, {})
        reasons = _still_true(row.reasons, mine=mine, theirs=theirs)
        if reasons:
            found.append(_card(row, theirs, reasons))
    return found


def _card(row: Row[Any], theirs: Keys, reasons: tuple[Reason, ...]) -> MatchCard:
    return MatchCard(
        kind=row.kind,
        public_id=row.public_id,
        name=row.name,
        pronouns=row.pronouns,
        place=row.place,
        about=row.about,
        picture_key=row.picture_key,
        goals=tuple(theirs.get(FacetKind.GOAL, {}).values())[:2],
        reasons=reasons,
    )


@cache
def _asked() -> Select[Any]:
    """Return the statement, built once: it is long, and every look at the page asks it."""
    community_id, contact_id, person_id = (
        bindparam(name, type_=BigInteger) for name in ("community_id", "contact_id", "person_id")
    )
    other = aliased(Contact)
    chosen = select(MatchChoice.kind).where(
        MatchChoice.community_id == community_id, MatchChoice.contact_id == contact_id
    )
    return (
        select(
            other.id,
            Suggestion.reasons,
            Suggestion.kind,
            other.public_id,
            other.name,
            other.pronouns,
            other.place,
            other.about,
            other.picture_key,
        )
        .join(other, other.id == Suggestion.other_id)
        .where(
            Suggestion.community_id == community_id,
            Suggestion.contact_id == contact_id,
            Suggestion.kind.in_(chosen),
            *_may_be_shown(other, Suggestion.kind, bindparam("since", type_=Date)),
            not_blocked(person_id, other.person_id),
        )
        .order_by(Suggestion.kind, Suggestion.score.desc(), Suggestion.id)
    )


def _may_be_shown(
    other: type[Contact], kind: object, since: date | ColumnElement[date]
) -> list[ColumnElement[bool]]:
    """Return what makes a member one who may be suggested for a kind."""
    return [
        other.person_id.is_not(None),
        other.erased_at.is_(None),
        other.is_listed.is_(True),
        exists().where(
            Membership.community_id == other.community_id,
            Membership.contact_id == other.id,
            Membership.left_at.is_(None),
        ),
        exists().where(
            MatchChoice.community_id == other.community_id,
            MatchChoice.contact_id == other.id,
            MatchChoice.kind == kind,
        ),
        exists().where(
            ActivityDay.community_id == other.community_id,
            ActivityDay.contact_id == other.id,
            ActivityDay.day >= since,
            ActivityDay.count > 0,
        ),
    ]


def _still_true(stored: list[dict[str, str]], *, mine: Keys, theirs: Keys) -> tuple[Reason, ...]:
    """Return the stored reasons whose words both sides still show."""
    return tuple(
        Reason(FacetKind(reason["mine"]), FacetKind(reason["theirs"]), reason["value"])
        for reason in stored
        if reason["my_key"] in mine.get(FacetKind(reason["mine"]), {})
        and reason["key"] in theirs.get(FacetKind(reason["theirs"]), {})
    )
