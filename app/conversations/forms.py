"""The shape of a message."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length


class MessageForm(FlaskForm):
    """Words to the other one."""

    words = TextAreaField(
        _l("Your message"),
        [DataRequired(_l("Write something first.")), Length(max=8000)],
        render_kw={"rows": 4},
    )
