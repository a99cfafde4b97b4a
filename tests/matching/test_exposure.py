"""Sharing out attention, and the figures that tell how evenly it is spread."""

from collections.abc import Collection

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.matching import exposure

Option = tuple[int, float]
OPTIONS = st.dictionaries(
    st.integers(0, 9),
    st.lists(
        st.tuples(st.integers(0, 9), st.floats(0.01, 1.0)),
        max_size=8,
        unique_by=lambda option: option[0],
    ),
    max_size=8,
)


def share_out(
    options: dict[int, list[Option]],
    places: int = 3,
    cap: int = 2,
    extra: Collection[tuple[int, int]] = (),
) -> dict[int, list[Option]]:
    return exposure.share_out(
        options,
        who=lambda option: option[0],
        score=lambda option: option[1],
        places=places,
        cap=lambda _option: cap,
        is_extra=lambda one, option: (one, option[0]) in extra,
    )


def test_everybody_gets_their_best_while_there_is_room() -> None:
    assert share_out({0: [(8, 0.9), (9, 0.2)], 1: [(9, 0.5)]}) == {
        0: [(8, 0.9), (9, 0.2)],
        1: [(9, 0.5)],
    }


def test_the_full_make_room_for_the_next() -> None:
    options = {one: [(9, 0.9), (8, 0.1)] for one in range(3)}
    found = share_out(options, places=1)
    assert [found[one][0][0] for one in range(3)] == [9, 9, 8]


def test_who_stands_nowhere_comes_before_one_almost_as_good_who_does() -> None:
    options = {0: [(9, 0.9)], 1: [(9, 0.900), (8, 0.899)]}
    assert share_out(options, places=1, cap=9)[1] == [(8, 0.899)]


def test_what_is_extra_takes_no_place_and_moves_nobody_off() -> None:
    options = {0: [(7, 0.9), (8, 0.8), (9, 0.7), (6, 0.6)], 1: [(9, 0.9), (8, 0.5), (7, 0.4)]}
    plain = share_out(options, places=2)
    extra = share_out(options, places=2, extra={(0, 7), (0, 6)})
    assert plain == {0: [(7, 0.9), (8, 0.8)], 1: [(9, 0.9), (8, 0.5)]}
    assert extra == {0: [(7, 0.9), (8, 0.8), (9, 0.7)], 1: plain[1]}


def test_no_place_is_no_person() -> None:
    assert share_out({0: [(9, 0.9)]}, cap=0) == {0: []}


@given(OPTIONS, st.integers(1, 4), st.integers(1, 4))
def test_lists_keep_to_places_caps_and_options(
    options: dict[int, list[Option]], places: int, cap: int
) -> None:
    found = share_out(options, places, cap)
    shown = [option[0] for chosen in found.values() for option in chosen]
    assert set(found) == set(options)
    assert all(len(chosen) <= places for chosen in found.values())
    assert all(set(found[one]) <= set(options[one]) for one in options)
    assert all(shown.count(one) <= cap for one in shown)
    for chosen in found.values():
        assert chosen == sorted(chosen, key=lambda option: option[1], reverse=True)


def test_coverage_is_the_share_of_people_who_are_shown() -> None:
    assert exposure.coverage([1, 1, 2], 4) == 0.5
    assert exposure.coverage([], 0) == 0.0


def test_gini_of_all_alike_is_nothing_and_of_one_alone_almost_one() -> None:
    assert exposure.gini([1, 2, 3, 4], 4) == pytest.approx(0.0)
    assert exposure.gini([1] * 10, 100) == pytest.approx(0.99)
    assert exposure.gini([], 5) == 0.0


@given(st.lists(st.integers(0, 9), min_size=1))
def test_gini_is_a_share(shown: list[int]) -> None:
    assert 0.0 <= exposure.gini(shown, 10) <= 1.0
