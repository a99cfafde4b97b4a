"""Orders that outlive their buyer's membership, or meet a ban: nothing is handed over for them."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.accounts.service.erasure import erase_person
from app.billing import processes, queries, service
from app.billing.models import (
    Order,
    OrderState,
    PaymentMethod,
    RefundReason,
    RefundState,
    Subscription,
    SubscriptionState,
)
from app.billing.processes import reconciling
from app.billing.queries.plans import live_subscriptions
from app.billing.service import OrderClosed, record_offline_payment
from app.billing.service.orders import BuyerBanned
from app.billing.service.plans import order_plan, sell_by_hand
from app.communities.models import Ban, Community, EndReason, Membership
from app.communities.service.closing import close_community
from app.communities.service.memberships import ban, leave, lift_ban, remove
from app.core import clock
from app.core.database import add, db
from tests.billing.conftest import (
    Shop,
    Stripe,
    Things,
    balance,
    buy,
    checkout,
    counters,
    findings,
    ledger,
    mails,
    refunds,
    state,
    subscribe,
    subscribed,
    the_subscription,
    thing,
)
from tests.billing.test_reconciling import lose_jobs
from tests.billing.test_two_subscriptions import live_at_stripe, path_of
from tests.communities.hands import hand_of, period_of
from tests.conftest import SECRET
from tests.factories import make_contact, person_of
from tests.pages import ProofreadingClient

End = Callable[[Shop], object]


def banned(shop: Shop) -> Ban:
    """Ban the member."""
    return ban(shop.member, reason="Spam", by=hand_of(shop.owner), now=clock.now())


def removed(shop: Shop) -> None:
    """Remove the member."""
    remove(period_of(shop.member), words="", by=hand_of(shop.owner), now=clock.now())


def left(shop: Shop) -> None:
    """Let the member leave by themselves."""
    leave(period_of(shop.member), now=clock.now())


def erased(shop: Shop) -> None:
    """Let the member erase their account."""
    erase_person(person_of(shop.member), now=clock.now())


def end_later(shop: Shop, stripe: Stripe, end: End) -> None:
    """Let the membership end a minute from now; its jobs have not run yet."""
    stripe.pass_time(minutes=1)
    end(shop)
    db.session.commit()


def outcome(shop: Shop, stripe: Stripe) -> tuple[bool, int, list[str]]:
    """Say what the member has: access, subscriptions here, and what renews at Stripe."""
    access = queries.has_access(shop.member.id, clock.now())
    return access, len(live_subscriptions(shop.member.id)), live_at_stripe(stripe)


ends = pytest.mark.parametrize("end", [banned, removed, left, erased])
NOTHING: tuple[bool, int, list[str]] = (False, 0, [])


@ends
def test_an_open_page_is_closed_when_the_membership_ends(
    store: Shop, stripe: Stripe, client: ProofreadingClient, end: End
) -> None:
    quota = service.open_quota(store.community.id, size=1)
    order, page = subscribe(store)
    other = buy(store, thing(quota))
    end_later(store, stripe, end)
    assert counters(quota) == (1, 0)
    answer = client.post(f"{path_of(store, order)}/payment")
    assert (answer.status_code, "This order has ended" in answer.text) == (422, True)
    stripe.work()
    assert stripe.control.look(page)["status"] == "expired"
    assert (state(order), state(other)) == (OrderState.CANCELLED, OrderState.CANCELLED)
    assert counters(quota) == (0, 0)
    assert "Pay €5.00" not in client.get(path_of(store, order)).text
    assert processes.cancel_order(order.id, secret=SECRET, now=clock.now()) is False, "once"


@ends
def test_a_plan_paid_when_the_membership_has_ended_goes_back(
    store: Shop, stripe: Stripe, client: ProofreadingClient, end: End
) -> None:
    order, page = subscribe(store)
    end_later(store, stripe, end)
    stripe.control.pay(page)  # quicker than the job that closes the page
    stripe.deliver()
    stripe.deliver()
    assert (outcome(store, stripe), state(order)) == (NOTHING, OrderState.REFUNDED_LATE)
    assert [(one.reason, one.state, one.amount) for one in refunds()] == [
        (RefundReason.LATE, RefundState.SUCCEEDED, order.total)
    ]
    books = ledger(store.community)
    assert ("sales" in books, books["stripe"]) == (False, balance(stripe))
    assert "billing.receipt" not in [mail.kind for mail in mails()]
    assert "Your payment came when this order had ended" in client.get(path_of(store, order)).text
    stripe.pass_time(days=40)
    stripe.deliver()
    assert outcome(store, stripe) == NOTHING, "nothing renews"


def test_an_erased_community_charges_nobody_any_more(store: Shop, stripe: Stripe) -> None:
    subscribed(store, stripe)
    name, owner = store.community.name, hand_of(store.owner)
    close_community(store.community, typed_name=name, by=owner, now=clock.now())
    db.session.commit()
    assert len(live_at_stripe(stripe)) == 1, "it may be kept yet"
    stripe.clock.advance(days=30, minutes=1)
    stripe.work()
    assert db.session.scalars(select(Community)).all() == []
    assert live_at_stripe(stripe) == []


def test_a_debit_under_way_comes_back_when_it_arrives(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    quota = service.open_quota(store.community.id, size=1)
    order = buy(store, thing(quota))
    page = checkout(order)
    stripe.control.pay(page, "debit")
    stripe.deliver()
    end_later(store, stripe, banned)
    stripe.work()
    assert (state(order), counters(quota)) == (OrderState.PROCESSING, (1, 0)), "the bank decides"
    stripe.control.settle_debit(page)
    stripe.deliver()
    stripe.deliver()
    assert (state(order), counters(quota)) == (OrderState.REFUNDED_LATE, (0, 0))
    assert ([one.state for one in refunds()], things.done) == ([RefundState.SUCCEEDED], [])


def pay_in_cash(shop: Shop, order: Order) -> None:
    """Let an organizer note that an order was paid in cash."""
    record_offline_payment(
        order, method=PaymentMethod.CASH, recorded_by=shop.owner, now=clock.now()
    )


@pytest.mark.parametrize(
    ("end", "refusal"), [(banned, BuyerBanned), (removed, OrderClosed), (left, OrderClosed)]
)
def test_cash_is_not_noted_when_the_membership_has_ended(
    store: Shop, stripe: Stripe, end: End, refusal: type[Exception]
) -> None:
    order = order_plan(store.member, store.month, now=clock.now())
    end_later(store, stripe, end)
    with pytest.raises(refusal):
        pay_in_cash(store, order)
    db.session.rollback()
    stripe.work()
    with pytest.raises(OrderClosed):
        pay_in_cash(store, order)
    assert (queries.has_access(store.member.id, clock.now()), ledger(store.community)) == (
        False,
        {},
    )


def test_to_the_banned_nothing_is_sold_until_the_ban_is_lifted(shop: Shop) -> None:
    guest = make_contact(shop.community)
    made = ban(guest, reason="Spam", by=hand_of(shop.owner), now=clock.now())

    def sell() -> Order:
        method, now = PaymentMethod.CASH, clock.now()
        return sell_by_hand(guest, shop.month, method=method, sold_by=shop.owner, now=now)

    with pytest.raises(BuyerBanned):
        sell()
    lift_ban(made, by=hand_of(shop.owner), now=clock.now())
    assert sell().state is OrderState.PAID


def test_an_order_of_a_new_membership_is_as_good_as_any(store: Shop, stripe: Stripe) -> None:
    """The control: what ended is the membership in which an order was placed, and no later one."""
    end_later(store, stripe, left)
    stripe.pass_time(minutes=1)
    add(
        Membership(
            community_id=store.community.id,
            contact_id=store.member.id,
            joined_at=clock.now(),
            joined_via=period_of(store.member).joined_via,
        )
    )
    subscribed(store, stripe)
    assert queries.has_access(store.member.id, clock.now())


def end_unheard(shop: Shop) -> None:
    """Let the member be banned as it was once, when no order and no late payment was looked at."""
    ended = {"left_at": clock.now(), "end_reason": EndReason.BANNED}
    mine = Membership.contact_id == shop.member.id
    db.session.execute(update(Membership).where(mine).values(**ended))
    whose = {"community_id": shop.community.id, "contact_id": shop.member.id}
    add(Ban(**whose, reason="Spam", banned_at=clock.now()))
    db.session.commit()


def look() -> None:
    """Compare everything with Stripe."""
    reconciling.reconcile_all(is_full=False, secret=SECRET, now=clock.now())


def test_reconciliation_ends_what_renews_for_someone_banned(store: Shop, stripe: Stripe) -> None:
    subscribed(store, stripe)
    look()
    assert the_subscription(store).is_live, "the control: a member's goes on"
    end_unheard(store)
    look()
    assert (outcome(store, stripe), findings(store)) == (NOTHING, [])
    assert the_subscription(store).state is SubscriptionState.CANCELED


def test_reconciliation_closes_an_order_whose_job_was_lost(store: Shop, stripe: Stripe) -> None:
    order, page = subscribe(store)
    look()
    assert state(order) is OrderState.AWAITING_PAYMENT, "the control: a member's waits"
    stripe.pass_time(minutes=1)
    end_unheard(store)
    lose_jobs()
    look()
    assert (state(order), stripe.control.look(page)["status"]) == (OrderState.CANCELLED, "expired")
    assert db.session.scalars(select(Subscription)).all() == []
    assert order.expires_at is not None
    assert order.expires_at > clock.now() + timedelta(minutes=30), "its time was not over"
