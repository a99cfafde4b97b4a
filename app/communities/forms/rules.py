"""The shape of the rules as they are written."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import FieldList, Form, FormField, IntegerField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import HiddenInput

MOST_RULES = 30


class RuleFields(Form):
    """One rule."""

    title = StringField(_l("Rule"), [Length(max=120)], render_kw={"autocomplete": "off"})
    words = TextAreaField(_l("What it means"), [Length(max=4000)], render_kw={"rows": 2})


class RulesForm(FlaskForm):
    """A list of rules, and why it changed."""

    based_on = IntegerField(validators=[InputRequired()], widget=HiddenInput())
    rules = FieldList(FormField(RuleFields), _l("Rules"), max_entries=MOST_RULES)
    note = StringField(
        _l("What changed, and why"),
        [Length(max=300)],
        description=_l("Members read it when they are asked to agree again."),
        render_kw={"autocomplete": "off"},
    )
