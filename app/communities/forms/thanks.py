"""The shape of thanks."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import DataRequired, Length


class ThanksForm(FlaskForm):
    """What someone is thanked for."""

    reason = StringField(
        _l("What for, in one sentence"),
        [DataRequired(_l("Write what for, in one sentence.")), Length(max=300)],
        description=_l("Only they read it: by mail, and on their card."),
        render_kw={"autocomplete": "off", "maxlength": 300},
    )
