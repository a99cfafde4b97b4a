"""Measuring the scoring on people whom nobody here invented: who of them are friends?

The protocols are those of docs/metrics.md. The scoring is the product's own, with its own ranking
and sharing out; only the numbers that judge it are computed here.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.communities.models import FacetKind
from app.matching import exposure
from app.matching.similarity.people import Someone, Ties
from app.matching.similarity.ranking import top_pairs
from app.matching.similarity.scores import FriendScores

FRIENDS, LISTENING = "user_friends.dat", "user_artists.dat"
WARM, COLD = "friend, some links known", "friend, newcomer"
BARS = {WARM: 0.028, COLD: 0.073}
"""What NDCG@10 has to be above beside the popularity of the same run: the least that was asked for
before this was built. Popularity itself is measured at 0.029 and 0.054."""

HIDDEN = 0.2
PLACES = 10
RESAMPLES = 1000

Lists = Mapping[int, Sequence[int]]
"""Who is shown whom, the best first."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """People and their friendships, as positions."""

    people: list[Someone]
    links: list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Split:
    """What is visible of the friendships, what is to be found, and by whom."""

    seen: list[tuple[int, int]]
    truth: dict[int, set[int]]


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the table; low and high are the ends of a 95 % bootstrap interval."""

    task: str
    rule: str
    ndcg: float
    low: float
    high: float
    coverage: float
    gini: float


def is_there(folder: Path) -> bool:
    """Say whether a folder holds the files of the friend trials."""
    return all((folder / name).is_file() for name in (FRIENDS, LISTENING))


def friend_trials(folder: Path, *, seeds: Sequence[int]) -> Iterator[Result]:
    """Measure random, popularity and the product, for people with some links and with none."""
    crowd = read_crowd(folder)
    for task, split in ((WARM, warm), (COLD, cold)):
        outcomes: dict[str, list[_Outcome]] = {}
        for seed in seeds:
            found = split(crowd, seed)
            for rule, suggest in RULES.items():
                outcomes.setdefault(rule, []).append(
                    _judged(suggest(crowd, found, seed), found, crowd)
                )
        for rule, several in outcomes.items():
            yield _summed_up(task, rule, several)


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A task in which the product is no better than it has to be: than popularity, or the bar."""

    task: str
    ndcg: float
    needed: float


def shortfalls(results: Iterable[Result]) -> list[Shortfall]:
    """Return where the product's NDCG@10 is not above popularity's and the bar."""
    found = {(one.task, one.rule): one.ndcg for one in results}
    needed = {task: max(bar, found[task, "popularity"]) for task, bar in BARS.items()}
    return [
        Shortfall(task, found[task, "product"], most)
        for task, most in needed.items()
        if not found[task, "product"] > most
    ]


def read_crowd(folder: Path) -> Crowd:
    """Read the HetRec 2011 Last.FM files: two lines of heading, then tab-separated numbers.

    An artist is an interest; how strong, is the root of its share of all one listened to.
    """
    friends = _rows(folder / FRIENDS)
    place = {one: number for number, one in enumerate(sorted({pair[0] for pair in friends}))}
    plays: list[dict[str, float]] = [{} for _ in place]
    for listener, artist, count in _rows(folder / LISTENING):
        if listener in place:
            plays[place[listener]][str(artist)] = float(count)
    people = [
        Someone(
            words={
                FacetKind.INTEREST: {
                    key: math.sqrt(n / sum(own.values())) for key, n in own.items()
                }
            }
        )
        for own in plays
    ]
    links = {(place[one], place[other]) for one, other in friends}
    return Crowd(people, sorted({(min(pair), max(pair)) for pair in links if pair[0] != pair[1]}))


def warm(crowd: Crowd, seed: int) -> Split:
    """Hide a fifth of the links; whoever has a hidden one is asked."""
    import numpy as np  # noqa: PLC0415 - loaded by the command only

    order = np.random.default_rng(seed).permutation(len(crowd.links))
    hidden = set(order[: round(HIDDEN * len(order))].tolist())
    seen = [link for number, link in enumerate(crowd.links) if number not in hidden]
    return Split(seen, _truth(crowd.links[number] for number in hidden))


def cold(crowd: Crowd, seed: int) -> Split:
    """Hide every link of a fifth of the people; they are asked, who come without any."""
    import numpy as np  # noqa: PLC0415 - loaded by the command only

    order = np.random.default_rng(seed).permutation(len(crowd.people))
    new = set(order[: round(HIDDEN * len(order))].tolist())
    seen = [link for link in crowd.links if not new & set(link)]
    truth = _truth(link for link in crowd.links if new & set(link))
    return Split(seen, {one: others for one, others in truth.items() if one in new})


def at_random(crowd: Crowd, split: Split, seed: int) -> Lists:
    """Show anybody."""
    import numpy as np  # noqa: PLC0415 - loaded by the command only

    random = np.random.default_rng([seed, 1])
    friends = _truth(split.seen)
    return {
        one: _first(random.permutation(len(crowd.people)).tolist(), one, friends)
        for one in split.truth
    }


def by_popularity(crowd: Crowd, split: Split, _seed: int) -> Lists:
    """Show whoever has most friends already."""
    friends = _truth(split.seen)
    order = sorted(range(len(crowd.people)), key=lambda one: -len(friends.get(one, ())))
    return {one: _first(order, one, friends) for one in split.truth}


def by_product(crowd: Crowd, split: Split, _seed: int) -> Lists:
    """Show what the product shows: its scores, its longer list, its sharing out."""
    both = [*split.seen, *((other, one) for one, other in split.seen)]
    scores = FriendScores(crowd.people, Ties(acquainted=split.seen, apart=both))
    options: dict[int, list[tuple[int, float]]] = {one: [] for one in split.truth}
    for one, other, score in top_pairs(scores, [exposure.LOOKED_AT] * len(crowd.people)):
        if one in options:
            options[one].append((other, score))
    chosen = exposure.share_out(
        options,
        who=lambda option: option[0],
        score=lambda option: option[1],
        places=PLACES,
        cap=lambda _option: exposure.CAP,
    )
    return {one: [other for other, _score in found] for one, found in chosen.items()}


RULES: dict[str, Callable[[Crowd, Split, int], Lists]] = {
    "random": at_random,
    "popularity": by_popularity,
    "product": by_product,
}


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What one split gave: a number for each one asked, and how the lists were spread."""

    ndcg: dict[int, float]
    coverage: float
    gini: float


def ndcg(shown: Sequence[int], truth: set[int]) -> float:
    """Return the discounted gain of a list of ten, over the best that ten places allow."""
    gain = sum(1 / math.log2(place + 2) for place, one in enumerate(shown) if one in truth)
    best = sum(1 / math.log2(place + 2) for place in range(min(len(truth), PLACES)))
    return gain / best


def _judged(lists: Lists, split: Split, crowd: Crowd) -> _Outcome:
    shown = [other for found in lists.values() for other in found]
    size = len(crowd.people)
    return _Outcome(
        {one: ndcg(lists[one], truth) for one, truth in split.truth.items()},
        exposure.coverage(shown, size),
        exposure.gini(shown, size),
    )


def _summed_up(task: str, rule: str, outcomes: Sequence[_Outcome]) -> Result:
    """Return the mean over seeds; the interval draws people anew, with all their splits."""
    import numpy as np  # noqa: PLC0415 - loaded by the command only

    people = sorted({one for outcome in outcomes for one in outcome.ndcg})
    sums = np.array([sum(outcome.ndcg.get(one, 0.0) for outcome in outcomes) for one in people])
    asked = np.array([sum(one in outcome.ndcg for outcome in outcomes) for one in people])
    drawn = np.random.default_rng(0).integers(len(people), size=(RESAMPLES, len(people)))
    means = sums[drawn].sum(axis=1) / asked[drawn].sum(axis=1)
    low, high = np.quantile(means, [0.025, 0.975]).tolist()
    return Result(
        task,
        rule,
        float(sums.sum() / asked.sum()),
        low,
        high,
        _mean([outcome.coverage for outcome in outcomes]),
        _mean([outcome.gini for outcome in outcomes]),
    )


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _truth(links: Any) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for one, other in links:
        found.setdefault(one, set()).add(other)
        found.setdefault(other, set()).add(one)
    return found


def _first(order: Sequence[int], one: int, friends: Mapping[int, set[int]]) -> list[int]:
    known = friends.get(one, set())
    free = (other for other in order if other != one and other not in known)
    return [other for other, _place in zip(free, range(PLACES), strict=False)]


def _rows(path: Path) -> list[tuple[int, ...]]:
    lines = path.read_text("utf-8").splitlines()[2:]
    return [tuple(int(cell) for cell in line.split()) for line in lines]
