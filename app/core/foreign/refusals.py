"""What cannot be read as a list, as sentences with the mend."""

from app.core.errors import RuleViolation


class FileRefused(RuleViolation):
    """The file is no list we can read; the message says what to do."""

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message, field="file", **values)
