"""The shape of a card and of its facets."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than stubs
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError
from wtforms.widgets import HiddenInput

from app.communities.models import FacetKind, FacetVisibility

VISIBILITIES = {
    FacetVisibility.MEMBERS: _l("Members"),
    FacetVisibility.MATCHING: _l("Only for suggestions"),
    FacetVisibility.OFF: _l("Only me"),
}
READERS: dict[FacetVisibility, Any] = {
    one: label for one, label in VISIBILITIES.items() if one is not FacetVisibility.MATCHING
}
"""Who may read sentences: these are never compared, so they cannot be for suggestions only."""


def _seen_by(label: Any, choices: Mapping[FacetVisibility, Any]) -> SelectField:
    return SelectField(
        label,
        choices=[SelectChoice(one.value, words) for one, words in choices.items()],
        coerce=FacetVisibility.offered,
        default=FacetVisibility.MEMBERS.value,
    )


class CardForm(FlaskForm):
    """How someone shows themselves in one community."""

    version = IntegerField(validators=[InputRequired()], widget=HiddenInput())
    name = StringField(
        _l("Name"),
        [DataRequired(_l("Please give a name, in any script.")), Length(max=80)],
        description=_l("What people here call you, in any script."),
    )
    pronouns = StringField(
        _l("Pronouns"),
        [Length(max=40)],
        description=_l("In your own words, if you like to say."),
        render_kw={"autocomplete": "off"},
    )
    place = StringField(
        _l("Place"),
        [Length(max=80)],
        description=_l("A city or a country. Addresses stay out, so that nobody finds your door."),
        render_kw={"autocomplete": "address-level2"},
    )
    place_visibility = _seen_by(_l("Who sees your place"), VISIBILITIES)
    about = TextAreaField(
        _l("About you"),
        [Length(max=600)],
        description=_l(
            "Two or three sentences: what brings you here, what you like to talk about."
        ),
        render_kw={"rows": 5},
    )
    about_visibility = _seen_by(_l("Who sees what you wrote"), READERS)
    is_listed = BooleanField(
        _l("Show me in the members' directory"),
        description=_l("If not, members meet you only at events. Organizers always see you."),
    )


class PictureForm(FlaskForm):
    """A picture for the card."""

    picture = FileField(
        _l("Picture"),
        [DataRequired(_l("Choose a picture first."))],
        description=_l("A JPEG, PNG, WebP or GIF. We keep the middle of it, as a square."),
        render_kw={"accept": "image/jpeg,image/png,image/webp,image/gif"},
    )


class FacetName(FlaskForm):
    """Which word or phrase of a card."""

    kind = HiddenField(validators=[InputRequired()])
    value = StringField(_l("A word or a few"), [Length(max=60)], render_kw={"autocomplete": "off"})

    def validate_kind(self, field: HiddenField) -> None:
        """Refuse a kind that no card has."""
        if field.data not in set(FacetKind):
            raise ValidationError(str(_l("Choose a kind that a card has.")))


class FacetForm(FacetName):
    """One word or phrase, and who sees it."""

    visibility = _seen_by(_l("Who sees it"), VISIBILITIES)
