"""The border to scikit-learn: who resembles whom, by which words. For job processes only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
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
    compared = [found for block in blocks if (found := _weighted(cards, block))]
    likenesses: list[Likeness] = []
    for start in range(0, len(cards) if compared else 0, ROWS_AT_ONCE):
        likenesses += _slice(compared, start, len(cards), limit)
    return likenesses


@dataclass(frozen=True, slots=True)
class _Compared:
    """Both sides of a block: sparse matrices to multiply, and rows to look reasons up in."""

    block: Block
    mine: Any
    theirs: Any
    my_rows: list[dict[int, float]]
    their_rows: list[dict[int, float]]
    names: list[str]


def _slice(compared: Sequence[_Compared], start: int, size: int, limit: int) -> list[Likeness]:
    """Compare a slice of people with everybody."""
    import numpy as np  # noqa: PLC0415 - loaded in job processes only

    stop = min(start + ROWS_AT_ONCE, size)
    scores: Any = sum(
        one.block.weight * (one.mine[start:stop] @ one.theirs.T).toarray() for one in compared
    )
    found = []
    for row, one in enumerate(range(start, stop)):
        scores[row, one] = 0.0  # nobody is matched with themselves
        for other in np.argsort(-scores[row], kind="stable")[:limit].tolist():
            reasons = _reasons(compared, one, other) if scores[row, other] > 0 else ()
            if reasons:
                found.append(Likeness(one, other, float(scores[row, other]), reasons))
    return found


def _weighted(cards: Sequence[Card], block: Block) -> _Compared | None:
    """Return both sides of a block as rows of TF-IDF weights; None when nobody has such facets."""
    from sklearn.feature_extraction.text import (  # noqa: PLC0415 - four seconds to import
        TfidfVectorizer,
    )

    mine = [terms(card.get(block.mine, ())) for card in cards]
    theirs = [terms(card.get(block.theirs, ())) for card in cards]
    known = mine if block.mine is block.theirs else mine + theirs
    if not any(known):
        return None
    vectorizer = TfidfVectorizer(analyzer=list, norm="l2").fit(known)
    left, right = vectorizer.transform(mine), vectorizer.transform(theirs)
    names = vectorizer.get_feature_names_out().tolist()
    return _Compared(block, left, right, _rows(left), _rows(right), names)


def _rows(matrix: Any) -> list[dict[int, float]]:
    ends = matrix.indptr.tolist()
    columns, weights = matrix.indices.tolist(), matrix.data.tolist()
    return [
        dict(zip(columns[start:stop], weights[start:stop], strict=True))
        for start, stop in pairwise(ends)
    ]


def _reasons(compared: Sequence[_Compared], one: int, other: int) -> tuple[Reason, ...]:
    """Return the words two people share, those that weigh most first."""
    found = []
    for pair in compared:
        mine, theirs = pair.my_rows[one], pair.their_rows[other]
        block = pair.block
        found += [
            Reason(block.mine, block.theirs, pair.names[column], block.weight * part * other_part)
            for column, part in mine.items()
            if block.is_reason and (other_part := theirs.get(column, 0.0))
        ]
    return tuple(sorted(found, key=lambda reason: (-reason.part, reason.term)))
