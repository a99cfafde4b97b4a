"""The edge of matching, by noun; importing a module here puts its routes on the blueprint."""

from app.matching.views import hello, introductions, page
from app.matching.views.blueprint import blueprint

__all__ = ["hello", "introductions", "page"]

BLUEPRINTS = (blueprint,)
