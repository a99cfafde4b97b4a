"""Computing a community's suggestions: who is looked at, what may be said, who stands where."""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from app.communities.models import Community, FacetKind, FacetVisibility
from app.core.database import db
from app.core.text import normalise
from app.matching import exposure, queries, similarity
from app.matching.blocks import WHOLE, Trait, terms
from app.matching.hours import in_universal_time
from app.matching.models import MatchKind, MatchProfile, MatchRole, MatchRound, Suggestion
from app.matching.reasons import shown_reasons
from app.matching.similarity import Likeness

MODEL = "tfidf-3"
CHOSEN = 10  # a member's own best
PER_MENTEE = 3  # pages on which a mentor stands for each mentee they would take
HELP_FADES = 60  # days

Reasons = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Option:
    """One whom a member may be shown, with what may be said."""

    other_id: int
    role: MatchRole
    score: float
    reasons: Reasons


def refresh(community: Community, *, now: datetime) -> int:
    """Compute all suggestions of a community anew and return how many there are.

    Two workers may come to this at once (one was only stopped for a while): the second waits.
    """
    db.session.execute(select(func.pg_advisory_xact_lock(_lock_number(community.id))))
    db.session.execute(delete(Suggestion).where(Suggestion.community_id == community.id))
    rows = [row for kind in MatchKind for row in _suggestions(community, kind, now)]
    if rows:
        db.session.execute(insert(Suggestion), rows)
    return len(rows)


def _suggestions(community: Community, kind: MatchKind, now: datetime) -> list[dict[str, Any]]:
    """Return the rows of one kind, and keep how they are spread."""
    people = _People(community, kind, now)
    options = people.options()
    chosen = exposure.share_out(
        options,
        who=lambda option: option.other_id,
        score=lambda option: option.score,
        places=CHOSEN,
        cap=people.cap,
        is_extra=people.is_aside,
    )
    lists = _both_ways(chosen, people)
    _note_round(community, kind, people, lists, now)
    return [
        {
            "community_id": community.id,
            "contact_id": contact_id,
            "other_id": option.other_id,
            "kind": kind,
            "role": option.role,
            "rank": rank,
            "score": option.score,
            "propensity": 1.0,  # the rule shows the same pairs each time; nothing is drawn yet
            "model": MODEL,
            "reasons": option.reasons,
            "computed_at": now,
        }
        for contact_id, found in lists.items()
        for rank, option in enumerate(found, start=1)
    ]


class _People:
    """Those who take part in one kind, as the database knows them at one moment."""

    def __init__(self, community: Community, kind: MatchKind, now: datetime) -> None:
        self.kind = kind
        self._community_id, self._now = community.id, now
        found = queries.candidates(community, kind, now)
        self.ids = [contact_id for contact_id, _ in found]
        self._persons = [person_id for _, person_id in found]
        self._position = {contact_id: number for number, contact_id in enumerate(self.ids)}
        self._used, self._shown = queries.facets_of(community.id, self.ids)
        self._profiles = queries.profiles_of(community.id, self.ids)
        self._gatherings = queries.gatherings_of(community.id, self.ids, now)
        aside = {
            pair: lingers
            for pair, lingers in queries.pairs_set_aside(community.id, now).items()
            if self._position.keys() >= set(pair)
        }
        self._aside = {pair for pair, lingers in aside.items() if lingers}
        self._parted = aside.keys() - self._aside

    def options(self) -> dict[int, list[Option]]:
        """Return for each member whom they could be shown, the best first, with true reasons.

        Whoever must not meet is taken out before anything is compared.
        """
        met_at = self._met_at()
        asides = Counter(one for one, _other in self._aside)
        found: dict[int, list[Option]] = {contact_id: [] for contact_id in self.ids}
        for likeness in similarity.most_suited(
            self.kind,
            self._someones(),
            self._ties(),
            limits=[exposure.LOOKED_AT + asides[contact_id] for contact_id in self.ids],
        ):
            option = self._option(likeness, met_at)
            if option is not None:
                found[self.ids[likeness.one]].append(option)
        return found

    def is_aside(self, contact_id: int, option: Option) -> bool:
        """Say whether a member has set someone aside lately: that takes none of their ten places.

        Those stay among the chosen, and reading the page leaves them out. Were they not, a pair
        that stands by this member's choice would leave the page of the other, who could tell.
        """
        return (contact_id, option.other_id) in self._aside

    def cap(self, option: Option) -> int:
        """Return on how many pages one may stand: of a mentor, as they have time for."""
        if option.role is not MatchRole.MENTOR:
            return exposure.CAP
        profile = self._profiles.get(option.other_id)
        return exposure.CAP if profile is None else min(PER_MENTEE * profile.mentees, exposure.CAP)

    def turned(self, contact_id: int, option: Option) -> Option:
        """Return the same pair seen from the other side."""
        roles = {MatchRole.MENTOR: MatchRole.MENTEE, MatchRole.MENTEE: MatchRole.MENTOR}
        role = roles.get(option.role, MatchRole.PEER)
        mine = self._shown.get(contact_id, {})
        reasons = [_turned(reason, mine) for reason in option.reasons]
        return Option(contact_id, role, option.score, reasons)

    def _option(
        self, likeness: Likeness, met_at: Mapping[frozenset[int], list[str]]
    ) -> Option | None:
        one, other = self.ids[likeness.one], self.ids[likeness.other]
        reasons = shown_reasons(
            likeness.reasons,
            mine=self._shown.get(one, {}),
            theirs=self._shown.get(other, {}),
            met_at=met_at.get(frozenset((one, other)), ()),
        )
        if not reasons:
            return None
        return Option(other, likeness.role, likeness.score, reasons)

    def _someones(self) -> list[similarity.Someone]:
        places = queries.places_of(self._community_id, self.ids)
        helped = queries.helped_on(self._community_id, self.ids)
        today = self._now.astimezone(UTC).date()
        return [
            self._someone(
                contact_id,
                places.get(contact_id, ""),
                (today - helped[contact_id]).days if contact_id in helped else None,
            )
            for contact_id in self.ids
        ]

    def _someone(self, contact_id: int, place: str, quiet_days: int | None) -> similarity.Someone:
        facets = self._used.get(contact_id, {})
        profile = self._profiles.get(contact_id)
        words: dict[Any, dict[str, float]] = {
            kind: terms(keys, is_whole=kind in WHOLE) for kind, keys in facets.items()
        }
        if place:
            words[Trait.PLACE] = {normalise(place): 1.0}
        return similarity.Someone(
            words=words,
            years=_years(profile),
            hours=_week(profile, self._now),
            helped=0.0 if quiet_days is None else math.exp(-max(quiet_days, 0) / HELP_FADES),
            languages=frozenset(facets.get(FacetKind.LANGUAGE, ())),
        )

    def _ties(self) -> similarity.Ties:
        known = queries.acquainted(self._community_id, self.ids)
        apart = queries.introduced_pairs(self._community_id)
        apart = apart | self._parted | {(other, one) for one, other in self._parted}
        if self.kind is MatchKind.FRIEND:  # who know each other need no suggestion
            apart = apart | known | {(other, one) for one, other in known}
        return similarity.Ties(
            acquainted=self._positions(known),
            groups=[
                [self._position[one] for one in gathering.contact_ids]
                for gathering in self._gatherings
            ],
            apart=[*self._positions(apart), *self._blocked()],
        )

    def _blocked(self) -> list[tuple[int, int]]:
        where = {person_id: number for number, person_id in enumerate(self._persons)}
        pairs = [tuple(pair) for pair in queries.blocked_pairs(self._persons)]
        both = [*pairs, *(tuple(reversed(pair)) for pair in pairs)]
        return [(where[one], where[other]) for one, other in both]

    def _positions(self, pairs: Collection[tuple[int, int]]) -> list[tuple[int, int]]:
        return [
            (self._position[one], self._position[other])
            for one, other in sorted(pairs)
            if one in self._position and other in self._position
        ]

    def _met_at(self) -> dict[frozenset[int], list[str]]:
        """Return where pairs have been together; by person, for most have met few."""
        found: dict[frozenset[int], list[str]] = defaultdict(list)
        for gathering in self._gatherings:
            came = sorted(gathering.contact_ids)
            for number, one in enumerate(came):
                for other in came[number + 1 :]:
                    found[frozenset((one, other))].append(gathering.title)
        return found


def _both_ways(chosen: Mapping[int, Iterable[Option]], people: _People) -> dict[int, list[Option]]:
    """Return the lists in which each pair stands on both pages: else two could not both say yes.

    A member's own choice comes first, then those who have them. Who set somebody aside keeps
    them off their own page only, which reading the page sees to.
    """
    lists = {one: list(found) for one, found in chosen.items()}
    for one, found in chosen.items():
        for option in found:
            theirs = lists[option.other_id]
            if all(known.other_id != one for known in theirs):
                theirs.append(people.turned(one, option))
    return lists


def _turned(reason: dict[str, Any], mine: Mapping[FacetKind, Mapping[str, str]]) -> dict[str, Any]:
    """Return a reason as the other reads it: with my words in place of theirs."""
    if reason["what"] != "facet":
        return reason
    whole = reason["my_key"] == reason["key"]
    value = mine[FacetKind(reason["mine"])][reason["my_key"]] if whole else reason["value"]
    return reason | {
        "mine": reason["theirs"],
        "theirs": reason["mine"],
        "my_key": reason["key"],
        "key": reason["my_key"],
        "value": value,
    }


def _note_round(
    community: Community,
    kind: MatchKind,
    people: _People,
    lists: Mapping[int, list[Option]],
    now: datetime,
) -> None:
    """Keep the newest figures of a day: how many stand on a page, and how evenly."""
    shown = [
        option.other_id
        for contact_id, found in lists.items()
        for option in found
        if not people.is_aside(contact_id, option)
    ]
    size = len(people.ids)
    figures = {
        "computed_at": now,
        "model": MODEL,
        "people": size,
        "suggested": len(set(shown)),
        "coverage": exposure.coverage(shown, size),
        "gini": exposure.gini(shown, size),
    }
    statement = insert(MatchRound).values(
        community_id=community.id, kind=kind, computed_on=now.astimezone(UTC).date(), **figures
    )
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["community_id", "kind", "computed_on"], set_=figures
        )
    )


def _years(profile: MatchProfile | None) -> int | None:
    if profile is None or profile.experience_visibility is FacetVisibility.OFF:
        return None
    return profile.experience


def _week(profile: MatchProfile | None, now: datetime) -> int:
    if profile is None or profile.hours_visibility is FacetVisibility.OFF or not profile.zone:
        return 0
    return in_universal_time(profile.hours, profile.zone, now)


def _lock_number(community_id: int) -> int:
    """Return a number of our own for the lock of one community's computation."""
    return (0x4D41 << 44) + community_id
