"""A person's secret calendar address: shown once, kept as a hash, replaced by a new one."""

from datetime import datetime

from sqlalchemy import update

from app.accounts.models import Person
from app.core.database import add, db
from app.core.tokens import hash_token, new_token
from app.events.models import CalendarFeed


def open_feed(person: Person, *, now: datetime) -> str:
    """Make a person's feed and return its secret, once; an earlier address ends."""
    close_feed(person, now=now)
    token = new_token()
    add(CalendarFeed(person_id=person.id, token_hash=hash_token(token), created_at=now))
    return token


def close_feed(person: Person, *, now: datetime) -> None:
    """End a person's feed: calendars that read it find nothing any more."""
    db.session.execute(
        update(CalendarFeed)
        .where(CalendarFeed.person_id == person.id, CalendarFeed.revoked_at.is_(None))
        .values(revoked_at=now)
    )
