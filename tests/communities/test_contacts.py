"""Contacts: found, made, claimed, and kept findable."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app import create_app
from app.accounts import service
from app.accounts.models import Person, PersonEmail, TokenPurpose
from app.communities.models import (
    Community,
    Contact,
    ContactSource,
    ContactTag,
    Facet,
    FacetKind,
    Tag,
)
from app.communities.models import FacetVisibility as Shown
from app.communities.queries.addressees import addressee, addressees
from app.communities.service.contacts import (
    NameMissing,
    claim_by_address,
    contact_for_person,
    guest_contact,
    refresh_search,
)
from app.core.database import add, db
from app.core.text import email_key
from app.core.tokens import hash_token
from tests.conftest import TODAY, FixedClock, settings_for
from tests.factories import make_community, make_contact, make_person


def also_known_as(person: Person, address: str, clock: FixedClock) -> PersonEmail:
    """Let a person prove a second address."""
    return add(
        PersonEmail(
            person_id=person.id,
            address=address,
            address_key=email_key(address),
            verified_at=clock.now,
        )
    )


def test_a_person_gets_one_contact_in_a_community(session: Session, clock: FixedClock) -> None:
    community, person = make_community(), make_person(email="Ada@Example.org")
    first = contact_for_person(
        community, person, name=" Ada  L. ", source=ContactSource.JOINING, now=clock.now
    )
    again = contact_for_person(
        community, person, name="Someone else", source=ContactSource.JOINING, now=clock.now
    )
    assert again is first
    assert (first.name, first.email, first.email_key) == (
        "Ada L.",
        "Ada@Example.org",
        "ada@example.org",
    )
    assert (first.person_id, first.claimed_at) == (person.id, clock.now)
    assert first.search_organizers_text == "ada l ada example org"


def test_a_person_claims_the_contact_that_waits_for_their_address(
    session: Session, clock: FixedClock
) -> None:
    community, person = make_community(), make_person(email="ada@example.org")
    also_known_as(person, "ada@work.example", clock)
    waiting = make_contact(community, name="Ada Lovelace", email="ada@work.example")
    other = make_contact(make_community(), name="Elsewhere", email="ada@example.org")
    mine = contact_for_person(
        community, person, name="Ada", source=ContactSource.JOINING, now=clock.now
    )
    assert mine is waiting
    assert (mine.name, mine.person_id, mine.claimed_at) == ("Ada Lovelace", person.id, clock.now)
    assert other.person_id is None


def test_a_nameless_contact_takes_the_name_its_person_brings(
    session: Session, clock: FixedClock
) -> None:
    community, person = make_community(), make_person(email="ada@example.org")
    waiting = make_contact(community, name="", email="ada@example.org")
    mine = contact_for_person(
        community, person, name="Ада", source=ContactSource.JOINING, now=clock.now
    )
    assert (mine.id, mine.name, mine.search_members_text) == (waiting.id, "Ада", "ада")


def test_an_address_on_another_card_is_not_taken_from_it(
    session: Session, clock: FixedClock
) -> None:
    community = make_community()
    theirs = make_contact(community, person=make_person(), email="shared@example.org")
    person = make_person(email="shared@example.org")
    mine = contact_for_person(
        community, person, name="New", source=ContactSource.JOINING, now=clock.now
    )
    assert mine.email is None
    assert theirs.email == "shared@example.org"


def someone_waits_for_a_lock() -> bool:
    """Tell whether another connection to this database waits; seen from a connection of its own."""
    asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    with db.engine.connect() as connection:
        return bool(connection.scalar(text(f"{asked} AND wait_event_type = 'Lock'")))


@pytest.mark.parametrize("is_person", [True, False])
def test_of_two_requests_at_once_the_second_finds_what_the_first_wrote(
    own_database: str, *, is_person: bool
) -> None:
    app = create_app(settings_for(own_database))
    with app.app_context():
        community_id, person_id = make_community().id, make_person(email="ada@example.org").id
        db.session.commit()

    def find() -> Contact:
        community = db.session.get_one(Community, community_id)
        if not is_person:
            return guest_contact(community, name="Ada", email="ada@example.org", now=TODAY)
        person = db.session.get_one(Person, person_id)
        source = ContactSource.JOINING
        return contact_for_person(community, person, name="Ada", source=source, now=TODAY)

    def second() -> int:
        with app.app_context():
            found = find().id
            db.session.commit()
            return found

    with ThreadPoolExecutor(1) as pool, app.app_context():
        mine = find().id
        theirs = pool.submit(second)
        while not someone_waits_for_a_lock():
            assert not theirs.done(), "the second request did not wait for the first"
        db.session.commit()
        assert theirs.result(timeout=20) == mine
        db.engine.dispose()


def test_a_guest_is_found_by_any_spelling_of_the_address(
    session: Session, clock: FixedClock
) -> None:
    community = make_community()
    first = guest_contact(community, name="Wang", email=" Wang@Example.ORG ", now=clock.now)
    again = guest_contact(community, name="王小明", email="wang@example.org", now=clock.now)
    assert again is first
    assert (first.email, first.name, first.source) == (
        "Wang@Example.ORG",
        "王小明",
        ContactSource.GUEST,
    )
    assert first.search_members_text == "王 小 明"


@pytest.mark.parametrize("source", [ContactSource.IMPORT, ContactSource.BY_HAND])
def test_a_name_the_organizers_wrote_stays(
    session: Session, clock: FixedClock, source: ContactSource
) -> None:
    community = make_community()
    known = make_contact(community, name="Ada Lovelace", email="ada@example.org", source=source)
    assert guest_contact(community, name="Evil", email="ada@example.org", now=clock.now) is known
    assert known.name == "Ada Lovelace"


def test_a_claimed_card_keeps_its_name_and_an_empty_one_is_filled(
    session: Session, clock: FixedClock
) -> None:
    community = make_community()
    claimed = make_contact(community, person=make_person(email="a@example.org"), name="Ada")
    blank = make_contact(community, name="", email="b@example.org", source=ContactSource.IMPORT)
    guest_contact(community, name="Evil", email="a@example.org", now=clock.now)
    guest_contact(community, name="Bo", email="b@example.org", now=clock.now)
    assert (claimed.name, blank.name) == ("Ada", "Bo")


@pytest.mark.parametrize("name", ["", "   ", "\u200b", "\u3164"])
def test_a_name_must_be_seen(session: Session, clock: FixedClock, name: str) -> None:
    community = make_community()
    with pytest.raises(NameMissing) as refusal:
        guest_contact(community, name=name, email="a@example.org", now=clock.now)
    assert refusal.value.field == "name"


def test_proving_an_address_claims_cards_everywhere_but_merges_none(
    session: Session, clock: FixedClock
) -> None:
    known, empty = make_community(), make_community()
    person = make_person(email="ada@example.org")
    make_contact(known, person=person)
    twin = make_contact(known, email="ada@work.example")
    waiting = make_contact(empty, name="Ada", email="ada@work.example")
    nameless = make_contact(make_community(), name="", email="ada@work.example")
    erased = make_contact(make_community(), email=None, erased_at=clock.now)
    address = also_known_as(person, "ada@work.example", clock)
    assert claim_by_address(address, now=clock.now) == [waiting, nameless]
    assert (waiting.person_id, twin.person_id, erased.person_id) == (person.id, None, None)


def change_address(person: Person, address: str, clock: FixedClock) -> None:
    """Let a person prove a new address in the place of theirs."""
    service.ask_for_link(
        TokenPurpose.ADD_EMAIL, address=address, person=person, now=clock.now
    ).token_hash = hash_token(address)
    service.change_address(address, now=clock.now)
    db.session.expire(person, ["emails"])


def test_a_new_address_stands_on_every_card_that_may_carry_it(
    session: Session, clock: FixedClock
) -> None:
    here, there, twinned = make_community(), make_community(), make_community()
    person = make_person(email="ada@example.org")
    mine = make_contact(here, person=person, name="Ada")
    without = make_contact(there, person=person, name="Ada", email=None)
    erased = make_contact(make_community(), person=person, name="", email=None, erased_at=clock.now)
    kept = make_contact(twinned, person=person, name="Ada")
    twin = make_contact(twinned, name="Ida", email="NEW@example.org")
    waiting = make_contact(make_community(), name="Ada", email="NEW@example.org")
    change_address(person, " New@Example.org", clock)
    cards = [(one.email, one.email_key) for one in (mine, without, erased, kept, twin, waiting)]
    assert cards == [
        ("New@Example.org", "new@example.org"),
        ("New@Example.org", "new@example.org"),
        (None, None),
        ("ada@example.org", "ada@example.org"),
        ("NEW@example.org", "new@example.org"),
        ("NEW@example.org", "new@example.org"),
    ]
    assert waiting.person_id == person.id
    assert mine.search_organizers_text == "ada new example org"
    assert (kept.search_organizers_text, twin.person_id) == ("ada ada example org", None)
    assert guest_contact(here, name="Ada", email="new@example.org", now=clock.now) is mine
    change_address(person, "third@example.org", clock)
    assert (mine.email, kept.email) == ("third@example.org", "third@example.org")
    assert kept.search_organizers_text == "ada third example org"


def test_each_audience_finds_a_card_by_what_it_may_read(session: Session) -> None:
    community = make_community()
    contact = make_contact(
        community, name="Ёлка", email="elka@mail.example", place="Санкт-Петербург"
    )
    for value, shown in [("Rust", Shown.MEMBERS), ("Go", Shown.PUBLIC), ("Secret", Shown.MATCHING)]:
        add(
            Facet(
                community_id=community.id,
                contact_id=contact.id,
                kind=FacetKind.OFFER,
                value=value,
                value_key=value.lower(),
                visibility=shown,
            )
        )
    tag = add(Tag(community_id=community.id, name="VIP", name_key="vip"))
    add(ContactTag(community_id=community.id, contact_id=contact.id, tag_id=tag.id))
    refresh_search(contact)
    assert contact.search_members_text == "елка санкт петербург rust go"
    assert contact.search_organizers_text == ("елка санкт петербург rust go elka mail example vip")


def test_a_claimed_contact_is_written_to_at_its_account(session: Session) -> None:
    community = make_community(zone="Asia/Jakarta", language="id")
    person = make_person(email="new@example.org", language="ru", zone="Europe/Moscow")
    claimed = make_contact(community, person=person, name="Ада", email="old@example.org")
    guest = make_contact(community, name="Bo", email="bo@example.org")
    speaker = make_contact(community, name="Wang", email="w@example.org", language="zh_Hans")
    silent = make_contact(community, name="No mail", email=None)
    readers = addressees([claimed, guest, speaker, silent])
    assert [(r.name, r.address, r.language, r.zone) for r in readers] == [
        ("Ада", "new@example.org", "ru", "Europe/Moscow"),
        ("Bo", "bo@example.org", "id", "Asia/Jakarta"),
        ("Wang", "w@example.org", "zh_Hans", "Asia/Jakarta"),
        ("No mail", "", "id", "Asia/Jakarta"),
    ]
    assert (readers[0].person_id, readers[0].contact_id) == (person.id, claimed.id)
    assert (readers[1].person_id, readers[1].contact_id) == (None, guest.id)


@pytest.mark.parametrize("state", ["suspended_at", "erased_at"])
def test_nothing_is_sent_to_an_account_that_rests(
    session: Session, clock: FixedClock, state: str
) -> None:
    person = make_person()
    setattr(person, state, clock.now)
    contact = make_contact(make_community(), person=person)
    assert addressee(contact).address == ""


def test_the_name_of_a_new_contact_is_sorted_by_collation(
    session: Session, clock: FixedClock
) -> None:
    community = make_community()
    for number, name in enumerate(["Жанна", "Ёлка", "Елена", "Zoe", "Émile"]):
        guest_contact(community, name=name, email=f"{number}@example.org", now=clock.now)
    names = session.scalars(
        select(Contact.name).where(Contact.community_id == community.id).order_by(Contact.sort_key)
    ).all()
    assert names == ["Émile", "Zoe", "Елена", "Ёлка", "Жанна"]
