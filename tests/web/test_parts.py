"""Parts drawn once: their key is everything they show."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import force_locale
from markupsafe import Markup

from app.web import parts
from app.web.shell import Tab, Viewer

ROOT = Path(__file__).resolve().parents[2] / "app"
CALL = re.compile(r'part\("([^"]+)"')
INSIDE = re.compile(r'(?:include|from|import) "([^"]+)"')
OF_THE_REQUEST = re.compile(
    r"csrf_token\(|flashes\(|shell\.|request\.|session\.|\bmay\(|theme\(|here\(|current_language"
)
AGO = re.compile(r"\|\s*ago\b")
WHOLE_MONTHS = {"analytics/_bars.html", "analytics/_compare.html"}  # a first day has no zone
ZONELESS = re.compile(r"\|\s*(when|day|hours|weekday|month|day_number)\b(?!\()")


def _templates() -> dict[str, str]:
    paths = [path for path in ROOT.glob("*/templates/**/*") if path.is_file()]
    return {path.as_posix().partition("/templates/")[2]: path.read_text() for path in paths}


def _kept_templates() -> set[str]:
    """Return what is drawn once, and whatever stands inside it."""
    templates = _templates()
    waiting = {name for text in templates.values() for name in CALL.findall(text)}
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        found.add(name)
        waiting |= set(INSIDE.findall(templates[name])) - found
    return found


def test_parts_are_used() -> None:
    assert "layouts/_tabs.html" in _kept_templates()


def test_no_part_asks_for_what_only_the_request_knows() -> None:
    """A part is drawn once for all: a token or a name in it would be shown to the next reader."""
    templates = _templates()
    named = {name: OF_THE_REQUEST.findall(templates[name]) for name in _kept_templates()}
    assert {name: found for name, found in named.items() if found} == {}


def test_moments_in_a_part_name_their_zone() -> None:
    templates = _templates()
    named = {name: ZONELESS.findall(templates[name]) for name in _kept_templates() - WHOLE_MONTHS}
    assert {name: found for name, found in named.items() if found} == {}


def test_no_part_tells_how_long_ago_something_was() -> None:
    """It would go on saying so for as long as it is kept."""
    templates = _templates()
    named = {name for name in _kept_templates() if AGO.search(templates[name])}
    assert named == set()


def test_other_values_draw_another_part(bare: Flask) -> None:
    with bare.test_request_context():
        first = parts.part("layouts/_tabs.html", tabs=(Tab("Home & away", "/a", "house"),))
        again = parts.part("layouts/_tabs.html", tabs=(Tab("Home & away", "/a", "house"),))
        other = parts.part("layouts/_tabs.html", tabs=(Tab("Away", "/b", "house"),))
    assert first is again
    assert "Home &amp; away" in first
    assert "Away" in other
    assert "Home" not in other


@pytest.mark.parametrize(
    ("draw", "most"),
    [(parts.large_part, parts.KEPT_LARGE), (parts.personal_part, parts.KEPT_PERSONAL)],
)
def test_of_large_and_personal_parts_the_last_few_are_kept(
    bare: Flask, draw: Callable[..., Markup], most: int
) -> None:
    def drawn(number: int) -> Markup:
        return draw("layouts/_tabs.html", tabs=(Tab(f"Tab {number}", "/a", "house"),))

    with bare.test_request_context():
        first = drawn(0)
        assert drawn(0) is first
        for number in range(1, most + 1):
            drawn(number)
        assert drawn(0) == first
        assert drawn(0) is not first
    assert parts._kept.cache_info().currsize == 0  # and push out no small one


def test_a_readers_own_words_fill_the_gaps_and_are_not_kept(bare: Flask) -> None:
    """What is kept holds neither reader's token; what they typed cannot reach a gap as markup."""
    given = {"viewer": Viewer("Ann", "/"), "home_url": "/", "sign_out_url": "/out"}
    with bare.test_request_context():
        ann = parts.part("layouts/_person.html", own={"csrf": "ann's <token>"}, **given)
        ben = parts.part("layouts/_person.html", own={"csrf": "ben's"}, **given)
    assert 'value="ann&#39;s &lt;token&gt;"' in ann
    assert 'value="ben&#39;s"' in ben
    assert str(ann).replace("ann&#39;s &lt;token&gt;", "ben&#39;s") == ben
    assert parts._kept.cache_info().currsize == 1


def test_each_language_has_its_own(bare: Flask) -> None:
    with bare.test_request_context():
        english = parts.part("layouts/_demo.html", wished=None)
        with force_locale("fr"):
            french = parts.part("layouts/_demo.html", wished=None)
    assert english != french


def test_markup_and_plain_text_of_the_same_letters_stay_apart(bare: Flask) -> None:
    """They are equal and hash alike: without their type in the key, one would stand for both."""
    safe, plain = Markup("<b>x</b>"), "<b>x</b>"
    assert (safe, hash(safe)) == (plain, hash(plain))
    with bare.test_request_context():
        trusted = parts.part("layouts/_menu.html", links=(), words=safe)
        typed = parts.part("layouts/_menu.html", links=(), words=plain)
    assert trusted is not typed


def test_words_said_once_follow_the_language(bare: Flask) -> None:
    said: list[str] = []

    @parts.said_once
    def name(number: int) -> str:
        said.append(str(number))
        return f"{number}"

    with bare.test_request_context():
        assert (name(1), name(1), name(2)) == ("1", "1", "2")
        with force_locale("fr"):
            name(1)
        assert said == ["1", "2", "1"]
        parts.forget_parts()
        name(2)
    assert said == ["1", "2", "1", "2"]


@pytest.fixture(autouse=True)
def _fresh() -> None:
    parts.forget_parts()


def test_a_template_tells_two_meanings_of_a_word_apart(bare: Flask) -> None:
    words = '{{ pgettext("report", "Open") }}{{ pgettext("a page", "%(n)s of", n=3) }}'
    with bare.test_request_context():
        assert bare.jinja_env.from_string(words).render() == "Open3 of"
