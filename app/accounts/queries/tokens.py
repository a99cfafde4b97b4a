"""Reads of mailed links."""

from datetime import datetime

from sqlalchemy import select

from app.accounts.models import MailToken, TokenPurpose
from app.core.database import db
from app.core.tokens import hash_token


def live_token(
    token: str, purpose: TokenPurpose, now: datetime, *, lock: bool = False
) -> MailToken | None:
    """Return what a mailed link stands for while it is unused and young enough."""
    statement = select(MailToken).where(
        MailToken.token_hash == hash_token(token),
        MailToken.purpose == purpose,
        MailToken.used_at.is_(None),
        MailToken.expires_at > now,
    )
    return db.session.scalar(statement.with_for_update() if lock else statement)
