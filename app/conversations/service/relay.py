"""The relay: an answer by mail becomes a message, if it comes from the address's owner."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.accounts.models import Person
from app.accounts.queries import addressee
from app.communities.models import Community
from app.communities.queries import standing
from app.conversations import queries
from app.conversations.letters import Letter
from app.conversations.models import Message, MessageVia
from app.conversations.queries import Taking, Talk
from app.conversations.service import mails, messages
from app.conversations.service.messages import Draft
from app.conversations.service.refusals import ConsentOwed, NothingWritten, ThreadClosed, TooLong
from app.core.errors import RuleViolation
from app.core.replies import key_of, reply_domain
from app.core.text import email_key

# From the beginning of a word: a long one is not read again from each of its letters.
_ADDRESS = re.compile(r"(?<![\w.+'%-])[\w.+'%-]++@[\w-]+(?:\.[\w-]+)+")
HIDDEN = "…"
PERMISSION = "conversations.take_part"


class Fate(StrEnum):
    """What became of a letter."""

    TAKEN = "taken"
    IGNORED = "ignored"  # no human wrote it just now
    NO_SUCH_ADDRESS = "no_such_address"
    NOT_THE_OWNER = "not_the_owner"
    REFUSED = "refused"  # the sender is told why, by mail


@dataclass(frozen=True)
class Side:
    """Whose reply address a letter came to, proved to come from them."""

    talk: Talk
    community: Community
    person: Person
    owes_consent: bool

    @property
    def contact_id(self) -> int:
        """Their card here."""
        return self.talk.mine.contact_id


def side_of(letter: Letter) -> Side | Fate:
    """Find the owner of the address a letter came to, or say why there is none for this sender.

    An address that was revoked, one across a block and one that never was answer the same.
    """
    keys = [key for one in letter.recipients if (key := key_of(one))]
    found = next((side for key in keys if (side := queries.side_of_key(key))), None)
    if found is None:
        return Fate.NO_SUCH_ADDRESS
    thread, person, community = found
    proved = {one.address_key for one in queries.addresses_of([person.id])}
    if not letter.sender or email_key(letter.sender) not in proved:
        return Fate.NOT_THE_OWNER
    here = standing(community.slug, person.id)
    if here is None or here.contact is None or PERMISSION not in here.permissions:
        return Fate.NO_SUCH_ADDRESS
    talk = queries.talk(Taking(community.id, here.contact.id, person.id), thread.public_id)
    if talk is None:
        return Fate.NO_SUCH_ADDRESS
    return Side(talk, community, person, here.owes_consent)


def take(side: Side, letter: Letter, *, now: datetime) -> Message | RuleViolation:
    """Write a letter's words into its thread, or return the refusal that its sender was mailed."""
    draft = Draft(
        words=_without_addresses(letter.words, side),
        via=MessageVia.MAIL,
        left_out=letter.left_out,
        mail_key=letter.digest,
    )
    try:
        _check_consent(side)
        return messages.write(side.talk, draft, community=side.community, now=now)
    except (ConsentOwed, NothingWritten, TooLong, ThreadClosed) as refusal:
        refuse(side, letter, refusal)
        return refusal


def _check_consent(side: Side) -> None:
    if side.owes_consent:
        raise ConsentOwed


def refuse(side: Side, letter: Letter, refusal: RuleViolation) -> None:
    """Tell a letter's sender why it was not delivered."""
    mails.tell_not_taken(
        addressee(side.person),
        type(refusal).__name__,
        digest=letter.digest,
        page=(side.community, side.talk.thread),
        limit=messages.WORDS,
    )


def _without_addresses(words: str, side: Side) -> str:
    """Take both sides' own addresses and reply addresses out: mail programs add them unasked."""
    people = [one for one in (side.person.id, side.talk.other.person_id) if one]
    hidden = {one.address_key for one in queries.addresses_of(people)}

    def shown(address: re.Match[str]) -> str:
        text = address.group()
        is_ours = text.lower().endswith(f"@{reply_domain()}")
        return HIDDEN if is_ours or email_key(text) in hidden else text

    return _ADDRESS.sub(shown, words)
