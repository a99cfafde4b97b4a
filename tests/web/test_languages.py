"""Whose language and zone: the reader's of a mail, the person's, the visitor's, the browser's."""

from datetime import date

import pytest
from babel.dates import format_date
from flask import Flask, g

from app.web import languages


@pytest.fixture
def person() -> None:
    """Someone signed in who reads French and lives in Jakarta."""
    languages.register_person(lambda: "fr", lambda: "Asia/Jakarta")


@pytest.mark.usefixtures("person")
def test_the_signed_in_person_decides(bare: Flask) -> None:
    with bare.test_request_context(headers={"Cookie": "kith=x; lang=ru"}):
        assert languages.language() == "fr"
        assert str(languages.zone_for(None)) == "Asia/Jakarta"


@pytest.mark.usefixtures("person")
def test_a_stranger_is_not_asked_who_they_are(bare: Flask) -> None:
    with bare.test_request_context(headers={"Cookie": "lang=ru"}):
        assert languages.language() == "ru"
        assert str(languages.zone_for(None)) == "UTC"


def test_a_mail_is_written_in_the_zone_of_its_reader(bare: Flask) -> None:
    with bare.app_context():
        g.reader_zone = "Asia/Shanghai"
        assert str(languages.zone_for(None)) == "Asia/Shanghai"
        assert str(languages.zone_for("Europe/Paris")) == "Europe/Paris"


def test_outside_of_everything_there_is_a_language(bare: Flask) -> None:
    assert languages.chosen_language() == "en"
    assert languages.chosen_zone() is None


def test_no_language_takes_words_of_another() -> None:
    day = date(2026, 5, 4)
    languages.keep_languages_apart()
    months = {code: format_date(day, "LLLL", locale=code) for code in ["zh_Hans", "ru", "fr", "id"]}
    assert months == {"zh_Hans": "五月", "ru": "май", "fr": "mai", "id": "Mei"}
