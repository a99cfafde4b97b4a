"""The edge of gatherings, by noun; importing a module here puts its routes on the blueprint."""

from app.events.views import (
    by_hand,
    calendars,
    desk,
    door,
    editing,
    guests,
    index,
    orders,
    pictures,
    repeats,
    sales,
    seats,
    show,
    ticket_types,
    tickets,
)
from app.events.views.blueprint import blueprint

__all__ = [
    "by_hand",
    "calendars",
    "desk",
    "door",
    "editing",
    "guests",
    "index",
    "orders",
    "pictures",
    "repeats",
    "sales",
    "seats",
    "show",
    "ticket_types",
    "tickets",
]

BLUEPRINTS = (blueprint,)
