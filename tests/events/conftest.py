"""A community with hosts, members and one event a week from now."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import event as sql_events
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.activity.models import Activity
from app.billing.models import Order, PaymentMethod, Quota
from app.billing.queries.stripe import payment_account
from app.billing.service import record_offline_payment
from app.communities.models import Community, Contact
from app.core import clock
from app.core.database import add, db
from app.core.models import OutgoingMail
from app.events.models import Attendance, Event, EventHost, Ticket, TicketType
from app.events.queries import found_event
from app.events.queries.tickets import tickets_of_order
from app.events.service.buying import reserve_tickets
from app.events.service.guests import reserve_for_guest
from app.events.service.plan import Plan
from app.events.service.seats import take_seat
from app.events.service.ticket_types import Terms, add_type
from tests.factories import make_account, make_community, make_event, make_member

Statements = list[str]


@dataclass
class Scene:
    """What most tests of gatherings stand on."""

    community: Community
    host: Contact
    member: Contact
    event: Event
    slug: str = field(init=False)

    def __post_init__(self) -> None:
        self.slug = self.community.slug

    @property
    def path(self) -> str:
        """The path of the event's page."""
        return f"/c/{self.slug}/events/{self.event.public_id}"

    @property
    def desk(self) -> str:
        """The path of the event's page at the desk."""
        return f"/c/{self.slug}/desk/events/{self.event.public_id}"


@pytest.fixture
def statements(app: Flask) -> Iterator[Statements]:
    """Every SQL statement, in order; savepoints of the test are none of what is looked at."""
    found: Statements = []

    def note(_c: object, _cu: object, sql: str, *_rest: object) -> None:
        if not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            found.append(sql)

    with app.app_context():
        engine = db.engine
    sql_events.listen(engine, "before_cursor_execute", note)
    yield found
    sql_events.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def scene(session: Session) -> Scene:
    """A public community and a public event with 50 seats, hosted by one of two members."""
    community = make_community(name="Riverside Runners", zone="Europe/Berlin")
    host = make_member(community, role="host", name="Amara Okafor")
    member = make_member(community, name="Ben Adler")
    event = make_event(community, title="Sunday run", place="Boathouse", created_by_id=host.id)
    add(EventHost(community_id=community.id, event_id=event.id, contact_id=host.id))
    session.commit()
    return Scene(community, host, member, event)


def plan(**values: Any) -> Plan:
    """Return a plan for next Saturday evening in Berlin, valid and dull."""
    plain: dict[str, Any] = {
        "title": "Picnic",
        "starts_local": datetime(2026, 6, 20, 19, 0),  # noqa: DTZ001 - wall time has no zone
        "minutes": 120,
        "zone": "Europe/Berlin",
    }
    return Plan(**{**plain, **values})


def seat_of(scene: Scene, contact: Contact | None = None, *, seats: int = 1) -> Attendance:
    """Take a seat for a contact (by default the member)."""
    return take_seat(
        scene.event,
        contact=contact or scene.member,
        community=scene.community,
        now=clock.now(),
        seats=seats,
    )


def pending_seat(scene: Scene, *, name: str = "Zoe", email: str = "zoe@example.org") -> Attendance:
    """Ask for a seat as a stranger and return the row that waits."""
    reserve_for_guest(
        scene.event,
        community=scene.community,
        name=name,
        email=email,
        language="en",
        now=clock.now(),
    )
    newest = select(Attendance).order_by(Attendance.id.desc()).limit(1)
    return db.session.scalars(newest).one()


def counters(event: Event) -> tuple[int, int]:
    """Return what the event's quota counts: (held, sold)."""
    row = db.session.execute(select(Quota.held, Quota.sold).where(Quota.id == event.quota_id)).one()
    return row[0], row[1]


def told(community: Community) -> list[tuple[str, bool]]:
    """Return what the ledger knows of a community's events: (type, whether it is void).

    A paid order is a purchase, not a seat.
    """
    rows = db.session.execute(
        select(Activity.type, Activity.void_at.is_not(None))
        .where(
            Activity.community_id == community.id,
            Activity.type.like("event.%") | (Activity.type == "bought"),
        )
        .order_by(Activity.id)
    )
    return [(kind, is_void) for kind, is_void in rows]


def mails() -> list[OutgoingMail]:
    """Return every mail written so far, in order."""
    return list(db.session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)))


def sell(scene: Scene, title: str = "Ticket", *, price: int = 1200, **terms: Any) -> TicketType:
    """Sell a sort of ticket at the scene's event, for 12.00 unless a test says otherwise.

    What costs something is paid by card: the community gets its account, if it has none.
    """
    if price and payment_account(scene.community.id) is None:
        make_account(scene.community)
    sort = add_type(
        scene.event,
        Terms(title=title, price_minor=price, **terms),
        community=scene.community,
        now=clock.now(),
    )
    db.session.expire(scene.event, ["ticket_types"])
    return sort


def order_of(
    scene: Scene, sort: TicketType, number: int = 1, *, contact: Contact | None = None
) -> Order:
    """Reserve tickets for a contact (by default the member)."""
    buyer = contact or scene.member
    return reserve_tickets(
        scene.event,
        {sort.public_id: number},
        contact=buyer,
        name=buyer.name,
        is_member=False,
        now=clock.now(),
    )


def buy(
    scene: Scene, sort: TicketType, number: int = 1, *, contact: Contact | None = None
) -> list[Ticket]:
    """Buy tickets for cash and return them."""
    order = order_of(scene, sort, number, contact=contact)
    if not order.is_settled:
        record_offline_payment(
            order, method=PaymentMethod.CASH, recorded_by=scene.host, now=clock.now()
        )
    return tickets_of_order(order.public_id)


def quota(sort: TicketType) -> tuple[int, int]:
    """Return what a sort's own quota counts: (held, sold)."""
    row = db.session.execute(select(Quota.held, Quota.sold).where(Quota.id == sort.quota_id)).one()
    return row[0], row[1]


def read_again(scene: Scene) -> Event:
    """Return the scene's event as a request finds it."""
    db.session.expire_all()
    event = found_event(scene.community.id, scene.event.public_id)
    assert event is not None
    return event


def png(colour: str = "teal") -> tuple[BytesIO, str]:
    """Return a small picture as a browser sends it."""
    file = BytesIO()
    Image.new("RGB", (64, 32), colour).save(file, "PNG")
    file.seek(0)
    return file, "picnic.png"


def edit_form(client: FlaskClient, scene: Scene) -> dict[str, Any]:
    """Return what the edit page would send unchanged."""
    page = client.get(scene.path + "/edit").text
    (version,) = re.findall(r'name="version"[^>]*value="(\d+)"', page)
    local = scene.event.starts_local
    return {
        "version": version,
        "title": scene.event.title,
        "day": local.date().isoformat(),
        "starts": f"{local:%H:%M}",
        "ends": f"{local + timedelta(hours=2):%H:%M}",
        "zone": scene.event.zone,
        "place": scene.event.place,
        "visibility": "public",
        "plus_ones": "0",
        "size": "50",
        "hosts": [scene.host.public_id],
    }
