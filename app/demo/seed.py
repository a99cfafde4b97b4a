"""What kith demo puts into its own database."""

from flask import Flask

SIGN_INS: tuple[tuple[str, str, str], ...] = ()
"""Who may be signed in as: a name for the terminal, the address, the password."""


def seed(app: Flask) -> None:
    """Fill a migrated, demo-marked database; dates are anchored to today."""
    with app.app_context():
        pass
