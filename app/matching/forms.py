"""The shape of matching's one form: which suggestions a member wants."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField

from app.matching.models import MatchKind


class ChoicesForm(FlaskForm):
    """A yes or no to each kind of suggestion."""

    friend = BooleanField(
        _("Friends"), description=_("People who care about the same things as you.")
    )
    mentor = BooleanField(
        _("Mentors"),
        description=_("People who offer what you want to learn, or want what you offer."),
    )
    collaborator = BooleanField(
        _("Collaborators"), description=_("People who work towards the same goals.")
    )

    def chosen(self) -> frozenset[MatchKind]:
        """Return the kinds that were ticked."""
        return frozenset(kind for kind in MatchKind if self[kind.value].data)
