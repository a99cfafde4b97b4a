"""Memberships that renew, against the local Stripe: every notice comes twice and shuffled."""

from sqlalchemy import func, select

from app.billing import queries
from app.billing.models import Notice, NoticeState, Order, OrderState, SubscriptionState
from app.core.database import db
from tests.billing.conftest import (
    Shop,
    Stripe,
    latest_payment,
    ledger,
    mails,
    notices,
    subscribe,
    the_subscription,
)


def test_a_paid_page_opens_access_once_and_the_books_balance(store: Shop, stripe: Stripe) -> None:
    order, page = subscribe(store)
    assert not queries.has_access(store.member.id, stripe.clock.now)
    stripe.control.pay(page)
    types = stripe.deliver()
    assert types.count("checkout.session.completed") == 4  # two boxes, each twice
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
    assert db.session.scalar(select(func.count()).select_from(Notice)) > 3
