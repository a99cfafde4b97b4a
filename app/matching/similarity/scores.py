"""How well people suit each other, by kind of match; a slice of rows at a time bounds memory."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from app.matching.blocks import BLOCKS
from app.matching.models import MatchKind
from app.matching.similarity.people import Someone, Ties
from app.matching.similarity.ties import acquaintances, adamic_adar, apart_by_row
from app.matching.similarity.words import Compared, alike, compare

ROWS_AT_ONCE = 512
BEST = 20  # a score is read beside the mean of so many that are each one's best
LOOKALIKES = 30  # whose acquaintances hint at mine
HINT = 0.15  # the weight of such a hint, chosen on splits that no report uses
TOGETHER = 0.3  # the weight of the graph for collaborators
GAP = (2, 15)  # years a mentor is ahead
TINY = 1e-9


class Scores(Protocol):
    """The scores of one kind of match."""

    compared: list[Compared]

    def rows(self, start: int, stop: int) -> Any:
        """Return how well everybody suits a slice of people; 0 is not at all."""


class FriendScores:
    """Friends: alike in both eyes, with people in common, or known to people like oneself.

    Two-sided: one's own score of another is their likeness, measured by what one's best would
    give; both sides' scores are joined by the harmonic mean, 2 s / (r_i + r_j).
    """

    def __init__(self, people: Sequence[Someone], ties: Ties) -> None:
        """Weigh words and graph, and find each one's yardstick and lookalikes."""
        import numpy as np  # noqa: PLC0415 - loaded in job processes only
        from scipy import sparse  # noqa: PLC0415

        self.size = len(people)
        self.compared = compare(people, BLOCKS[MatchKind.FRIEND])
        self._apart = apart_by_row(ties, self.size)
        known = acquaintances(ties, self.size)
        self._common = adamic_adar(known, ties.groups, self.size)
        self._best = np.concatenate([_best(self._alike(*one)) for one in _slices(self.size)])
        near = sparse.vstack([_nearest(self._two_sided(*one)) for one in _slices(self.size)])
        hints = (near @ known).tocsr()
        self._hints = (hints + hints.T).tocsr()

    def rows(self, start: int, stop: int) -> Any:
        """Return how well everybody suits a slice of people."""
        total = self._two_sided(start, stop)
        total += self._common[start:stop].toarray()
        total += HINT * self._hints[start:stop].toarray()
        return _without(total, self._apart[start:stop])

    def _alike(self, start: int, stop: int) -> Any:
        return _without(alike(self.compared, start, stop, self.size), self._apart[start:stop])

    def _two_sided(self, start: int, stop: int) -> Any:
        yardsticks = self._best[start:stop, None] + self._best[None, :]
        return 2 * self._alike(start, stop) / yardsticks


class CollaboratorScores:
    """Collaborators: each offers what the other looks for, towards a goal both have.

    One's own score is what the other offers of what one wants, and the goals shared; the harmonic
    mean asks for both sides. Whoever has a goal in common counts up to twice.
    """

    def __init__(self, people: Sequence[Someone], ties: Ties) -> None:
        """Weigh words and graph."""
        self.size = len(people)
        self.compared = compare(people, BLOCKS[MatchKind.COLLABORATOR])
        self._goals = [one for one in self.compared if one.block.mine is one.block.theirs]
        self._apart = apart_by_row(ties, self.size)
        self._common = adamic_adar(acquaintances(ties, self.size), ties.groups, self.size)

    def rows(self, start: int, stop: int) -> Any:
        """Return how well everybody suits a slice of people."""
        mine = alike(self.compared, start, stop, self.size)
        theirs = _mirrored(self.compared, start, stop, self.size)
        goal = alike(self._goals, start, stop, self.size)
        total = (1 + goal) * 2 * mine * theirs / (mine + theirs + TINY)
        total += TOGETHER * self._common[start:stop].toarray() * (total > 0)
        return _without(total, self._apart[start:stop])


class MentorScores:
    """Mentors: what one looks for is what the other offers, and the circumstances allow it.

    Rows are those who look for a mentor. The likeness is joined by the harmonic mean over both
    yardsticks, then lessened where years, language or hours speak against it.
    """

    def __init__(self, people: Sequence[Someone], ties: Ties) -> None:
        """Weigh words, and find both sides' yardsticks."""
        import numpy as np  # noqa: PLC0415 - loaded in job processes only

        self.size = len(people)
        self.people = people
        self.compared = compare(people, BLOCKS[MatchKind.MENTOR])
        self._apart = apart_by_row(ties, self.size)
        slices = list(_slices(self.size))
        self._learns = np.concatenate([_best(self._alike(*one)) for one in slices])
        self._teaches = np.concatenate([_best(self._alike(*one, mirrored=True)) for one in slices])

    def rows(self, start: int, stop: int) -> Any:
        """Return how well everybody would be a mentor to a slice of people."""
        yardsticks = self._learns[start:stop, None] + self._teaches[None, :]
        total = 2 * self._alike(start, stop) / yardsticks
        for row, column in zip(*total.nonzero(), strict=True):
            total[row, column] *= suits(self.people[start + row], self.people[column])
        return total

    def _alike(self, start: int, stop: int, *, mirrored: bool = False) -> Any:
        way = _mirrored if mirrored else alike
        return _without(way(self.compared, start, stop, self.size), self._apart[start:stop])


SCORES: dict[MatchKind, Callable[[Sequence[Someone], Ties], Scores]] = {
    MatchKind.FRIEND: FriendScores,
    MatchKind.COLLABORATOR: CollaboratorScores,
    MatchKind.MENTOR: MentorScores,
}


def suits(learner: Someone, mentor: Someone) -> float:
    """Return how far the circumstances of two people allow mentoring, 0 to 1; unknown is fine."""
    return (
        _gap(learner.years, mentor.years)
        * (0.2 if learner.languages and mentor.languages and not _speak(learner, mentor) else 1.0)
        * (0.7 + 0.3 * overlap(learner.hours, mentor.hours))
        * (0.8 + 0.2 * mentor.helped)
    )


def overlap(mine: int, theirs: int) -> float:
    """Return the share of the fuller calendar's hours that fit the other; 1 when unknown."""
    if not mine or not theirs:
        return 1.0
    return (mine & theirs).bit_count() / min(mine.bit_count(), theirs.bit_count())


def _speak(one: Someone, other: Someone) -> bool:
    return not one.languages.isdisjoint(other.languages)


def _gap(learner: int | None, mentor: int | None) -> float:
    if learner is None or mentor is None:
        return 1.0
    ahead = mentor - learner
    if ahead < 0:
        return 0.2
    return 1.0 if GAP[0] <= ahead <= GAP[1] else 0.6


def _slices(size: int) -> Iterator[tuple[int, int]]:
    return ((start, min(start + ROWS_AT_ONCE, size)) for start in range(0, size, ROWS_AT_ONCE))


def _mirrored(compared: Sequence[Compared], start: int, stop: int, size: int) -> Any:
    """Return how well a slice of people suits everybody: the blocks read from the other side."""
    turned = [Compared(one.block, one.theirs, one.mine, one.names) for one in compared]
    return alike(turned, start, stop, size)


def _without(scores: Any, apart: Sequence[Sequence[int]]) -> Any:
    for row, others in enumerate(apart):
        scores[row, others] = 0.0
    return scores


def _best(scores: Any) -> Any:
    """Return each row's yardstick: the mean of its best scores, of those above nothing."""
    import numpy as np  # noqa: PLC0415 - loaded in job processes only

    count = min(BEST, scores.shape[1])
    top = np.partition(scores, scores.shape[1] - count, axis=1)[:, -count:]
    return np.maximum(top.sum(axis=1) / np.maximum((top > 0).sum(axis=1), 1), TINY)


def _nearest(scores: Any) -> Any:
    """Return the sparse rows that keep each one's lookalikes only."""
    import numpy as np  # noqa: PLC0415 - loaded in job processes only
    from scipy import sparse  # noqa: PLC0415

    count = min(LOOKALIKES, scores.shape[1])
    columns = np.argpartition(-scores, count - 1, axis=1)[:, :count]
    rows = np.repeat(np.arange(len(scores)), count)
    values = np.take_along_axis(scores, columns, axis=1).ravel()
    return sparse.csr_matrix((values, (rows, columns.ravel())), shape=scores.shape)
