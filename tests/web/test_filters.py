"""Moments, numbers and names as readers of each language write them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask_babel import force_locale

from app.core.money import Money
from app.web import filters
from tests.conftest import FixedClock

EVENING = datetime(2026, 11, 26, 18, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Thu, Nov 26, 2026, 7:30\u202fPM"),
        ("id", "Kam, 26 Nov 2026 19.30"),
        ("fr", "jeu. 26 nov. 2026, 19:30"),
        ("zh_Hans", "2026年11月26日周四 19:30"),
        ("ru", "чт, 26 нояб. 2026\u202fг., 19:30"),
    ],
)
def test_a_moment_in_its_zone(bare: Flask, language: str, text: str) -> None:
    with bare.test_request_context(), force_locale(language):
        assert filters.when(EVENING, "Europe/Berlin").replace("\xa0", "\u202f") == text


@pytest.mark.parametrize(
    ("language", "leaf"),
    [
        ("en", "Nov 26 Thu"),
        ("fr", "nov 26 jeu."),
        ("zh_Hans", "11月 26 周四"),
        ("ru", "нояб 26 чт"),
    ],
)
def test_the_leaf_of_a_calendar(bare: Flask, language: str, leaf: str) -> None:
    with bare.test_request_context(), force_locale(language):
        words = [part(EVENING) for part in (filters.month, filters.day_number, filters.weekday)]
    assert " ".join(words) == leaf


def test_a_day_without_a_time(bare: Flask) -> None:
    with bare.test_request_context():
        assert filters.day(date(2026, 11, 26)) == "Thursday, November 26, 2026"
        assert filters.date_text(date(2026, 11, 26)) == "Nov 26, 2026"
        assert filters.short_day(EVENING, "Asia/Shanghai") == "Fri, Nov 27"
        assert filters.iso(date(2026, 11, 26)) == "2026-11-26"


@pytest.mark.parametrize(
    ("distance", "text"),
    [
        (timedelta(days=-3), "3 days ago"),
        (timedelta(hours=2), "in 2 hours"),
        (timedelta(seconds=5), "in 1 minute"),
        (timedelta(), "just now"),
        (timedelta(seconds=-59), "just now"),
        (timedelta(seconds=-60), "1 minute ago"),
    ],
)
def test_how_far_away(bare: Flask, clock: FixedClock, distance: timedelta, text: str) -> None:
    with bare.test_request_context():
        assert filters.ago(clock.now + distance) == text


def test_numbers_and_money(bare: Flask) -> None:
    with bare.test_request_context():
        assert filters.money(Money(1250, "EUR")) == "€12.50"
        assert filters.count(12345) == "12,345"
        assert filters.percent(0.19) == "19%"
    with bare.test_request_context(), force_locale("ru"):
        assert filters.count(12345) == "12\xa0345"


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Amara Okafor", "AO"),
        ("Дмитрий Александрович Воскресенский", "ДВ"),
        ("王小明", "王"),
        ("élodie", "É"),
        ("  ", "?"),
        ("(Sam)", "("),
    ],
)
def test_initials(name: str, letters: str) -> None:
    assert filters.initials(name) == letters


def test_a_tint_comes_from_a_hue_or_a_name() -> None:
    assert filters.tint(40) == "tint-45"
    assert filters.tint("Amara") == filters.tint("Amara")


def test_words_of_members_are_made_harmless(bare: Flask) -> None:
    html = filters.markdown("**Hello** <script>alert(1)</script>")
    assert "<strong>Hello</strong>" in html
    assert "<script" not in html
    assert filters.markdown(None) == ""


def test_a_part_that_may_be_left_out() -> None:
    assert filters.given({"count": 3}, "count") == 3
    assert filters.given({}, "count", 1) == 1
    assert filters.given(EVENING, "hour") == 18
    assert filters.anchor("Имя") == filters.anchor("Имя")
    assert filters.anchor("a") != filters.anchor("b")


@pytest.mark.parametrize(
    ("zone", "language", "place"),
    [
        ("Europe/Moscow", "ru", "Москва"),
        ("America/Argentina/Buenos_Aires", "en", "Buenos Aires"),
        ("UTC", "fr", "UTC"),
    ],
)
def test_a_zone_is_called_by_its_city(bare: Flask, zone: str, language: str, place: str) -> None:
    with bare.test_request_context(), force_locale(language):
        assert filters.place_of_zone(zone) == place
