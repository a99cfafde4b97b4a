"""What conversations refuse, in sentences."""

from app.core.errors import RuleViolation
from app.core.text import N_


class NothingWritten(RuleViolation):
    """A message needs words."""

    message = N_("Write something first.")


class TooLong(RuleViolation):
    """A message is no letter."""

    message = N_("This is longer than a message can be. Send it in parts of %(limit)s characters.")


class ThreadClosed(RuleViolation):
    """One of the two ended the conversation, or is not here any more."""

    message = N_("This conversation has ended. What was said stays readable.")


class ConsentOwed(RuleViolation):
    """Changed rules come before messages, by mail as on the page."""

    message = N_("The rules changed. Agree to them first.")
