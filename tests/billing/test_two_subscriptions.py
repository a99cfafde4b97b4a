"""One member, two orders for plans: one subscription lives, and the other's money goes back."""

import re
from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import select

from app.accounts.models import Block
from app.billing import processes, queries
from app.billing.models import (
    Finding,
    FindingKind,
    Interval,
    Order,
    OrderState,
    PaymentState,
    Price,
    RefundReason,
    RefundState,
    Subscription,
)
from app.billing.processes import reconciling
from app.billing.queries.plans import live_subscriptions, offered_price
from app.billing.service.links import order_url
from app.billing.service.plans import PlanDraft, create_plan, publish_plan
from app.core import clock
from app.core.database import add, db
from tests.billing.conftest import (
    Shop,
    Stripe,
    balance,
    checkout,
    enter,
    euros,
    findings,
    latest_payment,
    ledger,
    mails,
    refunds,
    state,
    subscribe,
    subscribed,
)
from tests.billing.test_reconciling import lose_jobs, refund_at_stripe
from tests.conftest import SECRET
from tests.factories import person_of
from tests.pages import ProofreadingClient


def yearly(shop: Shop) -> Price:
    """Return the same plan's price for a year."""
    return shop.year


def of_another_plan(shop: Shop) -> Price:
    """Return the price of a plan beside the one the shop begins with."""
    draft = PlanDraft("Lamp lighter", "", euros(15), None, 14)
    plan = create_plan(shop.community, draft, now=clock.now())
    publish_plan(plan, now=clock.now())
    found = offered_price(plan, Interval.MONTH)
    assert found is not None
    return found


def path_of(shop: Shop, order: Order) -> str:
    """Return the path of an order's own page."""
    return "/c/" + order_url(order, slug=shop.slug, secret=SECRET).split("/c/")[1]


def live_at_stripe(stripe: Stripe) -> list[str]:
    """Return what renews at Stripe."""
    db.session.commit()
    client = stripe.app.extensions["kith.stripe"]
    listed = client.v1.subscriptions.list({}, options={"stripe_account": stripe.account})
    return [one.id for one in listed.data]


def test_an_order_left_waiting_is_not_paid_beside_a_subscription(
    store: Shop, stripe: Stripe, client: ProofreadingClient
) -> None:
    waiting, _ = subscribe(store, price=of_another_plan(store))
    path = path_of(store, waiting)
    assert "Pay €15.00" in client.get(path).text, "the control: nothing renews yet"
    subscribed(store, stripe)
    page = client.get(path).text
    said = "You have a membership that renews already. This order is not needed any more"
    assert [said in page, "Pay €15.00" in page, "Cancel the order" in page] == [True, False, True]
    answer = client.post(f"{path}/payment")
    assert (answer.status_code, said in answer.text) == (422, True)
    assert client.post(f"{path}/cancellation").status_code == 303
    assert state(waiting) is OrderState.CANCELLED
    assert stripe.control.look(latest_payment(waiting).session_id or "")["status"] == "expired"


@pytest.mark.parametrize("other", [yearly, of_another_plan])
def test_of_two_open_pages_the_second_one_paid_goes_back(
    store: Shop, stripe: Stripe, client: ProofreadingClient, other: Callable[[Shop], Price]
) -> None:
    second, page = subscribe(store, price=other(store))
    first = subscribed(store, stripe)
    stripe.control.pay(page)
    processes.sync_order(second.id, now=clock.now())  # as the return page does
    assert findings(store) == [FindingKind.TWO_SUBSCRIPTIONS]
    reconciling.reconcile(store.community.id, is_full=False, now=clock.now())
    assert findings(store) == [FindingKind.TWO_SUBSCRIPTIONS], "its money is not back yet"
    stripe.deliver()
    stripe.deliver()
    assert [(one.reason, one.state, one.amount) for one in refunds()] == [
        (RefundReason.TWICE, RefundState.SUCCEEDED, second.total)
    ]
    assert [one.stripe_id for one in live_subscriptions(store.member.id)] == [first.stripe_id]
    assert live_at_stripe(stripe) == [first.stripe_id]
    assert (state(second), second.number) == (OrderState.REFUNDED_LATE, None)
    assert ledger(store.community)["sales"] == -500
    assert ledger(store.community)["stripe"] == balance(stripe)
    assert [mail.kind for mail in mails()] == ["billing.receipt", "billing.refund"]
    assert queries.has_access(store.member.id, clock.now())
    shown = client.get(path_of(store, second)).text
    assert "A membership of yours renewed already" in shown
    assert "Your payment came when this order had ended" not in shown
    assert ["Not handed over, refunded" in shown, "too late" in shown] == [True, False]
    reconciling.reconcile(store.community.id, is_full=False, now=clock.now())
    assert findings(store) == []
    stripe.control.fail_refund(refunds()[0].stripe_id or "")
    stripe.deliver()
    shown = client.get(path_of(store, second)).text
    assert ["could not be sent back" in shown, "goes back to you" in shown] == [True, False]
    refund_at_stripe(stripe, second)
    reconciling.reconcile_all(is_full=False, secret=SECRET, now=clock.now())
    shown = client.get(path_of(store, second)).text
    assert ["could not be sent back" in shown, "went back to you on" in shown] == [False, True]


def test_two_paid_pages_of_an_order_that_came_second_both_go_back(
    store: Shop, stripe: Stripe
) -> None:
    second, page = subscribe(store, price=store.year)
    latest_payment(second).state = PaymentState.EXPIRED  # as if it had been given up
    db.session.commit()
    another = checkout(second)
    first = subscribed(store, stripe)
    for one in (page, another):
        stripe.control.pay(one)
    stripe.deliver()
    stripe.deliver()
    gone_back = (RefundReason.TWICE, RefundState.SUCCEEDED, second.total)
    assert [(one.reason, one.state, one.amount) for one in refunds()] == [gone_back, gone_back]
    assert (state(second), live_at_stripe(stripe)) == (OrderState.REFUNDED_LATE, [first.stripe_id])
    assert ledger(store.community)["stripe"] == balance(stripe)
    reconciling.reconcile_all(is_full=True, secret=SECRET, now=clock.now())
    assert findings(store) == []


def test_a_second_one_whose_end_was_lost_is_ended_when_it_renews(
    store: Shop, stripe: Stripe, client: ProofreadingClient
) -> None:
    second, page = subscribe(store)
    first = subscribed(store, stripe, price=store.year)
    stripe.control.pay(page)
    processes.sync_order(second.id, now=clock.now())
    lose_jobs()
    stripe.deliver()
    assert len(live_at_stripe(stripe)) == 2
    stripe.pass_time(days=32)
    stripe.deliver()
    assert live_at_stripe(stripe) == [first.stripe_id]
    look = partial(reconciling.reconcile_all, is_full=True, secret=SECRET, now=clock.now())
    look()
    assert findings(store) == [FindingKind.UNMATCHED_MONEY], "no run closes it"
    enter(client, store.owner)
    path = f"/c/{store.slug}/desk/money"
    page_of_money = client.get(path).text
    assert "A membership that had ended renewed all the same" in page_of_money
    assert ["Supporter · Ben Adler" in page_of_money, "by hand" in page_of_money] == [True, False]
    [settle] = re.findall(rf'action="({path}/findings/[^"]*)"', page_of_money)
    assert client.post(settle).status_code == 303
    look()
    assert findings(store) == []


def test_after_one_has_ended_another_is_begun(store: Shop, stripe: Stripe) -> None:
    """The control: what is over stands in nobody's way, whenever its page was opened."""
    other, page = subscribe(store, price=of_another_plan(store))
    first = subscribed(store, stripe)
    processes.end_subscription(first.id, now=clock.now())
    assert checkout(other) == page
    stripe.control.pay(page)
    stripe.deliver()
    assert (state(other), refunds(), findings(store)) == (OrderState.PAID, [], [])


def both(store: Shop, stripe: Stripe) -> list[Subscription]:
    """Let a member have two subscriptions at Stripe, as they could be begun once."""
    first = subscribed(store, stripe)
    first.contact_id = store.owner.id
    db.session.commit()
    second = subscribed(store, stripe, price=store.year)
    first.contact_id = store.member.id
    db.session.commit()
    return [first, second]


def test_who_ends_it_ends_all_that_renews(
    store: Shop, stripe: Stripe, client: ProofreadingClient
) -> None:
    rows = both(store, stripe)
    enter(client, store.member)
    path = f"/c/{store.slug}/membership/cancellation"
    assert client.post(path).status_code == 303
    for row in rows:
        db.session.refresh(row)
    assert [row.cancels_at_period_end for row in rows] == [True, True]


def test_who_could_end_one_of_two_only_can_try_again(
    store: Shop, stripe: Stripe, client: ProofreadingClient
) -> None:
    rows = both(store, stripe)
    shown = live_subscriptions(store.member.id)[0]
    stripe.control.chaos(rules=[{"what": "refuse", "path": f"/v1/subscriptions/{shown.stripe_id}"}])
    enter(client, store.member)
    path = f"/c/{store.slug}/membership"
    assert client.post(f"{path}/cancellation").status_code == 503
    for row in rows:
        db.session.refresh(row)
    assert [row.cancels_at_period_end for row in rows] == [row is not shown for row in rows]
    assert f'action="{path}/cancellation"' in client.get(path).text
    stripe.control.wild()
    assert client.post(f"{path}/cancellation").status_code == 303
    db.session.refresh(shown)
    assert shown.cancels_at_period_end


def test_a_finding_names_whom_it_is_about(
    store: Shop, stripe: Stripe, client: ProofreadingClient
) -> None:
    both(store, stripe)
    reconciling.reconcile(store.community.id, is_full=False, now=clock.now())
    enter(client, store.owner)
    path = f"/c/{store.slug}/desk/money"
    found = db.session.scalars(select(Finding)).one()
    link = f'<a href="/c/{store.slug}/desk/members/{store.member.public_id}">Ben Adler</a>'
    page = client.get(path).text
    assert [link in page, found.subject in page] == [True, False]
    assert "End one of them in Stripe&#39;s dashboard" in page
    add(
        Block(
            blocker_id=person_of(store.member).id,
            blocked_id=person_of(store.owner).id,
            created_at=clock.now(),
        )
    )
    db.session.commit()
    hidden = client.get(path).text
    assert [link in hidden, found.subject in hidden] == [False, False]
    assert "One member pays for two memberships" in hidden
