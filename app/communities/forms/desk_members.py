"""The shapes of input on the organizers' table of people."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, Length


class ContactNoteForm(FlaskForm):
    """A note about someone, for organizers."""

    words = TextAreaField(
        _l("Note"),
        [DataRequired(_l("Write the note first.")), Length(max=2000)],
        render_kw={"rows": 3},
    )


class TagForm(FlaskForm):
    """A tag to put on someone."""

    tag = StringField(
        _l("Tag"),
        [DataRequired(_l("Write the tag first.")), Length(max=40)],
        render_kw={"autocomplete": "off", "list": "known-tags"},
    )


class RemovalForm(FlaskForm):
    """Words to those who are removed."""

    words = TextAreaField(
        _l("Words to them"),
        [Length(max=500)],
        description=_l("They get a mail that their membership ended, with these words."),
        render_kw={"rows": 4},
    )
