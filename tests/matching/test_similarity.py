"""Who resembles whom, with scikit-learn itself."""

import pytest

from app.communities.models import FacetKind
from app.matching.blocks import BLOCKS, terms
from app.matching.models import MatchKind
from app.matching.reasons import shown_reasons
from app.matching.similarity import Card, Likeness, most_alike

FRIEND = BLOCKS[MatchKind.FRIEND]
MENTOR = BLOCKS[MatchKind.MENTOR]


def card(**kinds: str) -> Card:
    """Make a card from comma-separated words."""
    return {
        FacetKind(kind): {word.strip().lower(): word.strip() for word in words.split(",")}
        for kind, words in kinds.items()
    }


def best(found: list[Likeness], one: int) -> list[int]:
    return [likeness.other for likeness in found if likeness.one == one]


def test_a_rare_shared_word_weighs_more_than_a_common_one() -> None:
    cards = [
        card(interest="chess, tea"),
        card(interest="chess, coffee"),
        card(interest="tea, running"),
        card(interest="tea, cooking"),
    ]
    assert best(most_alike(cards, FRIEND, limit=5), 0)[0] == 1


def test_nobody_is_alike_without_a_shared_word() -> None:
    assert most_alike([card(interest="chess"), card(interest="rowing")], FRIEND, limit=5) == []


def test_empty_cards_and_no_cards_are_no_error() -> None:
    assert most_alike([], FRIEND, limit=5) == []
    assert most_alike([{}, {}], FRIEND, limit=5) == []


def test_a_language_alone_is_no_reason() -> None:
    cards = [card(language="english"), card(language="english")]
    assert most_alike(cards, FRIEND, limit=5) == []


def test_the_parts_of_the_reasons_add_up_to_the_score() -> None:
    cards = [
        card(interest="trail running, tea", goal="run a marathon"),
        card(interest="road running, tea", goal="run a marathon"),
        card(interest="chess"),
    ]
    (likeness,) = (found for found in most_alike(cards, FRIEND, limit=5) if found.one == 0)
    assert sum(reason.part for reason in likeness.reasons) == pytest.approx(likeness.score)
    assert {reason.term for reason in likeness.reasons} == {
        "tea",
        "running",
        "run a marathon",
        "marathon",
    }


def test_a_mentor_offers_what_i_want_and_kinds_stay_apart() -> None:
    cards = [card(want="rust"), card(offer="rust"), card(interest="rust"), card(want="rust")]
    found = most_alike(cards, MENTOR, limit=5)
    assert best(found, 0) == [1]
    assert best(found, 1) == [0, 3]
    assert best(found, 2) == []


def test_limit_and_slices_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    cards = [card(interest=f"tea, chess, word{number % 3}") for number in range(7)]
    whole = most_alike(cards, FRIEND, limit=2)
    monkeypatch.setattr("app.matching.similarity.cards.ROWS_AT_ONCE", 2)
    assert most_alike(cards, FRIEND, limit=2) == whole
    assert [len(best(whole, one)) for one in range(7)] == [2] * 7


def test_terms_are_the_whole_and_its_longer_words() -> None:
    assert terms(["trail running", "the sea", "攀 岩"]) == [
        "trail running", "trail", "running", "the sea", "攀 岩",
    ]  # fmt: skip


def test_reasons_leave_out_what_either_side_hides() -> None:
    cards = [card(interest="tea, chess, rowing"), card(interest="tea, chess, rowing")]
    (likeness, _) = most_alike(cards, FRIEND, limit=1)
    shown = shown_reasons(
        likeness.reasons, mine=card(interest="tea, chess"), theirs=card(interest="chess, rowing")
    )
    assert [reason["value"] for reason in shown] == ["chess"]


def test_a_word_within_a_named_facet_is_not_said_twice() -> None:
    cards = [card(interest="trail running"), card(interest="trail running")]
    (likeness, _) = most_alike(cards, FRIEND, limit=1)
    shown = shown_reasons(likeness.reasons, mine=cards[0], theirs=cards[1])
    assert shown == [
        {
            "mine": "interest",
            "theirs": "interest",
            "my_key": "trail running",
            "key": "trail running",
            "value": "trail running",
        }
    ]


def test_a_shared_word_of_two_facets_is_named_as_the_word() -> None:
    cards = [card(interest="trail running"), card(interest="road running")]
    (likeness, _) = most_alike(cards, FRIEND, limit=1)
    (reason,) = shown_reasons(likeness.reasons, mine=cards[0], theirs=cards[1])
    assert (reason["value"], reason["my_key"], reason["key"]) == (
        "running", "trail running", "road running",
    )  # fmt: skip
