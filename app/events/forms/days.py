"""Days people choose, in reason."""

from datetime import datetime

from flask_babel import gettext as _
from wtforms import Field, Form, ValidationError

from app.core import clock
from app.events.wall_time import TooFarAway, is_near


def near(_form: Form, field: Field) -> None:
    """Refuse a day, or a day and a time, that nobody plans for; past ones can be kept."""
    chosen = field.data
    day = chosen.date() if isinstance(chosen, datetime) else chosen
    if day is not None and not is_near(day, today=clock.now().date()):
        raise ValidationError(_(TooFarAway.message))
