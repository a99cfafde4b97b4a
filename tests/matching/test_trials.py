"""Measuring the scoring: the protocol on a small crowd, the figures on the real one."""

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli import main
from app.matching.similarity import trials
from app.matching.similarity.trials import Crowd, Result

BESIDE = Path(__file__).parents[3] / "shared" / "data"
DATA = Path(os.environ.get("KITH_REFERENCE_DATA", BESIDE)) / "matching"
HEAD = "one\ntwo\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two circles of friends, each with a taste of its own, in the files' own form."""
    circles = [range(1, 9), range(11, 19)]
    pairs = [(a, b) for circle in circles for a in circle for b in circle if a != b]
    plays = [
        (one, 100 * number + (one + offset) % 5, 10 * (offset + 1))
        for number, circle in enumerate(circles)
        for one in circle
        for offset in range(3)
    ]
    (tmp_path / trials.FRIENDS).write_text(HEAD + "".join(f"{a}\t{b}\n" for a, b in pairs))
    (tmp_path / trials.LISTENING).write_text(
        HEAD + "".join(f"{a}\t{b}\t{c}\n" for a, b, c in plays)
    )
    return tmp_path


@pytest.fixture
def crowd(folder: Path) -> Crowd:
    return trials.read_crowd(folder)


def test_the_files_become_people_with_strengths_and_links(crowd: Crowd) -> None:
    assert (len(crowd.people), len(crowd.links)) == (16, 56)
    (words,) = crowd.people[0].words.values()
    assert sum(strength**2 for strength in words.values()) == pytest.approx(1.0)


def test_warm_hides_a_fifth_of_the_links_and_cold_all_of_a_fifth_of_the_people(
    crowd: Crowd,
) -> None:
    warm, cold = trials.warm(crowd, 0), trials.cold(crowd, 0)
    hidden = {(one, other) for one, others in warm.truth.items() for other in others}
    assert len(warm.seen) == 45
    assert len(hidden) == 2 * 11
    assert not hidden & set(warm.seen)
    assert len(cold.truth) == 3
    assert not {one for link in cold.seen for one in link} & set(cold.truth)
    assert warm == trials.warm(crowd, 0)
    assert warm != trials.warm(crowd, 1)


def test_ndcg_counts_place_and_divides_by_the_best_that_ten_places_allow() -> None:
    assert trials.ndcg([1, 2, 3], {1, 2, 3}) == pytest.approx(1.0)
    assert trials.ndcg([9, 1], {1}) == pytest.approx(0.6309, abs=1e-4)
    assert trials.ndcg([], {1}) == 0.0
    assert trials.ndcg(list(range(10)), set(range(40))) == pytest.approx(1.0)


def test_nobody_is_shown_themselves_or_whom_they_know(crowd: Crowd) -> None:
    split = trials.warm(crowd, 0)
    known = set(split.seen) | {(other, one) for one, other in split.seen}
    for suggest in trials.RULES.values():
        for one, shown in suggest(crowd, split, 0).items():
            assert len(shown) == len(set(shown)) <= trials.PLACES
            assert not {(one, other) for other in [*shown, one]} & (known | {(one, one)}) - {
                (one, one)
            }
            assert one not in shown


def test_where_taste_tells_friends_the_product_beats_chance_and_popularity(folder: Path) -> None:
    found = {(one.task, one.rule): one for one in trials.friend_trials(folder, seeds=[0, 1])}
    for task in trials.BARS:
        product = found[task, "product"]
        assert product.ndcg > 0.9
        assert product.low <= product.ndcg <= product.high
        assert product.ndcg > max(found[task, "random"].ndcg, found[task, "popularity"].ndcg) + 0.1


def test_the_command_prints_a_table(folder: Path) -> None:
    asked = ["evaluate", "matching", "--data", str(folder), "--seeds", "1"]
    answer = CliRunner().invoke(main, asked)
    assert answer.exit_code == 0
    assert answer.output.count("popularity") == 3
    assert "NDCG@10" in answer.output
    assert answer.output.endswith("Kith beats popularity in both tasks.\n")


def test_the_command_fails_where_popularity_finds_more(folder: Path) -> None:
    """The control: all know the same one, and no two like the same."""
    pairs = [pair for one in range(2, 18) for pair in ((1, one), (one, 1))]
    (folder / trials.FRIENDS).write_text(HEAD + "".join(f"{a}\t{b}\n" for a, b in pairs))
    plays = "".join(f"{one}\t{one}\t1\n" for one in range(1, 18))
    (folder / trials.LISTENING).write_text(HEAD + plays)
    asked = ["evaluate", "matching", "--data", str(folder), "--seeds", "1"]
    answer = CliRunner().invoke(main, asked)
    assert answer.exit_code == 1
    assert "friend, newcomer: Kith's 0.000 is not above 1.000." in answer.output
    assert "beats" not in answer.output


@pytest.mark.parametrize(("warm", "cold", "missed"), [
    (0.029, 0.074, []),
    (0.028, 0.074, [trials.WARM]),  # the bar
    (0.029, 0.073, [trials.COLD]),
    (float("nan"), 0.073, [trials.WARM, trials.COLD]),
])  # fmt: skip
def test_a_bar_stands_where_popularity_is_lower(
    warm: float, cold: float, missed: list[str]
) -> None:
    told = [
        Result(task, rule, ndcg, ndcg, ndcg, 1.0, 0.0)
        for task, found in ((trials.WARM, warm), (trials.COLD, cold))
        for rule, ndcg in (("popularity", 0.01), ("product", found))
    ]
    assert [one.task for one in trials.shortfalls(told)] == missed


def test_the_command_says_what_is_missing(tmp_path: Path) -> None:
    answer = CliRunner().invoke(main, ["evaluate", "matching", "--data", str(tmp_path)])
    assert answer.exit_code == 1
    assert "does not hold user_friends.dat and user_artists.dat" in answer.output


@pytest.mark.skipif(
    not trials.is_there(DATA), reason=f"the reference data is not at {DATA}; it has no licence"
)
def test_the_reference_data_gives_the_figures_of_metrics_md() -> None:
    """One of the five splits of docs/metrics.md, which are drawn from their numbers."""
    results = list(trials.friend_trials(DATA, seeds=[0]))
    assert trials.shortfalls(results) == []
    found: dict[tuple[str, str], Result] = {(one.task, one.rule): one for one in results}
    warm, cold = found[trials.WARM, "product"], found[trials.COLD, "product"]
    assert found[trials.WARM, "popularity"].ndcg == pytest.approx(0.0292, abs=0.001)
    assert found[trials.COLD, "popularity"].ndcg == pytest.approx(0.0477, abs=0.001)
    assert warm.ndcg > 0.19
    assert warm.coverage > 0.85
    assert cold.ndcg > 0.24
    assert cold.coverage > 0.65
