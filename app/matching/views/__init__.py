"""The edge of matching, by noun; importing a module here puts its routes on the blueprint."""

from app.matching.views import page
from app.matching.views.blueprint import blueprint

__all__ = ["page"]

BLUEPRINTS = (blueprint,)
