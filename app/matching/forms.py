"""The shapes of matching: which suggestions a member wants, a hello, and what came of it."""

from flask_babel import lazy_gettext as _
from flask_babel import lazy_pgettext
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than stubs
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from app.communities.models import FacetVisibility
from app.matching.hours import SLOTS
from app.matching.models import MatchKind


class ChoicesForm(FlaskForm):
    """A yes or no to each kind of suggestion."""

    friend = BooleanField(
        _("Friends"), description=_("People who care about the same things as you.")
    )
    mentor = BooleanField(
        _("Mentors"),
        description=_("People who offer what you want to learn, or want what you offer."),
    )
    collaborator = BooleanField(
        _("Collaborators"), description=_("People who work towards the same goals.")
    )
    adult = BooleanField(
        _("I am 18 or older"), description=_("Suggestions and private messages are for adults.")
    )

    def chosen(self) -> frozenset[MatchKind]:
        """Return the kinds that were ticked."""
        return frozenset(kind for kind in MatchKind if self[kind.value].data)


class HelloForm(FlaskForm):
    """A yes to a suggestion."""

    line = StringField(validators=[Length(max=280)])


class MetForm(FlaskForm):
    """What is asked soon: did you meet, and was it useful."""

    met = RadioField(
        _("Did you meet or talk?"),
        [DataRequired(_("Choose yes or no."))],
        choices=[
            SelectChoice("yes", lazy_pgettext("answer", "Yes")),
            SelectChoice("no", _("Not yet, or no")),
        ],
    )
    useful = RadioField(
        _("If so: how useful was it to you?"),
        [Optional()],
        choices=[
            SelectChoice("5", _("Very useful")),
            SelectChoice("4", _("Useful")),
            SelectChoice("3", _("Somewhat useful")),
            SelectChoice("2", _("A little useful")),
            SelectChoice("1", _("Not useful")),
        ],
    )


class InTouchForm(FlaskForm):
    """What is asked later."""

    in_touch = RadioField(
        _("Are you still in touch?"),
        [DataRequired(_("Choose yes or no."))],
        choices=[SelectChoice("yes", lazy_pgettext("answer", "Yes")), SelectChoice("no", _("No"))],
    )


class SeenForm(FlaskForm):
    """What every question of matching asks beside its own: who sees the answer."""

    visibility = SelectField(
        _("Who sees it"),
        choices=[
            SelectChoice("members", _("Members")),
            SelectChoice("matching", _("Only for suggestions")),
            SelectChoice("off", _("Only me")),
        ],
        coerce=FacetVisibility.offered,
        default="members",
    )


class WordsForm(SeenForm):
    """Words of a card: some ticked, some written."""

    word = SelectMultipleField(validate_choice=False, choices=[])
    had = SelectMultipleField(validate_choice=False, choices=[])
    more = StringField(
        _("In your own words"),
        [Length(max=400)],
        description=_("Several with commas between them."),
        render_kw={"autocomplete": "off"},
    )


class ExperienceForm(SeenForm):
    """Years of experience, and room for mentees."""

    years = IntegerField(
        _("Years of experience with what you offer"),
        [Optional(), NumberRange(0, 70, _("Write a number from 0 to 70."))],
    )
    mentees = IntegerField(
        _("How many people would you mentor at a time?"),
        [InputRequired(), NumberRange(0, 20, _("Write a number from 0 to 20."))],
        default=3,
    )


class HoursForm(SeenForm):
    """A week of mornings, afternoons and evenings."""

    zone = SelectField(_("Time zone"))
    slot = SelectMultipleField(
        coerce=int, choices=[SelectChoice(slot, str(slot)) for slot in range(SLOTS)]
    )


class PlaceForm(SeenForm):
    """Where one lives."""

    place = StringField(
        _("City or region"),
        [Length(max=80)],
        description=_("A city or a country is enough. Addresses stay out."),
        render_kw={"autocomplete": "address-level2"},
    )
