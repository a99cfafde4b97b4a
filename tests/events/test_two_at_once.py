"""Two at once, each on a connection of its own: the second waits, then sees what the first did."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event as Signal
from typing import TypeVar

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from app import create_app
from app.billing.models import OrderLine
from app.communities.models import Community, Contact
from app.core import clock
from app.core.database import db
from app.core.errors import RuleViolation
from app.events import queries
from app.events.models import Event, Ticket
from app.events.service import check_in
from app.events.service.buying import reserve_tickets
from app.events.service.ticket_types import Terms, add_type
from tests.conftest import settings_for
from tests.factories import make_account, make_community, make_event, make_member

Did = TypeVar("Did")
PATIENCE = 20.0


@dataclass(frozen=True)
class Hall:
    """An event that begins now and sells tickets, four to a person; and one who has one."""

    app: Flask
    event_id: int
    buyer_id: int
    sort: str
    secret: str


@pytest.fixture
def hall(own_database: str) -> Iterator[Hall]:
    """Make the hall in a database where everything is really committed."""
    app = create_app(settings_for(own_database))
    with app.app_context():
        community = make_community()
        make_account(community)
        event = make_event(community)
        buyer = make_member(community)
        for title, price in (("Ticket", 1200), ("Helper", 0)):
            terms = Terms(title=title, price_minor=price)
            add_type(event, terms, community=community, now=clock.now())
        db.session.refresh(event)
        paid, free = event.ticket_types
        order = _reserve(event, {free.public_id: 1}, buyer)
        [ticket] = queries.tickets_of_order(order)
        made = Hall(app, event.id, buyer.id, paid.public_id, ticket.secret)
        db.session.commit()
    yield made
    with app.app_context():
        db.engine.dispose()


def _reserve(event: Event, chosen: dict[str, int], buyer: Contact) -> str:
    order = reserve_tickets(
        event, chosen, contact=buyer, name=buyer.name, is_member=False, now=clock.now()
    )
    return order.public_id


def buys(hall: Hall, number: int) -> str:
    """Ask for so many tickets; return what is answered."""
    buyer = db.session.get_one(Contact, hall.buyer_id)
    try:
        _reserve(db.session.get_one(Event, hall.event_id), {hall.sort: number}, buyer)
    except RuleViolation as refusal:
        db.session.rollback()
        return type(refusal).__name__
    return "kept"


def scans(hall: Hall) -> str:
    """Bring the ticket to the door; return what the door says."""
    event = db.session.get_one(Event, hall.event_id)
    now = event.starts_at
    community = db.session.get_one(Community, event.community_id)
    host = db.session.get_one(Contact, hall.buyer_id)
    found = check_in.scan(event, hall.secret, by=host, community=community, now=now)
    return found.outcome.value


def one_after_the_other(
    hall: Hall, first: Callable[[], Did], second: Callable[[], Did], look: Callable[[], object]
) -> tuple[Did, object, Did]:
    """Let the second begin before the first commits; return both, and what one saw between.

    `look` is the control: who only reads, and does not wait, sees nothing of the first.
    """
    is_done, may_go = Signal(), Signal()

    def begins() -> Did:
        with hall.app.app_context():
            did = first()
            is_done.set()
            assert may_go.wait(PATIENCE)
            db.session.commit()
            return did

    def follows() -> tuple[object, Did]:
        with hall.app.app_context():
            assert is_done.wait(PATIENCE)
            saw = look()
            db.session.rollback()
            did = second()
            db.session.commit()
            return saw, did

    with ThreadPoolExecutor(2) as pool:
        one, two = pool.submit(begins), pool.submit(follows)
        assert is_done.wait(PATIENCE)
        until = time.monotonic() + PATIENCE
        while not _waits(hall) and not two.done() and time.monotonic() < until:
            time.sleep(0.02)
        may_go.set()
        return one.result(), *two.result()


def _waits(hall: Hall) -> bool:
    """Say whether a connection to this database waits for a lock."""
    with hall.app.app_context():
        asked = text(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(db.session.scalar(asked))


def test_07_in_two_tabs_one_person_gets_no_more_than_they_may(hall: Hall) -> None:
    def had() -> int:
        return int(db.session.scalar(select(func.coalesce(func.sum(OrderLine.quantity), 0))) or 0)

    first, saw, second = one_after_the_other(
        hall, lambda: buys(hall, 3), lambda: buys(hall, 2), had
    )
    assert (first, saw, second) == ("kept", 1, "TooManyEach")
    with hall.app.app_context():
        assert had() == 1 + 3


def test_90_at_two_doors_a_ticket_lets_in_once(hall: Hall) -> None:
    def used() -> bool:
        return db.session.scalars(select(Ticket.checked_in_at)).one() is not None

    both = one_after_the_other(hall, lambda: scans(hall), lambda: scans(hall), used)
    assert both == ("in", False, "again")
