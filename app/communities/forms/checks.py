"""Checks that several forms share."""

from flask_babel import gettext as _
from wtforms import Field, Form, ValidationError

from app.core.text import is_blank


def visible(_form: Form, field: Field) -> None:
    """Refuse words of which nothing can be seen."""
    if is_blank(field.data):
        raise ValidationError(_("Please fill this in."))
