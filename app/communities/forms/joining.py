"""The shapes of knocking and of deciding."""

from collections.abc import Sequence

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from app.communities.models import JoinQuestion, RulesVersion
from app.web.checks import visible


class JoinForm(FlaskForm):
    """What everyone who comes in is asked: the name they go by here."""

    name = StringField(
        _l("Your name here"),
        [DataRequired(_l("Please give a name, in any script.")), Length(max=80), visible],
        description=_l("What members will call you. You can change it later."),
    )


class ConsentForm(FlaskForm):
    """A yes to the rules; `rules` says which version was read."""

    rules = HiddenField()
    agrees = BooleanField(
        _l("I have read the rules and agree to them"),
        [DataRequired(_l("Please read the rules and agree to them first."))],
    )

    @property
    def number(self) -> int | None:
        """The number of the version that was read, as far as one was sent."""
        sent = self.rules.data or ""
        return int(sent) if sent.isdecimal() and len(sent) < 9 else None

    def is_overtaken_by(self, newest: RulesVersion | None) -> bool:
        """Say whether the rules changed while they were read; if so, ask for a yes to the newest.

        What was sent would be refused for ever else: the old number goes back and forth.
        """
        if newest is None or self.number == newest.number:
            return False
        self.rules.data, self.agrees.data = str(newest.number), False
        self.agrees.errors = [
            gettext("The rules changed while you read. Here they are now: read them, then agree.")
        ]
        return True


class WithRules(JoinForm, ConsentForm):
    """What is asked where there are rules."""


def join_form(questions: Sequence[JoinQuestion], rules: RulesVersion | None) -> type[JoinForm]:
    """Make the form of one door: its questions, and consent where there are rules."""
    base = WithRules if rules else JoinForm
    fields = {
        f"answer_{question.public_id}": TextAreaField(
            question.words,
            [DataRequired(_l("Please answer this question.")), Length(max=2000)]
            if question.is_required
            else [Length(max=2000)],
            render_kw={"rows": 3},
        )
        for question in questions
    }
    return type("ThisJoinForm", (base,), fields)


class DecisionForm(FlaskForm):
    """Words that go with a decision."""

    reply = TextAreaField(_l("A word to them"), [Length(max=500)], render_kw={"rows": 3})


class RemovalForm(FlaskForm):
    """Words for someone who is removed."""

    words = TextAreaField(
        _l("A word to them"),
        [Length(max=500)],
        description=_l("It stands in the mail that tells them. Say what they can do now."),
        render_kw={"rows": 4},
    )


class BanForm(FlaskForm):
    """The reason of a ban."""

    reason = TextAreaField(
        _l("Reason"),
        [
            DataRequired(_l("Write down the reason, for those who decide after you.")),
            Length(max=500),
        ],
        description=_l("Only those who may ban read it. It is not mailed."),
        render_kw={"rows": 4},
    )
