"""Tickets paid at the local Stripe, whose notices come twice and shuffled."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.billing.models import (
    AccountState,
    Finding,
    Order,
    OrderState,
    Refund,
    RefundReason,
    RefundState,
)
from app.billing.queries.orders import lock_order, paid_payment
from app.billing.service import OrderClosed, Part, keep_longer, let_go, refund
from app.billing.service.accounts import connect
from app.billing.service.attempts import PAGE_LIVES, SLACK, open_attempt
from app.billing.service.links import order_token as slip_token
from app.communities.service.contacts import guest_contact
from app.core import clock as the_clock
from app.core.database import db
from app.core.money import Money
from app.events import processes, queries
from app.events.models import AttendanceState, Ticket, TicketState, TicketType
from app.events.queries.sales import sales, total_of
from app.events.service import check_in, gatherings, selling
from app.events.service.check_in import Scan
from app.events.service.guests import seat_token
from app.events.service.refusals import TooManyEach
from app.events.service.tickets import order_token
from tests.billing.conftest import Stripe, checkout, stripe, stripe_address
from tests.billing.test_killpoints import Killed, killed_after
from tests.conftest import SECRET, FixedClock
from tests.events.conftest import Scene, buy, counters, mails, order_of, quota, read_again, sell
from tests.factories import make_member
from tests.pages import ProofreadingClient

__all__ = ["stripe", "stripe_address"]  # fixtures of billing's, used here by their names


@pytest.fixture
def till(scene: Scene, stripe: Stripe) -> Scene:
    """The scene, where cards are taken."""
    stripe.account = stripe.control.account()
    stripe.control.letters()
    account = connect(
        scene.community,
        stripe.account,
        by=scene.host,
        actor=None,
        is_live=False,
        now=the_clock.now(),
    )
    account.state = AccountState.READY
    db.session.commit()
    return scene


def paid(scene: Scene, stripe: Stripe, sort: TicketType, number: int = 1) -> list[Ticket]:
    """Buy tickets on the hosted page and return them."""
    order = order_of(scene, sort, number)
    db.session.commit()
    stripe.control.pay(checkout(order))
    stripe.deliver()
    return queries.tickets_of_order(order.public_id)


def test_paid_tickets_come_once_and_go_back_with_their_money(
    till: Scene, stripe: Stripe, client: ProofreadingClient
) -> None:
    sort = sell(till, size=5)
    one, other = paid(till, stripe, sort, 2)
    assert (counters(till.event), quota(sort)) == ((0, 2), (0, 2))
    assert [mail.kind for mail in mails()].count("events.tickets") == 1
    token = order_token(one.line.order.public_id, secret=SECRET)
    page = client.get(f"/tickets/{token}").text
    form = f"/tickets/{token}/{one.public_id}/return"
    asked, *_ = re.findall(r'<div class="dialog" id="(return-[^"]*)" popover', page)
    assert asked == f"return-{one.public_id}"
    assert f'popovertarget="{asked}">Cancel it and get the money back' in page
    assert page.index(f'id="{asked}"') < page.index(form), "the question stands before the form"
    assert "€12.00 goes back to you." in client.follow(client.post(form)).text
    assert (counters(till.event), quota(sort)) == ((0, 1), (0, 1))
    stripe.work()
    stripe.deliver()
    assert db.session.scalars(select(Refund.state)).all() == [RefundState.SUCCEEDED]
    order = lock_order(one.line.order_id)
    assert (one.state, other.state) == (TicketState.CANCELLED, TicketState.VALID)
    assert order.state is OrderState.PARTIALLY_REFUNDED
    total = total_of(sales(read_again(till)))
    assert (total.gross.minor, total.refunds.minor) == (2400, 1200)


def test_the_order_s_page_leads_to_its_tickets(
    till: Scene, stripe: Stripe, client: ProofreadingClient
) -> None:
    one, _ = paid(till, stripe, sell(till, size=5), 2)
    order = lock_order(one.line.order_id)
    page = client.get(f"/c/{till.slug}/orders/{slip_token(order, secret=SECRET)}").text
    way = f"/tickets/{order_token(order.public_id, secret=SECRET)}"
    assert re.findall(r'href="(/tickets/[^"]*)"', page) == [way]


def test_a_page_promises_money_only_where_it_goes_back(
    till: Scene, stripe: Stripe, clock: FixedClock
) -> None:
    """For a card until the deadline; cash is with the hosts at any time."""
    sort = sell(till)
    [by_card] = paid(till, stripe, sort)
    friend = Scene(till.community, till.host, make_member(till.community), till.event)
    [by_hand] = buy(friend, sort)
    db.session.commit()

    def shown(ticket: Ticket) -> list[list[bool]]:
        order = order_token(ticket.line.order.public_id, secret=SECRET)
        seat = seat_token(ticket.attendance, secret=SECRET)
        pages = [
            stripe.client.get(f"/{path}").text for path in (f"tickets/{order}", f"seat/{seat}")
        ]
        words = ("get your money back until", "Cancel it and get the money back", "paid in cash")
        return [[one in page for one in words] for page in pages]

    assert (shown(by_card), shown(by_hand)) == (
        [[True, True, False]] * 2,
        [[False, False, True]] * 2,
    )
    clock.set(till.event.starts_at - timedelta(hours=23))
    assert (shown(by_card), shown(by_hand)) == ([[False] * 3] * 2, [[False] * 3] * 2)


def test_a_dispute_keeps_a_ticket_from_the_door_until_it_is_won(
    till: Scene,
    stripe: Stripe,
    clock: FixedClock,
) -> None:
    [ticket] = paid(till, stripe, sell(till))
    payment = paid_payment(ticket.line.order_id)
    assert payment is not None
    dispute = stripe.control.dispute(payment.charge_id or "")
    stripe.deliver()
    db.session.refresh(ticket)
    assert ticket.state is TicketState.SUSPENDED
    till.event.starts_at = clock.now
    db.session.commit()
    at_the_door: dict[str, Any] = {"by": till.host, "community": till.community, "now": clock.now}
    assert check_in.scan(till.event, ticket.secret, **at_the_door).outcome is Scan.SUSPENDED
    stripe.control.close_dispute(dispute, won=True)
    stripe.deliver()
    assert check_in.scan(till.event, ticket.secret, **at_the_door).outcome is Scan.IN


def test_money_that_comes_when_nothing_is_left_goes_back(
    till: Scene,
    stripe: Stripe,
) -> None:
    sort = sell(till, size=1)
    order = order_of(till, sort)
    db.session.commit()
    stripe.control.pay(checkout(order))  # its notice is late
    let_go(lock_order(order.id), OrderState.EXPIRED, now=the_clock.now())
    quick = Scene(till.community, till.host, make_member(till.community), till.event)
    buy(quick, sort)
    db.session.commit()
    stripe.deliver()
    stripe.work()
    stripe.deliver()
    assert lock_order(order.id).state is OrderState.REFUNDED_LATE
    assert queries.tickets_of_order(order.public_id) == []
    assert quota(sort) == (0, 1)


def test_a_cancelled_event_sends_everybody_s_money_back_once(
    till: Scene,
    stripe: Stripe,
) -> None:
    sort = sell(till)
    paid(till, stripe, sort, 2)
    friend = Scene(till.community, till.host, make_member(till.community), till.event)
    paid(friend, stripe, sort)
    would_go_back = selling.owed(till.event, currency="EUR")
    assert would_go_back == selling.Owed(3, by_card=Money(3600, "EUR"), by_hand=Money(0, "EUR"))
    gatherings.cancel(till.event, words="Storm", by=till.host, now=the_clock.now())
    db.session.commit()
    event_id = till.event.id
    for _ in range(2):
        processes.refund_event(event_id, secret=SECRET, now=the_clock.now())
        stripe.work()
        stripe.deliver()
    db.session.expire_all()
    amounts = db.session.scalars(select(Refund.amount_minor).order_by(Refund.amount_minor)).all()
    assert amounts == [1200, 2400]
    assert set(db.session.scalars(select(Order.state))) == {OrderState.REFUNDED}
    assert counters(till.event) == (0, 0)
    assert db.session.scalars(select(Finding)).all() == [], "nothing is left to do by hand"


def test_64_giving_everybody_their_money_back_goes_on_wherever_it_died(
    till: Scene,
    stripe: Stripe,
) -> None:
    """Killed after the first commit of each run: every buyer has their money back once."""
    sort = sell(till)
    for number in range(3):
        guest = Scene(till.community, till.host, make_member(till.community), till.event)
        paid(guest, stripe, sort, number + 1)
    gatherings.cancel(till.event, words="Storm", by=till.host, now=the_clock.now())
    db.session.commit()
    event_id, deaths = till.event.id, 0
    while True:
        with killed_after(1):
            try:
                processes.refund_event(event_id, secret=SECRET, now=the_clock.now())
            except Killed:
                deaths += 1
                db.session.rollback()
                continue
        break
    assert deaths == 2  # after the third there was nothing left to do
    assert processes.refund_event(event_id, secret=SECRET, now=the_clock.now()) == 0
    db.session.commit()
    stripe.work()
    stripe.deliver()
    amounts = db.session.scalars(select(Refund.amount_minor).order_by(Refund.amount_minor)).all()
    assert amounts == [1200, 2400, 3600]
    assert set(db.session.scalars(select(Refund.state))) == {RefundState.SUCCEEDED}
    assert (counters(till.event), quota(sort)) == ((0, 0), (0, 0))


def test_63_the_money_of_who_was_let_in_goes_back_and_they_were_there(
    till: Scene,
    stripe: Stripe,
    clock: FixedClock,
) -> None:
    [ticket] = paid(till, stripe, sell(till))
    till.event.starts_at = clock.now
    at_the_door: dict[str, Any] = {"by": till.host, "community": till.community, "now": clock.now}
    assert check_in.scan(till.event, ticket.secret, **at_the_door).outcome is Scan.IN
    selling.cancel_ticket(ticket, by=till.host, with_money=True, note="ill", now=clock.now)
    db.session.commit()
    stripe.work()
    stripe.deliver()
    assert db.session.scalars(select(Refund.state)).all() == [RefundState.SUCCEEDED]
    assert lock_order(ticket.line.order_id).state is OrderState.REFUNDED
    assert check_in.scan(till.event, ticket.secret, **at_the_door).outcome is Scan.CANCELLED
    db.session.refresh(ticket.attendance)
    assert (ticket.attendance.arrived, ticket.attendance.state) == (1, AttendanceState.GOING)


def test_after_a_kindness_a_ticket_goes_back_for_what_is_left(till: Scene, stripe: Stripe) -> None:
    one, other = paid(till, stripe, sell(till), 2)
    part = Part(one.line, 0, Money(1500, "EUR"))
    refund(lock_order(one.line.order_id), [part], reason=RefundReason.ASKED, now=the_clock.now())
    for ticket in (one, other):
        selling.give_back(ticket, now=the_clock.now())
    amounts = db.session.scalars(select(Refund.amount_minor).order_by(Refund.id)).all()
    assert (amounts, one.state, other.state) == ([1500, 900], "cancelled", "cancelled")


def test_77_one_address_in_other_letters_is_one_buyer(till: Scene, stripe: Stripe) -> None:
    now = the_clock.now()
    first = guest_contact(till.community, name="Zoe", email="Zoe@Example.org", now=now)
    sort = sell(till, most_each=1)
    buy(till, sort, contact=first)
    again = guest_contact(till.community, name="Zoe", email="zoe@example.ORG", now=now)
    assert again.id == first.id
    with pytest.raises(TooManyEach):
        order_of(till, sort, contact=again)
    other = guest_contact(till.community, name="Zoe", email="zoe2@example.org", now=now)
    assert order_of(till, sort, contact=other).contact_id != first.id


def test_what_an_organizer_keeps_for_days_is_paid_on_a_second_page(
    till: Scene, clock: FixedClock
) -> None:
    sort, until = sell(till), clock.now + timedelta(days=2)
    kept, usual = order_of(till, sort), order_of(till, sort, contact=make_member(till.community))
    keep_longer(kept, until)
    pages = [open_attempt(order.id, now=clock.now) for order in (kept, usual)]
    assert (kept.expires_at, usual.expires_at) == (until, clock.now + PAGE_LIVES + SLACK)
    clock.advance(minutes=35)  # the pages have closed
    again = open_attempt(kept.id, now=clock.now)
    assert (again is not None, again in pages, kept.expires_at) == (True, False, until)
    with pytest.raises(OrderClosed):
        open_attempt(usual.id, now=clock.now)
