"""Money at the desk: a sale by hand, a payment noted, a refund."""

from decimal import Decimal

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DecimalField, IntegerField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than stubs
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from app.billing.models import PaymentMethod
from app.core.money import MOST

BY_HAND = [
    SelectChoice(PaymentMethod.CASH.value, _l("Cash")),
    SelectChoice(PaymentMethod.TRANSFER.value, _l("Bank transfer")),
]
COMP = "comp"


class SaleForm(FlaskForm):
    """Who paid for which plan, and how; or gets it as a gift."""

    contact = SelectField(_l("Member"), [DataRequired(_l("Choose a member."))])
    price = SelectField(_l("Plan"), [DataRequired(_l("Choose a plan."))])
    method = RadioField(
        _l("How it was paid"),
        choices=[*BY_HAND, SelectChoice(COMP, _l("Not at all: it is a gift of ours"))],
        default=PaymentMethod.CASH.value,
    )
    number = IntegerField(
        _l("How many months or years"),
        [InputRequired(_l("Give a number.")), NumberRange(min=1, max=24)],
        default=1,
    )
    note = StringField(_l("Note"), [Length(max=300)])


class PaymentForm(FlaskForm):
    """How an open order was paid."""

    method = RadioField(_l("How it was paid"), choices=BY_HAND, default=PaymentMethod.CASH.value)
    note = StringField(_l("Note"), [Length(max=300)])


class RefundForm(FlaskForm):
    """What goes back: everything, or an amount while what was bought stays."""

    amount = DecimalField(
        _l("Amount"),
        [Optional(), NumberRange(min=Decimal("0.01"), max=MOST)],
        description=_l("Leave it empty to send everything back and to take back what was bought."),
    )
    note = StringField(_l("Note"), [Length(max=300)])
