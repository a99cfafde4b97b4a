"""A closed month never reads otherwise without a word, whichever number moves."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from app.analytics.changes import SECTIONS, ToldBy, changes, moved
from app.analytics.figures import Doing, Figures, Gathered, People, Sold
from app.analytics.numbers import COHORT, DOOR, DOORS, HOUR, NUMBERS

MONTH = date(2026, 3, 1)
BEFORE = Figures(
    MONTH,
    people=People(
        members=30, awake=20, seen=50, inflow=9, imported=2, returned=2, woke=2, left=2, removed=2,
        other=2, slept=2, new_gone=2, sleepers_left=2,
        doors=tuple((door, 1) for door in DOORS),
    ),
    doing=Doing(
        people=12, members=10, member_days=20, person_days=25, days=31, weeks=(3, 3, 3, 3),
        acts=40, weight=90, mutual=4, helped=3,
    ),
    gathered=Gathered(
        held=2, places=9, arrived=6, checked=1, checked_places=8, stayed_away=2,
    ),
    sold=Sold(
        currency="EUR", orders=8, sales=6, buyers=5, gross=9000, refunds=500,
        kinds=(("other", 500, 1), ("plan", 5000, 3), ("ticket", 3000, 2)), strange=1,
        currencies=("USD",), mrr=4000, mrr_new=900, mrr_expansion=100, mrr_reactivation=100,
        mrr_contraction=100, mrr_churn=100, payers=4,
    ),
)  # fmt: skip
ALONE: Mapping[str, tuple[str, dict[str, Any]]] = {
    **{
        name: ("people", {name: 1})
        for name in ("members", "awake", "seen", "inflow", "imported", "returned", "woke", "left",
                     "removed", "other", "slept", "new_gone", "sleepers_left")
    },
    "sleeping": ("people", {"awake": 19}),
    "grown": ("people", {"inflow": 8}),
    "reactivated": ("people", {"returned": 3}),
    "came": ("people", {"woke": 3}),
    "outflow": ("people", {"slept": 3}),
    "departed": ("people", {"left": 3}),
    "long_gone": ("people", {"new_gone": 3}),
    **{
        DOOR + door: ("people", {"doors": tuple((one, 2 if one == door else 1) for one in DOORS)})
        for door in DOORS
    },
    "active": ("doing", {"people": 13, "person_days": 26}),
    "active_members": ("doing", {"members": 11}),
    "guests": ("doing", {"members": 9}),
    "helped": ("doing", {"helped": 4}),
    "weekly": ("doing", {"weeks": (3, 3, 3, 4)}),
    "daily": ("doing", {"person_days": 26}),
    "stickiness": ("doing", {"person_days": 24}),
    "frequency": ("doing", {"member_days": 21}),
    "acts": ("doing", {"acts": 68, "weight": 153}),
    "depth": ("doing", {"weight": 91}),
    "turned": ("doing", {"mutual": 5}),
    **{name: ("gathered", {name: 1}) for name in ("held", "places", "arrived", "stayed_away")},
    **{name: ("sold", {name: 50}) for name in ("orders", "buyers", "strange")},
    "gross": ("sold", {"gross": 9100}),
    "refunds": ("sold", {"gross": 9100, "refunds": 600}),
    "net": ("sold", {"refunds": 600}),
    "receipt": ("sold", {"sales": 7}),
    "per_order": ("sold", {"orders": 9}),
    "per_buyer": ("sold", {"buyers": 6}),
    **{
        name: ("sold", {"kinds": kinds})
        for kind, kinds in {
            "plan": (("other", 500, 1), ("plan", 5100, 2), ("ticket", 3000, 2)),
            "ticket": (("other", 500, 1), ("plan", 5000, 3), ("ticket", 2900, 3)),
            "other": (("other", 600, 2), ("plan", 5000, 3), ("ticket", 3000, 2)),
        }.items()
        for name in (f"net_{kind}", f"buyers_{kind}")
    },
    **{
        name: ("sold", {name: 7})
        for name in ("mrr", "mrr_new", "mrr_expansion", "mrr_reactivation", "mrr_contraction",
                     "mrr_churn", "payers")
    },
}  # fmt: skip
"""For each number the smallest move of what is kept that moves it."""


def moved_by(number: str) -> Figures:
    """Return the month after a number moved, with as little else as can be."""
    part, values = ALONE[number]
    return replace(BEFORE, **{part: replace(getattr(BEFORE, part), **values)})


def test_each_number_of_a_month_has_a_move() -> None:
    assert NUMBERS - ALONE.keys() == {HOUR, COHORT}  # of twelve weeks, and on a page of its own
    assert len({repr(moved_by(number)) for number in ALONE}) > len(SECTIONS) * 8


@pytest.mark.parametrize("number", sorted(ALONE))
def test_whichever_number_moves_its_month_is_told(number: str) -> None:
    after = moved_by(number)
    (*told,) = changes(BEFORE, after, {})
    assert told
    for one in told:
        assert (one.month, one.told_by) == (MONTH, None)
        assert one.before != one.after
    if number in moved(BEFORE, after):  # else it follows from one that is told
        alone = [one for one in told if one.number == number]
        assert alone or not any(one.is_alone for one in told)
    assert changes(after, after, {}) == []


def test_what_follows_from_a_first_number_of_its_section_is_not_told_beside_it() -> None:
    after = replace(
        BEFORE,
        doing=replace(BEFORE.doing, acts=68, weight=153, mutual=9),
        sold=replace(BEFORE.sold, mrr_new=1000, mrr_expansion=0),
    )
    assert [(one.number, one.is_alone, one.currency) for one in changes(BEFORE, after, {})] == [
        ("acts", False, ""),
        ("mrr_new", True, "EUR"),
        ("mrr_expansion", True, "EUR"),
    ]


@pytest.mark.parametrize(
    ("kind", "is_direct", "explained"),
    [
        ("members", True, set()),
        ("activities", True, {"awake", "seen", "acts", "active"}),
        ("activities", False, {"awake", "seen"}),
        ("orders", True, {"awake", "seen", "acts", "active", "buyers", "net", "orders"}),
        ("orders", False, {"awake", "seen"}),
        ("", True, {"awake", "seen", "acts", "active"}),
    ],
)
def test_an_import_explains_what_its_kind_can_move(
    kind: str, *, is_direct: bool, explained: set[str]
) -> None:
    asked = {"members", "grown", "awake", "seen", "acts", "active", "buyers", "net", "orders",
             "mrr", "payers", "places", "arrived"}  # fmt: skip
    told_by = ToldBy(kind, is_direct=is_direct)
    assert {number for number in asked if told_by.explains(number)} == explained
