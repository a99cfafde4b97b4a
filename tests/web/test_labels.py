"""A button is called by what it says, for whoever speaks to the screen (WCAG 2.5.3)."""

import re
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import force_locale, gettext, pgettext

ROOT = Path(__file__).resolve().parents[2] / "app"
_SAID = r'(?:p?gettext|_)\((?:"(?P<{0}_context>[^"]+)", )?"(?P<{0}>[^"]+)"'
BUTTON = re.compile(
    r"button\(" + _SAID.format("seen") + r'.*?\*\*\{"aria-label": ' + _SAID.format("called")
)
WRITTEN_OUT = re.compile(
    r'aria-label="\{\{ ' + _SAID.format("called") + r'[^}]*\}\}"[^>]*>'
    r"\s*(?:\{\{ icon\([^}]*\}\}\s*)?\{\{ " + _SAID.format("seen")
)
NO_LABELS = {"About this demonstration", "Time left"}
"""Names of a region and a timer: nobody presses them."""


def pairs(template: str) -> list[re.Match[str]]:
    """Return where a template shows one text and calls it by another."""
    return [found for pattern in (BUTTON, WRITTEN_OUT) for found in pattern.finditer(template)]


def said(found: re.Match[str], name: str) -> str:
    """Return a text of a pair in the language of the moment."""
    context, text = found[f"{name}_context"], found[name]
    return str(pgettext(context, text) if context else gettext(text)).casefold()


@pytest.mark.parametrize("language", ["en", "fr", "id", "ru", "zh_Hans"])
def test_a_button_is_called_by_the_words_it_shows(app: Flask, language: str) -> None:
    found = [one for path in ROOT.rglob("*.html") for one in pairs(path.read_text())]
    assert len(found) > 15
    with app.test_request_context(), force_locale(language):
        wrong = [
            (said(one, "seen"), said(one, "called"))
            for one in found
            if one["called"] not in NO_LABELS and said(one, "seen") not in said(one, "called")
        ]
    assert not wrong


def test_other_words_are_found() -> None:
    (found,) = pairs('{{ button(_("Show again"), **{"aria-label": _("Show %(name)s again")}) }}')
    assert found["seen"] not in found["called"]
