"""The queue: decided once, by the first who decides."""

import pytest
from sqlalchemy.orm import Session

from app.accounts.models import Person
from app.communities import queries
from app.communities.models import (
    Community,
    Invitation,
    InvitationKind,
    JoinedVia,
    Joining,
    JoinRequest,
    JoinRequestState,
)
from app.communities.service import joining
from app.communities.service.joining import TRANSITIONS
from app.communities.service.refusals import (
    CommunityClosing,
    NoOneChosen,
    RequestDecided,
)
from app.core.database import add
from tests.communities.hands import audited, hand_of, last_mail, mails
from tests.conftest import TODAY, FixedClock
from tests.factories import (
    make_community,
    make_contact,
    make_member,
    make_person,
    person_of,
)

State = JoinRequestState


def make_link(community: Community, kind: InvitationKind, **values: object) -> Invitation:
    return add(Invitation(community_id=community.id, kind=kind, **{"created_at": TODAY, **values}))


def make_request(
    community: Community, *, state: State = State.WAITING, person: Person | None = None
) -> JoinRequest:
    contact = make_contact(community, person=person or make_person())
    return add(
        JoinRequest(community_id=community.id, contact_id=contact.id, state=state, created_at=TODAY)
    )


def test_approving_lets_in_and_tells(session: Session) -> None:
    community = make_community(joining=Joining.APPROVAL, welcome="Hello")
    organizer = make_member(community, role="organizer")
    link = make_link(community, InvitationKind.UNKNOWN)
    plain, invited = make_request(community), make_request(community)
    invited.invitation_id = link.id

    decided = joining.decide(
        [plain, invited],
        State.APPROVED,
        community=community,
        reply=" See you Sunday ",
        by=hand_of(organizer),
        now=TODAY,
    )

    assert decided == [plain, invited]
    assert plain.reply == "See you Sunday"
    first, second = (queries.membership_of(one.contact) for one in decided)
    assert first
    assert second
    assert (first.joined_via, second.joined_via) == (JoinedVia.APPROVAL, JoinedVia.INVITATION)
    assert (first.welcomed_at, second.invitation_id) == (TODAY, link.id)
    assert mails() == [
        ("communities.decision", plain.contact_id),
        ("communities.decision", invited.contact_id),
    ]
    assert "See you Sunday" in last_mail().text_body
    assert audited() == ["join_request.approved"] * 2


def test_declining_tells_in_kind_words(session: Session) -> None:
    community = make_community()
    organizer, request = make_member(community, role="organizer"), make_request(community)

    joining.decide(
        [request],
        State.DECLINED,
        community=community,
        reply="",
        by=hand_of(organizer),
        now=TODAY,
    )

    assert queries.membership_of(request.contact) is None
    assert (request.reply, request.decided_by_id) == (None, organizer.id)
    assert mails() == [("communities.decision", request.contact_id)]
    assert audited() == ["join_request.declined"]


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("target", [State.APPROVED, State.DECLINED, State.WITHDRAWN])
def test_a_request_moves_only_as_the_table_says(
    session: Session, state: State, target: State
) -> None:
    community = make_community()
    hand = hand_of(make_member(community, role="organizer"))
    request = make_request(community, state=state)

    def move() -> None:
        if target is State.WITHDRAWN:
            joining.withdraw(request, now=TODAY)
        else:
            joining.decide([request], target, community=community, reply="", by=hand, now=TODAY)

    if target in TRANSITIONS[state]:
        move()
        assert (request.state, request.decided_at) == (target, TODAY)
    else:
        with pytest.raises(RequestDecided):
            move()
        assert request.state is state


def test_of_many_chosen_the_decided_ones_are_passed_over(session: Session) -> None:
    community = make_community()
    hand = hand_of(make_member(community, role="organizer"))
    waiting, decided = make_request(community), make_request(community, state=State.DECLINED)

    moved = joining.decide(
        [waiting, decided], State.APPROVED, community=community, reply="", by=hand, now=TODAY
    )

    assert moved == [waiting]
    assert decided.state is State.DECLINED


def test_nobody_chosen_and_a_closing_community_are_refused(session: Session) -> None:
    community = make_community(closing_at=TODAY)
    hand = hand_of(make_member(community, role="organizer"))
    with pytest.raises(NoOneChosen):
        joining.decide([], State.APPROVED, community=community, reply="", by=hand, now=TODAY)
    request = make_request(community)
    with pytest.raises(CommunityClosing):
        joining.decide([request], State.APPROVED, community=community, reply="", by=hand, now=TODAY)
    joining.decide([request], State.DECLINED, community=community, reply="", by=hand, now=TODAY)
    assert request.state is State.DECLINED


def test_the_queue_is_served_in_order_and_remembers_who_decided(
    session: Session, clock: FixedClock
) -> None:
    community = make_community()
    organizer = make_member(community, role="organizer", name="Olga")
    viewer = person_of(organizer).id
    second, first = make_request(community), make_request(community)
    first.created_at = TODAY.replace(year=2025)
    session.flush()

    assert [row.request for row in queries.waiting_requests(community.id, viewer)] == [
        first,
        second,
    ]
    joining.decide(
        [first], State.DECLINED, community=community, reply="", by=hand_of(organizer), now=TODAY
    )
    decided = queries.decided_requests(community.id, viewer)
    assert [(row.request, row.decided_by) for row in decided] == [(first, "Olga")]
    foreign = make_request(make_community())
    chosen = [foreign.public_id, second.public_id]
    assert queries.waiting_among(community.id, viewer, chosen) == [second]
