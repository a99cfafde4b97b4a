"""Thanking another member for something, in one sentence; it counts as a help confirmed."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select, update

from app.accounts.models import Person
from app.activity import service as activity
from app.activity.kinds import THANKED
from app.activity.service import Fact
from app.communities.models import Community, Contact, Thanks
from app.communities.queries import thanks as reads
from app.communities.queries.addressees import addressee
from app.communities.queries.people import current_role
from app.communities.service.mails import tell
from app.core.database import add, db
from app.core.errors import RuleViolation
from app.core.notices import register_kind
from app.core.notify import withdraw
from app.core.text import N_, clean_line, is_blank

REASON_LENGTH = 300

KIND = "communities.thanked"

register_kind(KIND, title=N_("Someone thanks you"))


class ReasonMissing(RuleViolation):
    """Thanks without a reason help nobody to go on."""

    message = N_("Write what for, in one sentence.")


class ThanksToNobody(RuleViolation):
    """Who left, or is oneself, is not thanked here."""

    message = N_("You can thank other members of this community.")


def thank(
    contact: Contact, *, by: Contact, community: Community, reason: str, now: datetime
) -> Thanks:
    """Thank a member for something and tell them; whoever thanks was helped, says the ledger."""
    line = clean_line(reason)[:REASON_LENGTH].strip()
    if is_blank(line):
        raise ReasonMissing(field="reason")
    if contact.id == by.id or current_role(contact) is None:
        raise ThanksToNobody
    made = add(
        Thanks(
            community_id=community.id,
            from_id=by.id,
            to_id=contact.id,
            reason=line,
            thanked_at=now,
        )
    )
    activity.record(
        Fact(
            community_id=community.id,
            contact_id=by.id,
            type=THANKED,
            uid=f"{THANKED}:{made.public_id}",
            happened_at=now,
            counterpart_id=contact.id,
        ),
        zone=community.zone,
    )
    _tell(made, contact, by, community)
    return made


def forget(person: Person) -> None:
    """Empty what others said about someone who is being erased, and the mails with their own words.

    That they thanked is counted on.
    """
    theirs = select(Contact.id).where(Contact.person_id == person.id)
    db.session.execute(update(Thanks).where(Thanks.to_id.in_(theirs)).values(reason=""))
    _withdraw(reads.thanks_by(person.id))


def fall_silent(person: Person, other: Person) -> None:
    """Empty the mails that told one of the other."""
    _withdraw(reads.thanks_between(person.id, other.id))


def remove(made: Thanks) -> None:
    """Take their words away, after moderators decided so; that someone thanked stays."""
    made.reason = ""
    _withdraw([made.id])


def _withdraw(ids: Iterable[int]) -> None:
    withdraw([f"{KIND}:{one}" for one in ids])


def _tell(made: Thanks, contact: Contact, by: Contact, community: Community) -> None:
    tell(
        addressee(contact),
        "thanked",
        made.id,
        subject=N_("%(by_name)s thanks you"),
        community=community,
        cause=addressee(by),
        by_name=by.name,
        reason=made.reason,
        contact_id=contact.public_id,
    )
