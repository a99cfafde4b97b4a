"""What organizers do to several people at once, each by the same rule as to one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.communities import queries
from app.communities.models import Contact
from app.communities.service import memberships
from app.communities.service.hand import Hand
from app.communities.service.refusals import LastOwner, NoOneChosen, NotAMember, OutOfRank
from app.core.database import db

MOST = 500


@dataclass(frozen=True)
class Removal:
    """How a removal of several went: how many, and who stayed."""

    removed: int
    stayed: list[str]


def remove_several(contacts: Sequence[Contact], *, words: str, by: Hand, now: datetime) -> Removal:
    """Remove those of some contacts who are members and below the actor's rank; name the rest."""
    if not contacts:
        raise NoOneChosen
    removed, stayed = 0, []
    for contact in contacts[:MOST]:
        if _is_removed(contact, words=words, by=by, now=now):
            removed += 1
        else:
            stayed.append(contact.name)
    return Removal(removed, stayed)


def _is_removed(contact: Contact, *, words: str, by: Hand, now: datetime) -> bool:
    membership = queries.membership_of(contact)
    if membership is None:
        return False
    try:
        with db.session.begin_nested():
            memberships.remove(membership, words=words, by=by, now=now)
    except (OutOfRank, LastOwner, NotAMember):
        return False
    return True
