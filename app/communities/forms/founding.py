"""What founding asks: a name and a purpose."""

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField
from wtforms.validators import DataRequired, Length

from app.web.checks import visible


class FoundingForm(FlaskForm):
    """Two questions; the zone is filled in by the browser where scripts run."""

    name = StringField(
        _lp("of a community", "Name"),
        [DataRequired(_l("Give it a name; you can change it later.")), Length(max=80), visible],
        render_kw={"autocomplete": "off"},
        description=_l("What people will call it, in any script."),
    )
    purpose = StringField(
        _l("Purpose"),
        [DataRequired(_l("Say in one sentence what it is for.")), Length(max=300), visible],
        render_kw={"autocomplete": "off"},
        description=_l("One sentence: who meets here, and what for."),
    )
    zone = HiddenField(validators=[Length(max=64)], render_kw={"data-zone": ""})
