"""Blocks: made by one, felt by both, nowhere to be seen by the other."""

import pytest
from sqlalchemy import select

from app.accounts import queries, service
from app.accounts.answers import is_blocked
from app.accounts.models import Person
from app.accounts.queries import Mailbox
from app.accounts.service.blocks import CannotBlockOneself
from app.communities.models import Contact
from app.core.database import db
from tests.accounts.conftest import make_member_of_site
from tests.conftest import FixedClock
from tests.factories import make_community, make_contact, make_member


@pytest.fixture
def other(person: Person) -> Person:
    """Somebody else."""
    return make_member_of_site(email="other@example.org")


def seen_by(viewer: Person | None) -> set[str]:
    """Return the names of all contacts a viewer may see."""
    who = viewer.id if viewer else None
    condition = queries.not_blocked(who, Contact.person_id)
    return set(db.session.scalars(select(Contact.name).where(condition)))


def test_a_block_works_both_ways(person: Person, other: Person, clock: FixedClock) -> None:
    third = make_member_of_site()
    service.block(person, other, now=clock.now)
    assert queries.blocked_person_ids(person.id) == {other.id}
    assert queries.blocked_person_ids(other.id) == {person.id}
    assert queries.blocked_person_ids(third.id) == set()


def test_blocking_twice_and_from_both_sides(
    person: Person, other: Person, clock: FixedClock
) -> None:
    service.block(person, other, now=clock.now)
    service.block(person, other, now=clock.now)
    service.block(other, person, now=clock.now)
    assert queries.blocked_person_ids(person.id) == {other.id}
    service.unblock(person, other)
    assert queries.blocked_person_ids(person.id) == {other.id}, "the other one's block stays"
    service.unblock(other, person)
    assert queries.blocked_person_ids(person.id) == set()


def test_nobody_blocks_oneself(person: Person, clock: FixedClock) -> None:
    with pytest.raises(CannotBlockOneself):
        service.block(person, person, now=clock.now)


def test_rows_of_a_blocked_pair_are_left_out(
    person: Person, other: Person, clock: FixedClock
) -> None:
    community = make_community()
    make_contact(community, person=person, name="Amara")
    make_contact(community, person=other, name="Boris")
    make_contact(community, name="A guest")
    service.block(person, other, now=clock.now)
    assert seen_by(person) == {"Amara", "A guest"}
    assert seen_by(other) == {"Boris", "A guest"}
    assert seen_by(make_member_of_site()) == {"Amara", "Boris", "A guest"}
    assert seen_by(None) == {"Amara", "Boris", "A guest"}


def test_no_mail_tells_one_of_the_other(person: Person, other: Person, clock: FixedClock) -> None:
    service.block(person, other, now=clock.now)
    one, two = queries.addressee(person), queries.addressee(other)
    assert is_blocked(one, two)
    assert is_blocked(two, one)
    assert not is_blocked(one, queries.addressee(make_member_of_site()))
    assert not is_blocked(one, Mailbox("guest@example.org"))
    assert not is_blocked(Mailbox("guest@example.org"), two)


def test_the_list_names_people_as_shared_communities_know_them(
    person: Person, other: Person, clock: FixedClock
) -> None:
    shared, also_shared, foreign = make_community(), make_community(), make_community()
    make_member(shared, person=person)
    make_member(also_shared, person=person)
    make_member(shared, person=other, name="Boris")
    make_member(also_shared, person=other, name="Боря")
    make_member(foreign, person=other, name="Secret name")
    third = make_member_of_site()
    service.block(person, other, now=clock.now)
    service.block(person, third, now=clock.advance(hours=1))
    found = queries.blocked_people(person.id)
    assert [(one.public_id, one.names) for one in found] == [
        (third.public_id, ()),
        (other.public_id, ("Boris", "Боря")),
    ]
    assert queries.blocked_people(other.id) == []
