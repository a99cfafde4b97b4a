"""The shape of an announcement."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length


class AnnouncementForm(FlaskForm):
    """Words to members."""

    subject = StringField(
        _l("Subject"),
        [DataRequired(_l("Write a subject.")), Length(max=120)],
        render_kw={"autocomplete": "off"},
    )
    words = TextAreaField(
        _l("Words"),
        [DataRequired(_l("Write the words first.")), Length(max=20_000)],
        description=_l("Plain text or Markdown: **bold**, links, lists."),
        render_kw={"rows": 12},
    )
    answers_to_author = BooleanField(
        _l("Answers come to my own address"),
        description=_l("Readers can then see your address. Otherwise nobody can answer the mail."),
    )
