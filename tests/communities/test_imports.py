"""Bringing people: looked at, written in batches, invited only when asked, taken back."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import Person
from app.accounts.service import erase_person
from app.communities import processes
from app.communities.hooks import Batch
from app.communities.models import (
    Community,
    Contact,
    ContactSource,
    ContactTag,
    ImportRun,
    ImportState,
    Membership,
    Tag,
)
from app.communities.service import claims, imports, tags
from app.communities.service.claims import AddressNotProved, TakenAlready
from app.communities.service.contacts import claim
from app.communities.service.imports import ImportMoved, NobodyNew, NothingToBring, Options
from app.communities.service.memberships import ban
from app.communities.service.refusals import CommunityClosing, DoorShut
from app.core.database import add, db
from app.core.jobs import registered, run_pending
from app.core.models import AuditEntry, NoticeChoice, OutgoingMail, StoredFile
from app.core.tokens import sign_forever
from tests.communities.people import hand_of
from tests.conftest import FixedClock
from tests.factories import (
    make_community,
    make_contact,
    make_member,
    make_person,
)

LIST = (
    "Имя;Почта;Город;Группа\r\nЁлка;elka@example.org;Тверь;совет\r\n"
    "Без почты;;;\r\nАнна;anna@example.org;;\r\nЁлка;ELKA@example.org;;\r\n"
).encode("cp1251")
SECRET = "s" * 40


def begun(community: Community, clock: FixedClock, data: bytes = LIST) -> ImportRun:
    """Look at a list as its owner would."""
    return imports.begin(community, None, data=data, is_pasted=False, now=clock.now)


def run_through(run: ImportRun, clock: FixedClock, *, tag: str = "", invites: bool = False) -> None:
    """Start an import and run it to its end."""
    imports.start(run, person=None, tag=tag, invites=invites, is_deferred=False)
    processes.run_import(run.id, secret=SECRET, now=clock.now)


def names(session: Session, community: Community) -> list[str]:
    """Return who a community knows, by name."""
    asked = select(Contact.name).where(Contact.community_id == community.id)
    return list(session.scalars(asked.order_by(Contact.sort_key)))


def test_a_look_adds_nobody_and_counts_everything(session: Session, clock: FixedClock) -> None:
    community = make_community()
    make_contact(community, name="Anna", email="anna@example.org")
    make_contact(make_community(), email="elka@example.org")
    run = begun(community, clock)
    assert run.counts == {"lines": 4, "new": 1, "known": 1, "rejected": 2}
    assert run.rejects == [
        {"line": 3, "reason": "no_address", "shown": "Без почты"},
        {"line": 5, "reason": "twice", "shown": "Ёлка ELKA@example.org"},
    ]
    assert names(session, community) == ["Anna"]
    assert Options.of(run) == Options(
        "windows-1251", ";", ("name", "email", "place", "tags"), has_header=True
    )


def test_an_import_adds_contacts_who_are_no_members_and_mails_nobody(
    session: Session, clock: FixedClock
) -> None:
    community = make_community()
    run = begun(community, clock)
    run_through(run, clock, tag=" Spring  list ")
    elka = session.scalars(select(Contact).where(Contact.email_key == "elka@example.org")).one()
    assert (elka.name, elka.place, elka.source) == ("Ёлка", "Тверь", ContactSource.IMPORT)
    assert (elka.person_id, elka.claimed_at, elka.import_run_id) == (None, None, run.id)
    assert elka.search_members_text == "елка тверь"
    assert elka.search_organizers_text == "елка тверь elka example org spring list совет"
    assert session.scalars(select(Tag.name).order_by(Tag.id)).all() == ["Spring list", "совет"]
    assert session.scalar(select(func.count(Membership.id))) == 0
    assert session.scalar(select(func.count(OutgoingMail.id))) == 0
    assert (run.state, run.progress, run.total) == (ImportState.DONE, 2, 2)
    assert run.counts == {"lines": 4, "new": 2, "known": 0, "rejected": 2, "added": 2}
    assert run.file_key is None
    assert session.scalar(select(func.count(StoredFile.id))) == 0


def test_whoever_was_added_meanwhile_stays_as_they_are(session: Session, clock: FixedClock) -> None:
    community = make_community()
    run = begun(community, clock)
    make_contact(community, name="Ёлка Petrova", email="elka@example.org")
    run_through(run, clock)
    assert names(session, community) == ["Ёлка Petrova", "Анна"][::-1]
    assert run.counts["added"] == 1
    assert run.counts["known"] == 1


def test_columns_can_be_corrected(session: Session, clock: FixedClock) -> None:
    run = begun(make_community(), clock, b"Who,Where\nada@example.org,Ada\nbo@example.org,Bo\n")
    assert run.options["columns"] == ["email", "name"]
    look = imports.read_anew(run, Options("utf-8", ",", ("email", "place"), has_header=False))
    assert look.header == []
    assert [(p.name, p.place) for p in look.reading.people] == [("ada", "Ada"), ("bo", "Bo")]
    assert run.counts["rejected"] == 1


def test_each_step_is_taken_once(session: Session, clock: FixedClock) -> None:
    run = begun(make_community(), clock)
    with pytest.raises(ImportMoved):
        imports.ask_to_undo(run, person=None)
    run_through(run, clock)
    for step in (
        lambda: imports.start(run, person=None, tag="", invites=False),
        lambda: imports.read_anew(run, Options()),
        lambda: imports.drop(run),
    ):
        with pytest.raises(ImportMoved):
            step()


def test_a_list_of_known_people_is_not_run(session: Session, clock: FixedClock) -> None:
    community = make_community()
    make_contact(community, email="ada@example.org")
    run = begun(community, clock, b"ada@example.org\n")
    with pytest.raises(NobodyNew):
        imports.start(run, person=None, tag="", invites=False)
    with pytest.raises(NothingToBring):
        begun(community, clock, b" ")


def test_a_list_that_was_only_looked_at_is_forgotten(session: Session, clock: FixedClock) -> None:
    run = begun(make_community(), clock)
    imports.drop(run)
    assert session.scalar(select(func.count(ImportRun.id))) == 0
    assert session.scalar(select(func.count(StoredFile.id))) == 0


def test_five_thousand_rows_come_in_batches_and_go_again(
    session: Session, clock: FixedClock
) -> None:
    community = make_community()
    rows = "".join(f"Человек {n};person{n}@example.org\r\n" for n in range(5000))
    run = begun(community, clock, f"Имя;Почта\r\n{rows}".encode("cp1251"))
    assert run.counts["new"] == 5000
    run_through(run, clock)
    assert run.progress == 5000
    assert session.scalar(select(func.count(Contact.id))) == 5000
    imports.ask_to_undo(run, person=None, is_deferred=False)
    processes.undo_import(run.id, now=clock.now)
    assert run.counts["undone"] == 5000
    assert session.scalar(select(func.count(Contact.id))) == 0


def test_an_import_goes_on_where_a_killed_worker_left_it(
    session: Session, clock: FixedClock
) -> None:
    community = make_community()
    data = "".join(f"p{n}@example.org\n" for n in range(450)).encode()
    run = begun(community, clock, data)
    imports.start(run, person=None, tag="", invites=False, is_deferred=False)
    first = next(imports.MembersWork().batches(run, now=clock.now))
    assert imports.write_batch(run, first, secret=SECRET, now=clock.now) == 200
    processes.run_import(run.id, secret=SECRET, now=clock.now)
    processes.run_import(run.id, secret=SECRET, now=clock.now)
    assert (run.state, run.counts["added"]) == (ImportState.DONE, 450)
    processes.run_import(0, secret=SECRET, now=clock.now)
    processes.undo_import(run.id, now=clock.now)
    assert session.scalar(select(func.count(Contact.id))) == 450


def touched_by(kind: str, contact: Contact, clock: FixedClock) -> None:
    """Let something happen with an imported contact."""
    community = contact_community(contact)
    if kind == "note":
        tags.write_note(contact, author=None, words="Called", now=clock.now)
    elif kind == "tag":
        tags.put_tag(community, [contact], name="by hand")
    elif kind == "claim":
        claim(contact, make_person(), now=clock.now)
    elif kind == "mute":
        row = NoticeChoice(contact_id=contact.id, kind="x", is_wanted=False)
        row.community_id = community.id
        add(row)
    else:
        make_attendance(contact, community, clock)


def contact_community(contact: Contact) -> Community:
    """Return the community of a contact."""
    return db.session.get_one(Community, contact.community_id)


def make_attendance(contact: Contact, community: Community, clock: FixedClock) -> None:
    """Let a contact appear in a table of a higher feature that does not cascade."""
    from app.activity.service import Fact, record  # noqa: PLC0415 - one test's need

    record(
        Fact(community.id, contact.id, "event.attended", f"a:{contact.id}", clock.now),
        zone=community.zone,
    )


@pytest.mark.parametrize("kind", ["note", "tag", "claim", "mute", "ledger"])
def test_whoever_was_touched_since_stays(session: Session, clock: FixedClock, kind: str) -> None:
    community = make_community()
    run = begun(community, clock)
    run_through(run, clock, tag="List")
    anna = session.scalars(select(Contact).where(Contact.name == "Анна")).one()
    touched_by(kind, anna, clock)
    imports.ask_to_undo(run, person=None, is_deferred=False)
    processes.undo_import(run.id, now=clock.now)
    assert names(session, community) == ["Анна"]
    assert (run.state, run.counts["undone"], run.counts["stayed"]) == (ImportState.UNDONE, 1, 1)
    assert run.rejects == []
    left = ["List", "by hand"] if kind == "tag" else ["List"]
    assert session.scalars(select(Tag.name).order_by(Tag.id)).all() == left
    assert session.scalar(select(func.count(ContactTag.id))) == len(left)


def test_progress_is_heard_and_the_audit_knows_who_it_was(
    session: Session, clock: FixedClock
) -> None:
    person = make_person()
    data = "".join(f"p{n}@example.org\n" for n in range(250)).encode()
    run = imports.begin(make_community(), person, data=data, is_pasted=False, now=clock.now)
    imports.start(run, person=person, tag="", invites=False, is_deferred=False)
    heard: list[int] = []
    processes.run_import(run.id, secret=SECRET, now=clock.now, tell=heard.append)
    assert heard == [200, 250]
    acts = session.scalars(select(AuditEntry.action).where(AuditEntry.actor_id == person.id)).all()
    assert acts == ["import.started"]


def test_a_token_of_another_shape_leads_nowhere(session: Session) -> None:
    token = sign_forever("word", purpose=claims.PURPOSE, secret=SECRET)
    assert claims.contact_of_token(make_community(), token, secret=SECRET) is None


def test_a_place_that_is_taken_closed_or_shut_is_not_given(
    session: Session, clock: FixedClock
) -> None:
    community = make_community()
    owner = make_member(community, role="owner")
    taken = make_contact(community, person=make_person())
    stranger = make_person(email="free@example.org")
    free = make_contact(community, email="free@example.org")

    def take(contact: Contact, person: Person) -> Membership:
        return claims.take_place(community, contact, person=person, now=clock.now)

    with pytest.raises(TakenAlready):
        take(taken, stranger)
    with pytest.raises(AddressNotProved):
        take(free, make_person())
    ban(free, reason="Spam", by=hand_of(owner), now=clock.now)
    with pytest.raises(DoorShut):
        take(free, stranger)
    community.closing_at = clock.now
    with pytest.raises(CommunityClosing):
        take(free, stranger)


def test_someone_known_by_another_card_comes_in_with_that_one(
    session: Session, clock: FixedClock
) -> None:
    community = make_community()
    owner = make_member(community, role="owner")
    person = make_person(email="ada@example.org")
    mine = make_contact(community, person=person, email="old@example.org")
    listed = make_contact(community, email="ada@example.org", source=ContactSource.IMPORT)
    membership = claims.take_place(community, listed, person=person, now=clock.now)
    assert membership.contact_id == mine.id
    assert listed.person_id is None
    ban(mine, reason="Spam", by=hand_of(owner), now=clock.now)
    with pytest.raises(DoorShut):
        claims.take_place(community, listed, person=person, now=clock.now)


def test_an_import_whose_list_is_gone_ends_and_is_forgotten(
    session: Session, clock: FixedClock
) -> None:
    run = begun(make_community(), clock)
    other = begun(make_community(), clock)
    session.delete(session.scalars(select(StoredFile).where(StoredFile.key == run.file_key)).one())
    imports.start(run, person=None, tag="", invites=False, is_deferred=False)
    assert imports.write_batch(run, Batch([], 0, is_last=True), secret=SECRET, now=clock.now) == 0
    assert (run.state, run.counts["added"]) == (ImportState.DONE, 0)
    assert other.state is ImportState.PREVIEW


def test_a_list_that_is_never_brought_goes_after_a_day(
    app: Flask, session: Session, clock: FixedClock
) -> None:
    community = make_community()
    old, brought = begun(community, clock), begun(community, clock)
    run_through(brought, clock)
    clock.advance(hours=23)
    young = begun(community, clock)
    number, key = old.id, old.file_key
    session.commit()
    tidy = registered()["communities.tidy_imports"].handler
    tidy()
    assert session.get(ImportRun, number) is not None

    clock.advance(hours=1)
    tidy()
    run_pending(app)

    kept = session.scalars(select(ImportRun.id).order_by(ImportRun.id)).all()
    assert kept == [brought.id, young.id]
    assert session.scalar(select(StoredFile.id).where(StoredFile.key == key)) is None
    assert young.file_key is not None


def test_lines_left_out_are_kept_for_a_month(session: Session, clock: FixedClock) -> None:
    run = begun(make_community(), clock)
    run_through(run, clock)
    imports.tidy(now=clock.now + timedelta(days=29))
    session.refresh(run, ["rejects"])
    assert len(run.rejects) == 2
    imports.tidy(now=clock.now + timedelta(days=30))
    session.refresh(run, ["rejects"])
    assert run.rejects == []
    assert run.counts["rejected"] == 2


def test_lines_left_out_forget_whoever_is_erased(session: Session, clock: FixedClock) -> None:
    person = make_person(email="Elka@example.org")
    long = f"{'x' * 70} elka@exa" + "mple.org;broken"
    run = begun(
        make_community(),
        clock,
        f"Name,Email\nYolka,elka@example.org\nYolka V,ELKA@example.org\n{long},\nBo,bo\n".encode(),
    )
    other = begun(make_community(), clock, b"Name,Email\nElka,elka@\nElkan,elkan@example\n")
    assert len(run.rejects) == 3
    assert len(other.rejects) == 2

    erase_person(person, now=clock.now)

    session.refresh(run, ["rejects"])
    session.refresh(other, ["rejects"])
    assert [one["shown"] for one in run.rejects] == ["Bo bo"]
    assert [one["shown"] for one in other.rejects] == ["Elkan elkan@example"]
