"""The shape of how a community counts."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, IntegerField
from wtforms.validators import InputRequired, NumberRange


class CountingForm(FlaskForm):
    """After how long a member sleeps, and what keeps awake."""

    sleeping_months = IntegerField(
        _l("Months without an act until a member sleeps"),
        [InputRequired(), NumberRange(1, 24)],
        description=_l("From 1 to 24. Six suits most; a yearly gathering wants more."),
        render_kw={"inputmode": "numeric", "min": 1, "max": 24},
    )
    is_strict = BooleanField(
        _l("Only buying something or coming to an event keeps awake"),
        description=_l(
            "Otherwise everything does: writing a card, taking a seat, being introduced."
        ),
    )
