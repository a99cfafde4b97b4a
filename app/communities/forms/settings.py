"""The shapes of the settings: what a community says of itself, its picture, its door."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than stubs
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional
from wtforms.widgets import HiddenInput

from app.communities.models import Joining, Visibility
from app.communities.presets import CURRENCIES, HUES, zones
from app.web.checks import visible
from app.web.languages import LANGUAGES

VISIBILITIES = [
    SelectChoice(Visibility.PUBLIC.value, _l("Public: listed here, and open to read for everyone")),
    SelectChoice(Visibility.UNLISTED.value, _l("Unlisted: open to read for whoever has the link")),
    SelectChoice(Visibility.PRIVATE.value, _l("Private: strangers see its name and its door only")),
    SelectChoice(
        Visibility.SECRET.value, _l("Secret: strangers see nothing; only an invitation leads in")
    ),
]
JOININGS = [
    SelectChoice(Joining.OPEN.value, _l("Open door: whoever wants to, comes in")),
    SelectChoice(Joining.QUESTIONS.value, _l("Questions: they come in after answering")),
    SelectChoice(Joining.APPROVAL.value, _l("Approval: they answer, and one of you decides")),
    SelectChoice(Joining.INVITATION.value, _l("Invitation: only links of yours lead in")),
]


class ProfileForm(FlaskForm):
    """All that a community says of itself."""

    version = IntegerField(validators=[InputRequired()], widget=HiddenInput())
    name = StringField(
        _lp("of a community", "Name"),
        [DataRequired(), Length(max=80), visible],
        render_kw={"autocomplete": "off"},
    )
    purpose = StringField(
        _l("Purpose"),
        [DataRequired(), Length(max=500), visible],
        description=_l("One sentence: who meets here, and what for."),
    )
    about = TextAreaField(
        _l("About"),
        [Length(max=20_000)],
        description=_l("What a newcomer should know. Markdown works: **bold**, lists, links."),
        render_kw={"rows": 8},
    )
    visibility = RadioField(_l("Who can see it"), choices=VISIBILITIES)
    hue = RadioField(
        _l("Colour"), coerce=int, choices=[SelectChoice(hue, str(hue)) for hue in HUES]
    )
    language = SelectField(
        _l("Language"), choices=[SelectChoice(code, name) for code, name in LANGUAGES.items()]
    )
    zone = SelectField(_l("Time zone"))
    currency = SelectField(
        _l("Currency"), choices=[SelectChoice(code, code.upper()) for code in CURRENCIES]
    )

    def prepare(self, *, hue: int, zone: str) -> "ProfileForm":
        """Offer all zones and hues, with those chosen before among them."""
        self.zone.choices = [
            SelectChoice(one, one.replace("_", " ")) for one in sorted({zone, *zones()})
        ]
        hues = sorted({hue, *HUES})
        self.hue.choices = [
            SelectChoice(one, _("Colour %(number)s", number=number))
            for number, one in enumerate(hues, 1)
        ]
        return self


class MarkForm(FlaskForm):
    """A picture for the community."""

    picture = FileField(
        _l("Picture"),
        [FileRequired(_l("Choose a picture first."))],
        description=_l("A JPEG, PNG, WebP or GIF. We keep the middle of it, as a square."),
        render_kw={"accept": "image/jpeg,image/png,image/webp,image/gif"},
    )


class QuestionFields(Form):
    """One question at the door."""

    public_id = HiddenField(validators=[Length(max=16)])
    words = StringField(_l("Question"), [Length(max=300)], render_kw={"autocomplete": "off"})
    is_required = BooleanField(_l("Must be answered"), default=True)


class DoorForm(FlaskForm):
    """How people come in, what they are asked and told."""

    version = IntegerField(validators=[InputRequired()], widget=HiddenInput())
    joining = RadioField(_l("How people come in"), choices=JOININGS)
    questions = FieldList(FormField(QuestionFields), _l("Questions at the door"), max_entries=8)
    welcome = TextAreaField(
        _l("Welcome"),
        [Length(max=10_000)],
        description=_l("The first thing new members read, on the page and by mail."),
        render_kw={"rows": 6},
    )


class ClosingForm(FlaskForm):
    """The name, typed again."""

    name = StringField(
        _l("Name of the community"), [DataRequired()], render_kw={"autocomplete": "off"}
    )


class InvitationForm(FlaskForm):
    """How far a new link reaches."""

    kind = RadioField(
        _l("Who gets this link"),
        choices=[
            SelectChoice("trusted", _l("People you know: it leads straight in")),
            SelectChoice("unknown", _l("People you do not know yet: it leads into the queue")),
        ],
        default="trusted",
    )
    label = StringField(
        _l("Name of the link"),
        [Length(max=80)],
        description=_l("For your own list, such as: the poster in the library."),
        render_kw={"autocomplete": "off"},
    )
    max_uses = IntegerField(
        _l("How many may use it"),
        [Optional()],
        description=_l("Leave it empty for no limit."),
    )
    days = IntegerField(
        _l("Days until it expires"),
        [Optional()],
        description=_l("Leave it empty for a link that stays good."),
    )

    def _check_range(self, field: IntegerField, most: int) -> None:
        if field.data is not None:
            NumberRange(1, most)(self, field)

    def validate_max_uses(self, field: IntegerField) -> None:
        """Keep the limit within reason."""
        self._check_range(field, 100_000)

    def validate_days(self, field: IntegerField) -> None:
        """Keep the span within reason."""
        self._check_range(field, 3650)
