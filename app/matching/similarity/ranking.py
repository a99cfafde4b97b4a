"""From scores to the few that are worth showing, each with the words that two people share."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from app.matching.models import MatchKind, MatchRole
from app.matching.similarity.people import Likeness, Reason, Someone, Ties
from app.matching.similarity.scores import ROWS_AT_ONCE, SCORES, Scores
from app.matching.similarity.words import Shared

Pair = tuple[int, int, float]
"""Who, whom, and the score."""


def most_suited(
    kind: MatchKind, people: Sequence[Someone], ties: Ties, *, limits: Sequence[int]
) -> list[Likeness]:
    """Return for each person the others who suit them best, up to their limit, the best first.

    Of mentors, each one's list is of those to learn from, and a pair stands in one list only.
    """
    if not people:
        return []
    scores = SCORES[kind](people, ties)
    pairs = list(top_pairs(scores, limits))
    shared = Shared(scores.compared)
    if kind is MatchKind.MENTOR:
        pairs = _one_way(pairs)
    role = MatchRole.MENTOR if kind is MatchKind.MENTOR else MatchRole.PEER
    return [
        Likeness(one, other, score, role, _words(kind, shared, one, other))
        for one, other, score in pairs
    ]


def top_pairs(scores: Scores, limits: Sequence[int]) -> Iterator[Pair]:
    """Return as many of each one's best as their limit says, as (who, whom, score).

    The best come first, equal ones in their order.
    """
    import numpy as np  # noqa: PLC0415 - loaded in job processes only

    for start in range(0, len(limits), ROWS_AT_ONCE):
        here = limits[start : start + ROWS_AT_ONCE]
        rows = scores.rows(start, start + len(here))
        order = np.argsort(-rows, axis=1, kind="stable")[:, : max(here)]
        best = np.take_along_axis(rows, order, axis=1).tolist()
        for row, (whom, how_well) in enumerate(zip(order.tolist(), best, strict=True)):
            for other, score in list(zip(whom, how_well, strict=True))[: here[row]]:
                if score > 0:
                    yield start + row, other, score


def _words(kind: MatchKind, shared: Shared, one: int, other: int) -> tuple[Reason, ...]:
    """Return the shared words; for collaborators, of both directions."""
    found = shared.between(one, other)
    if kind is not MatchKind.COLLABORATOR:
        return found
    turned = [reason for reason in _turned(shared.between(other, one)) if not _same_kind(reason)]
    return tuple(sorted((*found, *turned), key=lambda reason: (-reason.part, reason.term)))


def _one_way(pairs: Sequence[Pair]) -> list[Pair]:
    """Return the pairs without the weaker way of those who could teach each other."""
    known = {(one, other): score for one, other, score in pairs}
    return [
        (one, other, score)
        for one, other, score in pairs
        if (score, -one) > (known.get((other, one), 0.0), -other)
    ]


def _turned(reasons: Sequence[Reason]) -> tuple[Reason, ...]:
    return tuple(replace(one, mine=one.theirs, theirs=one.mine) for one in reasons)


def _same_kind(reason: Reason) -> bool:
    return reason.mine is reason.theirs
