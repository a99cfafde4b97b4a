"""Killed after any commit, the next try goes on: one page, one hand-over, one refund."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event, select

from app.billing import processes, service
from app.billing.models import Order, OrderState, Refund, RefundReason, RefundState
from app.billing.processes import reconciling
from app.billing.queries.orders import lines_of
from app.billing.service import NothingToRefund, NotSoMany, Part
from app.core import clock
from app.core.database import db
from tests.billing.conftest import (
    Shop,
    Stripe,
    Things,
    buy,
    latest_payment,
    ledger,
    thing,
)
from tests.conftest import SECRET

MOST_STEPS = 40


class Killed(Exception):
    """The process died."""


@contextmanager
def killed_after(commits: int) -> Iterator[list[int]]:
    """Die at the first statement after so many commits, whatever was asked of Stripe between."""
    seen: list[int] = []

    def count(_session: object) -> None:
        seen.append(1)

    def die(*_of: object) -> None:
        if commits >= 0 and 0 not in seen and len(seen) >= commits:
            seen.append(0)
            raise Killed

    event.listen(db.session, "after_commit", count)
    event.listen(db.engine, "before_cursor_execute", die)
    try:
        yield seen
    finally:
        event.remove(db.session, "after_commit", count)
        event.remove(db.engine, "before_cursor_execute", die)


def walk(stripe: Stripe, steps: list[Callable[[], object]], commits: int) -> bool:
    """Take the steps and die once; say whether death came before the end."""
    died = False
    for step in steps:
        with killed_after(-1 if died else commits) as seen:
            try:
                step()
            except Killed:
                died = True
                db.session.rollback()
        commits = max(0, commits - sum(seen))
        if 0 in seen:
            step_again(step)
    return died


def step_again(step: Callable[[], object]) -> None:
    """Do what the next worker, click or run does."""
    try:
        step()
    except (NothingToRefund, NotSoMany):
        db.session.rollback()  # it was written down before the death


def test_every_step_of_buying_and_refunding_can_be_the_last(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    quota = service.open_quota(store.community.id, size=999)
    db.session.commit()
    points = 0
    for commits in range(1, MOST_STEPS):
        order = buy(store, thing(quota))
        things.done.clear()
        if not walk(stripe, story(stripe, order.id), commits):
            break
        points += 1
        check(order)
        # a death inside a transaction undid what the list still holds
        assert set(things.done) == {("fulfilled", "mug", 1), ("refunded", "mug", 1)}
    else:
        pytest.fail("the story has no end")
    assert points >= 8
    db.session.refresh(quota)
    assert (quota.held, quota.sold) == (0, 0)
    books = ledger(store.community)
    assert books["sales"] + books["refunds"] == 0
    assert reconciling.reconcile(store.community.id, is_full=True, now=clock.now()) == 0


def story(stripe: Stripe, order_id: int) -> list[Callable[[], object]]:
    """Return the steps from the hosted page to the money's way back."""

    def pay() -> None:
        page = latest_payment(db.session.get_one(Order, order_id)).session_id or ""
        db.session.rollback()
        stripe.control.pay(page)

    def ask() -> None:
        order = db.session.get_one(Order, order_id)
        part = Part(lines_of(order_id)[0], 1)
        service.refund(order, [part], reason=RefundReason.ASKED, now=clock.now())
        db.session.commit()

    def send() -> None:
        made = db.session.scalars(select(Refund.id).order_by(Refund.id.desc())).first()
        processes.send_refund(made or 0, now=clock.now())

    return [
        lambda: processes.start_checkout(order_id, secret=SECRET, now=clock.now()),
        pay,
        lambda: processes.sync_order(order_id, now=clock.now()),
        ask,
        send,
    ]


def check(order: Order) -> None:
    """See that the story ended well."""
    db.session.expire_all()
    assert order.state is OrderState.REFUNDED
    made = db.session.scalars(select(Refund).order_by(Refund.id.desc())).first()
    assert made is not None
    assert made.state is RefundState.SUCCEEDED
    assert latest_payment(order).attempt == 1
