"""The kinds of mail that gatherings send."""

from app.core.notify import register_kind
from app.core.text import N_

CONFIRM = "events.confirm"
SEAT = "events.seat"
CHANGED = "events.changed"
CANCELLED = "events.cancelled"
REMINDER = "events.reminder"
AFTERWARDS = "events.afterwards"
TICKETS = "events.tickets"
CLAIM = "events.claim"
KEPT = "events.kept"
TICKET_CANCELLED = "events.ticket_cancelled"


def register_kinds() -> None:
    """Register every kind: those about a seat someone holds cannot be refused."""
    register_kind(CONFIRM, title=N_("Confirming a seat you asked for"), required=True)
    register_kind(SEAT, title=N_("Your seat at a gathering"), required=True)
    register_kind(CHANGED, title=N_("Changes of a gathering you go to"), required=True)
    register_kind(CANCELLED, title=N_("Cancellation of a gathering you go to"), required=True)
    register_kind(TICKETS, title=N_("Tickets you bought or were given"), required=True)
    register_kind(KEPT, title=N_("Tickets the hosts keep for you until you pay"), required=True)
    register_kind(CLAIM, title=N_("Confirming free tickets you asked for"), required=True)
    register_kind(TICKET_CANCELLED, title=N_("A ticket of yours was cancelled"), required=True)
    register_kind(REMINDER, title=N_("A reminder the day before"))
    register_kind(AFTERWARDS, title=N_("One question after a gathering you were at"))
