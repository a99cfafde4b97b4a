"""Ticket orders of those who were banned or removed: closed, and what is paid late goes back."""

from collections.abc import Callable

import pytest

from app.billing.models import Order, OrderState, PaymentMethod
from app.billing.service import OrderClosed, record_offline_payment
from app.billing.service.links import order_token as slip_token
from app.billing.service.orders import BuyerBanned
from app.communities.models import Contact
from app.communities.service.memberships import ban, remove
from app.core import clock as the_clock
from app.core.database import db
from app.core.errors import RuleViolation
from app.events import queries
from app.events.service.by_hand import Deal
from app.events.service.by_hand import sell as sell_by_hand
from tests.billing.conftest import Stripe, checkout, refunds, state, stripe, stripe_address
from tests.communities.hands import hand_of, period_of
from tests.conftest import SECRET
from tests.events.conftest import Scene, counters, mails, order_of, sell
from tests.events.test_paying import till
from tests.factories import make_contact, make_member

__all__ = ["stripe", "stripe_address", "till"]  # fixtures of others, used here by their names

Who = Callable[[Scene], Contact]


def guest(scene: Scene) -> Contact:
    """Return someone who is no member."""
    return make_contact(scene.community, email="zoe@example.org")


def member(scene: Scene) -> Contact:
    """Return a member."""
    return scene.member


def banned(scene: Scene, who: Contact) -> None:
    """Ban someone."""
    moderator = make_member(scene.community, role="moderator")
    ban(who, reason="Spam", by=hand_of(moderator), now=the_clock.now())


def removed(scene: Scene, who: Contact) -> None:
    """Remove a member."""
    owner = make_member(scene.community, role="owner")
    remove(period_of(who), words="", by=hand_of(owner), now=the_clock.now())


End = Callable[[Scene, Contact], None]
ends = pytest.mark.parametrize(
    ("who", "end", "refusal"),
    [(guest, banned, BuyerBanned), (member, banned, BuyerBanned), (member, removed, OrderClosed)],
)


def ordered(till: Scene, stripe: Stripe, contact: Contact) -> Order:
    """Keep a ticket for someone, and let a minute pass."""
    order = order_of(till, sell(till), contact=contact)
    db.session.commit()
    stripe.pass_time(minutes=1)
    return order


@ends
def test_a_ticket_paid_by_someone_shut_out_goes_back(
    till: Scene, stripe: Stripe, who: Who, end: End, refusal: type[RuleViolation]
) -> None:
    del refusal
    buyer = who(till)
    order = ordered(till, stripe, buyer)
    page = checkout(order)
    end(till, buyer)
    db.session.commit()
    stripe.control.pay(page)  # quicker than the job that closes the page
    stripe.deliver()
    stripe.deliver()
    assert state(order) is OrderState.REFUNDED_LATE
    assert [(one.state, one.amount) for one in refunds()] == [("succeeded", order.total)]
    assert (queries.tickets_of_order(order.public_id), counters(till.event)) == ([], (0, 0))
    assert "events.tickets" not in [mail.kind for mail in mails()]


@ends
def test_a_ticket_to_be_paid_in_cash_is_not_sold_to_someone_shut_out(
    till: Scene, stripe: Stripe, who: Who, end: End, refusal: type[RuleViolation]
) -> None:
    buyer = who(till)
    order = ordered(till, stripe, buyer)
    path = f"/c/{till.slug}/orders/{slip_token(order, secret=SECRET)}"
    ways = ("Pay €12.00", "Cancel the order")
    assert [one in stripe.client.get(path).text for one in ways] == [True, True]
    end(till, buyer)
    db.session.commit()
    for reason in (refusal, OrderClosed):  # before the job that closes it, and after
        with pytest.raises(reason):
            record_offline_payment(
                order, method=PaymentMethod.CASH, recorded_by=till.host, now=the_clock.now()
            )
        db.session.rollback()
        stripe.work()
    assert (state(order), counters(till.event)) == (OrderState.CANCELLED, (0, 0))
    assert queries.tickets_of_order(order.public_id) == []
    assert [one in stripe.client.get(path).text for one in ways] == [False, False]


@pytest.mark.parametrize("price", [1200, 0])
def test_hosts_keep_no_ticket_for_someone_banned(scene: Scene, price: int) -> None:
    zoe, sort = guest(scene), sell(scene, price=price)
    deal = Deal(
        contact=zoe,
        name="Zoe",
        chosen={sort.public_id: 1},
        is_member=False,
        sold_by=scene.host,
        method=None,
    )
    banned(scene, zoe)
    with pytest.raises(BuyerBanned, match="banned"):
        sell_by_hand(scene.event, deal, now=the_clock.now())
