"""The edge of communities, by noun; importing a module here puts its routes on the blueprint."""

from app.communities.views.blueprint import blueprint

BLUEPRINTS = (blueprint,)
