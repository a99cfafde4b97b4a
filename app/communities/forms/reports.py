"""The shapes of a report, of a moderator's note and decision."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than stubs
from wtforms.validators import DataRequired, Length

from app.communities.models import Outcome

SOMETHING_ELSE = "else"
OUTCOMES = {
    Outcome.NO_ACTION: _l("Nothing against the rules"),
    Outcome.TALKED: _l("We talked with the people involved"),
    Outcome.WARNED: _l("A warning was given"),
    Outcome.CONTENT_REMOVED: _l("Words or pictures were removed"),
    Outcome.REMOVED: _l("The person is removed from the community"),
    Outcome.BANNED: _l("The person is banned"),
}

SITE_OUTCOMES = {
    one.value: OUTCOMES[one] for one in (Outcome.NO_ACTION, Outcome.TALKED, Outcome.WARNED)
}
"""How the site ends a report: people and communities are suspended on their own pages."""


class ReportForm(FlaskForm):
    """What happened, and which rule it breaks."""

    rule = RadioField(
        _l("Which rule does it break?"),
        [DataRequired(_l("Choose a rule, or “Something else”."))],
        choices=[],
    )
    words = TextAreaField(
        _l("What happened?"),
        [Length(max=4000)],
        description=_l("What you saw, where and when. Only moderators read it."),
        render_kw={"rows": 6},
    )


class NoteForm(FlaskForm):
    """A line in a log."""

    words = TextAreaField(
        _l("Note"),
        [DataRequired(_l("Write the note first.")), Length(max=4000)],
        render_kw={"rows": 3},
    )


class DecisionForm(FlaskForm):
    """How a report ends."""

    outcome = RadioField(
        _l("Outcome"),
        [DataRequired(_l("Choose an outcome."))],
        choices=[SelectChoice(one.value, label) for one, label in OUTCOMES.items()],
    )
    reply = TextAreaField(
        _l("Words to the one who reported"),
        [Length(max=4000)],
        description=_l("They get a mail with the outcome and these words. Name nobody."),
        render_kw={"rows": 4},
    )
    reason = TextAreaField(
        _l("Reason for a removal or a ban"),
        [Length(max=500)],
        description=_l(
            "After a removal the person is told these words. The reason of a ban stays with you."
        ),
        render_kw={"rows": 3},
    )


class SiteDecisionForm(FlaskForm):
    """How a report ends that nobody of its community may judge."""

    outcome = SelectField(
        _l("Outcome"),
        [DataRequired(_l("Choose an outcome."))],
        choices=[SelectChoice(*one) for one in SITE_OUTCOMES.items()],
    )
    reply = TextAreaField(
        _l("Words to the one who reported"),
        [Length(max=4000)],
        description=_l("They get a mail with the outcome and these words. Name nobody."),
        render_kw={"rows": 4},
    )
