"""The shapes of an import: the list, how it is read, how it is run."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.validators import Length


class ListForm(FlaskForm):
    """A file, or pasted addresses."""

    file = FileField(
        _l("A file"),
        description=_l("CSV as Excel, Numbers, Google Sheets or another site saves it."),
        render_kw={"accept": ".csv,.tsv,.txt,text/csv,text/plain"},
    )
    pasted = TextAreaField(
        _l("Or addresses"),
        [Length(max=500_000)],
        description=_l("One a line or many, with names or without, as mail programs copy them."),
        render_kw={"rows": 6, "spellcheck": "false"},
    )


class ReadingForm(FlaskForm):
    """How the list is read; its columns come from the page by number."""

    encoding = SelectField(_l("Letters"), validate_choice=True)
    delimiter = SelectField(_l("Columns are parted by"), validate_choice=True)
    has_header = BooleanField(_l("The first line names the columns"))


class StartForm(FlaskForm):
    """How the import is run."""

    tag = StringField(
        _l("Tag for everyone added"),
        [Length(max=40)],
        description=_l("So that you find them again. Only organizers see tags."),
        render_kw={"autocomplete": "off"},
    )
    invites = BooleanField(
        _l("Mail each of them an invitation to claim their place"),
        description=_l("Left empty, nobody is mailed. Invite only people who expect it."),
    )
