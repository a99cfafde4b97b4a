"""What the scoring knows of people: words, numbers, and who has met whom. No names, no keys."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from app.matching.models import MatchRole

Words = Mapping[Any, Mapping[str, float]]
"""Kind of facet -> term -> how strongly it is meant (1.0 unless something is known)."""


@dataclass(frozen=True, slots=True)
class Someone:
    """One who takes part. Empty means unknown, which counts neither for nor against."""

    words: Words = field(default_factory=dict)
    years: int | None = None  # of experience
    hours: int = 0  # a week of 168 bits, Monday midnight UTC is the lowest
    helped: float = 0.0  # 1 today, falling with the time since they last helped someone
    languages: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Ties:
    """Who met whom, by positions in the list of people.

    `apart` are (for whom, whom not): blocked, set aside, met already. They are left out before
    anything is compared, so that nothing computed from them remains.
    """

    acquainted: Collection[tuple[int, int]] = ()
    groups: Sequence[Collection[int]] = ()
    apart: Collection[tuple[int, int]] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """A word that two people share, and how much of their likeness it makes."""

    mine: StrEnum
    theirs: StrEnum
    term: str
    part: float


@dataclass(frozen=True, slots=True)
class Likeness:
    """How well one suits another: positions in the list of people, score, and why."""

    one: int
    other: int
    score: float
    role: MatchRole
    reasons: tuple[Reason, ...]
