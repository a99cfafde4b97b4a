"""Claiming: an imported contact is told of their place, and takes it through a proved address."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from app.accounts.models import Person, PersonEmail
from app.communities import queries
from app.communities.models import Community, Contact, JoinedVia, Membership
from app.communities.queries.addressees import addressees
from app.communities.service.contacts import claim
from app.communities.service.memberships import begin_membership
from app.communities.service.refusals import CommunityClosing, DoorShut
from app.core.database import db, within
from app.core.errors import RuleViolation
from app.core.notices import register_kind
from app.core.notify import notify
from app.core.text import N_, email_key
from app.core.tokens import read_forever, sign_forever

KIND = register_kind(
    "communities.claim", title=N_("An invitation from people who know your address")
).name
PURPOSE = "communities.claim"


class AddressNotProved(RuleViolation):
    """The signed-in person has not proved the address the place is kept for."""

    message = N_(
        "This place is kept for another address. Sign in with that one, "
        "or add it to your account first."
    )


class TakenAlready(RuleViolation):
    """Someone has claimed this card."""

    message = N_("This place has been taken already.")


def invite(community: Community, contacts: Sequence[Contact], *, secret: str) -> int:
    """Mail each unclaimed contact a link to their place; nobody is mailed twice."""
    mails = [
        notify(
            reader,
            KIND,
            key=f"{KIND}:{reader.contact_id}",
            subject=N_("%(community_name)s keeps a place for you"),
            template="communities/claim",
            community=community,
            community_name=community.name,
            purpose=community.purpose,
            slug=community.slug,
            token=claim_token(contact, secret),
        )
        for contact, reader in zip(contacts, addressees(contacts), strict=True)
        if contact.person_id is None
    ]
    return sum(mail is not None for mail in mails)


def claim_token(contact: Contact, secret: str) -> str:
    """Return the secret part of a claim link; it names the card and the address it was sent to."""
    return sign_forever([contact.public_id, contact.email_key], purpose=PURPOSE, secret=secret)


def contact_of_token(community: Community, token: str, *, secret: str) -> Contact | None:
    """Return the contact a claim link leads to; None when it is forged or the card is gone."""
    payload = read_forever(token, purpose=PURPOSE, secret=secret)
    if not isinstance(payload, list) or len(payload) != 2:
        return None
    found: Contact | None = db.session.scalar(
        within(Contact, community.id).where(
            Contact.public_id == payload[0],
            Contact.email_key == payload[1],
            Contact.erased_at.is_(None),
        )
    )
    return found


def vouches(slug: str, token: str, *, address: str | None, secret: str) -> bool:
    """Say whether a claim link speaks for an address (None: whichever it was sent to)."""
    contact = _awaited(slug, token, secret=secret)
    return contact is not None and (address is None or email_key(address) == contact.email_key)


def kept_for(slug: str, token: str, *, secret: str) -> str | None:
    """Return the address for which a claim link still keeps a place."""
    contact = _awaited(slug, token, secret=secret)
    return contact.email if contact else None


def has_proved(person: Person, contact: Contact) -> bool:
    """Say whether a person has proved the address of a contact."""
    return (
        db.session.scalar(
            select(PersonEmail.id).where(
                PersonEmail.person_id == person.id, PersonEmail.address_key == contact.email_key
            )
        )
        is not None
    )


def take_place(
    community: Community, contact: Contact, *, person: Person, now: datetime
) -> Membership:
    """Claim a contact and belong; the rules are asked for on the first page inside."""
    db.session.refresh(contact, with_for_update=True)
    if contact.person_id not in {None, person.id}:
        raise TakenAlready
    if community.closing_at is not None:
        raise CommunityClosing
    if queries.is_banned(contact):
        raise DoorShut
    if contact.person_id is None:
        contact = _claimed(community, contact, person, now=now)
    return begin_membership(contact, community=community, via=JoinedVia.IMPORT, now=now)


def _awaited(slug: str, token: str, *, secret: str) -> Contact | None:
    """Return the card of a claim link while it can be taken."""
    place = queries.standing(slug, None)
    if place is None or place.community.closing_at is not None:
        return None
    contact = contact_of_token(place.community, token, secret=secret)
    if contact is None or contact.person_id is not None or queries.is_banned(contact):
        return None
    return contact


def _claimed(community: Community, contact: Contact, person: Person, *, now: datetime) -> Contact:
    """Claim a card, unless the community knows the person by another one already."""
    if not has_proved(person, contact):
        raise AddressNotProved
    mine: Contact | None = db.session.scalar(
        within(Contact, community.id).where(Contact.person_id == person.id)
    )
    if mine is None:
        return claim(contact, person, now=now)
    if queries.is_banned(mine):
        raise DoorShut
    return mine
