"""Thanks as the one who was thanked reads them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased

from app.accounts.queries import not_blocked
from app.communities.models import Contact, Thanks
from app.communities.queries.people import Viewer, seen_by
from app.core.database import db, within

MOST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Said:
    """Who thanks for what, and when; `thanks_id` names it in a report."""

    name: str
    public_id: str
    reason: str
    thanked_at: datetime
    thanks_id: str


def thanks_to(contact: Contact, viewer: Viewer) -> list[Said]:
    """Return the newest thanks to someone, without those of people they do not see any more."""
    rows = db.session.execute(
        within(Thanks, contact.community_id)
        .join(Contact, Contact.id == Thanks.from_id)
        .with_only_columns(
            Contact.name, Contact.public_id, Thanks.reason, Thanks.thanked_at, Thanks.public_id
        )
        .where(Thanks.to_id == contact.id, Thanks.reason != "", seen_by(viewer))
        .order_by(Thanks.thanked_at.desc(), Thanks.id.desc())
        .limit(MOST_SHOWN)
    )
    return [Said(*row) for row in rows]


def one_thanks(community_id: int, public_id: str, reader: Contact | None) -> Thanks | None:
    """Return thanks by their public id: as the one they are for sees them, or as they are."""
    asked = within(Thanks, community_id).where(Thanks.public_id == public_id)
    if reader is not None:
        viewer = Viewer(reader.person_id or 0, reader.id)
        asked = asked.join(Contact, Contact.id == Thanks.from_id).where(
            Thanks.to_id == reader.id, Thanks.reason != "", seen_by(viewer)
        )
    found: Thanks | None = db.session.scalar(asked)
    return found


def thanks_by(person_id: int) -> list[int]:
    """Return the ids of what someone said, in every community."""
    theirs = select(Contact.id).where(Contact.person_id == person_id)
    return list(db.session.scalars(select(Thanks.id).where(Thanks.from_id.in_(theirs))))


def thanks_between(person_id: int, other_id: int) -> list[int]:
    """Return the ids of what two people said to each other, in every community."""
    one = select(Contact.id).where(Contact.person_id == person_id)
    two = select(Contact.id).where(Contact.person_id == other_id)
    to_and_fro = or_(
        and_(Thanks.from_id.in_(one), Thanks.to_id.in_(two)),
        and_(Thanks.from_id.in_(two), Thanks.to_id.in_(one)),
    )
    return list(db.session.scalars(select(Thanks.id).where(to_and_fro)))


def hidden_by_a_block(person_id: int) -> ColumnElement[bool]:
    """Return the clause for thanks to or from someone whom a block hides from a person."""
    side = aliased(Contact)
    return (
        select(side.id)
        .where(side.id.in_((Thanks.from_id, Thanks.to_id)), ~not_blocked(person_id, side.person_id))
        .correlate(Thanks)
        .exists()
    )
