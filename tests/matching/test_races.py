"""Two who say hello to each other at the same moment meet; the control shows how they would not."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from app import create_app
from app.communities.models import Contact
from app.core import clock
from app.core.database import db
from app.matching.models import Introduction, MatchKind
from app.matching.queries.introductions import waiting_hello
from app.matching.service import hellos
from app.matching.service.hellos import Greeting
from app.matching.service.introductions import introduce
from tests.conftest import settings_for
from tests.factories import make_community, make_member

PATIENCE = 20.0
WAITS = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
Say = Callable[[Contact, Greeting], Any]


@pytest.fixture
def two(own_database: str) -> Iterator[tuple[Flask, int, int]]:
    """An application on a database where things really commit, and two members of it."""
    app = create_app(settings_for(own_database))
    with app.app_context():
        community = make_community()
        ids = [make_member(community).id for _ in range(2)]
        db.session.commit()
    yield app, ids[0], ids[1]
    with app.app_context():
        db.engine.dispose()


def guarded(contact: Contact, greeting: Greeting) -> None:
    hellos.say(contact, greeting, now=clock.now())


def naive(contact: Contact, greeting: Greeting) -> None:
    """Write and look, without letting the other pass first."""
    mine = hellos._keep(contact, greeting, clock.now())
    theirs = waiting_hello(
        contact.community_id, greeting.other_id, contact.id, greeting.kind, clock.now()
    )
    if theirs is not None:
        introduce(mine, theirs, now=clock.now())


@pytest.mark.parametrize(("say", "introductions"), [(guarded, 1), (naive, 0)])
def test_two_hellos_at_once(two: tuple[Flask, int, int], say: Say, introductions: int) -> None:
    app, one, other = two
    said, go = threading.Event(), threading.Event()

    def first() -> None:
        with app.app_context():
            say(db.session.get_one(Contact, one), Greeting(other, MatchKind.FRIEND))
            said.set()
            assert go.wait(PATIENCE)
            db.session.commit()

    def second() -> None:
        with app.app_context():
            assert said.wait(PATIENCE)
            say(db.session.get_one(Contact, other), Greeting(one, MatchKind.FRIEND))
            assert go.wait(PATIENCE)
            db.session.commit()

    threads = [threading.Thread(target=one_of_two) for one_of_two in (first, second)]
    for thread in threads:
        thread.start()
    assert said.wait(PATIENCE)
    with app.app_context():
        if say is guarded:
            wait_for_the_second()
        else:
            time.sleep(0.3)  # the second has written and looked meanwhile: nothing holds it
        go.set()
        for thread in threads:
            thread.join(PATIENCE)
        found = db.session.scalar(select(func.count()).select_from(Introduction))
    assert found == introductions


def wait_for_the_second() -> None:
    """Wait until the second one waits for the first."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if db.session.scalar(WAITS):
            return
        db.session.rollback()
        time.sleep(0.02)
    pytest.fail("nobody waits")
