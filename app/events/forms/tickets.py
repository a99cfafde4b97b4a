"""Tickets: what is sold, and what a buyer or the door types."""

from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    EmailField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than stubs
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional
from wtforms.widgets import HiddenInput

from app.billing.models import PaymentMethod
from app.core.money import MOST
from app.events.forms.days import near
from app.events.forms.gathering import MOST_SEATS
from app.events.forms.seat import ADDRESS, NAME
from app.web.checks import visible

NEVER = "never"
LOCAL = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]  # how browsers send it
LATER = "later"
DEADLINES = (0, 2, 12, 24, 48, 72, 168, 336)  # hours


class PriceField(StringField):
    """An amount in major units; a comma or a point before the decimals."""

    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed."""
        typed = valuelist[0].strip().replace(",", ".") if valuelist else ""
        self.raw_data = [typed] if typed else [""]
        self.data = None
        if not typed:
            return
        try:
            amount = Decimal(typed)
        except InvalidOperation:
            amount = Decimal("NaN")
        if not amount.is_finite() or not 0 <= amount <= MOST:
            raise ValueError(_("Write an amount in figures, such as 12.50."))
        self.data = amount

    def _value(self) -> str:
        if self.data is not None:
            return f"{self.data:f}"
        return str(self.raw_data[0]) if self.raw_data else ""


class TicketTypeForm(FlaskForm):
    """One sort of ticket."""

    version = IntegerField(validators=[Optional()], widget=HiddenInput())
    title = StringField(
        _l("What is it called?"),
        [DataRequired(_l("Give it a name.")), Length(max=80), visible],
        description=_l("“Ticket”, “Early bird”, “Solidarity price”."),
    )
    words = StringField(
        _l("What it includes"), [Length(max=300)], description=_l("One line below the name.")
    )
    price = PriceField(
        _l("Price"),
        [InputRequired(_l("Say what it costs: 0 if it is free."))],
        description=_l("0 makes it free."),
        render_kw={"inputmode": "decimal"},
    )
    member_price = PriceField(
        _l("Price for members"),
        [Optional()],
        description=_l("Empty: members pay the same."),
        render_kw={"inputmode": "decimal"},
    )
    size = IntegerField(
        _l("How many there are"),
        [Optional(), NumberRange(1, MOST_SEATS)],
        description=_l("Empty: as many as the event has seats."),
    )
    most_each = SelectField(
        _l("How many one person may have"),
        coerce=int,
        choices=[SelectChoice(number, str(number)) for number in range(1, 11)],
        default=4,
    )
    sells_from = DateTimeLocalField(
        _l("On sale from"), [Optional(), near], format=LOCAL, description=_l("Empty: at once.")
    )
    sells_until = DateTimeLocalField(
        _l("On sale until"),
        [Optional(), near],
        format=LOCAL,
        description=_l("Empty: until the event begins."),
    )
    is_hidden = BooleanField(_l("Hide it: no more are sold, those sold stay good"))


class DeadlineForm(FlaskForm):
    """Until when buyers may give tickets back for their money."""

    deadline = SelectField(_l("Buyers can cancel and get their money back"))

    def __init__(self, *args: Any, labels: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.deadline.choices = [SelectChoice(value, label) for value, label in labels.items()]


class CodeForm(FlaskForm):
    """The code of a ticket, read by a camera or typed."""

    code = StringField(_l("Code of the ticket"), [DataRequired(), Length(max=300)])


class TicketNameForm(FlaskForm):
    """Whose ticket it is; the page has no session, so the form carries no token."""

    class Meta:
        csrf = False

    name = StringField(_l("Whose ticket is it?"), [Length(max=80)])


class ByHandForm(FlaskForm):
    """A ticket sold by hand: to whom, what, and how it is paid."""

    name = StringField(_l("Name"), NAME)
    email = EmailField(
        _l("E-mail"), ADDRESS, description=_l("The tickets and the receipt go there.")
    )
    sort = SelectField(_l("Ticket"))
    number = SelectField(
        _l("How many"),
        coerce=int,
        choices=[SelectChoice(number, str(number)) for number in range(1, 11)],
        default=1,
    )
    paid = RadioField(
        _l("How it is paid"),
        choices=[
            SelectChoice(PaymentMethod.CASH.value, _l("Cash, now")),
            SelectChoice(PaymentMethod.TRANSFER.value, _l("Bank transfer that has arrived")),
            SelectChoice(LATER, _l("Later: keep it until then")),
        ],
        default=PaymentMethod.CASH.value,
    )
    kept_for = SelectField(
        _l("How long it is kept, if it is paid later"),
        choices=[
            SelectChoice("1", _l("One day")),
            SelectChoice("3", _l("Three days")),
            SelectChoice("7", _l("One week")),
            SelectChoice("", _l("Until it begins")),
        ],
        default="3",
    )
    note = StringField(
        _l("Note"), [Length(max=300)], description=_l("It stands beside the payment.")
    )

    def __init__(self, *args: Any, sorts: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sort.choices = [SelectChoice(value, label) for value, label in sorts.items()]


class RefundForm(FlaskForm):
    """Why an organizer takes a ticket back."""

    words = TextAreaField(
        _l("A note on why"),
        [Length(max=500)],
        description=_l("For your records; it stands beside the payment."),
        render_kw={"rows": 3},
    )
