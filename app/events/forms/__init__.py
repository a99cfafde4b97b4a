"""The shape of what people type about gatherings."""

from app.events.forms.door import WalkInForm
from app.events.forms.gathering import CancelForm, EventForm, RepeatForm
from app.events.forms.seat import GuestForm, NameForm
from app.events.forms.tickets import (
    ByHandForm,
    CodeForm,
    DeadlineForm,
    RefundForm,
    TicketNameForm,
    TicketTypeForm,
)

__all__ = [
    "ByHandForm",
    "CancelForm",
    "CodeForm",
    "DeadlineForm",
    "EventForm",
    "GuestForm",
    "NameForm",
    "RefundForm",
    "RepeatForm",
    "TicketNameForm",
    "TicketTypeForm",
    "WalkInForm",
]
