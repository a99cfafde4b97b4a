"""Erasure: seven days of grace, then nothing is left that the declarations do not keep."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.accounts import erasure_log, hooks, queries, service
from app.accounts.models import ErasureEntry, Person, PersonEmail, TokenPurpose
from app.accounts.service.erasure import LastAdministrator
from app.activity.models import Identity
from app.communities.models import (
    Community,
    Contact,
    ContactNote,
    Facet,
    FacetKind,
    Membership,
    Report,
    ReportSubject,
)
from app.core import clock as core_clock
from app.core import storage
from app.core.database import Base, add, db
from app.core.errors import NotThere
from app.core.models import StoredFile
from tests.accounts.conftest import mails_to, make_member_of_site
from tests.conftest import FixedClock
from tests.factories import make_community, make_contact, make_member

RunJobs = Callable[[], list[str]]
MARK = "zyxwv"  # in every word about the person, so that what is left can be found
ADDRESS = f"{MARK}@example.org"


@pytest.fixture
def leaver(session: Session) -> Person:
    """The person who goes."""
    return make_member_of_site(email=ADDRESS)


@pytest.fixture
def traces(leaver: Person, clock: FixedClock) -> list[Contact]:
    """Rows of every sort about the person, in two communities."""
    cards = [_traces_in(make_community(), leaver) for _ in range(2)]
    service.open_session(
        leaver, device=f"{MARK} phone", network=MARK, is_known_device=False, now=clock.now
    )
    service.open_session(
        leaver, device=f"{MARK} desk", network=MARK, is_known_device=False, now=clock.now
    )
    service.ask_for_link(TokenPurpose.MAGIC, address=ADDRESS, now=clock.now)
    service.block(make_member_of_site(), leaver, now=clock.now)
    return cards


def _traces_in(community: Community, leaver: Person) -> Contact:
    make_member(community, role="owner")
    card = make_member(
        community,
        person=leaver,
        name=f"{MARK} Okafor",
        about=f"{MARK} about",
        place=f"{MARK} town",
        pronouns=MARK,
    )
    common: dict[str, Any] = {"community_id": community.id, "contact_id": card.id}
    add(Facet(**common, kind=FacetKind.WANT, value=MARK, value_key=MARK))
    add(ContactNote(**common, words=f"{MARK} note", created_at=core_clock.now()))
    add(Identity(**common, source="discord", uid=f"{MARK}#1", name=MARK, email_key=ADDRESS))
    _report(community, reporter=card, words=f"{MARK} reports")
    return card


def _report(community: Community, *, reporter: Contact, words: str, **values: Any) -> Report:
    return add(
        Report(
            community_id=community.id,
            reporter_id=reporter.id,
            subject=ReportSubject.COMMUNITY,
            subject_public_id=community.public_id,
            words=words,
            created_at=core_clock.now(),
            **values,
        )
    )


def places_of_mark() -> set[str]:
    """Name every column of the whole database that holds the mark, read as text."""
    found = set()
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            statement = f'SELECT count(*) FROM {table.name} WHERE "{column.name}"::text ILIKE :mark'  # noqa: S608
            if db.session.scalar(text(statement), {"mark": f"%{MARK}%"}):
                found.add(f"{table.name}.{column.name}")
    return found


def rows_without(person_ids: set[int], contact_ids: set[int]) -> dict[str, list[Any]]:
    """Return every row of people, cards and memberships that are not the leaver's."""
    return {
        "person": [
            tuple(row)
            for row in db.session.execute(select(Person.__table__).order_by(Person.id))
            if row.id not in person_ids
        ],
        "contact": [
            tuple(row)
            for row in db.session.execute(select(Contact.__table__).order_by(Contact.id))
            if row.id not in contact_ids
        ],
        "membership": [
            tuple(row)
            for row in db.session.execute(select(Membership.__table__).order_by(Membership.id))
            if row.contact_id not in contact_ids
        ],
    }


def test_the_control_the_mark_is_everywhere_before(traces: list[Contact]) -> None:
    assert {
        "person_email.address",
        "person_session.device",
        "mail_token.address",
        "contact.name",
        "contact.search_members",
        "facet.value",
        "contact_note.words",
        "identity.uid",
        "report.words",
        "outgoing_mail.to_address",
        "outgoing_mail.text_body",
    } <= places_of_mark()


def test_nothing_about_the_person_is_left(
    leaver: Person, traces: list[Contact], clock: FixedClock
) -> None:
    service.erase_person(leaver, now=clock.now)
    assert places_of_mark() == set()
    assert leaver.erased_at == clock.now
    assert leaver.password_hash is None
    assert (
        db.session.scalars(select(PersonEmail).where(PersonEmail.person_id == leaver.id)).all()
        == []
    )


def test_nobody_else_is_touched(leaver: Person, traces: list[Contact], clock: FixedClock) -> None:
    mine = ({leaver.id}, {card.id for card in traces})
    before = rows_without(*mine)
    assert len(before["contact"]) == 2
    service.erase_person(leaver, now=clock.now)
    assert rows_without(*mine) == before


def test_cards_become_stones_that_lead_to_nobody(
    leaver: Person, traces: list[Contact], clock: FixedClock
) -> None:
    numbers = [card.id for card in traces]
    service.erase_person(leaver, now=clock.now)
    for card in db.session.scalars(select(Contact).where(Contact.id.in_(numbers))):
        assert (card.person_id, card.name, card.email, card.email_key) == (None, "", None, None)
        assert card.erased_at == clock.now  # no list shows it any more
    ended = db.session.scalars(select(Membership).where(Membership.contact_id.in_(numbers))).all()
    assert [row.end_reason for row in ended] == ["erased", "erased"]


def test_words_of_others_stay(leaver: Person, clock: FixedClock) -> None:
    community = make_community()
    card = make_member(community, person=leaver, name=f"{MARK} Okafor")
    other = make_member(community, role="owner")
    about = _report(community, reporter=other, words="Their words", about_contact_id=card.id)
    handled = _report(community, reporter=other, words="More words", handled_by_id=card.id)
    note = add(
        ContactNote(
            community_id=community.id,
            contact_id=other.id,
            author_id=card.id,
            words="On somebody else",
            created_at=clock.now,
        )
    )
    service.erase_person(leaver, now=clock.now)
    assert (about.words, handled.words, note.words) == (
        "Their words",
        "More words",
        "On somebody else",
    )
    assert about.about_contact_id == card.id, "the stone"


def test_files_go_with_their_person(
    leaver: Person, run_jobs: RunJobs, clock: FixedClock, session: Session
) -> None:
    card = make_member(make_community(), person=leaver)
    picture = storage.keep(b"my face", "image/webp", person_id=leaver.id)
    others = storage.keep(b"an event's picture", "image/webp", person_id=leaver.id)
    card.picture_key = picture.key
    key = picture.key
    service.ask_for_export(leaver, now=clock.now)
    run_jobs()
    assert len(session.scalars(select(StoredFile)).all()) == 3
    service.erase_person(leaver, now=clock.now)
    run_jobs()
    [left] = session.scalars(select(StoredFile)).all()
    assert (left.key, left.person_id) == (others.key, None)
    with pytest.raises(NotThere):
        storage.storage().open(key)


def test_higher_features_are_asked_while_the_cards_can_still_be_found(
    leaver: Person, traces: list[Contact], clock: FixedClock
) -> None:
    seen: list[int] = []

    def look(person: Person, now: datetime) -> None:
        cards = select(Contact.id).where(Contact.person_id == person.id).order_by(Contact.id)
        seen.extend(db.session.scalars(cards))

    hooks.person_erased.register(look)
    try:
        service.erase_person(leaver, now=clock.now)
    finally:
        hooks.person_erased._callbacks.remove(look)
    assert seen == [card.id for card in traces]


def test_the_grace_is_seven_days_and_signing_in_calls_it_off(
    leaver: Person, run_jobs: RunJobs, clock: FixedClock
) -> None:
    due_at = service.ask_for_erasure(leaver, now=clock.now)
    assert due_at == clock.now + timedelta(days=7)
    assert service.ask_for_erasure(leaver, now=clock.advance(days=1)) == due_at
    assert mails_to(ADDRESS)[-1].subject == "Your account will be erased"
    run_jobs()
    assert leaver.erased_at is None
    clock.set(due_at - timedelta(minutes=1))
    service.open_session(leaver, device="", network="", is_known_device=True, now=clock.now)
    assert leaver.erasure_due_at is None
    assert mails_to(ADDRESS)[-1].subject == "Your account stays"
    clock.set(due_at + timedelta(days=1))
    assert "accounts.erase_person" in run_jobs()
    assert db.session.get_one(Person, leaver.id).erased_at is None
    assert not service.cancel_erasure(leaver)


def test_after_the_grace_the_job_erases_and_says_a_last_word(
    app: Flask, leaver: Person, traces: list[Contact], run_jobs: RunJobs, clock: FixedClock
) -> None:
    number = leaver.id
    service.ask_for_erasure(leaver, now=clock.now)
    run_jobs()
    clock.advance(days=7)
    run_jobs()
    assert db.session.get_one(Person, number).erased_at == clock.now
    [last] = mails_to(ADDRESS)
    assert (last.subject, last.person_id) == ("Your account was erased", None)
    assert places_of_mark() == {"outgoing_mail.to_address"}
    assert dict(erasure_log.read(app.config["KITH"].data))[number] == clock.now


def test_asking_again_moves_nothing_forward(leaver: Person, clock: FixedClock) -> None:
    """An old job, left over from a first asking, must not cut short a second grace."""
    first = service.ask_for_erasure(leaver, now=clock.now)
    service.cancel_erasure(leaver)
    clock.advance(days=3)
    service.ask_for_erasure(leaver, now=clock.now)
    assert not service.erase_when_due(leaver.id, now=first)
    assert leaver.erased_at is None


def test_a_job_that_runs_twice_or_for_nobody_does_nothing(
    leaver: Person, clock: FixedClock
) -> None:
    service.ask_for_erasure(leaver, now=clock.now)
    assert service.erase_when_due(leaver.id, now=clock.advance(days=7))
    assert not service.erase_when_due(leaver.id, now=clock.now)
    assert not service.erase_when_due(0, now=clock.now)
    assert [number for number, _ in queries.erasure_log()] == [leaver.id]


def test_a_restore_erases_again(leaver: Person, traces: list[Contact], clock: FixedClock) -> None:
    log = [(leaver.id, clock.now), (10**9, clock.now)]
    assert service.replay_erasures(log, now=clock.now) == 1
    assert places_of_mark() == set()
    assert service.replay_erasures(log, now=clock.now) == 0
    assert [row.person_id for row in db.session.scalars(select(ErasureEntry))] == [leaver.id]


def test_an_address_can_be_used_anew(leaver: Person, clock: FixedClock) -> None:
    service.erase_person(leaver, now=clock.now)
    again = service.add_person(ADDRESS, now=clock.now)
    assert again.id != leaver.id
    assert queries.person_by_address(ADDRESS) is again


def test_a_guest_with_another_address_stays(leaver: Person, clock: FixedClock) -> None:
    guest = make_contact(make_community(), name="A guest", email="guest@example.org")
    service.erase_person(leaver, now=clock.now)
    assert (guest.name, guest.email) == ("A guest", "guest@example.org")


def test_the_last_administrator_cannot_go(leaver: Person, clock: FixedClock) -> None:
    leaver.is_site_admin = True
    with pytest.raises(LastAdministrator):
        service.ask_for_erasure(leaver, now=clock.now)
    make_member_of_site(is_site_admin=True)
    assert service.ask_for_erasure(leaver, now=clock.now) > clock.now


@pytest.fixture(autouse=True)
def _no_log_left(app: Flask) -> Iterator[None]:
    yield
    path: Path = app.config["KITH"].data / erasure_log.NAME
    path.unlink(missing_ok=True)
