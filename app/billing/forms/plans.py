"""A plan as an organizer writes it, and a member's choice of one."""

from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp
from flask_wtf import FlaskForm
from wtforms import DecimalField, HiddenField, IntegerField, StringField, TextAreaField
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length, NumberRange, Optional

from app.billing.models import GRACE_DAYS, Interval
from app.core.money import MOST, Money
from app.web.checks import visible

AMOUNT = [Optional(), NumberRange(min=Decimal("0.01"), max=MOST)]


class PlanForm(FlaskForm):
    """Name, words and what it costs; without a price it is free."""

    name = StringField(
        _lp("of a plan", "Name"),
        [DataRequired(_l("Give the plan a name.")), Length(max=60), visible],
    )
    words = TextAreaField(
        _l("What members get"),
        [Length(max=1000)],
        description=_l("One thing a line. It stands on the plan's card."),
        render_kw={"rows": 4},
    )
    monthly = DecimalField(_l("Price for a month"), AMOUNT)
    yearly = DecimalField(_l("Price for a year"), AMOUNT)
    grace_days = IntegerField(
        _l("Grace period in days"),
        [InputRequired(_l("Give a number of days.")), NumberRange(min=0, max=60)],
        default=GRACE_DAYS,
        description=_l("How long access lasts when a renewal could not be paid."),
    )
    version = HiddenField(default="0")

    def amount(self, name: str, currency: str) -> Money | None:
        """Return a price as money; more decimals than the currency has are a ValueError."""
        value: Any = self[name].data
        return Money.of(value, currency) if value is not None else None


class ChoiceForm(FlaskForm):
    """How often a chosen plan is paid; empty for a free one."""

    interval = StringField(validators=[Optional(), AnyOf([one.value for one in Interval])])
