"""The organizers' table: filter, sort, tick, act, take along."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.service import block
from app.communities.models import (
    Ban,
    Community,
    ContactNote,
    ContactSource,
    EndReason,
    Membership,
    Tag,
)
from app.communities.queries import desk_members as reads
from app.communities.queries.desk_members import Filter, State
from app.communities.queries.people import current_role
from app.communities.service import selection, tags
from app.communities.service.refusals import NoOneChosen
from app.communities.service.tags import NoteMissing, TagMissing
from app.core.database import add, db
from tests.communities.people import eyes_of, hand_of
from tests.conftest import FixedClock
from tests.factories import (
    make_community,
    make_contact,
    make_member,
    make_membership,
    make_person,
    person_of,
)


class People:
    """A community with one contact in each state."""

    def __init__(self, clock: FixedClock) -> None:
        self.clock = clock
        self.community: Community = make_community(zone="Asia/Jakarta")
        self.owner = make_member(self.community, role="owner", name="Owner")
        self.host = make_member(self.community, role="host", name="Host")
        self.left = make_contact(self.community, person=make_person(), name="Left")
        make_membership(
            self.left,
            joined_at=clock.now - timedelta(days=100),
            left_at=clock.now - timedelta(days=10),
            end_reason=EndReason.LEFT,
        )
        self.banned = make_contact(self.community, person=make_person(), name="Banned")
        add(
            Ban(
                community_id=self.community.id,
                contact_id=self.banned.id,
                reason="Spam",
                banned_at=clock.now,
            )
        )
        self.guest = make_contact(self.community, name="Guest", source=ContactSource.GUEST)
        self.imported = make_contact(self.community, name="Imported", source=ContactSource.IMPORT)
        self.known = make_contact(self.community, person=make_person(), name="Known")

    def names(self, **chosen: object) -> list[str]:
        """Return whom a filter leaves, in order."""
        chosen_filter = Filter(**chosen)  # type: ignore[arg-type]
        eyes = eyes_of(self.owner, is_organizer=True)
        found = reads.table(self.community, eyes, chosen_filter)
        assert found.total == len(found.lines) == reads.count(self.community, eyes, chosen_filter)
        return [line.contact.name for line in found.lines]


@pytest.fixture
def people(session: Session, clock: FixedClock) -> People:
    """One of each."""
    make_member(make_community(), name="Elsewhere")
    return People(clock)


@pytest.mark.parametrize(
    ("state", "names"),
    [
        (State.CURRENT, ["Host", "Owner"]),
        (State.LEFT, ["Left"]),
        (State.BANNED, ["Banned"]),
        (State.GUEST, ["Guest"]),
        (State.IMPORTED, ["Imported"]),
        (State.KNOWN, ["Known"]),
        ("nonsense", ["Banned", "Guest", "Host", "Imported", "Known", "Left", "Owner"]),
    ],
)
def test_each_contact_stands_in_one_state(people: People, state: str, names: list[str]) -> None:
    assert people.names(state=state) == names
    if state in set(State):
        eyes = eyes_of(people.owner)
        lines = reads.table(people.community, eyes, Filter(state=state)).lines
        assert {line.state for line in lines} == {State(state)}


def test_the_table_narrows_by_role_tag_and_words(people: People) -> None:
    tags.put_tag(people.community, [people.guest, people.host], name="Совет")
    tag = db.session.scalars(select(Tag)).one()
    people.host.email = "host@kitchen.example"
    tags.put_tag(people.community, [people.host], name="Совет ")
    assert people.names(role="host") == ["Host"]
    assert people.names(tag=tag.public_id) == ["Guest", "Host"]
    assert people.names(tag="unknown") == []
    assert people.names(words="kitch") == ["Host"]
    assert people.names(words="сов") == ["Guest", "Host"]
    assert people.names(words="сов", role="host") == ["Host"]


def test_days_of_joining_are_cut_in_the_communitys_zone(people: People) -> None:
    membership = db.session.scalars(
        select(Membership).where(Membership.contact_id == people.host.id)
    ).one()
    # 23:30 in Jakarta on the tenth is 16:30 UTC
    membership.joined_at = people.clock.now.replace(day=10, hour=16, minute=30)
    assert people.names(joined_from=date(2026, 6, 10), joined_until=date(2026, 6, 10)) == ["Host"]
    membership.joined_at = people.clock.now.replace(day=10, hour=17, minute=0)
    assert people.names(joined_from=date(2026, 6, 10), joined_until=date(2026, 6, 10)) == []
    assert people.names(joined_until=date(2026, 5, 1)) == ["Left"]


@pytest.mark.parametrize(
    ("sort", "first", "last"),
    [
        ("name", "Banned", "Owner"),
        ("-name", "Owner", "Banned"),
        ("role", "Left", "Known"),
        ("-role", "Owner", "Known"),
        ("joined", "Left", "Known"),
        ("-added", "Imported", "Owner"),
        ("name; DROP TABLE contact", "Banned", "Owner"),
    ],
)
def test_the_table_sorts_by_a_fixed_mapping(
    people: People, sort: str, first: str, last: str
) -> None:
    people.owner.created_at = people.clock.now - timedelta(days=400)
    people.imported.created_at = people.clock.now + timedelta(days=1)
    found = people.names(sort=sort)
    assert (found[0], found[-1]) == (first, last)


def test_the_newest_membership_counts(people: People) -> None:
    make_membership(people.left)
    assert people.names(state=State.CURRENT) == ["Host", "Left", "Owner"]
    assert current_role(people.left) == "member"
    assert current_role(people.guest) is None
    periods = reads.memberships_of(people.left)
    assert [period.left_at is None for period in periods] == [True, False]


def test_a_blocked_person_is_not_in_the_table(people: People) -> None:
    block(person_of(people.host), person_of(people.owner), now=people.clock.now)
    assert "Host" not in people.names()
    eyes = eyes_of(people.owner)
    assert reads.chosen_lines(people.community, eyes, [people.host.public_id]) == []
    lines = list(reads.all_lines(people.community, eyes, Filter()))
    assert "Host" not in [line.contact.name for line in lines]


def test_pages_follow_each_other(session: Session) -> None:
    community = make_community()
    owner = make_member(community, role="owner")
    for number in range(reads.PAGE + 4):
        make_contact(community, name=f"Person {number:03}")
    first, second = (reads.table(community, eyes_of(owner), Filter(page=page)) for page in (1, 2))
    assert (first.first, first.last, first.has_next) == (1, 50, True)
    assert (second.first, second.last, second.has_next) == (51, 55, False)


def test_everyone_is_walked_through_in_batches(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    community = make_community()
    owner = make_member(community, role="owner", name="A")
    for number in range(8):
        make_contact(community, name=f"Person {number // 2}")
    monkeypatch.setattr(reads, "BATCH", 3)
    walked = [line.contact.name for line in reads.all_lines(community, eyes_of(owner), Filter())]
    assert walked == ["A", *(f"Person {number // 2}" for number in range(8))]


def test_a_filter_is_kept_with_an_announcement() -> None:
    chosen = Filter("ada", "host", "current", "tag", date(2026, 1, 2), date(2026, 3, 4), page=3)
    kept = chosen.as_json()
    assert kept["joined_from"] == "2026-01-02"
    assert Filter.from_json(kept) == Filter(
        "ada", "host", "current", "tag", date(2026, 1, 2), date(2026, 3, 4)
    )
    assert (chosen.is_narrowing, Filter().is_narrowing, Filter().as_json()) == (True, False, {})


def test_tags_are_put_taken_and_forgotten(people: People) -> None:
    community = people.community
    first = tags.put_tag(community, [people.host, people.guest], name="VIP")
    assert tags.put_tag(community, [people.host], name=" vip ") is first
    assert [(tag.name, count) for tag, count in reads.tags_of(community.id)] == [("VIP", 2)]
    assert "vip" in people.host.search_organizers_text
    tags.take_tag(community, [people.host], tag=first)
    assert "vip" not in people.host.search_organizers_text
    tags.take_tag(community, [people.guest, people.owner], tag=first)
    assert reads.tags_of(community.id) == []
    assert tags.put_tag(community, [], name="Empty").name == "Empty"
    for nothing in ("", " \u200b", "!!"):
        with pytest.raises(TagMissing):
            tags.put_tag(community, [people.host], name=nothing)


def test_notes_are_kept_for_organizers(people: People) -> None:
    with pytest.raises(NoteMissing):
        tags.write_note(people.guest, author=people.owner, words=" ", now=people.clock.now)
    note = tags.write_note(people.guest, author=people.owner, words="Hi", now=people.clock.now)
    tags.remove_note(people.host, note.public_id)
    assert db.session.scalar(select(func.count(ContactNote.id))) == 1
    tags.remove_note(people.guest, note.public_id)
    assert db.session.scalar(select(func.count(ContactNote.id))) == 0


def test_several_are_removed_and_those_who_stay_are_named(people: People) -> None:
    by, now = hand_of(people.owner), people.clock.now
    other = make_member(people.community, role="owner", name="Other owner")
    chosen = [people.host, people.guest, other]
    done = selection.remove_several(chosen, words="Thanks", by=by, now=now)
    assert (done.removed, done.stayed) == (1, ["Guest", "Other owner"])
    assert people.names(state=State.LEFT) == ["Host", "Left"]
    with pytest.raises(NoOneChosen):
        selection.remove_several([], words="", by=by, now=now)
