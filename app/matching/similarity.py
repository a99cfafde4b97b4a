"""The border to scikit-learn: who resembles whom, by which words. For job processes only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.communities.models import FacetKind
from app.matching.blocks import Block, terms

Card = Mapping[FacetKind, Mapping[str, str]]
"""A card's facets: kind -> value_key -> the value as its owner wrote it."""

ROWS_AT_ONCE = 512  # bounds memory: a slice of people against everybody


@dataclass(frozen=True, slots=True)
class Reason:
    """A word that two people share, and how much of the score it makes."""

    mine: FacetKind
    theirs: FacetKind
    term: str
    part: float


@dataclass(frozen=True, slots=True)
class Likeness:
    """How much one card resembles another: positions in the list given, score, and why."""

    one: int
    other: int
    score: float
    reasons: tuple[Reason, ...]


def most_alike(cards: Sequence[Card], blocks: Sequence[Block], *, limit: int) -> list[Likeness]:
    """Return for each card the `limit` others most like it, the most alike first.

    The score is the weighted sum of one cosine per block (TF-IDF over that block's facets alone),
    so the parts of the reasons add up to it exactly, but for blocks that give none.
    """
    pairs = [(block, *_weighted(cards, block)) for block in blocks]
    pairs = [(block, mine, theirs, names) for block, mine, theirs, names in pairs if names]
    found: list[Likeness] = []
    for start in range(0, len(cards) if pairs else 0, ROWS_AT_ONCE):
        found += _slice(pairs, start, len(cards), limit)
    return found


def _slice(pairs: Sequence[Any], start: int, size: int, limit: int) -> list[Likeness]:
    """Compare a slice of people with everybody."""
    import numpy as np  # noqa: PLC0415 - loaded in job processes only

    stop = min(start + ROWS_AT_ONCE, size)
    scores = sum(
        block.weight * (mine[start:stop] @ theirs.T).toarray() for block, mine, theirs, _ in pairs
    )
    found = []
    for row, one in enumerate(range(start, stop)):
        scores[row, one] = 0.0  # nobody is matched with themselves
        for other in np.argsort(-scores[row], kind="stable")[:limit].tolist():
            reasons = _reasons(pairs, one, other) if scores[row, other] > 0 else ()
            if reasons:
                found.append(Likeness(one, other, float(scores[row, other]), reasons))
    return found


def _weighted(cards: Sequence[Card], block: Block) -> tuple[Any, Any, list[str]]:
    """Return both sides of a block as rows of TF-IDF weights, and the names of the columns."""
    from sklearn.feature_extraction.text import (  # noqa: PLC0415 - four seconds to import
        TfidfVectorizer,
    )

    mine = [terms(card.get(block.mine, ())) for card in cards]
    theirs = [terms(card.get(block.theirs, ())) for card in cards]
    known = mine if block.mine is block.theirs else mine + theirs
    if not any(known):
        return None, None, []
    vectorizer = TfidfVectorizer(analyzer=list, sublinear_tf=False, norm="l2")
    vectorizer.fit(known)
    names = vectorizer.get_feature_names_out().tolist()
    return vectorizer.transform(mine), vectorizer.transform(theirs), names


def _reasons(pairs: Sequence[Any], one: int, other: int) -> tuple[Reason, ...]:
    """Return the words two people share, those that weigh most first."""
    found = []
    for block, mine, theirs, names in pairs:
        if not block.is_reason:
            continue
        product = mine[one].multiply(theirs[other]).tocoo()
        found += [
            Reason(block.mine, block.theirs, names[column], block.weight * float(part))
            for column, part in zip(product.col.tolist(), product.data.tolist(), strict=True)
        ]
    return tuple(sorted(found, key=lambda reason: (-reason.part, reason.term)))
