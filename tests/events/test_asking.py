"""Afterwards: did you get what you came for? Asked of who was there, changeable, a yes counts."""

import json
import re
from datetime import datetime, timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.activity import rollups
from app.activity.models import Activity, ActivityMonth
from app.communities.models import Community, Contact
from app.communities.service.exports import zip_of
from app.core import notices
from app.core.database import add, db
from app.core.jobs import defer, run_pending
from app.core.models import OutgoingMail
from app.events import processes, queries
from app.events.models import Attendance, AttendanceState, CameFor, Event, EventState
from app.events.service import asking
from app.events.service.kinds import AFTERWARDS
from app.events.service.refusals import NothingToAsk
from tests.conftest import TODAY, FixedClock
from tests.events.conftest import Statements
from tests.factories import (
    make_community,
    make_contact,
    make_event,
    make_member,
    person_of,
    sign_in,
)
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


def test_an_owner_takes_along_no_answer_but_a_yes(
    session: Session, community: Community, event: Event, ada: Contact, host: Contact
) -> None:
    package = host.person_id or 0
    for came_for, told in ((CameFor.YES, ("yes", 1, True)), (CameFor.NO, (None, None, False))):
        seat = session.scalar(select(Attendance)) or seat_of(ada, event, came=True)
        asking.answer(seat, came_for, community=community, now=TODAY)
        files = ZipFile(BytesIO(zip_of(community, package)))
        (row,) = json.loads(files.read("data/attendance.json"))
        assert (row["came_for"], row["answers"], bool(row["answered_at"])) == told
        acts = json.loads(files.read("data/activity.json"))
        assert ["event.worthwhile" in act["type"] for act in acts] == [True] * bool(told[0])


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


def asked_by_mail(now: datetime) -> list[str]:
    """Ask at a moment; return whom the mails are for, in the order of their seats."""
    processes.ask_afterwards(now, batch=2)
    rows = db.session.scalars(
        select(OutgoingMail).where(OutgoingMail.kind == AFTERWARDS).order_by(OutgoingMail.id)
    )
    return [one.to_name for one in rows]


def test_members_who_were_there_are_asked_once_by_mail_half_a_day_later(
    session: Session, community: Community, event: Event
) -> None:
    names = ("Ada", "Ben", "Cy", "Dee", "Eve", "Flo")
    ada, ben, cy, dee, eve, flo = (make_member(community, name=name) for name in names)
    for one in (ada, ben, cy, dee, eve):
        seat_of(one, event, came=True)
    seat_of(flo, event)  # stayed away
    seat_of(make_contact(community, email="guest@example.org"), event, came=True)  # no member
    seat = session.scalars(select(Attendance).where(Attendance.contact_id == ben.id)).one()
    asking.answer(seat, CameFor.NO, community=community, now=ASKED)
    notices.choose(AFTERWARDS, wanted=False, person_id=person_of(cy).id, community_id=community.id)
    notices.choose(AFTERWARDS, wanted=False, person_id=person_of(dee).id)
    half_a_day, late = ASKED + timedelta(hours=12, minutes=1), ASKED + timedelta(hours=37)
    assert asked_by_mail(half_a_day - timedelta(minutes=2)) == []
    assert asked_by_mail(late) == []
    for _twice in range(2):
        assert asked_by_mail(half_a_day) == ["Ada", "Eve"]


@pytest.mark.parametrize("is_cancelled", [False, True])
def test_where_nobody_was_checked_in_everybody_with_a_place_is_asked_by_mail(
    community: Community, event: Event, ada: Contact, *, is_cancelled: bool
) -> None:
    seat_of(ada, event)
    if is_cancelled:
        event.state, event.cancelled_at = EventState.CANCELLED, ASKED
    asked = asked_by_mail(ASKED + timedelta(hours=13))
    assert asked == ([] if is_cancelled else ["Ada"])


@pytest.mark.parametrize("number", [1, 3])
def test_whom_to_ask_is_read_by_one_statement(
    session: Session, community: Community, event: Event, statements: Statements, number: int
) -> None:
    names, title, place = [f"Ada {one}" for one in range(number)], event.title, community.name
    for name in names:
        seat_of(make_member(community, name=name), event)
    session.expunge_all()  # nothing is known but what the statement reads
    statements.clear()
    found = queries.to_be_asked(AFTERWARDS, ASKED, TODAY, 0, limit=50)
    read = [(one.event.title, one.contact.name, where.name) for one, where in found]
    assert (read, len(statements)) == ([(title, name, place) for name in names], 1)


@pytest.mark.parametrize("number", [1, 3])
def test_to_ask_three_nothing_more_is_read_than_to_ask_one(
    session: Session, community: Community, event: Event, statements: Statements, number: int
) -> None:
    """Beside what each mail takes: the seats, the accounts, the community, and no more seats."""
    names = [f"Ada {one}" for one in range(number)]
    for name in names:
        seat_of(make_member(community, name=name), event)
    session.expunge_all()
    statements.clear()
    processes.ask_afterwards(ASKED + timedelta(hours=13))
    about = ("attendance", "person", "community", "contact", "event")
    reads = [found[1] for one in statements if (found := re.search(r"FROM (\w+)", one))]
    assert [one for one in reads if one in about] == [
        "attendance", "person", "community", "attendance",
    ]  # fmt: skip
    assert len(session.scalars(select(OutgoingMail.id)).all()) == number


def test_a_community_that_is_suspended_asks_nobody(
    community: Community, event: Event, ada: Contact
) -> None:
    seat_of(ada, event)
    community.suspended_at = TODAY
    db.session.flush()
    asked = ASKED + timedelta(hours=13)
    assert asked_by_mail(asked) == []
    community.suspended_at = None
    assert asked_by_mail(asked) == ["Ada"]


def test_the_mail_leads_to_the_question_by_the_sign_in(
    session: Session, client: ProofreadingClient, app: Flask, clock: FixedClock, event: Event,
    ada: Contact,
) -> None:  # fmt: skip
    seat_of(ada, event)
    clock.set(ASKED + timedelta(hours=13))
    defer("events.ask_afterwards")
    session.commit()
    run_pending(app)
    mail = session.scalars(select(OutgoingMail)).one()
    assert mail.subject == f"How was it? {event.title}"
    assert (mail.unsubscribe_url or "none") in mail.text_body
    link = re.search(r"https?://\S+(/sign-in\?\S+)", mail.text_body)
    assert link
    assert client.get(link[1]).status_code == 200  # signed out: the way in
    sign_in(client, ada)
    assert QUESTION in client.follow(client.get(link[1])).text


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
