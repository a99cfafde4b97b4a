"""Sharing out attention: nobody stands on too many pages, and who seldom does comes first."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

Option = TypeVar("Option")

LOOKED_AT = 50  # options a person chooses from
CAP = 30  # pages on which one may stand
SHYNESS = 0.005  # how much a page on which one stands already takes off the score


def share_out(
    options: Mapping[int, Sequence[Option]],
    *,
    who: Callable[[Option], Hashable],
    score: Callable[[Option], float],
    places: int,
    cap: Callable[[Option], int],
    is_extra: Callable[[int, Option], bool] = lambda _one, _option: False,
) -> dict[int, list[Option]]:
    """Choose as many of each one's options as there are places, at least one, the best first.

    Place by place everybody chooses one, by score lessened by how often the chosen stands on
    pages already, so that no one is full before all have had their first. `cap` is how many pages
    an option may stand on. What is extra takes no place: who chose it chooses once more, after
    the others. What is chosen is returned in the order of the score.
    """
    shown: Counter[Hashable] = Counter()
    chosen: dict[int, list[Option]] = {one: [] for one in options}
    left = {one: list(found) for one, found in options.items()}
    room = dict.fromkeys(options, places)
    while room:
        for one in list(room):
            free = [option for option in left[one] if shown[who(option)] < cap(option)]
            if free:
                best = max(
                    free, key=lambda option: score(option) / (1 + SHYNESS * shown[who(option)])
                )
                left[one].remove(best)
                chosen[one].append(best)
                shown[who(best)] += 1
                room[one] -= not is_extra(one, best)
            if not free or not room[one]:
                del room[one]
    return {one: sorted(found, key=score, reverse=True) for one, found in chosen.items()}


def coverage(shown: Iterable[Hashable], people: int) -> float:
    """Return the share of people who stand on at least one page."""
    return len(set(shown)) / people if people else 0.0


def gini(shown: Iterable[Hashable], people: int) -> float:
    """Return how unevenly people stand on pages: 0 all alike, near 1 one person everywhere.

    `2 sum(i x_i) / (n sum(x)) - (n + 1) / n`, x in rising order, of everybody.
    """
    counts = Counter(shown)
    total = counts.total()
    if not total:
        return 0.0
    rising = [0] * (people - len(counts)) + sorted(counts.values())
    weighted = sum(place * count for place, count in enumerate(rising, start=1))
    return 2 * weighted / (people * total) - (people + 1) / people
