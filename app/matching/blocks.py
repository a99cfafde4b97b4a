"""What is compared with what for each kind of match, and how a card becomes words to compare."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from app.communities.models import FacetKind
from app.matching.models import MatchKind

SHORTEST_WORD = 4  # "the", "and", "for" say nothing about anyone


class Trait(StrEnum):
    """What is compared like a facet but stands elsewhere on the card."""

    PLACE = "place"


@dataclass(frozen=True, slots=True)
class Block:
    """One comparison: my facets of one kind with the other's of the same or another kind."""

    mine: FacetKind | Trait
    theirs: FacetKind | Trait
    weight: float
    is_reason: bool = True  # speaking the same language alone is no reason to meet


LANGUAGE = Block(FacetKind.LANGUAGE, FacetKind.LANGUAGE, 0.1, is_reason=False)

BLOCKS: dict[MatchKind, tuple[Block, ...]] = {
    MatchKind.FRIEND: (
        Block(FacetKind.INTEREST, FacetKind.INTEREST, 1.0),
        Block(FacetKind.GOAL, FacetKind.GOAL, 0.6),
        Block(FacetKind.LIFE, FacetKind.LIFE, 0.5),
        Block(FacetKind.VALUE, FacetKind.VALUE, 0.4),
        Block(FacetKind.WANT, FacetKind.WANT, 0.4),
        Block(Trait.PLACE, Trait.PLACE, 0.1, is_reason=False),
        LANGUAGE,
    ),
    MatchKind.MENTOR: (Block(FacetKind.WANT, FacetKind.OFFER, 1.0),),
    MatchKind.COLLABORATOR: (
        Block(FacetKind.WANT, FacetKind.OFFER, 1.0),
        Block(FacetKind.GOAL, FacetKind.GOAL, 0.5),
    ),
}
"""Weights are set by hand until a community has outcomes to learn from.

Mentor and collaborator name one direction, mine towards theirs; the other is its mirror.
"""


WHOLE = frozenset({FacetKind.LIFE, FacetKind.VALUE})
"""Kinds compared as whole phrases: "between jobs" and "between two countries" share nothing."""


def terms(keys: Iterable[str], *, is_whole: bool = False) -> dict[str, float]:
    """Return what a set of facets is compared by: each whole, and its longer words.

    `keys` are normalised values; scripts without spaces stand as whole phrases only.
    """
    if is_whole:
        return dict.fromkeys(keys, 1.0)
    found: dict[str, float] = {}
    for key in keys:
        found[key] = 1.0
        for word in key.split():
            if len(word) >= SHORTEST_WORD:
                found[word] = 1.0
    return found
