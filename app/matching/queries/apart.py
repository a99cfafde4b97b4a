"""Whom a member is not shown: set aside by them, or introduced to them already."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, or_, select

from app.accounts.queries import not_blocked
from app.communities.models import Contact
from app.core.database import db, within
from app.matching.models import MatchSetAside
from app.matching.queries.introductions import is_introduced

LINGERS = 7  # days, and up to as many more, in which whom one refused sees one as before


def apart(
    contact_id: ColumnElement[int], other: type[Contact], now: ColumnElement[datetime]
) -> list[ColumnElement[bool]]:
    """Return what keeps a member off the page of another, as clauses that are all true for both.

    Setting somebody aside counts for the one who did; the other cannot tell.
    """
    set_aside = exists().where(
        MatchSetAside.community_id == other.community_id,
        MatchSetAside.contact_id == contact_id,
        MatchSetAside.other_id == other.id,
        or_(MatchSetAside.until.is_(None), MatchSetAside.until > now),
    )
    return [~set_aside, ~is_introduced(contact_id, other)]


def pairs_set_aside(community_id: int, now: datetime) -> dict[tuple[int, int], bool]:
    """Return (by whom, whom) of a community, by contact, and whether the other still sees them.

    Someone refused for good does for a week and some days more: how many is for each pair its own,
    so that the day says nothing of when. With "not now" it is for as long as that lasts: who left
    a page and came back three weeks later would have told what it was.
    """
    rows = db.session.execute(
        within(MatchSetAside, community_id)
        .with_only_columns(
            MatchSetAside.id,
            MatchSetAside.contact_id,
            MatchSetAside.other_id,
            MatchSetAside.set_at,
            MatchSetAside.until,
        )
        .where(or_(MatchSetAside.until.is_(None), MatchSetAside.until > now))
    ).all()
    return {
        (one, other): until is not None or now < set_at + timedelta(days=LINGERS + number % LINGERS)
        for number, one, other, set_at, until in rows
    }


@dataclass(frozen=True, slots=True)
class SetAside:
    """Someone whom a member set aside."""

    contact_id: int
    public_id: str
    name: str
    picture_key: str | None
    until: datetime | None


def set_aside_by(contact: Contact, now: datetime) -> list[SetAside]:
    """Return whom a member has set aside, the newest first."""
    rows = db.session.execute(
        select(
            Contact.id,
            Contact.public_id,
            Contact.name,
            Contact.picture_key,
            MatchSetAside.until,
        )
        .join(MatchSetAside, MatchSetAside.other_id == Contact.id)
        .where(
            MatchSetAside.community_id == contact.community_id,
            MatchSetAside.contact_id == contact.id,
            or_(MatchSetAside.until.is_(None), MatchSetAside.until > now),
            Contact.erased_at.is_(None),
            not_blocked(contact.person_id, Contact.person_id),
        )
        .order_by(MatchSetAside.set_at.desc(), MatchSetAside.id.desc())
    )
    return [SetAside(*row) for row in rows]
