"""The styleguide: each component once, in both themes (development only)."""

from datetime import timedelta

import segno
from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    FileField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than stubs
from wtforms.validators import DataRequired

from app.core import clock, policy
from app.core.money import Money
from app.web.shell import Tab

blueprint = Blueprint("styleguide", __name__, template_folder="templates")

NAMES = (
    "Amara Okafor",
    "Дмитрий Александрович Воскресенский",
    "王小明",
    "Élodie Marchand",
    "Putri Wulandari",
    "Sam",
)


class _Sample(FlaskForm):
    class Meta:
        csrf = False

    name = StringField("Your name", [DataRequired()], render_kw={"autocomplete": "name"})
    email = EmailField(
        "E-mail", [DataRequired()], description="Only organizers of this community see it."
    )
    password = PasswordField("Password", [DataRequired()])
    seats = IntegerField("Seats", default=50)
    words = TextAreaField("What it is about")
    kind = SelectField(
        "Visibility",
        choices=[SelectChoice("public", "Public"), SelectChoice("private", "Private")],
    )
    way = RadioField(
        "How people join",
        choices=[SelectChoice("open", "Open door"), SelectChoice("queue", "I approve each")],
    )
    day = DateField("Day")
    start = TimeField("Starts at")
    picture = FileField("Picture")
    agree = BooleanField("I agree to the rules", [DataRequired()])


def _sample(shade: str) -> _Sample:
    """Make a filled-in form with one mistake; ids differ because both themes stand on one page."""
    form = _Sample(prefix=shade, way="open", words="Bring shoes and a smile.")
    form.email.errors = ["This address is not complete. It needs an @ sign."]
    return form


def _drawing() -> Markup:
    """Draw a code as tickets show it."""
    code = segno.make("KITH ABCD EFGH JKLM", error="m", micro=False)
    return Markup(code.svg_inline(scale=1, border=0, omitsize=True))  # noqa: S704 - of our own text


@blueprint.get("/styleguide")
@policy.public
def show() -> ResponseReturnValue:
    """Show every component."""
    return render_template(
        "styleguide/show.html",
        forms={shade: _sample(shade) for shade in ("light", "dark")},
        people=[{"name": name, "url": None, "hue": None} for name in NAMES],
        names=NAMES,
        drawing=_drawing(),
        now=clock.now(),
        later=clock.now() + timedelta(days=3, hours=2),
        price=Money(1250, "EUR"),
        tabs_sample=[
            Tab("Home", "#", "house", current=True),
            Tab("Events", "#", "calendar", count=3),
        ],
        points=[("2026-06", 12), ("2026-07", 18), ("2026-08", 9), ("2026-09", 24), ("2026-10", 31)],
    )
