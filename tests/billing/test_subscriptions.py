"""Memberships that renew, against the local Stripe: every notice comes twice and shuffled."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from app.accounts.service.erasure import erase_person
from app.activity.models import Activity
from app.billing import gateway, processes, queries
from app.billing.access import LATE_NOTICE
from app.billing.gateway.client import make_client
from app.billing.models import (
    Customer,
    FindingKind,
    GrantSource,
    Notice,
    NoticeState,
    Order,
    OrderSource,
    OrderState,
    PaymentAccount,
    PaymentMethod,
    PaymentState,
    RefundReason,
    RefundState,
    Subscription,
    SubscriptionState,
)
from app.billing.processes import reconciling
from app.billing.processes.subscriptions import end_stray_subscription, forget_customer
from app.billing.queries import has_access
from app.billing.queries.orders import lines_of
from app.billing.queries.reconciling import faults
from app.billing.service import BelowLeast, Part, grants, record_offline_payment, refund
from app.billing.service.attempts import keep_customer
from app.billing.service.plans import (
    AlreadySubscribed,
    PlanDraft,
    PlanGone,
    PriceImpossible,
    choose_free,
    create_plan,
    leave_free,
    publish_plan,
    sell_by_hand,
    update_plan,
)
from app.billing.service.subscriptions import NotLive, end_for_contact, follow
from app.communities.models import EndReason, Membership
from app.communities.service.memberships import ban, end_membership
from app.core import clock
from app.core.database import add, db
from app.core.money import Money
from stripe_sandbox.control import ControlRefused
from tests.billing.conftest import (
    Shop,
    Stripe,
    checkout,
    euros,
    latest_payment,
    ledger,
    mails,
    make_shop,
    notices,
    open_account,
    refunds,
    subscribe,
    subscribed,
    the_subscription,
)
from tests.communities.hands import hand_of
from tests.conftest import SECRET
from tests.factories import make_contact, make_member, person_of


def test_a_paid_page_opens_access_once_and_the_books_balance(store: Shop, stripe: Stripe) -> None:
    order, page = subscribe(store)
    assert not queries.has_access(store.member.id, stripe.clock.now)
    stripe.control.pay(page)
    types = stripe.deliver()
    assert types.count("checkout.session.completed") == 2
    db.session.refresh(order)
    assert (order.state, order.number) == (OrderState.PAID, 1)
    assert the_subscription(store).state is SubscriptionState.ACTIVE
    grant = queries.active_grant(store.member.id, stripe.clock.now)
    assert grant is not None
    assert grant.plan_id == store.plan.id
    assert [mail.kind for mail in mails()] == ["billing.receipt"]
    fee = latest_payment(order).fee_minor or 0
    assert fee > 0
    assert ledger(store.community) == {"stripe": 500 - fee, "sales": -500, "fees": fee}
    assert db.session.scalar(select(func.count()).select_from(Order)) == 1
    assert notices(NoticeState.PARKED) == []
    assert (db.session.scalar(select(func.count()).select_from(Notice)) or 0) > 3


@pytest.mark.parametrize(
    "first", ["generic_decline", "authenticate"], ids=["decline", "3ds_failed"]
)
def test_a_card_refused_at_first_opens_nothing_and_another_one_does(
    store: Shop, stripe: Stripe, first: str
) -> None:
    order, page = subscribe(store)
    stripe.control.pay(page, first)
    if first == "authenticate":
        stripe.control.confirm(page, passed=False)
    stripe.deliver()
    db.session.refresh(order)
    assert (order.state, access(store)) == (OrderState.AWAITING_PAYMENT, False)
    assert ledger(store.community) == {}
    stripe.control.pay(page)
    stripe.deliver()
    assert access(store)
    assert ledger(store.community)["sales"] == -500


def test_a_bank_s_question_answered_opens_access(store: Shop, stripe: Stripe) -> None:
    _, page = subscribe(store)
    stripe.control.pay(page, "authenticate")
    stripe.deliver()
    assert not access(store)
    stripe.control.confirm(page)
    stripe.deliver()
    assert access(store)


@pytest.mark.parametrize("manner", ["", "authenticate"], ids=["page_left", "23_question_left"])
def test_an_abandoned_subscription_is_none_and_may_be_begun_again(
    store: Shop, stripe: Stripe, manner: str
) -> None:
    order, page = subscribe(store)
    if manner:
        stripe.control.pay(page, manner)
    stripe.deliver()
    stripe.pass_time(minutes=41)
    stripe.work()
    stripe.deliver()
    db.session.refresh(order)
    assert (order.state, access(store)) == (OrderState.EXPIRED, False)
    assert db.session.scalars(select(Subscription)).all() == []
    assert (ledger(store.community), mails()) == ({}, [])
    again, _ = subscribe(store)
    assert again.id != order.id


def test_78_a_member_of_two_communities_has_two_of_everything(store: Shop, stripe: Stripe) -> None:
    """One person, two cards, two accounts at Stripe; what ends in one goes on in the other."""
    other = make_shop()
    open_account(other.community, stripe.control)
    other.member = make_member(other.community, person=person_of(store.member), name="Ben")
    mine, theirs = subscribed(store, stripe), subscribed(other, stripe, price=other.year)
    assert mine.payment_account_id != theirs.payment_account_id
    assert len({one.stripe_id for one in db.session.scalars(select(Customer))}) == 2
    end_for_contact(store.member.id, now=clock.now())
    db.session.commit()
    stripe.work()
    stripe.deliver()
    assert (access(store), access(other)) == (False, True)
    assert the_subscription(other).stop_wanted_at is None
    assert (ledger(store.community)["sales"], ledger(other.community)["sales"]) == (-500, -5000)


def end_period(stripe: Stripe) -> None:
    """Go a month and a few hours on, so that Stripe has renewed."""
    stripe.pass_time(days=31, hours=3)
    stripe.deliver()


def access(shop: Shop) -> bool:
    """Say whether the member has access now."""
    return queries.has_access(shop.member.id, clock.now())


def orders(shop: Shop) -> list[Order]:
    """Return the member's orders, the first one first."""
    found = select(Order).where(Order.contact_id == shop.member.id).order_by(Order.id)
    return list(db.session.scalars(found))


def on_a_test_clock(shop: Shop, stripe: Stripe) -> Callable[[datetime], object]:
    """Give the member a customer with a test clock of Stripe's, and return how to move that."""
    account = db.session.scalars(select(PaymentAccount)).one()
    client: Any = make_client(stripe.app.config["KITH"])
    options = {"stripe_account": account.stripe_id}
    clocks = client.v1.test_helpers.test_clocks
    held = clocks.create({"frozen_time": int(clock.now().timestamp())}, options)
    customer = client.v1.customers.create({"name": "Mina", "test_clock": held.id}, options)
    keep_customer(shop.community.id, shop.member.id, account.id, customer.id)
    db.session.commit()
    return lambda moment: clocks.advance(held.id, {"frozen_time": int(moment.timestamp())}, options)


def test_65_a_renewal_is_one_more_order_and_access_goes_on(store: Shop, stripe: Stripe) -> None:
    move = on_a_test_clock(store, stripe)
    before = subscribed(store, stripe).period_ends_at
    move(stripe.clock.advance(days=31, hours=3))
    stripe.deliver()
    end = the_subscription(store).period_ends_at
    assert end > before
    assert [(one.source, one.state, one.number) for one in orders(store)] == [
        (OrderSource.ONLINE, OrderState.PAID, 1),
        (OrderSource.RENEWAL, OrderState.PAID, 2),
    ]
    assert ledger(store.community)["sales"] == -1000
    grant = queries.active_grant(store.member.id, clock.now())
    assert grant is not None
    assert grant.ends_at == end + LATE_NOTICE
    assert [mail.kind for mail in mails()] == ["billing.receipt", "billing.receipt"]
    told = select(Activity.type).where(Activity.contact_id == store.member.id).order_by(Activity.id)
    assert db.session.scalars(told).all() == ["bought", "renewed"]


def test_81_an_invoice_told_again_is_revenue_once(store: Shop, stripe: Stripe) -> None:
    subscribed(store, stripe)
    end_period(stripe)
    for letter in [one for one in stripe.sent if one.type.startswith("invoice.")]:
        stripe.control.resend(letter.event)
    stripe.deliver()
    reconciling.reconcile_all(is_full=True, secret=SECRET, now=clock.now())
    assert ledger(store.community)["sales"] == -1000
    assert len(orders(store)) == 2


def test_66_past_due_keeps_access_for_the_grace(store: Shop, stripe: Stripe) -> None:
    subscribe_with(store, stripe, "pays_once")
    end_period(stripe)
    row = the_subscription(store)
    assert (row.state, row.past_due_since) == (SubscriptionState.PAST_DUE, clock.now())
    grant = queries.active_grant(store.member.id, clock.now())
    assert grant is not None
    assert grant.ends_at == clock.now() + timedelta(days=14)
    assert [mail.kind for mail in mails()] == ["billing.receipt", "billing.unpaid"]
    assert ledger(store.community)["sales"] == -500
    stripe.clock.advance(days=13)
    assert access(store)
    stripe.clock.advance(days=2)
    assert not access(store)


def test_66_a_debt_that_is_paid_after_all_goes_on_as_before(store: Shop, stripe: Stripe) -> None:
    subscribe_with(store, stripe, "pays_once")
    end_period(stripe)
    row = the_subscription(store)
    customer = db.session.scalars(select(Customer)).one().stripe_id
    stripe_id = row.stripe_id
    db.session.commit()
    client, options = stripe.app.extensions["kith.stripe"], {"stripe_account": stripe.account}
    (owed,) = client.v1.invoices.list({"subscription": stripe_id, "status": "open"}, options).data
    assert owed.customer == customer
    client.v1.invoices.pay(owed.id, {"payment_method": "pm_card_visa"}, options)
    stripe.deliver()
    row = the_subscription(store)
    assert (row.state, row.past_due_since) == (SubscriptionState.ACTIVE, None)
    assert [one.state for one in orders(store)] == [OrderState.PAID, OrderState.PAID]
    stripe.clock.advance(days=20)
    assert access(store)


def test_66_unpaid_after_all_tries_ends_access(store: Shop, stripe: Stripe) -> None:
    subscribe_with(store, stripe, "pays_once")
    end_period(stripe)
    for _ in range(6):
        stripe.pass_time(days=5)
        stripe.deliver()
    assert the_subscription(store).state in {SubscriptionState.UNPAID, SubscriptionState.CANCELED}
    assert not access(store)
    assert "billing.ended" in [mail.kind for mail in mails()]


def subscribe_with(shop: Shop, stripe: Stripe, manner: str) -> None:
    """Let the member subscribe with a card of some manner."""
    _, page = subscribe(shop)
    stripe.control.pay(page, manner)
    stripe.deliver()


def test_67_ending_with_the_period_and_going_on_after_all(store: Shop, stripe: Stripe) -> None:
    row = subscribed(store, stripe)
    processes.renew_or_stop(row.id, stops=True, now=clock.now())
    grant = queries.active_grant(store.member.id, clock.now())
    assert grant is not None
    assert (the_subscription(store).cancels_at_period_end, grant.ends_at) == (
        True,
        row.period_ends_at,
    )
    processes.renew_or_stop(row.id, stops=False, now=clock.now())
    stripe.deliver()
    end_period(stripe)
    assert (the_subscription(store).state, access(store)) == (SubscriptionState.ACTIVE, True)


def test_67_what_was_ended_runs_out_and_is_not_charged_again(store: Shop, stripe: Stripe) -> None:
    row = subscribed(store, stripe)
    processes.renew_or_stop(row.id, stops=True, now=clock.now())
    end_period(stripe)
    assert the_subscription(store).state is SubscriptionState.CANCELED
    assert not access(store)
    assert len(orders(store)) == 1
    with pytest.raises(NotLive):
        processes.renew_or_stop(row.id, stops=False, now=clock.now())


def test_68_ending_at_once_ends_access_at_once(store: Shop, stripe: Stripe) -> None:
    row = subscribed(store, stripe)
    processes.end_subscription(row.id, now=clock.now())
    assert the_subscription(store).state is SubscriptionState.CANCELED
    assert not access(store)
    processes.end_subscription(row.id, now=clock.now())  # again: it is over already
    stripe.deliver()
    assert not access(store)


def test_73_a_gift_and_a_paid_plan_overlap_and_end_apart(store: Shop, stripe: Stripe) -> None:
    row = subscribed(store, stripe)
    gift = grants.give(store.member, source=GrantSource.COMP, plan=store.plan, now=clock.now())
    processes.end_subscription(row.id, now=clock.now())
    assert access(store)
    grants.revoke(gift, now=clock.now())
    assert not access(store)
    assert not grants.revoke(gift, now=clock.now())


def test_73_taking_a_gift_back_leaves_what_is_paid(store: Shop, stripe: Stripe) -> None:
    subscribed(store, stripe)
    gift = grants.give(store.member, source=GrantSource.COMP, plan=store.plan, now=clock.now())
    grants.revoke(gift, now=clock.now())
    assert access(store)


def test_74_who_is_subscribed_does_not_subscribe_again(store: Shop, stripe: Stripe) -> None:
    subscribed(store, stripe)
    with pytest.raises(AlreadySubscribed):
        subscribe(store, price=store.year)


def test_75_two_live_subscriptions_are_found(store: Shop, stripe: Stripe) -> None:
    first = subscribed(store, stripe)
    values = {column.name: getattr(first, column.name) for column in first.__table__.columns}
    for name in ("id", "public_id"):
        del values[name]
    add(Subscription(**{**values, "stripe_id": "sub_other"}))
    db.session.commit()
    found = faults(store.community.id, now=clock.now(), sold={})
    assert [(one.kind, one.facts) for one in found] == [
        (FindingKind.TWO_SUBSCRIPTIONS, {"number": 2})
    ]


def test_leaving_the_community_ends_what_renews(store: Shop, stripe: Stripe) -> None:
    subscribed(store, stripe)
    membership = db.session.scalars(
        select(Membership).where(Membership.contact_id == store.member.id)
    ).one()
    end_membership(membership, reason=EndReason.LEFT, now=clock.now())
    db.session.commit()
    assert access(store)  # until Stripe agrees
    stripe.work()
    assert the_subscription(store).state is SubscriptionState.CANCELED
    assert not access(store)


def test_leaving_while_stripe_is_silent_ends_it_later(store: Shop, stripe: Stripe) -> None:
    subscribed(store, stripe)
    end_for_contact(store.member.id, now=clock.now())
    db.session.commit()
    stripe.control.chaos(rules=[{"what": "refuse", "path": ".*/subscriptions/.*", "times": 1}])
    with pytest.raises(gateway.StripeSilent):
        stripe.work()
    assert the_subscription(store).is_live
    reconciling.reconcile_all(is_full=False, secret=SECRET, now=clock.now())
    assert not the_subscription(store).is_live


def test_76_an_erased_member_is_charged_no_more_and_forgotten_at_stripe(
    store: Shop, stripe: Stripe
) -> None:
    subscribed(store, stripe)
    customer = db.session.scalars(select(Customer)).one().stripe_id
    erase_person(person_of(store.member), now=clock.now())
    db.session.commit()
    stripe.work()
    stripe.deliver()
    assert the_subscription(store).state is SubscriptionState.CANCELED
    with pytest.raises(ControlRefused, match="nothing is called"):
        stripe.control.look(customer)
    assert db.session.scalars(select(Customer)).one().stripe_id != customer
    assert ledger(store.community)["sales"] == -500  # the books stay


def test_a_refund_of_a_membership_ends_it(store: Shop, stripe: Stripe) -> None:
    subscribed(store, stripe)
    (order,) = orders(store)
    part = Part(lines_of(order.id)[0], 1)
    refund(order, [part], reason=RefundReason.ASKED, now=clock.now(), asked_by=store.owner)
    db.session.commit()
    stripe.work()
    stripe.deliver()
    db.session.refresh(order)
    assert order.state is OrderState.REFUNDED
    assert the_subscription(store).state is SubscriptionState.CANCELED
    assert not access(store)


def test_79_a_new_price_leaves_who_is_on_the_old_one(store: Shop, stripe: Stripe) -> None:
    subscribed(store, stripe)
    draft = PlanDraft(store.plan.name, "", euros(9), None, 14)
    update_plan(store.plan, draft, version=store.plan.version, now=clock.now())
    db.session.commit()
    assert store.month.amount == euros(9)
    end_period(stripe)
    assert [one.total for one in orders(store)] == [euros(5), euros(5)]
    with pytest.raises(PlanGone):
        subscribe(store, price=the_subscription(store).price)


def test_a_yearly_price_lasts_a_year(store: Shop, stripe: Stripe) -> None:
    row = subscribed(store, stripe, price=store.year)
    assert row.period_ends_at == clock.now().replace(year=clock.now().year + 1)
    assert ledger(store.community)["sales"] == -5000


def test_two_pages_of_one_subscription_both_paid_leave_one(store: Shop, stripe: Stripe) -> None:
    order, first = subscribe(store)
    latest_payment(order).state = PaymentState.EXPIRED  # as if it had been given up
    db.session.commit()
    second = checkout(order)
    stripe.control.pay(first)
    stripe.control.pay(second)
    stripe.deliver()
    stripe.deliver()
    assert [(one.reason, one.state) for one in refunds()] == [
        (RefundReason.TWICE, RefundState.SUCCEEDED)
    ]
    assert ledger(store.community)["sales"] == -500
    kept = the_subscription(store).stripe_id
    client = stripe.app.extensions["kith.stripe"]
    db.session.commit()
    live = client.v1.subscriptions.list({}, options={"stripe_account": stripe.account})
    assert [one.id for one in live.data] == [kept]


def test_what_is_gone_at_stripe_is_left_alone(store: Shop, stripe: Stripe) -> None:
    """Jobs that come too late, and what somebody deleted in Stripe's own dashboard."""
    row = subscribed(store, stripe)
    account, stripe_id = stripe.account, row.stripe_id
    end_stray_subscription(account, stripe_id)
    end_stray_subscription(account, stripe_id)
    customer = db.session.scalars(select(Customer)).one().stripe_id
    forget_customer(account, customer)
    forget_customer(account, "cus_nobody")
    stripe.deliver()
    assert the_subscription(store).state is SubscriptionState.CANCELED
    row.stripe_id = "sub_nobody"
    db.session.commit()
    processes.end_subscription(row.id, now=clock.now())
    assert the_subscription(store).state is SubscriptionState.CANCELED


def test_a_refund_of_a_renewal_ends_what_it_renewed(store: Shop, stripe: Stripe) -> None:
    subscribed(store, stripe)
    end_period(stripe)
    renewal = orders(store)[-1]
    part = Part(lines_of(renewal.id)[0], 1)
    refund(renewal, [part], reason=RefundReason.ASKED, now=clock.now())
    db.session.commit()
    stripe.work()
    stripe.deliver()
    assert [one.state for one in orders(store)] == [OrderState.PAID, OrderState.REFUNDED]
    assert not access(store)


def test_a_refund_by_hand_takes_back_what_was_paid_by_hand(shop: Shop) -> None:
    order = sell_by_hand(
        shop.member, shop.year, method=PaymentMethod.CASH, sold_by=shop.owner, now=clock.now()
    )
    assert access(shop)
    refund(order, [Part(lines_of(order.id)[0], 1)], reason=RefundReason.ASKED, now=clock.now())
    db.session.commit()
    assert not access(shop)


def test_a_plan_ordered_on_the_page_and_paid_by_hand_is_taken_back_with_its_money(
    store: Shop, stripe: Stripe
) -> None:
    order, page = subscribe(store)
    record_offline_payment(
        order, method=PaymentMethod.CASH, recorded_by=store.owner, now=clock.now()
    )
    db.session.commit()
    assert access(store)
    stripe.work()
    assert stripe.control.look(page)["status"] == "expired", "nobody shall pay twice"
    refund(order, [Part(lines_of(order.id)[0], 1)], reason=RefundReason.ASKED, now=clock.now())
    db.session.commit()
    assert not access(store)


@pytest.mark.parametrize(
    ("begins", "months", "ends"),
    [((2027, 1, 31), 1, (2027, 2, 28)), ((2027, 12, 31), 2, (2028, 2, 29))],
    ids=["february", "leap_day"],
)
def test_a_month_paid_by_hand_ends_with_the_month_at_the_latest(
    begins: tuple[int, int, int], months: int, ends: tuple[int, int, int]
) -> None:
    moment = datetime(*begins, 12, tzinfo=UTC)
    assert grants.months_later(moment, months) == datetime(*ends, 12, tzinfo=UTC)


def test_leaving_takes_back_what_was_given_and_ends_what_renews_once(
    store: Shop, stripe: Stripe
) -> None:
    row = subscribed(store, stripe)
    grants.give(store.member, source=GrantSource.COMP, plan=store.plan, now=clock.now())
    membership = db.session.scalars(
        select(Membership).where(Membership.contact_id == store.member.id)
    ).one()
    end_for_contact(store.member.id, now=clock.now())
    end_membership(membership, reason=EndReason.LEFT, now=clock.now())
    db.session.commit()
    assert stripe.work().count("billing.end_subscription") == 1
    assert row.stop_wanted_at == clock.now()
    assert not access(store)


def test_a_ban_takes_back_what_was_given_to_someone_who_is_no_member(store: Shop) -> None:
    guest, bystander = make_contact(store.community), make_contact(store.community)
    for contact in (guest, bystander):
        grants.give(contact, source=GrantSource.COMP, plan=store.plan, now=clock.now())
    moderator = make_member(store.community, role="moderator")
    ban(guest, reason="Spam", by=hand_of(moderator), now=clock.now())
    assert not has_access(guest.id, clock.now())
    assert has_access(bystander.id, clock.now())


def test_news_that_is_older_than_what_is_known_changes_nothing(store: Shop, stripe: Stripe) -> None:
    row = subscribed(store, stripe)
    stripe_id = row.stripe_id
    db.session.commit()
    seen = gateway.subscriptions.retrieve(stripe.account, stripe_id)
    old = replace(seen, status="unpaid")
    assert not follow(row, old, asked_at=clock.now() - timedelta(seconds=1))
    assert access(store)
    assert follow(row, old, asked_at=clock.now())
    assert not access(store)


def test_a_refund_of_what_is_over_leaves_what_was_begun_since(store: Shop, stripe: Stripe) -> None:
    first = subscribed(store, stripe)
    processes.end_subscription(first.id, now=clock.now())
    again = subscribed(store, stripe, price=store.year)
    refund(
        orders(store)[0],
        [Part(lines_of(orders(store)[0].id)[0], 1)],
        reason=RefundReason.ASKED,
        now=clock.now(),
    )
    db.session.commit()
    stripe.work()
    assert again.stop_wanted_at is None
    assert access(store)


def told(shop: Shop) -> list[tuple[str, bool]]:
    """Return what the member did, and whether it is void."""
    rows = db.session.execute(
        select(Activity.type, Activity.void_at.is_not(None))
        .where(Activity.contact_id == shop.member.id)
        .order_by(Activity.id)
    )
    return [(kind, bool(is_void)) for kind, is_void in rows]


def test_a_plan_paid_back_was_not_bought(store: Shop, stripe: Stripe) -> None:
    subscribed(store, stripe)
    order = orders(store)[0]
    line = lines_of(order.id)[0]
    refund(order, [Part(line, 0, euros(1))], reason=RefundReason.ASKED, now=clock.now())
    assert told(store) == [("bought", False)]
    refund(order, [Part(line, 1, euros(4))], reason=RefundReason.ASKED, now=clock.now())
    assert told(store) == [("bought", True)]


def test_a_plan_that_costs_nothing_is_taken_and_not_bought(shop: Shop) -> None:
    draft = PlanDraft("Friend", "", None, None, 7)
    free, other = (create_plan(shop.community, draft, now=clock.now()) for _ in range(2))
    publish_plan(free, now=clock.now())
    for _ in range(2):
        choose_free(shop.member, free, now=clock.now())
        leave_free(shop.member, now=clock.now())
        assert not queries.has_access(shop.member.id, clock.now())
        choose_free(shop.member, free, now=clock.now())
        assert queries.has_access(shop.member.id, clock.now())
    assert told(shop) == [("took_free", False)]
    publish_plan(other, now=clock.now())
    choose_free(shop.member, other, now=clock.now())
    assert told(shop) == [("took_free", False)] * 2, "the control: another plan is another act"


def test_a_subscription_without_a_period_is_no_answer() -> None:
    facts = {"items": {"data": [{"current_period_start": None, "current_period_end": None}]}}
    with pytest.raises(ValueError, match="without a period"):
        gateway.subscriptions.seen("acct_1", facts)


def test_a_plan_that_is_not_offered_is_not_taken_and_an_equal_price_stays(shop: Shop) -> None:
    with pytest.raises(PlanGone):
        choose_free(shop.member, shop.plan, now=clock.now())  # it costs something
    before = shop.month.id
    draft = PlanDraft("Friend", "", shop.month.amount, None, 7)
    update_plan(shop.plan, draft, version=shop.plan.version, now=clock.now())
    assert (shop.month.id, len(shop.plan.offers)) == (before, 1)
    odd = PlanDraft("Friend", "", None, Money(1250, "ISK"), 7)
    with pytest.raises(PriceImpossible) as refusal:
        update_plan(shop.plan, odd, version=shop.plan.version, now=clock.now())
    assert refusal.value.field == "yearly"
    little = PlanDraft("Friend", "", euros(0.49), None, 7)
    with pytest.raises(BelowLeast) as refusal_of_little:
        update_plan(shop.plan, little, version=shop.plan.version, now=clock.now())
    assert refusal_of_little.value.values == {"least": euros(0.50)}


def test_giving_the_free_plan_back_leaves_a_gift(shop: Shop) -> None:
    gift = grants.give(shop.member, source=GrantSource.COMP, plan=shop.plan, now=clock.now())
    free = grants.give(shop.member, source=GrantSource.FREE, plan=shop.plan, now=clock.now())
    leave_free(shop.member, now=clock.now())
    assert (gift.revoked_at, free.revoked_at) == (None, clock.now())
