"""What is compared with what for each kind of match, and how a card becomes words to compare."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.communities.models import FacetKind
from app.matching.models import MatchKind

SHORTEST_WORD = 4  # "the", "and", "for" say nothing about anyone


@dataclass(frozen=True, slots=True)
class Block:
    """One comparison: my facets of one kind with the other's of the same or another kind."""

    mine: FacetKind
    theirs: FacetKind
    weight: float
    is_reason: bool = True  # speaking the same language alone is no reason to meet


BLOCKS: dict[MatchKind, tuple[Block, ...]] = {
    MatchKind.FRIEND: (
        Block(FacetKind.INTEREST, FacetKind.INTEREST, 1.0),
        Block(FacetKind.GOAL, FacetKind.GOAL, 0.6),
        Block(FacetKind.WANT, FacetKind.WANT, 0.4),
        Block(FacetKind.LANGUAGE, FacetKind.LANGUAGE, 0.1, is_reason=False),
    ),
    MatchKind.MENTOR: (
        Block(FacetKind.WANT, FacetKind.OFFER, 1.0),
        Block(FacetKind.OFFER, FacetKind.WANT, 0.7),
        Block(FacetKind.LANGUAGE, FacetKind.LANGUAGE, 0.1, is_reason=False),
    ),
    MatchKind.COLLABORATOR: (
        Block(FacetKind.GOAL, FacetKind.GOAL, 1.0),
        Block(FacetKind.WANT, FacetKind.OFFER, 0.5),
        Block(FacetKind.OFFER, FacetKind.WANT, 0.5),
        Block(FacetKind.LANGUAGE, FacetKind.LANGUAGE, 0.1, is_reason=False),
    ),
}
"""Weights are set by hand until a community has outcomes to learn from."""


def terms(keys: Iterable[str]) -> list[str]:
    """Return what a set of facets is compared by: each whole, and its longer words.

    `keys` are normalised values; scripts without spaces stand as whole phrases only.
    """
    found: dict[str, None] = {}
    for key in keys:
        found[key] = None
        for word in key.split():
            if len(word) >= SHORTEST_WORD:
                found[word] = None
    return list(found)
