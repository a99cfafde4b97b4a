"""Everything about a person in one zip: all of theirs, nothing of anybody else's."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import hooks, queries, reach, service
from app.accounts.models import DataExport, ExportState, Person
from app.accounts.queries.everything import everything_about
from app.communities.models import Community, Contact, Facet, FacetKind, Report, ReportSubject
from app.core import storage
from app.core.database import add, db
from app.core.errors import NotThere
from app.core.models import StoredFile
from app.events.models import Attendance, AttendanceState
from tests.accounts.conftest import mails_to, make_member_of_site
from tests.conftest import FixedClock
from tests.factories import make_community, make_event, make_member, sign_in
from tests.pages import ProofreadingClient

RunJobs = Callable[[], list[str]]


@pytest.fixture
def runners(session: Session) -> Community:
    """A community."""
    return make_community(name="Runners", slug="runners")


@pytest.fixture
def card(person: Person, runners: Community) -> Contact:
    """The person's card there."""
    contact = make_member(runners, person=person, name="Amara Okafor", about="Marker of mine")
    add(
        Facet(
            community_id=runners.id,
            contact_id=contact.id,
            kind=FacetKind.OFFER,
            value="Bicycle repair",
            value_key="bicycle repair",
        )
    )
    return contact


@pytest.fixture
def other(runners: Community) -> Contact:
    """Somebody else's card there."""
    return make_member(runners, name="Boris", about="Marker of another")


def report(community: Community, by: Contact, about: Contact, words: str) -> Report:
    """Let one member report another."""
    return add(
        Report(
            community_id=community.id,
            reporter_id=by.id,
            subject=ReportSubject.CONTACT,
            subject_public_id=about.public_id,
            about_contact_id=about.id,
            words=words,
            created_at=by.created_at,
        )
    )


def everything(person: Person) -> dict[str, list[dict[str, Any]]]:
    """Return the whole export as it would be written."""
    return dict(everything_about(person.id))


def test_the_account_its_cards_and_words_are_there(person: Person, card: Contact) -> None:
    found = everything(person)
    [account] = found["person"]
    assert account["language"] == "en"
    assert account["public_id"] == person.public_id
    assert [row["address"] for row in found["person_email"]] == ["amara@example.org"]
    [contact] = found["contact"]
    assert (contact["name"], contact["about"]) == ("Amara Okafor", "Marker of mine")
    assert contact["community"] == {"public_id": card_community(card), "name": "Runners"}
    assert [row["value"] for row in found["facet"]] == ["Bicycle repair"]
    assert len(found["membership"]) == 1


def card_community(card: Contact) -> str:
    """Return the public id of a card's community."""
    return db.session.get_one(Community, card.community_id).public_id


def test_no_number_and_no_secret_leaves_the_house(person: Person, card: Contact) -> None:
    person.totp_salt = b"salt of a secret"
    service.open_session(
        person, device="Firefox", network="10.0.0.0/24", is_known_device=True, now=card.created_at
    )
    found = everything(person)
    names = {name for rows in found.values() for row in rows for name in row}
    assert names.isdisjoint({"id", "password_hash", "totp_salt", "token_hash", "email_key"})
    assert names.isdisjoint({"sort_key", "search_members_text", "search_organizers"})
    assert [row["device"] for row in found["person_session"]] == ["Firefox"]
    text = json.dumps(found, default=str)
    assert str(person.password_hash) not in text
    assert "salt of a secret" not in text


def test_nothing_of_anybody_else_is_there(
    person: Person, card: Contact, other: Contact, runners: Community
) -> None:
    report(runners, by=other, about=card, words="She reported me")
    text = json.dumps(everything(person), default=str)
    assert "Boris" not in text
    assert "Marker of another" not in text
    assert "She reported me" not in text
    assert "report" not in everything(person)


def test_of_a_row_of_others_only_ones_own_part_is_told(
    person: Person, card: Contact, other: Contact, runners: Community
) -> None:
    written = report(runners, by=other, about=other, words="Somebody's words")
    written.handled_by_id = card.id
    written.handled_at = written.created_at
    db.session.flush()
    assert everything(person)["report"] == [
        {
            "public_id": written.public_id,
            "report handled": True,
            "created_at": written.created_at,
            "handled_at": written.created_at,
        }
    ]


def test_a_helper_on_my_row_is_not_named(
    person: Person, card: Contact, other: Contact, runners: Community
) -> None:
    event = make_event(runners, title="Sunday run")
    add(
        Attendance(
            community_id=runners.id,
            event_id=event.id,
            contact_id=card.id,
            state=AttendanceState.GOING,
            reserved_at=card.created_at,
            arrived=1,
            checked_in_at=card.created_at,
            checked_in_by_id=other.id,
        )
    )
    [row] = everything(person)["attendance"]
    assert row["event"] == {"public_id": event.public_id, "title": "Sunday run"}
    assert "check-in made" not in row
    assert row["state"] is AttendanceState.GOING


def test_who_blocked_me_is_theirs_to_know(person: Person, clock: FixedClock) -> None:
    other = make_member_of_site()
    service.block(other, person, now=clock.now)
    assert "block" not in everything(person)
    assert len(everything(other)["block"]) == 1


def test_the_zip_holds_json_a_readme_and_files(
    app: object, person: Person, card: Contact, other: Contact, session: Session
) -> None:
    mine = storage.keep(b"my picture", "image/webp", person_id=person.id)
    theirs = storage.keep(b"their picture", "image/webp", person_id=other.person_id)
    card.picture_key, other.picture_key = mine.key, theirs.key
    session.flush()

    def more(_person: Person) -> dict[str, bytes]:
        return {"../../tickets/one.pdf": b"ticket"}

    hooks.personal_files.register(more)
    try:
        content = service.zip_about(person, "Read me, Амара")
    finally:
        hooks.personal_files._callbacks.remove(more)
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        assert package.testzip() is None
        names = set(package.namelist())
        assert package.read("README.txt").decode() == "Read me, Амара"
        assert package.read(f"files/{mine.key}") == b"my picture"
        assert package.read("files/tickets/one.pdf") == b"ticket"
        assert json.loads(package.read("contact.json"))[0]["name"] == "Amara Okafor"
        assert {"person.json", "contact.json", "membership.json"} <= names
        assert f"files/{theirs.key}" not in names


def test_an_export_is_made_by_a_job_told_by_mail_and_kept_a_week(
    person: Person, card: Contact, run_jobs: RunJobs, clock: FixedClock, session: Session
) -> None:
    export = service.ask_for_export(person, now=clock.now)
    assert service.ask_for_export(person, now=clock.now) is export, "one at a time is enough"
    assert export.state is ExportState.WAITING
    with pytest.raises(NotThere):
        queries.my_export(person.id, export.public_id, clock.now)
    assert "accounts.make_export" in run_jobs()
    assert [mail.subject for mail in mails_to("amara@example.org")] == ["Your data is ready"]
    ready = queries.my_export(person.id, export.public_id, clock.now)
    assert ready.file_key is not None
    assert ready.expires_at == clock.now + timedelta(days=7)
    with storage.storage().open(ready.file_key) as file:
        assert "Everything about you" in zipfile.ZipFile(file).read("README.txt").decode()
    key = ready.file_key
    clock.advance(days=7)
    with pytest.raises(NotThere):
        queries.my_export(person.id, export.public_id, clock.now)
    run_jobs()
    assert queries.latest_export(person.id).state is ExportState.GONE  # type: ignore[union-attr]
    with pytest.raises(NotThere):
        storage.storage().open(key)
    assert session.scalars(select(StoredFile)).all() == []


def test_an_export_that_was_not_finished_can_be_asked_for_again(
    person: Person, client: ProofreadingClient, run_jobs: RunJobs, clock: FixedClock
) -> None:
    lost = service.ask_for_export(person, now=clock.now)
    db.session.commit()
    sign_in(client, person)
    assert "It is being gathered." in client.get("/settings/data").text
    clock.advance(hours=1)
    assert "It could not be made. Please ask for it again." in client.get("/settings/data").text
    service.ask_for_export(person, now=clock.now)
    run_jobs()
    assert lost.state is ExportState.GONE
    assert len(mails_to("amara@example.org")) == 1
    assert queries.latest_export(person.id).state is ExportState.READY  # type: ignore[union-attr]


def test_an_export_is_its_persons_only(
    person: Person, run_jobs: RunJobs, clock: FixedClock
) -> None:
    export = service.ask_for_export(person, now=clock.now)
    run_jobs()
    other = make_member_of_site()
    with pytest.raises(NotThere):
        queries.my_export(other.id, export.public_id, clock.now)


def test_jobs_that_run_twice_or_too_late_do_nothing(
    person: Person, run_jobs: RunJobs, clock: FixedClock
) -> None:
    export = service.ask_for_export(person, now=clock.now)
    run_jobs()
    key = db.session.get_one(DataExport, export.id).file_key
    service.make_export(export.id, readme="", now=clock.now)
    service.make_export(0, readme="", now=clock.now)
    assert db.session.get_one(DataExport, export.id).file_key == key
    assert len(mails_to("amara@example.org")) == 1
    service.drop_export(export.id)
    service.drop_export(export.id)
    service.drop_export(0)
    assert db.session.get_one(DataExport, export.id).state is ExportState.GONE


def test_a_file_gone_from_the_table_is_no_error(
    person: Person, run_jobs: RunJobs, clock: FixedClock
) -> None:
    export = service.ask_for_export(person, now=clock.now)
    run_jobs()
    db.session.delete(db.session.scalars(select(StoredFile)).one())
    service.drop_export(export.id)
    assert db.session.get_one(DataExport, export.id).file_key is None


def test_rows_reached_over_two_steps_belong_to_the_person(
    person: Person, card: Contact, other: Contact
) -> None:
    ids = reach.belonging(person.id)
    assert ids["person"] == [person.id]
    assert ids["contact"] == [card.id]
    assert other.id not in ids["contact"]
