"""Who suits whom, with scikit-learn itself."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.communities.models import FacetKind
from app.matching.blocks import BLOCKS, WHOLE, terms
from app.matching.models import MatchKind, MatchRole
from app.matching.reasons import shown_reasons
from app.matching.similarity import Likeness, Reason, Someone, Ties, most_suited
from app.matching.similarity.scores import overlap, suits
from app.matching.similarity.words import Shared, alike, compare

FRIEND, MENTOR, COLLABORATOR = MatchKind.FRIEND, MatchKind.MENTOR, MatchKind.COLLABORATOR
NONE = Ties()


def keys(**kinds: str) -> dict[FacetKind, dict[str, str]]:
    """Make a card from comma-separated words."""
    return {
        FacetKind(kind): {word.strip().lower(): word.strip() for word in words.split(",")}
        for kind, words in kinds.items()
    }


def someone(**kinds: str) -> Someone:
    words = {kind: terms(found, is_whole=kind in WHOLE) for kind, found in keys(**kinds).items()}
    return Someone(words, languages=frozenset(words.get(FacetKind.LANGUAGE, ())))


def skilled(
    years: int | None = None, hours: int = 0, helped: float = 0.0, language: str = "english"
) -> Someone:
    return Someone(years=years, hours=hours, helped=helped, languages=frozenset({language}))


def suited(
    people: list[Someone], kind: MatchKind = FRIEND, ties: Ties = NONE, limit: int = 9
) -> list[Likeness]:
    return most_suited(kind, people, ties, limits=[limit] * len(people))


def best(found: list[Likeness], one: int) -> list[int]:
    return [likeness.other for likeness in found if likeness.one == one]


def pair(found: list[Likeness], one: int, other: int) -> Likeness:
    return next(each for each in found if (each.one, each.other) == (one, other))


def test_a_rare_shared_word_weighs_more_than_a_common_one() -> None:
    people = [
        someone(interest="chess, tea"),
        someone(interest="chess, coffee"),
        someone(interest="tea, running"),
        someone(interest="tea, cooking"),
    ]
    assert best(suited(people), 0)[0] == 1


def test_nobody_suits_without_a_shared_word() -> None:
    assert suited([someone(interest="chess"), someone(interest="rowing")]) == []


@pytest.mark.parametrize("kind", MatchKind)
def test_empty_cards_and_no_cards_are_no_error(kind: MatchKind) -> None:
    assert suited([], kind) == []
    assert suited([someone(), someone()], kind) == []
    assert suited([someone(interest="tea", want="tea", offer="tea", goal="tea")], kind) == []


def test_the_parts_of_the_reasons_add_up_to_the_likeness() -> None:
    people = [
        someone(interest="trail running, tea", goal="run a marathon"),
        someone(interest="road running, tea", goal="run a marathon"),
        someone(interest="chess"),
    ]
    found = pair(suited(people), 0, 1)
    compared = compare(people, BLOCKS[FRIEND])
    assert sum(reason.part for reason in found.reasons) == pytest.approx(
        float(alike(compared, 0, 1, 3)[0, 1]), rel=1e-5
    )
    assert {reason.term for reason in found.reasons} == {
        "tea",
        "running",
        "run a marathon",
        "marathon",
    }


def test_slices_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    people = [someone(interest=f"tea, chess, word{number % 3}") for number in range(7)]
    whole = suited(people, limit=2)
    monkeypatch.setattr("app.matching.similarity.scores.ROWS_AT_ONCE", 2)
    monkeypatch.setattr("app.matching.similarity.ranking.ROWS_AT_ONCE", 2)
    again = suited(people, limit=2)
    assert [(one.one, one.other) for one in again] == [(one.one, one.other) for one in whole]
    assert [one.score for one in again] == pytest.approx([one.score for one in whole])
    assert [len(best(whole, one)) for one in range(7)] == [2] * 7


def test_each_one_has_as_many_as_their_limit_says() -> None:
    people = [someone(interest="tea") for _ in range(5)]
    found = most_suited(FRIEND, people, NONE, limits=[1, 4, 2, 9, 0])
    assert [len(best(found, one)) for one in range(5)] == [1, 4, 2, 4, 0]


def test_terms_are_the_whole_and_its_longer_words() -> None:
    assert list(terms(["trail running", "the sea", "攀 岩"])) == [
        "trail running", "trail", "running", "the sea", "攀 岩",
    ]  # fmt: skip


# ---------------------------------------------------------------- friends


def test_mutual_acquaintances_and_gatherings_count_for_friends() -> None:
    people = [someone(interest="tea") for _ in range(4)]
    known = Ties(acquainted=[(0, 3), (2, 3)])
    assert best(suited(people, ties=known), 0)[0] == 2
    together = Ties(groups=[[0, 3], [0, 1, 2, 3]])
    assert best(suited(people, ties=together), 0)[0] == 3


def test_friends_of_those_alike_are_a_hint() -> None:
    """Newcomer 0 is like 1, who knows 3: 3 comes before 4, who is as much like 0."""
    people = [
        someone(interest="chess, tea"),
        someone(interest="chess, rowing"),
        someone(interest="knitting"),
        someone(interest="tea, sewing"),
        someone(interest="tea, skating"),
    ]
    without = suited(people)
    assert pair(without, 0, 3).score == pytest.approx(pair(without, 0, 4).score)
    found = suited(people, ties=Ties(acquainted=[(1, 3)]))
    assert pair(found, 0, 3).score > pair(found, 0, 4).score


def test_a_small_gathering_says_more_than_a_large_one() -> None:
    people = [someone(interest="tea") for _ in range(9)]
    found = suited(people, ties=Ties(groups=[[0, 1], [0, *range(2, 9)]]))
    assert best(found, 0)[0] == 1


# ---------------------------------------------------------------- mentors


def test_a_mentor_offers_what_i_want_and_kinds_stay_apart() -> None:
    people = [
        someone(want="rust"), someone(offer="rust"), someone(interest="rust"), someone(want="rust"),
    ]  # fmt: skip
    found = suited(people, MENTOR)
    assert best(found, 0) == [1]
    assert best(found, 1) == []
    assert best(found, 2) == []
    assert {likeness.role for likeness in found} == {MatchRole.MENTOR}


def test_two_who_could_teach_each_other_stand_in_one_list_only() -> None:
    people = [someone(want="rust", offer="french"), someone(want="french", offer="rust")]
    found = suited(people, MENTOR)
    assert len(found) == 1


def test_years_language_hours_and_helping_tell_mentors_apart() -> None:
    learner = skilled(2, 0b1111)
    fits = skilled(8, 0b1111, 1.0)
    assert suits(learner, fits) == pytest.approx(1.0)
    for other in (
        skilled(1, 0b1111, 1.0),
        skilled(40, 0b1111, 1.0),
        skilled(8, 0b1111 << 9, 1.0),
        skilled(8, 0b1111, 0.0),
        skilled(8, 0b1111, 1.0, "french"),
    ):
        assert suits(learner, other) < suits(learner, fits)
    assert suits(someone(), someone()) == pytest.approx(0.8)


@given(st.integers(0, 2**168 - 1), st.integers(0, 2**168 - 1))
def test_overlap_is_a_share_and_the_same_from_both_ends(mine: int, theirs: int) -> None:
    assert 0.0 <= overlap(mine, theirs) <= 1.0
    assert overlap(mine, theirs) == overlap(theirs, mine)


# ---------------------------------------------------------------- collaborators

CROWD = [
    someone(want=f"thing{number}", offer=f"skill{number}", goal=f"aim{number}")
    for number in range(4)
]


def test_a_planted_complementary_pair_comes_first() -> None:
    one = someone(want="a designer, tea", offer="python code", goal="a repair café")
    other = someone(want="python code", offer="a designer", goal="a repair café")
    half = someone(want="flute", offer="a designer", goal="a repair café")
    found = suited([one, *CROWD, half, other], COLLABORATOR)
    assert best(found, 0) == [6, 5]
    terms_of = [
        (reason.mine.value, reason.theirs.value, reason.term)
        for reason in pair(found, 0, 6).reasons
    ]
    assert ("want", "offer", "a designer") in terms_of
    assert ("offer", "want", "python code") in terms_of
    assert ("goal", "goal", "a repair café") in terms_of


@pytest.mark.parametrize("kind", [FRIEND, MENTOR, COLLABORATOR])
def test_removing_the_shared_word_removes_the_reason(kind: MatchKind) -> None:
    mine = {"interest": "pottery", "want": "pottery", "offer": "glazing", "goal": "a kiln"}
    theirs = {"interest": "pottery", "want": "glazing", "offer": "pottery", "goal": "a kiln"}
    found = suited([someone(**mine), someone(**theirs)], kind)
    assert "pottery" in {reason.term for reason in pair(found, 0, 1).reasons}
    bare = {key: words.replace("pottery", "singing") for key, words in theirs.items()}
    found = suited([someone(**mine), someone(**bare)], kind)
    assert "pottery" not in {reason.term for likeness in found for reason in likeness.reasons}


# ---------------------------------------------------------------- properties

WORDS = st.lists(st.sampled_from(["tea", "chess", "rust", "code", "flute"]), max_size=3).map(
    ", ".join
)
CARDS = st.builds(
    lambda interest, want, offer, goal: someone(
        **{
            kind: words
            for kind, words in zip(
                ("interest", "want", "offer", "goal"), (interest, want, offer, goal), strict=True
            )
            if words
        }
    ),
    WORDS, WORDS, WORDS, WORDS,
)  # fmt: skip
CROWDS = st.lists(CARDS, min_size=2, max_size=6)


@given(CROWDS, st.sampled_from([FRIEND, COLLABORATOR]))
@settings(max_examples=40, deadline=None)
def test_two_suit_each_other_equally(people: list[Someone], kind: MatchKind) -> None:
    found = {(one.one, one.other): one.score for one in suited(people, kind)}
    for (one, other), score in found.items():
        assert found[other, one] == pytest.approx(score, rel=1e-4)


@given(CROWDS, st.sampled_from(list(MatchKind)), st.data())
@settings(max_examples=60, deadline=None)
def test_a_blocked_pair_is_never_compared_and_leaves_no_trace(
    people: list[Someone], kind: MatchKind, data: st.DataObject
) -> None:
    """Neither sees the other, and the acquaintance between them counts for nobody."""
    one, other = data.draw(
        st.permutations(range(len(people))).map(lambda order: tuple(order[:2])), "blocked"
    )
    ties = Ties(acquainted=[(one, other)], apart=[(one, other), (other, one)])
    found = suited(people, kind, ties)
    assert not {(one, other), (other, one)} & {(each.one, each.other) for each in found}
    assert all(each.one != each.other for each in found)


# ---------------------------------------------------------------- reasons


def first_of(**kinds: str) -> Likeness:
    return suited([someone(**kinds), someone(**kinds)])[0]


def test_reasons_leave_out_what_either_side_hides() -> None:
    likeness = first_of(interest="tea, chess, rowing")
    shown = shown_reasons(
        likeness.reasons, mine=keys(interest="tea, chess"), theirs=keys(interest="chess, rowing")
    )
    assert [reason["value"] for reason in shown] == ["chess"]


def test_a_word_within_a_named_facet_is_not_said_twice() -> None:
    likeness = first_of(interest="trail running")
    card = keys(interest="trail running")
    assert shown_reasons(likeness.reasons, mine=card, theirs=card) == [
        {
            "what": "facet",
            "mine": "interest",
            "theirs": "interest",
            "my_key": "trail running",
            "key": "trail running",
            "value": "trail running",
        }
    ]


def test_a_shared_word_of_two_facets_is_named_as_the_word() -> None:
    mine, theirs = keys(interest="trail running"), keys(interest="road running")
    people = [someone(interest="trail running"), someone(interest="road running")]
    (reason,) = shown_reasons(suited(people)[0].reasons, mine=mine, theirs=theirs)
    assert (reason["value"], reason["my_key"], reason["key"]) == (
        "running", "trail running", "road running",
    )  # fmt: skip


def test_lives_and_values_bring_friends_together_as_whole_phrases_only() -> None:
    people = [
        someone(life="between jobs", value="fair play"),
        someone(life="between jobs", value="fair trade"),
        someone(life="between flats", value="play by ear"),
    ]
    assert best(suited(people), 0) == [1]
    assert suited(people, MENTOR) == suited(people, COLLABORATOR) == []
    (reason,) = pair(suited(people), 0, 1).reasons
    assert (reason.mine, reason.term) == (FacetKind.LIFE, "between jobs")
    between = Reason(FacetKind.LIFE, FacetKind.LIFE, "between", 1.0)  # what only hidden ones share
    cards = keys(life="between jobs"), keys(life="between flats")
    assert shown_reasons([between], mine=cards[0], theirs=cards[1]) == []


def test_a_gathering_both_came_to_takes_the_last_of_three_places() -> None:
    likeness = first_of(interest="tea, chess, rowing")
    card = keys(interest="tea, chess, rowing")
    shown = shown_reasons(likeness.reasons, mine=card, theirs=card, met_at=["Swap", "Walk"])
    assert [reason["what"] for reason in shown] == ["facet", "facet", "events"]
    assert shown[-1] == {"what": "events", "value": "Swap", "count": 2}


def test_words_are_looked_up_only_in_blocks_that_give_reasons() -> None:
    people = [someone(language="english"), someone(language="english")]
    assert Shared(compare(people, BLOCKS[FRIEND])).between(0, 1) == ()
