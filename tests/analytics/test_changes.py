"""A closed month never reads otherwise without a word, whichever number moves."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from app.analytics.changes import FIRST, Reach, changes, explains
from app.analytics.figures import Doing, Figures, Gathered, People, Sold
from app.analytics.numbers import COHORT, DOOR, DOORS, HOUR, NUMBERS
from app.core.money import Money

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
    "active": ("doing", {"people": 13}),
    "active_members": ("doing", {"members": 11}),
    "guests": ("doing", {"members": 9}),
    "helped": ("doing", {"helped": 4}),
    "weekly": ("doing", {"weeks": (3, 3, 3, 4)}),
    "daily": ("doing", {"person_days": 28}),
    "stickiness": ("doing", {"person_days": 22}),
    "frequency": ("doing", {"member_days": 21}),
    "acts": ("doing", {"acts": 68}),
    "depth": ("doing", {"weight": 95}),
    "turned": ("doing", {"mutual": 5}),
    **{name: ("gathered", {name: 1}) for name in ("held", "places", "arrived", "stayed_away")},
    **{name: ("sold", {name: 50}) for name in ("orders", "buyers", "strange")},
    "gross": ("sold", {"gross": 9100}),
    "refunds": ("sold", {"refunds": 600}),
    "net": ("sold", {"refunds": 700}),
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
    assert len({repr(moved_by(number)) for number in ALONE}) > len(ALONE) / 2


@pytest.mark.parametrize("number", sorted(ALONE))
def test_whichever_number_moves_is_told(number: str) -> None:
    after = moved_by(number)
    (one,) = (one for one in changes(BEFORE, after, {}) if one.number == number)
    assert (one.month, one.told_by) == (MONTH, None)
    assert one.before != one.after
    assert changes(after, after, {}) == []


def test_no_number_that_moves_silences_another() -> None:
    nothing = Figures(MONTH, sold=Sold(currency="EUR"))
    for before, after in ((BEFORE, nothing), (nothing, BEFORE)):
        told = [one.number for one in changes(before, after, {})]
        assert sorted(told) == sorted(NUMBERS - {HOUR, COHORT})


def test_the_first_numbers_are_told_openly_and_what_belongs_to_them_is_folded() -> None:
    after = replace(
        BEFORE,
        people=replace(BEFORE.people, members=31, left=0, removed=4),
        sold=replace(BEFORE.sold, mrr_new=1000, mrr_expansion=0),
    )
    assert [(one.number, one.is_first, one.currencies) for one in changes(BEFORE, after, {})] == [
        ("members", True, None),
        ("sleeping", False, None),
        ("left", False, None),
        ("removed", False, None),
        ("mrr_new", False, ("EUR", "EUR")),
        ("mrr_expansion", False, ("EUR", "EUR")),
    ]
    assert FIRST < NUMBERS


def test_a_mean_moves_where_the_page_writes_another() -> None:
    doing = replace(BEFORE.doing, person_days=26, weeks=(3, 3, 3, 5))
    told = {
        one.number: (one.before, one.after)
        for one in changes(BEFORE, replace(BEFORE, doing=doing), {})
    }
    assert told == {"weekly": (3, 3.5)}  # a day: 0.81 and 0.84, and both are written 0.8


def test_money_in_another_currency_than_before_is_another_amount() -> None:
    sold = replace(BEFORE.sold, currency="JPY", refunds=0)
    told = {
        one.number: one.amounts
        for one in changes(BEFORE, replace(BEFORE, sold=sold), {})
        if one.currencies
    }
    assert told["refunds"] == (Money(500, "EUR"), Money(0, "JPY"))
    assert told["gross"] == (Money(9000, "EUR"), Money(9000, "JPY"))


@pytest.mark.parametrize(
    ("kind", "reach", "explained"),
    [
        ("members", Reach.MONTH, set()),
        ("activities", Reach.MONTH, {"awake", "seen", "acts", "active"}),
        ("activities", Reach.SPAN, {"awake", "seen"}),
        ("activities", Reach.EVER, {"seen"}),
        ("orders", Reach.MONTH, {"awake", "seen", "acts", "active", "buyers", "net", "orders"}),
        ("orders", Reach.SPAN, {"awake", "seen"}),
        ("", Reach.MONTH, {"awake", "seen", "acts", "active"}),
    ],
)
def test_an_import_explains_what_its_kind_can_move(
    kind: str, reach: Reach, explained: set[str]
) -> None:
    asked = {"members", "grown", "awake", "seen", "acts", "active", "buyers", "net", "orders",
             "mrr", "payers", "places", "arrived"}  # fmt: skip
    assert {number for number in asked if explains(kind, number, reach)} == explained
