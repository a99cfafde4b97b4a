"""Linking accounts of imports to people by hand; undoable, and no import does it again."""

from app.accounts.models import Person
from app.activity import service as activity
from app.activity.models import Identity
from app.activity.queries import hold_the_ledger
from app.communities.models import Community, Contact
from app.core import audit
from app.core.database import db
from app.core.errors import RuleViolation
from app.core.text import N_


class BotsAreNobody(RuleViolation):
    """What a program does is nobody's doing."""

    message = N_("This account is a bot's. It stays nobody's.")


class LinkedAlready(RuleViolation):
    """Someone else was faster."""

    message = N_("This account is linked to someone by now. Take that away first.")


def link_account(identity: Identity, contact: Contact, *, community: Community, by: Person) -> None:
    """Give an account, and all that was done under it, to a contact.

    Raises BotsAreNobody, LinkedAlready.
    """
    _read_alone(identity)
    if identity.is_bot:
        raise BotsAreNobody
    if identity.contact_id not in {None, contact.id}:
        raise LinkedAlready
    if identity.contact_id == contact.id:
        return
    identity.is_apart = False
    activity.link(identity, contact_id=contact.id, zone=community.zone)
    _record("identity.linked", identity, community, by, contact_id=contact.id)


def unlink_account(identity: Identity, *, community: Community, by: Person) -> None:
    """Take an account away from its contact again; a proved address links it no more by itself."""
    _read_alone(identity)
    contact_id = identity.contact_id
    if contact_id is None:
        return
    identity.is_apart = True
    activity.unlink(identity, zone=community.zone)
    _record("identity.unlinked", identity, community, by, contact_id=contact_id)


def _read_alone(identity: Identity) -> None:
    """Read an account as it is now: nobody links it until the transaction ends."""
    hold_the_ledger(identity.community_id)
    db.session.refresh(identity)


def _record(
    action: str, identity: Identity, community: Community, by: Person, *, contact_id: int
) -> None:
    audit.record(
        action,
        actor=by,
        community_id=community.id,
        subject=("identity", identity.id),
        contact=contact_id,
    )
