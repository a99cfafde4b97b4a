"""TF-IDF, one block at a time: each kind of facet keeps its own weights, and its own reasons."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from app.matching.blocks import Block
from app.matching.similarity.people import Reason, Someone


@dataclass(frozen=True, slots=True)
class Compared:
    """Both sides of a block: sparse matrices to multiply, and rows to look reasons up in."""

    block: Block
    mine: Any
    theirs: Any
    names: list[str]

    def cosines(self, start: int, stop: int) -> Any:
        """Return how alike a slice of people is to everybody."""
        return self.block.weight * (self.mine[start:stop] @ self.theirs.T).toarray()


def compare(people: Sequence[Someone], blocks: Sequence[Block]) -> list[Compared]:
    """Weigh the words of each block; one that nobody has words for is left out."""
    return [found for block in blocks if (found := _weighted(people, block))]


def alike(compared: Sequence[Compared], start: int, stop: int, size: int) -> Any:
    """Return the weighted sum of the cosines of all blocks, for a slice of people."""
    import numpy as np  # noqa: PLC0415 - loaded in job processes only

    total = np.zeros((stop - start, size), dtype=np.float32)
    for one in compared:
        total += one.cosines(start, stop)
    return total


class Shared:
    """The words that two people share, to be asked pair by pair."""

    def __init__(self, compared: Sequence[Compared]) -> None:
        """Take out what can be looked up quickly; blocks that give no reasons stay behind."""
        self._blocks = [
            (one.block, one.names, _rows(one.mine), _rows(one.theirs))
            for one in compared
            if one.block.is_reason
        ]

    def between(self, one: int, other: int) -> tuple[Reason, ...]:
        """Return the words, those that weigh most first; their parts add up to the likeness."""
        found = []
        for block, names, mine, theirs in self._blocks:
            there = theirs[other]
            found += [
                Reason(block.mine, block.theirs, names[column], block.weight * part * other_part)
                for column, part in mine[one].items()
                if (other_part := there.get(column, 0.0))
            ]
        return tuple(sorted(found, key=lambda reason: (-reason.part, reason.term)))


def _weighted(people: Sequence[Someone], block: Block) -> Compared | None:
    from sklearn.feature_extraction import DictVectorizer  # noqa: PLC0415 - seconds to import
    from sklearn.feature_extraction.text import TfidfTransformer  # noqa: PLC0415

    mine = [someone.words.get(block.mine, {}) for someone in people]
    theirs = [someone.words.get(block.theirs, {}) for someone in people]
    known = mine if block.mine is block.theirs else mine + theirs
    if not any(known):
        return None
    columns = DictVectorizer(separator="\x00").fit(known)
    weights = TfidfTransformer(norm="l2").fit(columns.transform(known))
    left = weights.transform(columns.transform(mine)).tocsr()
    right = left if known is mine else weights.transform(columns.transform(theirs)).tocsr()
    return Compared(block, left, right, columns.get_feature_names_out().tolist())


def _rows(matrix: Any) -> list[dict[int, float]]:
    ends = matrix.indptr.tolist()
    columns, weights = matrix.indices.tolist(), matrix.data.tolist()
    return [
        dict(zip(columns[start:stop], weights[start:stop], strict=True))
        for start, stop in pairwise(ends)
    ]
