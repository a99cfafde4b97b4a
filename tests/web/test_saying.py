"""Facts in words: money, times, yes and no."""

from datetime import UTC, datetime

import pytest
from flask import Flask

from app.core.money import Money
from app.web.saying import all_said, said

WALL = datetime(2026, 11, 20, 10, 10)  # noqa: DTZ001 - wall time has no zone


@pytest.mark.parametrize(
    ("fact", "words"),
    [
        (None, ""),
        (True, "oui"),
        (False, "non"),
        (Money(3333, "EUR"), "33,33 €"),
        (WALL, "ven. 20 nov. 2026, 10:10"),
        (WALL.replace(tzinfo=UTC), "ven. 20 nov. 2026, 10:10"),
        (0, 0),
        ("None", "None"),
    ],
)
def test_a_fact_is_said_in_the_language_of_its_reader(
    bare: Flask, fact: object, words: object
) -> None:
    with bare.test_request_context("/", headers={"Accept-Language": "fr"}):
        shown = said(fact)
        assert all_said({"fact": fact}) == {"fact": shown}
    assert (str(shown).replace("\xa0", " ").replace("\u202f", " "), type(shown)) == (
        str(words),
        type(words),
    )
