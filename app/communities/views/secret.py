"""The key that signs links of this installation, handed down to the services that need it."""

from flask import current_app


def secret() -> str:
    """Return the installation's key."""
    return str(current_app.config["SECRET_KEY"])
