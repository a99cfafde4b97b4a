"""The edge of matching, by noun; importing a module here puts its routes on the blueprint."""

from flask import Flask

from app.matching.views import hello, introductions, page, set_aside, steps, words
from app.matching.views.blueprint import blueprint

__all__ = ["hello", "introductions", "page", "set_aside", "steps", "words"]

BLUEPRINTS = (blueprint,)


def init_app(app: Flask) -> None:
    """Teach templates the words of a week."""
    words.init_app(app)
