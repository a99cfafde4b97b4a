"""The first start of an empty installation: an address that makes its first administrator, once."""

from flask import Flask
from sqlalchemy import select

from app.accounts.models import Installation, Person
from app.core import clock
from app.core.database import db
from app.core.tokens import hash_token, new_token


def invitation(app: Flask) -> str | None:
    """Return the one-time address of the wizard, or None when somebody looks after this already.

    Each start makes a new address and forgets the one before.
    """
    with app.app_context():
        installation = db.session.get(Installation, 1)
        if installation is None:
            installation = Installation(created_at=clock.now())
            db.session.add(installation)
        if installation.is_demo or db.session.scalar(select(Person.id).where(Person.is_site_admin)):
            return None
        token = new_token()
        installation.setup_token_hash = hash_token(token)
        db.session.commit()
    return f"{app.config['KITH'].base_url}/setup/{token}"
