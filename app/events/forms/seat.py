"""Taking a seat: two fields for a stranger, one for someone who is signed in."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, StringField
from wtforms.validators import DataRequired, Email, Length

from app.web.checks import mailable

NAME = [DataRequired(_l("Please give a name, in any script.")), Length(max=80)]


ADDRESS = [
    DataRequired(_l("We need an address to send the link to.")),
    Length(max=254),
    mailable,
    Email(_l("This address is not complete. It looks like name@example.org.")),
]


class GuestForm(FlaskForm):
    """A stranger's name and address. The page has no session, so the form carries no token."""

    class Meta:
        csrf = False

    name = StringField(_l("Your name"), NAME)
    email = EmailField(_l("E-mail"), ADDRESS)


class NameForm(FlaskForm):
    """The name of someone whose address we know; the view asks where the form came from."""

    class Meta:
        csrf = False

    name = StringField(_l("Your name"), NAME)
