"""The door: its questions, and the queue of those who wait."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import aliased

from app.accounts.queries import not_blocked
from app.communities.models import (
    Contact,
    Invitation,
    JoinQuestion,
    JoinRequest,
    JoinRequestState,
)
from app.core.database import db, within


@dataclass(frozen=True)
class RequestRow:
    """A request as those who decide see it."""

    request: JoinRequest
    contact: Contact
    invitation: str | None
    decided_by: str | None


def questions(community_id: int) -> list[JoinQuestion]:
    """Return the questions at the door, in order."""
    return list(
        db.session.scalars(
            within(JoinQuestion, community_id)
            .where(JoinQuestion.retired_at.is_(None))
            .order_by(JoinQuestion.position, JoinQuestion.id)
        )
    )


def waiting_requests(community_id: int, viewer_person_id: int) -> list[RequestRow]:
    """Return who waits, the longest first."""
    asked = _rows(community_id, viewer_person_id).where(
        JoinRequest.state == JoinRequestState.WAITING
    )
    return [
        RequestRow(*row)
        for row in db.session.execute(asked.order_by(JoinRequest.created_at, JoinRequest.id))
    ]


def decided_requests(
    community_id: int, viewer_person_id: int, *, limit: int = 20
) -> list[RequestRow]:
    """Return what an organizer decided of late, the latest first."""
    asked = _rows(community_id, viewer_person_id).where(JoinRequest.decided_by_id.is_not(None))
    latest = asked.order_by(JoinRequest.decided_at.desc(), JoinRequest.id.desc()).limit(limit)
    return [RequestRow(*row) for row in db.session.execute(latest)]


def waiting_among(
    community_id: int, viewer_person_id: int, public_ids: Sequence[str]
) -> list[JoinRequest]:
    """Return the chosen requests that this viewer may decide, decided ones included."""
    rows = db.session.execute(
        _rows(community_id, viewer_person_id)
        .where(JoinRequest.public_id.in_(public_ids))
        .order_by(JoinRequest.id)
    )
    return [row[0] for row in rows]


def waiting_count(community_id: int) -> int:
    """Count who waits at the door."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(JoinRequest)
            .where(
                JoinRequest.community_id == community_id,
                JoinRequest.state == JoinRequestState.WAITING,
            )
        )
        or 0
    )


def _rows(community_id: int, viewer_person_id: int) -> Select[JoinRequest, Contact, str, str]:
    decider = aliased(Contact)
    return (
        select(JoinRequest, Contact, Invitation.label, decider.name)
        .join(Contact, Contact.id == JoinRequest.contact_id)
        .outerjoin(Invitation, Invitation.id == JoinRequest.invitation_id)
        .outerjoin(
            decider,
            and_(
                decider.id == JoinRequest.decided_by_id,
                not_blocked(viewer_person_id, decider.person_id),
            ),
        )
        .where(
            JoinRequest.community_id == community_id,
            not_blocked(viewer_person_id, Contact.person_id),
        )
    )
