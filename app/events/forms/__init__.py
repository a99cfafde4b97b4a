"""The shape of what people type about gatherings."""

from app.events.forms.door import WalkInForm
from app.events.forms.gathering import CancelForm, EventForm, RepeatForm
from app.events.forms.seat import GuestForm, NameForm, SeatsForm

__all__ = [
    "CancelForm",
    "EventForm",
    "GuestForm",
    "NameForm",
    "RepeatForm",
    "SeatsForm",
    "WalkInForm",
]
