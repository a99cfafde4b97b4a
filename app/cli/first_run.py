"""The first start of an empty installation: an address that makes its first administrator, once."""

from flask import Flask

from app.accounts import service
from app.core import clock
from app.core.database import db


def invitation(app: Flask) -> str | None:
    """Return the one-time address of the wizard, or None when somebody looks after this already."""
    with app.app_context():
        token = service.new_setup_token(now=clock.now())
        db.session.commit()
    return f"{app.config['KITH'].base_url}/setup/{token}" if token else None
