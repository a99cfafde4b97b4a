"""How moments and outcomes are said on the pages."""

from datetime import UTC, datetime

from stripe_sandbox.core.store import Json


def day(moment: int) -> str:
    """Return a day as a person writes it."""
    return f"{datetime.fromtimestamp(moment, UTC):%-d %B %Y}"


def outcome(intent: Json) -> str:
    """Return why the last try failed, or an empty word."""
    error = intent["last_payment_error"]
    return str(error["message"]) if error else ""
