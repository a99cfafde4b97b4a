"""Refusals a person can read: a rule said no, a form is stale, a thing is not there."""

from collections.abc import Iterator, Mapping


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
    """Someone else saved first; carries what both wrote so that nothing typed is lost.

    `theirs` and `yours` hold facts by the name of their field; the edge says them as the form does.
    """

    status = 409

    def __init__(
        self, message: str = "", *, theirs: Mapping[str, object], yours: Mapping[str, object]
    ) -> None:
        super().__init__(message)
        self.theirs = dict(theirs)
        self.yours = dict(yours)

    def facts(self) -> Iterator[tuple[str, object, object]]:
        """Yield each name with what is saved now and what was typed."""
        for name, typed in self.yours.items():
            yield name, self.theirs[name], typed

    @classmethod
    def unless_same(cls, *, theirs: Mapping[str, object], yours: Mapping[str, object]) -> None:
        """Raise with the facts that differ; a form that says what stands is saved already."""
        differing = [name for name in yours if yours[name] != theirs[name]]
        if differing:
            raise cls(
                theirs={name: theirs[name] for name in differing},
                yours={name: yours[name] for name in differing},
            )


class NotThere(Exception):
    """The asked-for row does not exist, or not for this viewer: the edge answers 404."""
