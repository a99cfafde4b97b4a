"""Reads for the computation: who may be suggested, what they say, whom and what they know."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    String,
    bindparam,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import ARRAY

from app.accounts.models import Block
from app.activity.models import Activity, ActivityDay
from app.activity.queries import awake_since, has_acted
from app.communities.models import (
    SHOWN,
    Community,
    Contact,
    Facet,
    FacetKind,
    FacetVisibility,
    Membership,
)
from app.core.database import db, within
from app.core.reading import Reading
from app.events.models import Attendance, AttendanceState, Event, EventState
from app.matching.models import MatchChoice, MatchKind, MatchProfile

USED = (*SHOWN, FacetVisibility.MATCHING)
HELPING = ("event.created", "found_useful")

Keys = dict[FacetKind, dict[str, str]]
Words = Mapping[str, Mapping[str, str]]
"""Kind of facet -> value_key -> the value as its owner wrote it."""


@dataclass(frozen=True, slots=True)
class Gathering:
    """A gathering that was, and those of some people who came."""

    title: str
    contact_ids: frozenset[int]


def candidates(community: Community, kind: MatchKind, now: datetime) -> list[tuple[int, int]]:
    """Return (contact id, person id) of everyone who may be suggested, in order of the id.

    That is: current members with an account, listed, awake, who said yes to this kind.
    """
    here = Here(literal(community.id), literal(community.zone), literal(now))
    rows = db.session.execute(
        select(Contact.id, Contact.person_id)
        .where(Contact.community_id == community.id, *may_be_shown(Contact, kind, here))
        .order_by(Contact.id)
    )
    return [(contact_id, person_id) for contact_id, person_id in rows if person_id is not None]


@dataclass(frozen=True, slots=True)
class Here:
    """The community that a statement is about, its zone, and the moment."""

    community_id: ColumnElement[int]
    zone: ColumnElement[str]
    now: ColumnElement[datetime]


def may_be_shown(other: type[Contact], kind: object, here: Here) -> list[ColumnElement[bool]]:
    """Return what makes a member one who may be suggested for a kind.

    Awake is who is awake on the health page too: they joined or did something in its months.
    """
    since = awake_since(here.community_id, here.zone, here.now)
    member = exists().where(
        Membership.community_id == other.community_id,
        Membership.contact_id == other.id,
        Membership.left_at.is_(None),
    )
    joined_on = cast(func.timezone(here.zone, Membership.joined_at), Date)
    return [
        other.person_id.is_not(None),
        other.erased_at.is_(None),
        other.is_listed.is_(True),
        member,
        exists().where(
            MatchChoice.community_id == other.community_id,
            MatchChoice.contact_id == other.id,
            MatchChoice.kind == kind,
        ),
        or_(has_acted(here.community_id, other.id, since), member.where(joined_on >= since)),
    ]


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


def shown_words(
    community_id: int, contact_ids: Collection[int], keys: Collection[str]
) -> Mapping[int, Words]:
    """Return of some facets those that members may see: the goals, and those with these keys."""
    shown: dict[int, dict[str, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    asked = {"contact_ids": list(contact_ids), "keys": list(keys)}
    for contact_id, kind, key, value in _shown().rows(community_id=community_id, **asked):
        shown[contact_id][kind][key] = value
    return shown


@cache
def _shown() -> Reading:
    """Return the statement, built once."""
    contact_ids = bindparam("contact_ids", type_=ARRAY(BigInteger))
    keys = bindparam("keys", type_=ARRAY(String))
    return Reading(
        select(
            Facet.contact_id, type_coerce(Facet.kind, String), Facet.value_key, Facet.value
        )  # as text: a page reads a hundred of them
        .where(
            Facet.community_id == bindparam("community_id", type_=BigInteger),
            Facet.contact_id == func.any(contact_ids),
            Facet.visibility.in_(SHOWN),
            or_(Facet.kind == FacetKind.GOAL, Facet.value_key == func.any(keys)),
        )
        .order_by(Facet.contact_id, Facet.kind, Facet.position, Facet.id)
    )


def profiles_of(community_id: int, contact_ids: Iterable[int]) -> dict[int, MatchProfile]:
    """Return what people said of their years and hours."""
    rows = db.session.scalars(
        within(MatchProfile, community_id).where(MatchProfile.contact_id.in_(list(contact_ids)))
    )
    return {profile.contact_id: profile for profile in rows}


def places_of(community_id: int, contact_ids: Iterable[int]) -> dict[int, str]:
    """Return the places by which people may be compared, shown or not."""
    rows = db.session.execute(
        within(Contact, community_id)
        .with_only_columns(Contact.id, Contact.place)
        .where(
            Contact.id.in_(list(contact_ids)),
            Contact.place != "",
            Contact.place_visibility.in_(USED),
        )
    )
    return dict(rows.all())


def blocked_pairs(person_ids: Sequence[int]) -> set[frozenset[int]]:
    """Return the pairs of these persons between whom there is a block, either way."""
    rows = db.session.execute(
        select(Block.blocker_id, Block.blocked_id).where(
            Block.blocker_id.in_(person_ids), Block.blocked_id.in_(person_ids)
        )
    )
    return {frozenset(pair) for pair in rows}


def gatherings_of(community_id: int, contact_ids: Sequence[int], now: datetime) -> list[Gathering]:
    """Return the gatherings to which some people came, the newest first: a seat alone is not."""
    rows = db.session.execute(
        within(Event, community_id)
        .with_only_columns(Event.title, func.array_agg(Attendance.contact_id.distinct()))
        .join(Attendance, Attendance.event_id == Event.id)
        .where(
            Event.state == EventState.PUBLISHED,
            Event.ends_at < now,
            Attendance.state == AttendanceState.GOING,
            Attendance.arrived > 0,
            Attendance.contact_id.in_(contact_ids),
        )
        .group_by(Event.id)
        .having(func.count(Attendance.contact_id.distinct()) > 1)
        .order_by(Event.starts_at.desc(), Event.id)
    )
    return [Gathering(title, frozenset(came)) for title, came in rows]


def acquainted(community_id: int, contact_ids: Sequence[int]) -> set[tuple[int, int]]:
    """Return the pairs who had to do with each other, as the ledger tells, the lower id first."""
    low = func.least(Activity.contact_id, Activity.counterpart_id)
    high = func.greatest(Activity.contact_id, Activity.counterpart_id)
    rows = db.session.execute(
        within(Activity, community_id)
        .with_only_columns(low, high)
        .distinct()
        .where(
            Activity.contact_id.in_(contact_ids),
            Activity.counterpart_id.in_(contact_ids),
            Activity.contact_id != Activity.counterpart_id,
            Activity.void_at.is_(None),
        )
    )
    return {(one, other) for one, other in rows}


def helped_on(community_id: int, contact_ids: Sequence[int]) -> dict[int, date]:
    """Return when people last did something for others."""
    rows = db.session.execute(
        within(ActivityDay, community_id)
        .with_only_columns(ActivityDay.contact_id, func.max(ActivityDay.day))
        .where(
            ActivityDay.contact_id.in_(contact_ids),
            ActivityDay.type.in_(HELPING),
            ActivityDay.count > 0,
        )
        .group_by(ActivityDay.contact_id)
    )
    return {contact_id: day for contact_id, day in rows if contact_id is not None}
