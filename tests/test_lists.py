"""Every list costs the same for one row as for three: what one more row asks is nothing."""

import pytest
from sqlalchemy.orm import Session

from app.communities.models import (
    Announcement,
    Community,
    Contact,
    ContactNote,
    ImportKind,
    ImportRun,
    ImportState,
    Report,
    ReportSubject,
    Tag,
)
from app.core import clock
from app.core.database import add, db
from app.events.models import Attendance, AttendanceState, Event, EventHost
from app.events.service.buying import reserve_tickets
from app.events.service.ticket_types import Terms, add_type
from app.matching.models import MatchSetAside
from tests.communities.reading import statements_of
from tests.factories import make_community, make_event, make_member, make_person, sign_in
from tests.pages import ProofreadingClient

OF_OWNER = {
    "desk/announcements": 4,
    "desk/events": 4,
    "desk/events/EVENT": 6,
    "desk/events/EVENT/check-in": 6,
    "desk/events/EVENT/sales": 7,
    "desk/events/EVENT/tickets": 5,
    "desk/imports": 4,
    "desk/imports/of/activities": 4,
    "desk/imports/of/orders": 4,
    "desk/members": 7,
    "desk/members/CONTACT": 11,
    "desk/reports": 5,
    "events": 3,
    "events/EVENT": 7,
    "matches/choices": 4,
    "members": 4,
    "reports": 3,
}
OF_SITE = {"/site/communities": 4, "/site/people": 4, "/site/reports": 4}


class Lists:
    """A community whose lists grow by one of each."""

    def __init__(self) -> None:
        self.community: Community = make_community(slug="runners")
        self.owner: Contact = make_member(self.community, role="owner")
        self.event: Event = make_event(self.community)
        self.own = {"community_id": self.community.id}

    def grow(self) -> None:
        """Add a row to every list, of communities too."""
        make_community()
        now, one = clock.now(), make_member(self.community, role="host")
        self._say(one)
        other = make_event(self.community)
        add(EventHost(**self.own, event_id=other.id, contact_id=one.id))
        add(EventHost(**self.own, event_id=self.event.id, contact_id=one.id))
        add(
            Attendance(
                **self.own,
                event_id=self.event.id,
                contact_id=one.id,
                state=AttendanceState.GOING,
                reserved_at=now,
                confirmed_at=now,
            )
        )
        sort = add_type(
            self.event, Terms(title="Paid", price_minor=500), community=self.community, now=now
        )
        taken = {sort.public_id: 1}
        reserve_tickets(
            self.event, taken, contact=one, name="A", is_member=True, now=now, sold_by=self.owner
        )
        for kind in ImportKind:
            run = ImportRun(**self.own, kind=kind, state=ImportState.DONE, created_at=now)
            run.created_by_id = one.person_id
            add(run)
        add(MatchSetAside(**self.own, contact_id=self.owner.id, other_id=one.id, set_at=now))
        db.session.commit()

    def _say(self, one: Contact) -> None:
        now = clock.now()
        words = {"words": "x", "created_at": now}
        add(Announcement(**self.own, **words, author_id=one.id, subject="x"))
        add(ContactNote(**self.own, **words, contact_id=self.owner.id, author_id=one.id))
        add(Tag(**self.own, name=f"Tag {one.id}", name_key=f"tag {one.id}"))
        for reporter, about in ((one, self.owner), (self.owner, one), (one, one)):
            made = Report(
                **self.own, **words, reporter_id=reporter.id, subject=ReportSubject.CONTACT
            )
            made.about_contact_id, made.subject_public_id = about.id, about.public_id
            add(made)

    def path(self, tail: str) -> str:
        """Return an address with the ids of rows in it."""
        ids = {"EVENT": self.event.public_id, "CONTACT": self.owner.public_id}
        for word, public_id in ids.items():
            tail = tail.replace(word, public_id)
        return tail


@pytest.fixture
def lists(session: Session) -> Lists:
    return Lists()


def test_a_list_costs_the_same_for_one_and_for_three(
    lists: Lists, client: ProofreadingClient
) -> None:
    sign_in(client, lists.owner)
    compare(lists, client, {f"/c/runners/{tail}": number for tail, number in OF_OWNER.items()})


def test_a_list_of_the_site_costs_the_same_for_one_and_for_three(
    lists: Lists, client: ProofreadingClient
) -> None:
    sign_in(client, make_person(is_site_admin=True))
    compare(lists, client, OF_SITE)


def compare(lists: Lists, client: ProofreadingClient, asked: dict[str, int]) -> None:
    """Count each page's statements with one row and with three; the rows stand on it."""
    lists.grow()
    one = {path: length(client, lists.path(path)) for path in asked}
    assert {path: statements_of(client, lists.path(path)) for path in asked} == asked
    lists.grow()
    lists.grow()
    three = {path: length(client, lists.path(path)) for path in asked}
    assert {path: statements_of(client, lists.path(path)) for path in asked} == asked
    assert [path for path in asked if three[path] <= one[path]] == []


def length(client: ProofreadingClient, path: str) -> int:
    """Return how many words a page has."""
    return len(client.get(path).get_data(as_text=True).split())
