"""Invitation links: made, used within their limit, withdrawn."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, update

from app.accounts.models import Person
from app.communities import queries
from app.communities.models import Community, Invitation, InvitationKind
from app.communities.service.hand import Hand
from app.communities.service.refusals import InvitationSpent
from app.core import audit
from app.core.database import add, db
from app.core.text import clean_line
from app.core.tokens import read_forever, sign_forever

PURPOSE = "communities.invitation"


@dataclass(frozen=True)
class Terms:
    """How far a link reaches."""

    kind: InvitationKind
    label: str = ""
    max_uses: int | None = None
    expires_at: datetime | None = None


def make_invitation(community: Community, terms: Terms, *, by: Hand, now: datetime) -> Invitation:
    """Make a link to come in."""
    invitation = add(
        Invitation(
            community_id=community.id,
            kind=terms.kind,
            label=clean_line(terms.label),
            max_uses=terms.max_uses,
            expires_at=terms.expires_at,
            created_by_id=by.membership.contact_id,
            created_at=now,
        )
    )
    audit.record(
        "invitation.made",
        actor=by.person,
        community_id=community.id,
        subject=("invitation", invitation.id),
        kind=terms.kind.value,
        max_uses=terms.max_uses,
    )
    return invitation


def revoke_invitation(invitation: Invitation, *, by: Hand, now: datetime) -> None:
    """Withdraw a link; doing it twice changes nothing."""
    if invitation.revoked_at is not None:
        return
    invitation.revoked_at = now
    audit.record(
        "invitation.revoked",
        actor=by.person,
        community_id=invitation.community_id,
        subject=("invitation", invitation.id),
    )


def take_use(invitation: Invitation, *, now: datetime) -> None:
    """Count one use of a link; raises InvitationSpent.

    One conditional update: two people may come with the last use at once.
    """
    taken = db.session.scalar(
        update(Invitation)
        .where(
            Invitation.id == invitation.id,
            Invitation.revoked_at.is_(None),
            or_(Invitation.expires_at.is_(None), Invitation.expires_at > now),
            or_(Invitation.max_uses.is_(None), Invitation.uses < Invitation.max_uses),
        )
        .values(uses=Invitation.uses + 1)
        .returning(Invitation.uses)
        .execution_options(synchronize_session=False)
    )
    if taken is None:
        raise InvitationSpent
    db.session.refresh(invitation)


def vouches(token: str, *, secret: str, now: datetime) -> bool:
    """Say whether a link speaks for whoever holds it: it is trusted, and leads in now.

    It speaks for as many as may use it: an account that was made and did not join counts too.
    """
    found = _signed(token, secret=secret)
    return found is not None and _speaks(*found, now=now)


def count_account(token: str, *, person: Person, secret: str, now: datetime) -> None:
    """Count an account made because of a link; raises InvitationSpent where it is one too many.

    The row is locked: two people may come with the last one at once.
    """
    found = _signed(token, secret=secret)
    if found is None or found[0].kind is not InvitationKind.TRUSTED:
        return
    invitation, community = found
    db.session.refresh(invitation, with_for_update=True)
    if not _speaks(invitation, community, now=now):
        raise InvitationSpent
    audit.record(
        queries.MADE_ACCOUNT,
        actor=person,
        community_id=community.id,
        subject=("invitation", invitation.id),
    )


def _signed(token: str, *, secret: str) -> tuple[Invitation, Community] | None:
    public_id = read_invitation_token(token, secret=secret)
    return queries.invitation_by_id(public_id) if public_id else None


def _speaks(invitation: Invitation, community: Community, *, now: datetime) -> bool:
    is_trusted = invitation.kind is InvitationKind.TRUSTED and community.closing_at is None
    if not (is_trusted and queries.leads_in(invitation, now=now)):
        return False
    most = invitation.max_uses
    return most is None or queries.accounts_made(invitation) < most


def invitation_token(invitation: Invitation, *, secret: str) -> str:
    """Return the secret part of a link: signed, so that nothing needs to be stored."""
    return sign_forever(invitation.public_id, purpose=PURPOSE, secret=secret)


def read_invitation_token(token: str, *, secret: str) -> str | None:
    """Return the public id that a link carries, or None for a forged one."""
    found = read_forever(token, purpose=PURPOSE, secret=secret)
    return found if isinstance(found, str) else None
