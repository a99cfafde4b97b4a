"""Planning a gathering: its facts, its repeats, its end."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
    URLField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than stubs
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    Regexp,
)
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from app.events import recurrence, wall_time
from app.events.forms.days import near
from app.events.models import EventVisibility
from app.web.checks import visible

MOST_SEATS = 100_000


class HostsField(SelectMultipleField):
    """Some of the members who may host, each a box to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


WHO_COMES = [
    SelectChoice(EventVisibility.PUBLIC.value, _l("Everyone with the link")),
    SelectChoice(EventVisibility.MEMBERS.value, _l("Members only")),
    SelectChoice(EventVisibility.PLAN.value, _l("Members see it, those with a plan come")),
]


class EventForm(FlaskForm):
    """The facts of a gathering."""

    version = IntegerField(validators=[Optional()], widget=HiddenInput())
    title = StringField(
        _l("Title"),
        [DataRequired(_l("Give it a title.")), Length(max=120), visible],
        description=_l("What it is, in a few words: “Sunday run along the river”."),
    )
    day = DateField(_l("Day"), [InputRequired(_l("Choose a day.")), near])
    starts = TimeField(_l("Starts at"), [InputRequired(_l("When does it start?"))])
    ends = TimeField(_l("Ends at"), [InputRequired(_l("When does it end?"))])
    ends_on = DateField(
        _l("Last day"),
        [Optional(), near],
        description=_l("Only if it ends on another day than the night after it began."),
    )
    zone = SelectField(
        _l("Time zone of the place"),
        description=_l("Times are those of the clock on the wall there, in summer and winter."),
    )
    place = StringField(
        _lp("of an event", "Place"),
        [Length(max=120)],
        description=_l("A name people know: “Café Sol”, “Main library, room 2”."),
    )
    address = StringField(
        _lp("of a place", "Address"),
        [Length(max=300)],
        render_kw={"autocomplete": "street-address"},
    )
    link = URLField(
        _l("Link, if it is online"),
        [
            Optional(),
            Length(max=500),
            Regexp(r"^https?://[^\s/]+\S*$", message=_l("A link begins with https://.")),
        ],
        description=_l("Only those who are going see it."),
    )
    words = TextAreaField(
        _l("What it is about"),
        [Length(max=10_000)],
        description=_l(
            "What happens, what to bring, who it is for. You can write **bold** and lists."
        ),
        render_kw={"rows": 8},
    )
    size = IntegerField(
        _l("Seats"),
        [Optional(), NumberRange(1, MOST_SEATS)],
        description=_l("Leave it empty if there is room for everyone."),
    )
    plus_ones = SelectField(
        _l("People each may bring"),
        coerce=int,
        choices=[SelectChoice(number, str(number)) for number in range(10)],
        default=0,
    )
    visibility = RadioField(
        _l("Who may see it and come"),
        choices=WHO_COMES,
        default=EventVisibility.PUBLIC.value,
    )
    hosts = HostsField(
        _l("Hosts"),
        coerce=str,
        description=_l("Their name and picture stand on the page, for everyone who sees it."),
    )
    picture = FileField(
        _l("Picture"),
        description=_l("A wide one looks best. JPEG, PNG, WebP or GIF."),
        render_kw={"accept": "image/jpeg,image/png,image/webp,image/gif"},
    )
    remove_picture = BooleanField(_l("Take the picture away"))

    def __init__(
        self,
        *args: Any,
        hosts_to_choose: list[tuple[str, str]],
        sells_plans: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if not sells_plans and self.visibility.data != EventVisibility.PLAN.value:
            self.visibility.choices = WHO_COMES[:-1]  # nobody could come
        names = dict.fromkeys((*wall_time.zones(), self.zone.default or "UTC"))
        self.zone.choices = [SelectChoice(name, name.replace("_", " ")) for name in names]
        self.hosts.choices = [SelectChoice(*one) for one in hosts_to_choose]


class RepeatForm(FlaskForm):
    """How many weeks to propose."""

    number = IntegerField(
        _l("How many more weeks"),
        [InputRequired(_l("Say how many.")), NumberRange(1, recurrence.MOST)],
        default=4,
    )


class CancelForm(FlaskForm):
    """The last words about a gathering that does not take place."""

    words = TextAreaField(
        _l("What would you like to say to those going?"),
        [Length(max=500)],
        description=_l("A reason, or what comes instead. It stands on the page and in the mail."),
        render_kw={"rows": 4},
    )
