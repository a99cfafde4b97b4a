"""Checks that the forms of several features share."""

from flask_babel import gettext as _
from wtforms import Field, Form, ValidationError
from wtforms.validators import StopValidation

from app.core.text import is_blank, is_mailable


def visible(_form: Form, field: Field) -> None:
    """Refuse words of which nothing can be seen."""
    if is_blank(field.data):
        raise ValidationError(_("Please fill this in."))


def mailable(_form: Form, field: Field) -> None:
    """Refuse an address that our mail does not reach, before anything is promised to it."""
    if not is_mailable(field.data or ""):
        raise StopValidation(
            _("Mail does not reach an address with such letters before the @. Please give another.")
        )
