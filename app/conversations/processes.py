"""What mail brings, step by step: read, counted, taken; each step stands by itself."""

from datetime import datetime, timedelta

from app.conversations import letters
from app.conversations.letters import Letter, Unreadable
from app.conversations.service import relay
from app.conversations.service.relay import Fate, Side
from app.core.database import db
from app.core.errors import RuleViolation
from app.core.throttle import Throttled, throttle

AN_HOUR = 60  # messages of one member, by page and by mail together
MAILS_AN_HOUR = 20  # answers of one member that we tell them were not delivered


def receive(raw: bytes, *, now: datetime, recipient: str = "", sender: str | None = None) -> Fate:
    """Take a raw mail in, and say what became of it; raises Unreadable.

    The same mail may come again, after a kill or from a mail server that heard no answer: it is
    one message all the same.
    """
    letter = letters.read(raw, recipient=recipient, sender=sender)
    if letter.is_automatic:
        return Fate.IGNORED
    side = relay.side_of(letter)
    if isinstance(side, Fate):
        return side
    return _take(side, letter, now)


def count(contact_id: int) -> None:
    """Count one message of a member; raises Throttled past the limit."""
    throttle("messages", key=str(contact_id), limit=AN_HOUR, per=timedelta(hours=1))


def _take(side: Side, letter: Letter, now: datetime) -> Fate:
    try:
        count(side.contact_id)
    except Throttled as refusal:
        return _refuse(side, letter, refusal)
    taken = relay.take(side, letter, now=now)
    db.session.commit()
    return Fate.REFUSED if isinstance(taken, RuleViolation) else Fate.TAKEN


def _refuse(side: Side, letter: Letter, refusal: Throttled) -> Fate:
    """Tell a flooding sender so, as long as that is no flood itself."""
    try:
        throttle(
            "messages.refused",
            key=str(side.contact_id),
            limit=MAILS_AN_HOUR,
            per=timedelta(hours=1),
        )
    except Throttled:
        return Fate.IGNORED
    relay.refuse(side, letter, refusal)
    db.session.commit()
    return Fate.REFUSED


__all__ = ["Fate", "Unreadable", "count", "receive"]
