"""The edge of gatherings, by noun; importing a module here puts its routes on the blueprint."""

from app.events.views import (
    calendars,
    desk,
    door,
    editing,
    guests,
    index,
    pictures,
    repeats,
    seats,
    show,
)
from app.events.views.blueprint import blueprint

__all__ = [
    "calendars",
    "desk",
    "door",
    "editing",
    "guests",
    "index",
    "pictures",
    "repeats",
    "seats",
    "show",
]

BLUEPRINTS = (blueprint,)
