"""The blueprint of billing, and what its views share."""

from flask import Blueprint, current_app

blueprint = Blueprint("billing", __name__, template_folder="../templates")


def secret() -> str:
    """Return the installation's signing secret."""
    return str(current_app.config["SECRET_KEY"])
