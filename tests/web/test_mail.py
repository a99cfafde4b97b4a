"""The frame of mails: readable without pictures or a stylesheet of its own, in text too."""

from dataclasses import dataclass
from typing import Any

import css_inline
from flask import Flask
from flask_babel import force_locale, gettext
from jinja2 import DictLoader

from app.core.text import defang

HTML = """{% extends "mail/_layout.html" %}
{% from "mail/_parts.html" import mail_button, mail_facts %}
{% block content %}<h1>Your seat</h1>{{ mail_facts([("When", "Thursday"), ("Where", none)]) }}
{{ mail_button("Confirm", "https://kith.example.org/x") }}{% endblock %}"""
TEXT = """{% extends "mail/_layout.txt" %}{% block content %}Your seat{% endblock %}"""


@dataclass
class Place:
    name: str = "Run & Talk"
    hue: int = 217


def written(app: Flask, source: str, name: str, **values: object) -> str:
    """Render a mail as `notify` does."""
    app.jinja_env.filters["defang"] = defang
    app.jinja_env.loader.loaders.append(DictLoader({name: source}))  # type: ignore[union-attr]
    values = {"subject": "Your seat", "community": Place(), "unsubscribe_url": "/u", **values}
    with app.app_context():
        return app.jinja_env.get_template(name).render(values)


def test_styles_stand_on_the_elements(bare: Flask) -> None:
    html = css_inline.CSSInliner(keep_style_tags=True).inline(written(bare, HTML, "a.html"))
    assert 'class="go" href="https://kith.example.org/x" style="' in html
    assert "Run &amp; Talk" in html
    assert "Thursday" in html
    assert "Where" not in html
    assert "@media (prefers-color-scheme: dark)" in html
    assert "<img" not in html


def test_a_mail_of_the_house_needs_no_community(bare: Flask) -> None:
    html = written(bare, HTML, "b.html", community=None, unsubscribe_url=None)
    assert "Kith</td>" in html
    assert "Send me no more" not in html


def test_the_text_says_the_same(bare: Flask) -> None:
    text = written(bare, TEXT, "c.txt")
    assert "Your seat" in text
    assert text.startswith("Run & Talk")
    assert "Send me no more mails like this: /u" in text


def test_a_label_stands_before_its_text_as_the_language_wants_it(bare: Flask) -> None:
    for language, line in (("en", "When: 19:30"), ("fr", "Quand\u00a0: 19:30")):
        with bare.app_context(), force_locale(language):
            parts: Any = bare.jinja_env.get_template("mail/_parts.txt").make_module()
            assert parts.named(gettext("When"), "19:30") == line
