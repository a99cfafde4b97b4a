"""Doors: who comes in, who waits, who is told why not."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import Block, Person
from app.communities import queries
from app.communities.models import (
    Ban,
    Community,
    Contact,
    Invitation,
    InvitationKind,
    JoinedVia,
    Joining,
    JoinQuestion,
    JoinRequest,
    JoinRequestState,
    Membership,
    RulesConsent,
)
from app.communities.service import joining, notices
from app.communities.service.joining import Knock
from app.communities.service.refusals import (
    AnswerMissing,
    CommunityClosing,
    DoorShut,
    InvitationNeeded,
    InvitationSpent,
    RulesNotAccepted,
)
from app.core.database import add
from tests.communities.hands import last_mail, mails
from tests.conftest import TODAY
from tests.factories import (
    make_community,
    make_contact,
    make_member,
    make_person,
    make_rules,
)

State = JoinRequestState


def knock(
    community: Community, person: Person | None = None, **values: object
) -> Membership | JoinRequest:
    return joining.join(
        community,
        person=person or make_person(),
        knock=Knock(**{"name": "Newcomer", **values}),  # type: ignore[arg-type]
        now=TODAY,
    )


def make_question(community: Community, words: str = "Why?", **values: object) -> JoinQuestion:
    return add(JoinQuestion(community_id=community.id, position=1, words=words, **values))


def make_link(community: Community, kind: InvitationKind, **values: object) -> Invitation:
    return add(Invitation(community_id=community.id, kind=kind, **{"created_at": TODAY, **values}))


def test_an_open_door_leads_straight_in_with_a_welcome(session: Session) -> None:
    community = make_community(welcome="Come on *Sunday*.")

    found = knock(community)

    assert isinstance(found, Membership)
    assert (found.joined_via, found.welcomed_at) == (JoinedVia.OPEN, TODAY)
    assert found.contact.name == "Newcomer"
    assert mails() == [("communities.welcome", found.contact_id)]
    assert "<em>Sunday</em>" in last_mail().html_body
    assert "Come on *Sunday*." in last_mail().text_body


def test_the_welcome_goes_out_once(session: Session) -> None:
    community, person = make_community(), make_person()

    first, second = knock(community, person), knock(community, person)

    assert isinstance(first, Membership)
    assert first is second
    notices.welcome(first, community=community, now=TODAY)
    assert len(mails()) == 1


def test_questions_are_answered_before_one_is_in(session: Session) -> None:
    community = make_community(joining=Joining.QUESTIONS)
    asked = make_question(community)
    spare = make_question(community, "Anything else?", is_required=False)
    with pytest.raises(AnswerMissing) as refusal:
        knock(community, answers={asked.public_id: " \u200b"})
    assert refusal.value.field == joining.answer_field(asked)

    found = knock(community, answers={asked.public_id: "To run", "foreign": "x"})

    assert isinstance(found, Membership)
    assert found.joined_via is JoinedVia.QUESTIONS
    kept = session.scalars(select(JoinRequest)).one()
    assert (kept.state, kept.contact_id) == (State.APPROVED, found.contact_id)
    assert kept.answers == [
        {"id": asked.public_id, "question": "Why?", "answer": "To run"},
        {"id": spare.public_id, "question": "Anything else?", "answer": ""},
    ]


def test_an_open_door_asks_no_questions(session: Session) -> None:
    community = make_community()
    make_question(community)

    assert isinstance(knock(community), Membership)
    assert session.scalar(select(func.count()).select_from(JoinRequest)) == 0


def test_a_door_without_questions_left_keeps_nothing(session: Session) -> None:
    community = make_community(joining=Joining.QUESTIONS)
    make_question(community, retired_at=TODAY)

    assert isinstance(knock(community), Membership)
    assert session.scalar(select(func.count()).select_from(JoinRequest)) == 0


def test_approval_leads_into_the_queue_once_and_tells_who_decides(session: Session) -> None:
    community = make_community(joining=Joining.APPROVAL)
    owner, moderator = (make_member(community, role=role) for role in ("owner", "moderator"))
    make_member(community, role="host")
    person = make_person()

    first, second = knock(community, person), knock(community, person)

    assert isinstance(first, JoinRequest)
    assert second is first
    assert mails() == [
        ("communities.join_request", owner.id),
        ("communities.join_request", moderator.id),
    ]
    assert queries.waiting_count(community.id) == 1
    assert queries.member_count(community.id) == 3


def test_the_mail_about_a_request_holds_the_answers_but_no_link_of_theirs(
    session: Session,
) -> None:
    community = make_community(joining=Joining.APPROVAL)
    make_member(community, role="owner")
    asked = make_question(community)

    knock(community, name="Win at evil.example", answers={asked.public_id: "<b>To run</b>"})

    mail = last_mail()
    assert "&lt;b&gt;To run" in mail.html_body
    assert "evil. example" in mail.subject


def test_a_blocked_pair_hears_nothing_of_each_other_at_the_door(session: Session) -> None:
    community = make_community(joining=Joining.APPROVAL)
    owner, moderator = (make_member(community, role=role) for role in ("owner", "moderator"))
    person = make_person()
    add(Block(blocker_id=owner.person_id, blocked_id=person.id, created_at=TODAY))

    knock(community, person)

    assert mails() == [("communities.join_request", moderator.id)]
    assert queries.waiting_requests(community.id, owner.person_id or 0) == []
    assert len(queries.waiting_requests(community.id, moderator.person_id or 0)) == 1


def test_only_links_lead_in_where_invitations_are_asked(session: Session) -> None:
    community = make_community(joining=Joining.INVITATION)
    with pytest.raises(InvitationNeeded):
        knock(community)

    found = knock(community, invitation=make_link(community, InvitationKind.TRUSTED))

    assert isinstance(found, Membership)
    assert found.joined_via is JoinedVia.INVITATION


def test_a_trusted_link_asks_no_questions_and_counts_one_use(session: Session) -> None:
    community = make_community(joining=Joining.APPROVAL)
    make_question(community)
    link = make_link(community, InvitationKind.TRUSTED, max_uses=1)
    person = make_person()

    found = knock(community, person, invitation=link)
    again = knock(community, person, invitation=link)

    assert isinstance(found, Membership)
    assert (found.invitation_id, again, link.uses) == (link.id, found, 1)
    with pytest.raises(InvitationSpent):
        knock(community, invitation=link)


def test_an_unknown_link_leads_into_the_queue_and_counts_there(session: Session) -> None:
    community = make_community()
    asked = make_question(community)
    link = make_link(community, InvitationKind.UNKNOWN)
    with pytest.raises(AnswerMissing):
        knock(community, invitation=link)

    found = knock(community, invitation=link, answers={asked.public_id: "To run"})

    assert isinstance(found, JoinRequest)
    assert (found.invitation_id, link.uses) == (link.id, 1)


@pytest.mark.parametrize(
    "ended", [{"revoked_at": TODAY}, {"expires_at": TODAY}, {"max_uses": 3, "uses": 3}]
)
def test_a_link_that_is_over_leads_nowhere(session: Session, ended: dict[str, object]) -> None:
    community = make_community(joining=Joining.INVITATION)
    link = make_link(community, InvitationKind.TRUSTED, **ended)
    assert not queries.leads_in(link, now=TODAY)

    with pytest.raises(InvitationSpent):
        knock(community, invitation=link)


def test_another_door_settles_what_waits(session: Session) -> None:
    community, person = make_community(joining=Joining.APPROVAL), make_person()
    waiting = knock(community, person)

    found = knock(community, person, invitation=make_link(community, InvitationKind.TRUSTED))

    assert isinstance(found, Membership)
    assert waiting.state is State.APPROVED  # type: ignore[union-attr]


def test_rules_are_agreed_to_as_they_stand(session: Session) -> None:
    community = make_community()
    old = make_rules(community, "Be kind")
    new = make_rules(community, "Be kind", "Be brief")
    for number in (None, old.number, new.number + 1):
        with pytest.raises(RulesNotAccepted):
            knock(community, agrees_to=number)

    found = knock(community, agrees_to=new.number)

    consent = session.scalars(select(RulesConsent)).one()
    assert (consent.contact_id, consent.rules_version_id) == (
        found.contact_id,
        new.id,
    )


def test_a_closing_community_takes_in_nobody(session: Session) -> None:
    community = make_community(closing_at=TODAY)

    with pytest.raises(CommunityClosing):
        knock(community, invitation=make_link(community, InvitationKind.TRUSTED))


@pytest.mark.parametrize("kind", [None, InvitationKind.TRUSTED, InvitationKind.UNKNOWN])
def test_no_door_opens_for_the_banned(session: Session, kind: InvitationKind | None) -> None:
    community, person = make_community(), make_person()
    contact = make_contact(community, person=person)
    add(Ban(community_id=community.id, contact_id=contact.id, reason="x", banned_at=TODAY))

    with pytest.raises(DoorShut):
        knock(community, person, invitation=make_link(community, kind) if kind else None)

    assert queries.membership_of(contact) is None


def test_an_imported_contact_is_claimed_by_joining(session: Session) -> None:
    community = make_community()
    imported = make_contact(community, email="ana@example.org", name="Ana from the list")

    found = knock(community, make_person(email="Ana@example.org"))

    assert found.contact_id == imported.id
    assert session.scalar(select(func.count()).select_from(Contact)) == 1
