"""Tickets sold by hand at the desk: paid at once or later, never twice, never too many."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts import service as accounts
from app.billing import processes
from app.billing.models import (
    LedgerEntry,
    LedgerTxn,
    Order,
    OrderSource,
    OrderState,
    Payment,
    PaymentMethod,
)
from app.communities.models import Ban
from app.core import clock as the_clock
from app.core.database import add, db
from app.core.jobs import run_pending
from app.core.models import AuditEntry
from app.events.models import Ticket
from app.events.service import by_hand
from app.events.service.by_hand import Deal
from app.events.service.refusals import EventOver, NotOnSale, TicketsSoldOut
from tests.conftest import SECRET, FixedClock
from tests.events.conftest import (
    Scene,
    counters,
    mails,
    order_of,
    quota,
    read_again,
    sell,
)
from tests.factories import make_contact, make_member, person_of, sign_in
from tests.pages import ProofreadingClient


def deal(scene: Scene, public_id: str, **values: object) -> Deal:
    """Return a deal over one ticket for cash with the scene's member, unless said otherwise."""
    plain = {
        "contact": scene.member,
        "name": scene.member.name,
        "chosen": {public_id: 1},
        "is_member": False,
        "sold_by": scene.host,
        "method": PaymentMethod.CASH,
    }
    return Deal(**{**plain, **values})  # type: ignore[arg-type]


def fields(
    client: ProofreadingClient, scene: Scene, public_id: str, **typed: str
) -> dict[str, str]:
    """Return the form as an organizer fills it in, with the key it carries."""
    page = client.get(f"{scene.desk}/sales/new").text
    key = re.search(r'name="once" value="([^"]+)"', page)
    assert key is not None
    plain = {"name": "Zoe Quinn", "email": "zoe@example.org", "sort": public_id, "number": "1"}
    return {"once": key[1], **plain, "paid": "cash", "kept_for": "3", "note": "", **typed}


@pytest.fixture
def desk(client: ProofreadingClient, scene: Scene) -> Scene:
    """The scene with an organizer signed in."""
    sign_in(client, make_member(scene.community, role="organizer", name="Olga Brandt"))
    return scene


def orders() -> list[Order]:
    """Return every order, the first one first."""
    return list(db.session.scalars(select(Order).order_by(Order.id)))


@pytest.mark.parametrize("method", ["cash", "transfer"])
def test_what_is_paid_by_hand_is_theirs_at_once_and_in_the_books(
    app: Flask, client: ProofreadingClient, desk: Scene, method: str
) -> None:
    sort = sell(desk)
    form = fields(client, desk, sort.public_id, number="2", paid=method, note="At the bar")
    answer = client.post(f"{desk.desk}/sales", data=form)
    assert (answer.status_code, answer.location) == (303, f"{desk.desk}/sales")
    assert "Sold to Zoe Quinn for €24" in client.get(answer.location).text
    [order] = orders()
    assert (order.state, order.source) == (OrderState.PAID, OrderSource.DESK)
    assert (counters(desk.event), quota(sort)) == ((0, 2), (0, 2))
    [payment] = db.session.scalars(select(Payment))
    assert (payment.method.value, payment.amount_minor, payment.note) == (
        method,
        2400,
        "At the bar",
    )
    booked = db.session.execute(
        select(LedgerEntry.name, LedgerEntry.amount_minor)
        .join(LedgerTxn, LedgerTxn.id == LedgerEntry.txn_id)
        .where(LedgerTxn.order_id == order.id, LedgerEntry.amount_minor != 0)
        .order_by(LedgerEntry.amount_minor)
    ).all()
    assert [(name.value, amount) for name, amount in booked] == [("sales", -2400), (method, 2400)]
    told = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "ticket.sold_by_hand"))
    assert [(one.subject_id, one.facts) for one in told] == [(order.id, {"is_paid": True})]
    run_pending(app)
    mailed = sorted(mail.kind for mail in mails())
    assert mailed == ["billing.receipt", "events.tickets"]
    assert {mail.contact_id for mail in mails()} == {order.contact_id}


def test_the_same_form_sells_once_however_often_it_is_sent(
    client: ProofreadingClient, desk: Scene
) -> None:
    sort = sell(desk)
    form = fields(client, desk, sort.public_id)
    for _ in range(2):
        assert client.post(f"{desk.desk}/sales", data=form).status_code == 303
    afresh = fields(client, desk, sort.public_id)  # gone back: the browser took the form anew
    client.post(f"{desk.desk}/sales", data=afresh)
    assert "You sent just the same a few minutes ago" in client.get(f"{desk.desk}/sales").text
    assert len(orders()) == 1
    client.post(f"{desk.desk}/sales", data=fields(client, desk, sort.public_id, number="2"))
    assert [counters(desk.event), len(orders())] == [(0, 3), 2]


def test_what_is_paid_later_is_kept_until_then_and_paid_at_the_desk(
    app: Flask, client: ProofreadingClient, desk: Scene, clock: FixedClock
) -> None:
    sort = sell(desk)
    client.post(f"{desk.desk}/sales", data=fields(client, desk, sort.public_id, paid="later"))
    [order] = orders()
    assert order.expires_at == clock.now + timedelta(days=3)
    assert counters(desk.event) == (1, 0)
    run_pending(app)
    [mail] = mails()
    assert (mail.kind, mail.subject) == ("events.kept", "Kept for you: Sunday run")
    for body in (mail.text_body, mail.html_body):
        assert "(Europe/Berlin) nobody else can have it" in body
    assert "Total: €12.00" in mail.text_body
    page = client.get(f"{desk.desk}/sales").text
    assert "Kept for Zoe Quinn. Note here once the €12.00 have come." in page
    way = f"/c/{desk.slug}/desk/money/orders/{order.public_id}"
    assert f'href="{way}"' in page
    clock.advance(days=2, hours=23)
    assert not processes.expire_order(order.id, secret=SECRET, now=clock.now)
    client.post(f"{way}/payments", data={"method": "cash", "note": ""})
    db.session.refresh(order)
    assert (order.state, counters(desk.event)) == (OrderState.PAID, (0, 1))
    assert "Kept until they are paid" not in client.get(f"{desk.desk}/sales").text


def test_what_a_block_stands_before_is_kept_for_someone(
    client: ProofreadingClient, scene: Scene
) -> None:
    """The payment can be noted all the same, as every line of the books can be."""
    organizer = make_member(scene.community, role="organizer")
    sign_in(client, organizer)
    by_hand.sell(scene.event, deal(scene, sell(scene).public_id, method=None), now=the_clock.now())
    db.session.commit()
    [order] = orders()
    way = f"/c/{scene.slug}/desk/money/orders/{order.public_id}"
    seen = client.get(f"{scene.desk}/sales").text
    assert (way in seen, scene.member.name in seen) == (True, True)
    accounts.block(person_of(organizer), person_of(scene.member), now=the_clock.now())
    db.session.commit()
    hidden = client.get(f"{scene.desk}/sales").text
    assert (way in hidden, scene.member.name in hidden) == (True, False)
    assert 'aria-label="Note the payment of Someone"' in hidden


def test_what_nobody_pays_in_time_is_free_again(scene: Scene, clock: FixedClock) -> None:
    sort = sell(scene)
    until = clock.now + timedelta(days=1)
    order = by_hand.sell(
        scene.event, deal(scene, sort.public_id, method=None, keep_until=until), now=clock.now
    )
    clock.set(until)
    assert processes.expire_order(order.id, secret=SECRET, now=clock.now)
    assert (counters(scene.event), quota(sort)) == ((0, 0), (0, 0))


@pytest.mark.parametrize(
    ("kept_for", "starts_in", "hours"),
    [("1", 7 * 24, 24), ("7", 48, 48), ("", 72, 72), ("3", -1, 1)],
    ids=["a day", "no longer than the start", "until the start", "at the door until the end"],
)
def test_a_kept_ticket_has_an_end(
    client: ProofreadingClient,
    desk: Scene,
    clock: FixedClock,
    kept_for: str,
    starts_in: int,
    hours: int,
) -> None:
    sort = sell(desk)
    desk.event.starts_at = clock.now + timedelta(hours=starts_in)
    desk.event.ends_at = desk.event.starts_at + timedelta(hours=2)
    db.session.commit()
    typed = fields(client, desk, sort.public_id, paid="later", kept_for=kept_for)
    assert client.post(f"{desk.desk}/sales", data=typed).status_code == 303
    [order] = orders()
    assert order.expires_at == clock.now + timedelta(hours=hours)


def test_a_member_pays_what_members_pay_and_a_stranger_does_not(
    client: ProofreadingClient, desk: Scene
) -> None:
    sort = sell(desk, member_price_minor=800)
    desk.member.email = desk.member.email or "ben@example.org"
    desk.member.email_key = desk.member.email
    db.session.commit()
    assert "Ticket: €12.00, for members €8.00" in client.get(f"{desk.desk}/sales/new").text
    for email in (desk.member.email, "stranger@example.org"):
        client.post(f"{desk.desk}/sales", data=fields(client, desk, sort.public_id, email=email))
    assert [order.total_minor for order in orders()] == [800, 1200]
    assert orders()[0].contact_id == desk.member.id


def test_the_last_one_is_sold_once_and_what_was_typed_stays(
    client: ProofreadingClient, desk: Scene
) -> None:
    sort = sell(desk, size=1)
    client.post(f"{desk.desk}/sales", data=fields(client, desk, sort.public_id))
    other = fields(client, desk, sort.public_id, email="late@example.org", note="Keep my words")
    answer = client.post(f"{desk.desk}/sales", data=other)
    assert answer.status_code == 422
    assert "Sold out" in answer.text
    assert ["late@example.org" in answer.text, "Keep my words" in answer.text] == [True, True]
    assert quota(sort) == (0, 1)


@pytest.mark.parametrize("is_last", [False, True])
def test_whoever_reserved_online_and_brings_cash_pays_that_order(
    scene: Scene, *, is_last: bool
) -> None:
    sort = sell(scene, size=1 if is_last else None)
    before = order_of(scene, sort)
    paid = by_hand.sell(scene.event, deal(scene, sort.public_id), now=the_clock.now())
    assert (paid.id, paid.state) == (before.id, OrderState.PAID)
    assert quota(sort) == (0, 1)


def test_for_somebody_else_the_last_kept_one_is_gone(scene: Scene) -> None:
    sort = sell(scene, size=1)
    order_of(scene, sort)
    other = deal(scene, sort.public_id, contact=make_member(scene.community))
    with pytest.raises(TicketsSoldOut):
        by_hand.sell(scene.event, other, now=the_clock.now())


def test_reserved_online_and_kept_at_the_desk_is_kept_longer_not_twice(
    scene: Scene, clock: FixedClock
) -> None:
    sort = sell(scene)
    before = order_of(scene, sort)
    until = clock.now + timedelta(days=2)
    later = deal(scene, sort.public_id, method=None, keep_until=until)
    kept = by_hand.sell(scene.event, later, now=clock.now)
    assert (kept.id, kept.expires_at, quota(sort)) == (before.id, until, (1, 0))
    sooner = deal(scene, sort.public_id, method=None, keep_until=clock.now + timedelta(hours=1))
    assert by_hand.sell(scene.event, sooner, now=clock.now).expires_at == until


def test_at_the_desk_tickets_are_sold_beside_the_sale_and_until_the_end(
    scene: Scene, clock: FixedClock
) -> None:
    sort = sell(scene, sells_from=clock.now + timedelta(days=1))
    with pytest.raises(NotOnSale):
        order_of(scene, sort)
    assert by_hand.sell(scene.event, deal(scene, sort.public_id), now=clock.now).is_settled
    clock.set(scene.event.starts_at + timedelta(minutes=5))
    assert by_hand.sell(scene.event, deal(scene, sort.public_id), now=clock.now).is_settled
    clock.set(scene.event.ends_at)
    with pytest.raises(EventOver):
        by_hand.sell(scene.event, deal(scene, sort.public_id), now=clock.now)


def test_a_hidden_type_is_not_on_the_form_and_not_sold(
    client: ProofreadingClient, desk: Scene
) -> None:
    sort = sell(desk, is_hidden=True)
    assert "Nothing to sell yet" in client.get(f"{desk.desk}/sales/new").text
    with pytest.raises(NotOnSale):
        by_hand.sell(read_again(desk), deal(desk, sort.public_id), now=the_clock.now())
    typed = {"name": "Zoe", "email": "zoe@example.org", "sort": sort.public_id, "number": "1"}
    answer = client.post(f"{desk.desk}/sales", data={**typed, "paid": "cash", "kept_for": "3"})
    assert (answer.status_code, orders()) == (422, [])


def test_what_is_free_is_given_without_money(client: ProofreadingClient, desk: Scene) -> None:
    sort = sell(desk, price=0)
    answer = client.post(f"{desk.desk}/sales", data=fields(client, desk, sort.public_id))
    assert "Zoe Quinn comes for free" in client.get(answer.location).text
    assert db.session.scalar(select(func.count(Ticket.id))) == 1
    assert db.session.scalar(select(func.count(Payment.id))) == 0


def test_nobody_banned_is_sold_to(client: ProofreadingClient, desk: Scene) -> None:
    sort = sell(desk)
    contact = make_contact(desk.community, email="out@example.org")
    add(
        Ban(
            community_id=desk.community.id,
            contact_id=contact.id,
            reason="x",
            banned_at=the_clock.now(),
        )
    )
    db.session.commit()
    typed = fields(client, desk, sort.public_id, email="out@example.org")
    answer = client.post(f"{desk.desk}/sales", data=typed)
    assert (answer.status_code, orders()) == (422, [])
    assert "Tickets cannot be bought with this address" in answer.text
