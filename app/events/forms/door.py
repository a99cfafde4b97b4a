"""The door: those who come without a seat."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField, StringField
from wtforms.validators import InputRequired, NumberRange

from app.events.forms.seat import NAME


class WalkInForm(FlaskForm):
    """Someone who came by."""

    name = StringField(_l("Name"), NAME, render_kw={"autocomplete": "off"})
    number = IntegerField(_l("People"), [InputRequired(), NumberRange(1, 10)], default=1)
