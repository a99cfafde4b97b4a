"""Doors: who knocks comes in, waits in the queue, or is told why not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import update

from app.accounts.models import Person
from app.communities import queries
from app.communities.models import (
    Community,
    Contact,
    ContactSource,
    Invitation,
    InvitationKind,
    JoinedVia,
    Joining,
    JoinQuestion,
    JoinRequest,
    JoinRequestState,
    Membership,
)
from app.communities.service import notices
from app.communities.service.contacts import contact_for_person
from app.communities.service.hand import Hand
from app.communities.service.invitations import take_use
from app.communities.service.memberships import begin_membership
from app.communities.service.refusals import (
    AnswerMissing,
    CommunityClosing,
    DoorShut,
    InvitationNeeded,
    NoOneChosen,
    RequestDecided,
)
from app.communities.service.rules import consent
from app.core import audit
from app.core.database import add, db
from app.core.text import clean_text

DECISIONS = frozenset({JoinRequestState.APPROVED, JoinRequestState.DECLINED})
TRANSITIONS: dict[JoinRequestState, frozenset[JoinRequestState]] = {
    JoinRequestState.WAITING: DECISIONS | {JoinRequestState.WITHDRAWN},
    JoinRequestState.APPROVED: frozenset(),
    JoinRequestState.DECLINED: frozenset(),
    JoinRequestState.WITHDRAWN: frozenset(),
}
"""From where a request may go where; anything else is refused."""


@dataclass(frozen=True)
class Knock:
    """What someone brings to the door."""

    name: str
    answers: Mapping[str, str] = field(default_factory=dict)  # question's public id -> words
    agrees_to: int | None = None  # the number of the rules they read
    invitation: Invitation | None = None


def asks_questions(community: Community, invitation: Invitation | None) -> bool:
    """Say whether this way in asks the community's questions: a trusted link does not."""
    if invitation is not None:
        return invitation.kind is InvitationKind.UNKNOWN
    return community.joining in {Joining.QUESTIONS, Joining.APPROVAL}


def leads_to_queue(community: Community, invitation: Invitation | None) -> bool:
    """Say whether this way in ends in the queue, where an organizer decides."""
    if invitation is not None:
        return invitation.kind is InvitationKind.UNKNOWN
    return community.joining is Joining.APPROVAL


def join(
    community: Community, *, person: Person, knock: Knock, now: datetime
) -> Membership | JoinRequest:
    """Come in, or into the queue; someone who is in or waits already finds what is there.

    The contact's row is locked, so knocks of one person pass one after the other.
    """
    if community.closing_at is not None:
        raise CommunityClosing
    if knock.invitation is None and community.joining is Joining.INVITATION:
        raise InvitationNeeded
    contact = contact_for_person(
        community, person, name=knock.name, source=ContactSource.JOINING, now=now
    )
    if queries.is_banned(contact):
        raise DoorShut
    waits = leads_to_queue(community, knock.invitation)
    here = queries.membership_of(contact) or (queries.waiting_request(contact) if waits else None)
    return here or _pass(community, contact, knock, waits=waits, now=now)


def withdraw(request: JoinRequest, *, now: datetime) -> None:
    """Take one's request back."""
    if not _move([request], JoinRequestState.WITHDRAWN, decided_at=now):
        raise RequestDecided


def decide(
    requests: Sequence[JoinRequest],
    decision: JoinRequestState,
    *,
    community: Community,
    reply: str,
    by: Hand,
    now: datetime,
) -> list[JoinRequest]:
    """Approve or decline requests and return those that this call decided.

    Two organizers may decide at once: each request goes to the first. Raises RequestDecided when
    none was left.
    """
    if not requests:
        raise NoOneChosen
    if decision is JoinRequestState.APPROVED and community.closing_at is not None:
        raise CommunityClosing
    words = clean_text(reply) or None
    moved = _move(
        requests, decision, decided_at=now, decided_by_id=by.membership.contact_id, reply=words
    )
    if not moved:
        raise RequestDecided
    for request in moved:
        _settle(request, community=community, by=by, now=now)
    return moved


def _pass(
    community: Community, contact: Contact, knock: Knock, *, waits: bool, now: datetime
) -> Membership | JoinRequest:
    asked = asks_questions(community, knock.invitation)
    answers = _answers(queries.questions(community.id), knock.answers) if asked else []
    consent(contact, agrees_to=knock.agrees_to, now=now)
    if knock.invitation is not None:
        take_use(knock.invitation, now=now)
    if waits:
        return _ask(contact, answers, knock.invitation, community=community, now=now)
    _close_waiting(contact, answers, now=now)
    via = JoinedVia.INVITATION if knock.invitation else JoinedVia(community.joining.value)
    membership = begin_membership(
        contact, community=community, via=via, invitation=knock.invitation, now=now
    )
    notices.welcome(membership, community=community, now=now)
    return membership


def _answers(questions: Sequence[JoinQuestion], given: Mapping[str, str]) -> list[dict[str, Any]]:
    answers = []
    for question in questions:
        words = clean_text(given.get(question.public_id, ""))
        if question.is_required and not words:
            raise AnswerMissing(field=answer_field(question))
        answers.append({"id": question.public_id, "question": question.words, "answer": words})
    return answers


def answer_field(question: JoinQuestion) -> str:
    """Name the form field that carries the answer to a question."""
    return f"answer_{question.public_id}"


def _ask(
    contact: Contact,
    answers: list[dict[str, Any]],
    invitation: Invitation | None,
    *,
    community: Community,
    now: datetime,
) -> JoinRequest:
    request = add(
        JoinRequest(
            community_id=community.id,
            contact_id=contact.id,
            answers=answers,
            invitation_id=invitation.id if invitation else None,
            created_at=now,
        )
    )
    notices.tell_organizers(request, contact=contact, community=community)
    return request


def _close_waiting(contact: Contact, answers: list[dict[str, Any]], *, now: datetime) -> None:
    """Settle a request that another door has overtaken, or keep the answers given on the way."""
    waiting = queries.waiting_request(contact)
    if waiting is not None:
        _move([waiting], JoinRequestState.APPROVED, decided_at=now)
    elif answers:
        add(
            JoinRequest(
                community_id=contact.community_id,
                contact_id=contact.id,
                state=JoinRequestState.APPROVED,
                answers=answers,
                created_at=now,
                decided_at=now,
            )
        )


def _settle(request: JoinRequest, *, community: Community, by: Hand, now: datetime) -> None:
    if request.state is JoinRequestState.APPROVED:
        via = JoinedVia.INVITATION if request.invitation_id else JoinedVia.APPROVAL
        invitation = (
            db.session.get(Invitation, request.invitation_id) if request.invitation_id else None
        )
        membership = begin_membership(
            request.contact, community=community, via=via, invitation=invitation, now=now
        )
        membership.welcomed_at = now
    notices.tell_decision(request, community=community)
    audit.record(
        f"join_request.{request.state.value}",
        actor=by.person,
        community_id=community.id,
        subject=("join_request", request.id),
    )


def _move(
    requests: Sequence[JoinRequest], state: JoinRequestState, **values: object
) -> list[JoinRequest]:
    """Move requests to a state where the table allows it; of two movers the first one wins."""
    sources = [source for source, targets in TRANSITIONS.items() if state in targets]
    moved = set(
        db.session.scalars(
            update(JoinRequest)
            .where(
                JoinRequest.id.in_([request.id for request in requests]),
                JoinRequest.state.in_(sources),
            )
            .values(state=state, **values)
            .returning(JoinRequest.id)
            .execution_options(synchronize_session=False)
        )
    )
    for request in requests:
        db.session.refresh(request)
    return [request for request in requests if request.id in moved]
