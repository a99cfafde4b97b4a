"""A one-sided yes changes nothing for anybody else: two worlds, one with it, give equal bytes.

In both worlds everybody but the sayer opens every page they can, asks for their export, and the
jobs of the night run; then their pages, mails, statements, ledgers and files are compared.
"""

import contextvars
import hashlib
import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.accounts.models import Person
from app.accounts.service.exports import zip_about
from app.communities.models import Contact
from app.communities.service.exports import zip_of
from app.communities.service.thanks import thank
from app.core import clock as core_clock
from app.core import jobs
from app.core.database import Base, db, is_between_members
from app.matching.service import hellos, introductions
from tests.conftest import FixedClock
from tests.factories import make_installation, make_person, person_of, sign_in
from tests.matching.conftest import MakeMatchable
from tests.matching.meeting import Meeting, make_meeting
from tests.pages import ProofreadingClient
from tests.trust.wire import undone

SAYERS_OWN = {"hello"}
"""The one table that may differ."""
UNTOLD = re.compile(rb'value="[\w.-]{50,}"|name="once" value="[^"]+"|[0-9a-f]{16}')
UNTOLD_COLUMNS = {("audit_entry", "id"), ("audit_entry", "request_id")}
Seen = dict[str, object]


class Browser(FlaskClient):
    """A client that does not proof-read: every page here is opened three times and more."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request in a context of its own."""
        kwargs.setdefault("buffered", True)
        return contextvars.Context().run(super().open, *args, **kwargs)


class World:
    """A community with two who match, a third member, an owner, and the site's administrator."""

    def __init__(self, app: Flask, meeting: Meeting, owner: Contact, admin: Person) -> None:
        self.app, self.meeting, self.owner = app, meeting, owner
        self.people = {
            "ben": person_of(meeting.ben),
            "owner": person_of(owner),
            "admin": admin,
            "stranger": None,
        }
        self.clients = {name: self._client(person) for name, person in self.people.items()}

    def _client(self, person: Person | None) -> FlaskClient:
        client = Browser(self.app)
        if person is not None:
            sign_in(client, person)
        return client

    def look(self, paths: list[str] | None = None) -> Seen:
        """Return everything (or what some paths show) that everybody but the sayer can find."""
        found: Seen = {}
        for name, client in self.clients.items():
            for path in paths or self.paths():
                with statements() as asked:
                    answer = client.get(path)
                body = UNTOLD.sub(b"", answer.get_data())
                found[f"{name} {path}"] = (answer.status_code, body, len(answer.data), len(asked))
            person = self.people[name]
            if person is not None:
                found[f"{name} export"] = unpacked(zip_about(person, ""))
        taker = self.people["owner"]
        assert taker is not None
        found["the community's export"] = unpacked(zip_of(self.meeting.community, taker.id))
        found |= {f"table {name}": rows for name, rows in tables()}
        return found

    def paths(self) -> list[str]:
        """Return every page that needs no more than a community and two of its members."""
        rules = [one for one in self.app.url_map.iter_rules() if "GET" in (one.methods or ())]
        found = []
        for contact in (self.meeting.ana, self.meeting.ben):
            values = {"slug": self.meeting.community.slug, "contact_id": contact.public_id}
            for rule in rules:
                if set(rule.arguments) <= set(values) and not rule.rule.startswith("/healthz"):
                    given = {name: values[name] for name in rule.arguments}
                    found.append(self.app.url_map.bind("kith.test").build(rule.endpoint, given))
        extra = [f"{path}?kind=friend" for path in found if path.endswith("/reasons")]
        return sorted({*found, *extra})


@contextmanager
def statements() -> Iterator[list[str]]:
    """Note the statements of a request, transactions aside."""
    asked: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def unpacked(package: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def tables() -> Iterator[tuple[str, str]]:
    """Yield each table with a digest of its rows, so that nothing was written anywhere else."""
    for table in Base.metadata.sorted_tables:
        if table.name in SAYERS_OWN | {"throttle", "person_session"}:
            continue
        # an audit's numbers go on when a transaction is rolled back; a request's are random
        told = [one for one in table.columns if (table.name, one.name) not in UNTOLD_COLUMNS]
        rows = db.session.execute(select(*told).order_by(*table.primary_key)).all()
        yield table.name, hashlib.sha256(repr(rows).encode()).hexdigest()
    queue = text("SELECT count(*) FROM procrastinate_jobs WHERE task_name LIKE 'matching.%'")
    yield "jobs", str(db.session.scalar(queue))


@pytest.fixture
def world(app: Flask, session: Session, community: object, make_matchable: MakeMatchable) -> World:
    """The world before anybody said anything."""
    make_installation()
    owner = make_matchable("Gardens", role="owner", name="Olga Owner")
    meeting = make_meeting(community, make_matchable)  # type: ignore[arg-type]  # the fixture
    admin = make_person(email="admin@example.org", is_site_admin=True)
    session.commit()
    return World(app, meeting, owner, admin)


def test_nobody_else_can_tell_a_one_sided_yes(
    app: Flask, session: Session, clock: FixedClock, world: World
) -> None:
    world.look()  # what a first look writes (an impression, a last visit) is written
    session.commit()
    with undone(session):
        jobs.run_pending(app)
        hellos.tidy(clock.now)
        without = world.look()
    with undone(session):
        world.meeting.hello(world.meeting.ana, "I like your garden")
        session.commit()
        jobs.run_pending(app)
        hellos.tidy(clock.now)
        assert world.meeting.hellos() == [(world.meeting.ana.id, "waiting")]
        with_one = world.look()
    assert without.keys() == with_one.keys()
    told = [name for name in without if without[name] != with_one[name]]
    assert told == []
    assert len(without) > 150
    page = world.clients["ben"].get(f"{world.meeting.path}/matches").data
    assert b"Ana Lake" in page  # a control: there was something to be told


def test_the_comparison_can_tell(
    app: Flask, session: Session, clock: FixedClock, world: World
) -> None:
    """The control: a yes from both sides is seen, in pages, mails, ledger and files."""
    path = world.meeting.path
    some = [f"{path}/matches", f"{path}/messages", "/"]
    with undone(session):
        without = world.look(some)
    with undone(session):
        world.meeting.introduce()
        session.commit()
        introduced = world.look(some)
    told = {name for name in without if without[name] != introduced[name]}
    assert {
        f"ben {path}/matches",
        f"ben {path}/messages",
        "ben export",
        "table activity",
        "table outgoing_mail",
        "table thread",
    } <= told
    assert "stranger /" not in told


def test_the_sayer_alone_sees_it(
    client: ProofreadingClient, world: World, session: Session
) -> None:
    world.meeting.hello(world.meeting.ana)
    session.commit()
    sign_in(client, world.meeting.ana)
    assert "Ben Stone" in client.get(f"{world.meeting.path}/introductions").text
    assert b"hello.json" in zip_about(person_of(world.meeting.ana), "")
    assert b"hello.json" not in zip_about(person_of(world.meeting.ben), "")


def test_an_owner_takes_along_nothing_that_members_said_among_themselves(world: World) -> None:
    taker, community = world.people["owner"], world.meeting.community
    assert taker is not None
    before = unpacked(zip_of(community, taker.id))
    made = world.meeting.introduce()
    now = core_clock.now()
    introductions.tell_useful(made, community=community, now=now)
    thank(world.meeting.ana, by=world.meeting.ben, community=community, reason="Tea", now=now)
    files = unpacked(zip_of(community, taker.id))
    assert "data/contact.json" in files  # a control
    private = {t.name for t in Base.metadata.sorted_tables if is_between_members(t)}
    assert not set(files) & {f"data/{name}.json" for name in private}
    differing = {name for name in files if files[name] != before.get(name)}
    assert differing == {"data/activity_month.json", "data/activity_last.json"}, "counts alone"


def test_the_tables_of_a_yes_are_marked_as_between_members() -> None:
    names = {"hello", "introduction", "introduction_side", "introduction_answer"}
    names |= {"thread", "thread_member", "message", "match_profile"}
    marked = {
        table.name
        for table in Base.metadata.sorted_tables
        if table.info.get("kith.between_members")
    }
    assert names <= marked
