"""The one clock: every moment the product reads comes from here."""

from collections.abc import Callable
from datetime import UTC, datetime


def _system_time() -> datetime:
    return datetime.now(UTC)


_read: Callable[[], datetime] = _system_time


def now() -> datetime:
    """Return the present moment, aware and in UTC."""
    return _read()


def use(reader: Callable[[], datetime] | None) -> None:
    """Read time from another source (a test's fixed clock); None returns to the system's."""
    global _read  # noqa: PLW0603 - one clock means one module-level reader
    _read = reader or _system_time
