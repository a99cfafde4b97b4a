"""Errors in the form in which Stripe answers them, so that the SDK raises its own classes."""

from typing import Any


class Fault(Exception):
    """A refusal that the caller sees; what was written before it stays, as a failed charge does."""

    def __init__(
        self, message: str, *, status: int = 400, kind: str = "invalid_request_error", **more: Any
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"message": message, "type": kind, **more}}


def missing(kind: str, ident: str) -> Fault:
    """Return the answer for an object that is not there."""
    name = kind.replace(".", " ").replace("_", " ")
    return Fault(f"No such {name}: '{ident}'", status=404, code="resource_missing", param="id")


def no_access(account: str) -> Fault:
    """Return the answer about an account nobody opened, or whose owner took the access back."""
    return Fault(
        f"The provided key does not have access to account '{account}' (or that account does "
        "not exist). Application access may have been revoked.",
        status=403,
        code="account_invalid",
    )


def unsupported(what: str) -> Fault:
    """Return a loud refusal of what Stripe can do and this server cannot."""
    return Fault(
        f"stripe_sandbox does not know {what}. Stripe might: this is the local server's limit, "
        "not a rule of Stripe's.",
        status=404,
        code="sandbox_unsupported",
    )


def declined(code: str, message: str, **more: Any) -> Fault:
    """Return the answer for a card that was refused."""
    return Fault(message, status=402, kind="card_error", code=code, **more)
