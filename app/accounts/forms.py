"""The shape of what people type about their account."""

from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    EmailField,
    HiddenField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than stubs
from wtforms.validators import DataRequired, Email, Length, Optional

from app.accounts import passwords
from app.accounts.models import Founding, SuspendedFor
from app.web.checks import mailable
from app.web.languages import LANGUAGES

EMAIL = [
    DataRequired(_l("Type your e-mail address.")),
    Length(max=254),
    mailable,
    Email(_l("This address is not complete. It looks like name@example.org.")),
]
AREAS = frozenset(
    (
        "Africa",
        "America",
        "Antarctica",
        "Arctic",
        "Asia",
        "Atlantic",
        "Australia",
        "Europe",
        "Indian",
        "Pacific",
    )
)


def email_field(*, is_mailed: bool = True) -> EmailField:
    """Return the field of an address; one that is only looked up need not be in reach of mail."""
    checks = [check for check in EMAIL if is_mailed or check is not mailable]
    return EmailField(_l("E-mail"), checks, render_kw={"autocomplete": "email", "maxlength": 254})


def new_password_field(label: str = _l("New password")) -> PasswordField:
    """Return the field of a password to be."""
    return PasswordField(
        label,
        [
            DataRequired(_l("Choose a password.")),
            Length(
                min=passwords.SHORTEST,
                max=passwords.LONGEST,
                message=_l("A password has between %(min)d and %(max)d characters."),
            ),
        ],
        description=_l(
            "At least %(number)s characters. Three or four unrelated words are good.",
            number=passwords.SHORTEST,
        ),
        render_kw={"autocomplete": "new-password", "maxlength": passwords.LONGEST},
    )


class NextForm(FlaskForm):
    """A form that remembers where its visitor wanted to go."""

    next = HiddenField(validators=[Length(max=2000)])


class SignInForm(NextForm):
    """Address and password."""

    email = email_field(is_mailed=False)
    password = PasswordField(
        _l("Password"),
        [DataRequired(_l("Type your password.")), Length(max=passwords.LONGEST)],
        render_kw={"autocomplete": "current-password"},
    )


class AddressForm(NextForm):
    """An address to which a link is sent."""

    email = email_field()


class SignUpForm(AddressForm):
    """An address that becomes an account; the zone comes from the browser, if it says so."""

    zone = HiddenField(validators=[Length(max=64)])


class CodeForm(NextForm):
    """A code of the authenticator app, or a recovery code."""

    code = StringField(
        _l("Code"),
        [DataRequired(_l("Type the code.")), Length(max=40)],
        render_kw={"autocomplete": "one-time-code", "spellcheck": "false", "autocapitalize": "off"},
    )


class NewPasswordForm(FlaskForm):
    """A password to be."""

    password = new_password_field()


class FirstPasswordForm(FlaskForm):
    """The first password of an account."""

    password = new_password_field(_l("Choose a password"))
    zone = HiddenField(validators=[Length(max=64)])


class ConfirmForm(NextForm):
    """Proof that it is still the same person: the password, or a code."""

    password = PasswordField(
        _l("Password"),
        [Optional(), Length(max=passwords.LONGEST)],
        render_kw={"autocomplete": "current-password"},
    )
    code = StringField(
        _l("Code"),
        [Optional(), Length(max=40)],
        render_kw={"autocomplete": "one-time-code", "spellcheck": "false", "autocapitalize": "off"},
    )


class LanguageForm(NextForm):
    """One of the languages at the foot of every page."""

    language = SelectField(
        _l("Language"), choices=[SelectChoice(*one) for one in LANGUAGES.items()]
    )


class SettingsForm(FlaskForm):
    """Language, zone and theme."""

    language = SelectField(
        _l("Language"), choices=[SelectChoice(*one) for one in LANGUAGES.items()]
    )
    zone = SelectField(_l("Time zone"), description=_l("Mails and pages write times in this zone."))
    theme = RadioField(_l("Light or dark"))

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone.choices = zone_choices(now)
        self.theme.choices = [
            SelectChoice("system", _("As my device")),
            SelectChoice("light", _("Light")),
            SelectChoice("dark", _("Dark")),
        ]


class SetupForm(FlaskForm):
    """The first administrator."""

    email = email_field()
    password = new_password_field(_l("Choose a password"))
    zone = HiddenField(validators=[Length(max=64)])


class SiteForm(FlaskForm):
    """What an installation allows."""

    founding = RadioField(
        _l("Who may found a community"),
        choices=[
            SelectChoice(Founding.ANYONE.value, _l("Everyone with an account")),
            SelectChoice(Founding.ADMINS.value, _l("Administrators of this site only")),
        ],
    )
    sign_up_open = BooleanField(_l("People may make an account of their own accord"))


class SuspendForm(FlaskForm):
    """Why an account is suspended."""

    reason = TextAreaField(
        _l("Reason"),
        [DataRequired(_l("Say why, for the next administrator who looks.")), Length(max=500)],
        description=_l("Administrators of this site see it, and the person in their export."),
    )


class SuspendCommunityForm(FlaskForm):
    """Why a community is suspended."""

    reason = RadioField(
        _l("Reason"),
        [DataRequired(_l("Say why, for the next administrator who looks."))],
        choices=[
            SelectChoice(SuspendedFor.RULES.value, _l("It breaks the rules of this site")),
            SelectChoice(SuspendedFor.LAW.value, _l("It breaks the law")),
            SelectChoice(SuspendedFor.ASKED.value, _l("Its organizers asked for it")),
            SelectChoice(SuspendedFor.OTHER.value, _l("Another reason")),
        ],
    )


class SearchForm(FlaskForm):
    """Words to look for; read from the address, so it carries no token."""

    class Meta:
        csrf = False

    q = StringField(_l("Search"), [Optional(), Length(max=100)])


class PersonaForm(FlaskForm):
    """One of the demo's people."""

    address = HiddenField(validators=[DataRequired(), Length(max=254)])


class PersonForm(FlaskForm):
    """Another person, by public id."""

    person = HiddenField(validators=[DataRequired(), Length(max=16)])


def zone_choices(now: datetime) -> list[SelectChoice]:
    """Return the zones of the world by area, each with its present distance from UTC."""
    return [
        SelectChoice("UTC", "UTC", optgroup="UTC"),
        *(_zone(name, now) for name in _zone_names()),
    ]


def _zone(name: str, now: datetime) -> SelectChoice:
    area, _slash, place = name.partition("/")
    offset = now.astimezone(ZoneInfo(name)).strftime("%z")
    words = place.replace("_", " ").replace("/", ", ")
    return SelectChoice(name, f"{words} ({offset[:3]}:{offset[3:]})", optgroup=area)


@cache
def _zone_names() -> tuple[str, ...]:
    return tuple(sorted(name for name in available_timezones() if name.split("/")[0] in AREAS))
