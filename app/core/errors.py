"""Refusals a person can read: a rule said no, a form is stale, a thing is not there."""

from collections.abc import Mapping


class RuleViolation(Exception):
    """A rule of the house refused; the edge translates `message` and fills in `values`.

    `message` is marked with `app.core.text.N_`; `field` names the form field at fault, if one is.
    """

    message = ""
    status = 422

    def __init__(self, message: str = "", *, field: str | None = None, **values: object) -> None:
        self.message = message or type(self).message
        self.field = field
        self.values = values
        super().__init__(self.message)


class TryLater(RuleViolation):
    """Nothing can be said now: a person tries again in a minute, a job does so by itself."""

    status = 503


class StaleForm(RuleViolation):
    """Someone else saved first; carries both texts so that nothing typed is lost.

    `theirs` and `yours` map a field's label to its text.
    """

    status = 409

    def __init__(
        self, message: str = "", *, theirs: Mapping[str, str], yours: Mapping[str, str]
    ) -> None:
        super().__init__(message)
        self.theirs = dict(theirs)
        self.yours = dict(yours)


class NotThere(Exception):
    """The asked-for row does not exist, or not for this viewer: the edge answers 404."""
