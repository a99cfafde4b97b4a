"""Afterwards: did you get what you came for? Asked of who was there, changeable, a yes counts."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.activity import rollups
from app.activity.models import Activity, ActivityMonth
from app.communities.models import Community, Contact
from app.core.database import add, db
from app.events.models import Attendance, AttendanceState, CameFor, Event, EventState
from app.events.service import asking
from app.events.service.refusals import NothingToAsk
from tests.conftest import TODAY, FixedClock
from tests.factories import make_community, make_event, make_member, sign_in
from tests.pages import ProofreadingClient

QUESTION = "Did you get what you came for?"
ASKED = TODAY - timedelta(days=2)  # the event ended


@pytest.fixture
def community(session: Session) -> Community:
    return make_community(slug="lantern")


@pytest.fixture
def host(community: Community) -> Contact:
    return make_member(community, role="host", name="Hana")


@pytest.fixture
def event(community: Community, host: Contact) -> Event:
    begins = ASKED - timedelta(hours=2)
    return make_event(
        community, starts_at=begins, state=EventState.PUBLISHED, created_by_id=host.id
    )


@pytest.fixture
def ada(community: Community) -> Contact:
    return make_member(community, name="Ada")


def seat_of(contact: Contact, event: Event, *, came: bool = False) -> Attendance:
    return add(
        Attendance(
            community_id=event.community_id, event_id=event.id, contact_id=contact.id,
            state=AttendanceState.GOING, reserved_at=ASKED, confirmed_at=ASKED,
            arrived=int(came), checked_in_at=ASKED if came else None,
        )
    )  # fmt: skip


def path_of(event: Event) -> str:
    return f"/c/lantern/events/{event.public_id}"


def facts(session: Session) -> list[tuple[int | None, int | None, bool]]:
    """Return who was helped, by whom, and whether it still counts."""
    rows = session.execute(
        select(Activity.contact_id, Activity.counterpart_id, Activity.void_at.is_(None))
        .where(Activity.type == "event.worthwhile")
        .order_by(Activity.id)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def helped_days() -> int:
    return sum(db.session.scalars(select(ActivityMonth.helping_days)))


def test_who_was_there_is_asked_and_answers_by_one_click(
    session: Session, client: ProofreadingClient, event: Event, ada: Contact, host: Contact
) -> None:
    seat = seat_of(ada, event, came=True)
    sign_in(client, ada)
    assert QUESTION in client.get(path_of(event)).text
    answer = client.post(f"{path_of(event)}/attendance/answer", data={"came_for": "yes"})
    assert (answer.status_code, answer.location) == (303, path_of(event))
    session.refresh(seat)
    assert (seat.came_for, seat.answers) == (CameFor.YES, 1)
    assert facts(session) == [(ada.id, host.id, True)]
    assert helped_days()
    html = client.get(path_of(event)).text
    assert html.count('aria-pressed="true"') == 1
    assert "You can change your answer." in html


def test_an_answer_may_be_changed_and_changed_back(
    session: Session, community: Community, event: Event, ada: Contact, host: Contact
) -> None:
    seat = seat_of(ada, event, came=True)
    for came_for in (CameFor.YES, CameFor.PARTLY, CameFor.NO):
        asking.answer(seat, came_for, community=community, now=TODAY)
    assert facts(session) == [(ada.id, host.id, False)]
    assert helped_days() == 0
    for _twice in range(2):
        asking.answer(seat, CameFor.YES, community=community, now=TODAY)
    assert facts(session) == [(ada.id, host.id, False), (ada.id, host.id, True)]
    months = list(session.scalars(select(ActivityMonth.helping_days)))
    rollups.recount(community.id, community.zone)
    assert list(session.scalars(select(ActivityMonth.helping_days))) == months


def test_nobody_helps_themself(
    session: Session, community: Community, event: Event, host: Contact
) -> None:
    asking.answer(seat_of(host, event), CameFor.YES, community=community, now=TODAY)
    assert facts(session) == [(host.id, None, True)]


def test_where_nobody_was_checked_in_a_place_is_enough(
    client: ProofreadingClient, event: Event, ada: Contact, host: Contact, community: Community
) -> None:
    seat = seat_of(ada, event)
    sign_in(client, ada)
    assert QUESTION in client.get(path_of(event)).text
    seat_of(host, event, came=True)
    assert QUESTION not in client.get(path_of(event)).text
    with pytest.raises(NothingToAsk):
        asking.answer(seat, CameFor.YES, community=community, now=TODAY)


@pytest.mark.parametrize(
    ("changes", "days"),
    [
        ({}, -3),  # it is still to come
        ({}, 60),
        ({"state": EventState.CANCELLED, "cancelled_at": ASKED}, 0),
    ],
)
def test_what_is_not_over_long_over_or_cancelled_asks_nothing(
    session: Session, community: Community, event: Event, ada: Contact, changes: dict[str, object],
    days: int,
) -> None:  # fmt: skip
    seat = seat_of(ada, event)
    assert asking.is_asked(seat, event, now=TODAY)
    for name, value in changes.items():
        setattr(event, name, value)
    session.flush()
    now = TODAY + timedelta(days=days)
    assert not asking.is_asked(seat, event, now=now)
    with pytest.raises(NothingToAsk):
        asking.answer(seat, CameFor.YES, community=community, now=now)
    assert facts(session) == []


def test_a_place_given_back_is_no_place(event: Event, ada: Contact) -> None:
    seat = seat_of(ada, event)
    seat.state = AttendanceState.CANCELLED
    assert not asking.is_asked(seat, event, now=TODAY)


def test_only_the_three_answers_count(
    client: ProofreadingClient, clock: FixedClock, event: Event, ada: Contact
) -> None:
    seat_of(ada, event)
    sign_in(client, ada)
    path = f"{path_of(event)}/attendance/answer"
    assert client.post(path, data={"came_for": "maybe"}).status_code == 400
    clock.now += timedelta(days=90)
    sign_in(client, ada)
    assert client.post(path, data={"came_for": "no"}).status_code == 422
