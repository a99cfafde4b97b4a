"""What forms answer to a field that cannot be right, in our voice and in every language.

WTForms brings its own sentences, in other languages than ours. A field that needs more than these
says it itself.
"""

from typing import Any

from flask import Flask
from flask_wtf import FlaskForm

from app.core.text import N_
from app.web import translating

_OURS = {
    "This field is required.": N_("Please fill this in."),
    "Not a valid choice.": N_("Please choose one of these."),
    "Invalid Choice: could not coerce.": N_("Please choose one of these."),
    "Not a valid integer value.": N_("Please write a whole number."),
    "Not a valid decimal value.": N_("Please write a number."),
    "Not a valid date value.": N_("Please choose a day."),
    "Not a valid time value.": N_("Please choose a time."),
    "Number must be at least %(min)s.": N_("Please write a number from %(min)s."),
    "Number must be at most %(max)s.": N_("Please write a number up to %(max)s."),
    "Number must be between %(min)s and %(max)s.": N_(
        "Please write a number from %(min)s to %(max)s."
    ),
    "Field cannot be longer than %(max)d characters.": N_(
        "This is too long: at most %(max)d characters."
    ),
    "Field must be at least %(min)d characters long.": N_(
        "This is too short: at least %(min)d characters."
    ),
    "Field must be between %(min)d and %(max)d characters long.": N_(
        "Please write between %(min)d and %(max)d characters."
    ),
}


class Words:
    """The translations of every form."""

    def gettext(self, message: str) -> str:
        """Return a sentence of WTForms as we say it."""
        return translating.gettext(_OURS.get(message, message))

    def ngettext(self, _one: str, many: str, _number: int) -> str:
        """Return a sentence about a number; ours have the same shape for each."""
        return self.gettext(many)


WORDS = Words()


def init_app(_app: Flask) -> None:
    """Let every form answer in our words."""
    FlaskForm.Meta.get_translations = _translations


def _translations(_meta: Any, _form: Any) -> Words:
    return WORDS
