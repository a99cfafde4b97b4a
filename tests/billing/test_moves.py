"""States move as their tables say, and in no other way."""

from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy.orm import Session

from app.billing.models import (
    ORDER_MOVES,
    PAYMENT_MOVES,
    REFUND_MOVES,
    Order,
    OrderState,
    Payment,
    PaymentMethod,
    PaymentState,
    Refund,
    RefundReason,
    RefundState,
)
from app.billing.service.moves import Unlisted, move_order, move_payment, move_refund
from app.core import clock
from app.core.database import add
from tests.factories import make_community, make_contact


def make_order(state: OrderState) -> Order:
    community = make_community()
    return add(
        Order(
            community_id=community.id,
            contact_id=make_contact(community).id,
            state=state,
            currency="EUR",
            subtotal_minor=1000,
            total_minor=1000,
            placed_at=clock.now(),
            expires_at=clock.now() + timedelta(minutes=30),
        )
    )


def make_payment(state: PaymentState) -> Payment:
    order = make_order(OrderState.AWAITING_PAYMENT)
    return add(
        Payment(
            community_id=order.community_id,
            order_id=order.id,
            method=PaymentMethod.CASH,
            state=state,
            currency="EUR",
            amount_minor=1000,
            key=f"order:{order.id}:attempt:1",
            started_at=clock.now(),
        )
    )


def make_refund(state: RefundState) -> Refund:
    payment = make_payment(PaymentState.PAID)
    return add(
        Refund(
            community_id=payment.community_id,
            payment_id=payment.id,
            amount_minor=500,
            currency="EUR",
            state=state,
            reason=RefundReason.ASKED,
            key=f"refund:{payment.id}",
            asked_at=clock.now(),
        )
    )


@pytest.mark.parametrize(("here", "to"), [*product(OrderState, OrderState)])
def test_an_order_moves_as_listed(session: Session, here: OrderState, to: OrderState) -> None:
    order = make_order(here)
    if to in ORDER_MOVES[here]:
        move_order(order, to)
        assert (order.state, order.version) == (to, 2)
    else:
        with pytest.raises(Unlisted, match=f"{here.value} does not become {to.value}"):
            move_order(order, to)
        assert (order.state, order.version) == (here, 1)


@pytest.mark.parametrize(("here", "to"), [*product(PaymentState, PaymentState)])
def test_a_payment_moves_as_listed(session: Session, here: PaymentState, to: PaymentState) -> None:
    payment = make_payment(here)
    if to in PAYMENT_MOVES[here]:
        move_payment(payment, to)
        assert payment.state is to
    else:
        with pytest.raises(Unlisted):
            move_payment(payment, to)
        assert payment.state is here


@pytest.mark.parametrize(("here", "to"), [*product(RefundState, RefundState)])
def test_a_refund_moves_as_listed(session: Session, here: RefundState, to: RefundState) -> None:
    refund = make_refund(here)
    if to in REFUND_MOVES[here]:
        move_refund(refund, to)
        assert refund.state is to
    else:
        with pytest.raises(Unlisted):
            move_refund(refund, to)
        assert refund.state is here


def test_the_listed_moves_are_those_of_the_design() -> None:
    """Written out once more, so that a change of the table is seen."""
    listed = {(here.value, to.value) for here, tos in ORDER_MOVES.items() for to in tos}
    assert listed == {
        ("draft", "reserved"),
        ("reserved", "awaiting_payment"),
        ("reserved", "paid"),
        ("reserved", "expired"),
        ("reserved", "cancelled"),
        ("awaiting_payment", "processing"),
        ("awaiting_payment", "paid"),
        ("awaiting_payment", "expired"),
        ("awaiting_payment", "cancelled"),
        ("processing", "paid"),
        ("processing", "payment_failed"),
        ("paid", "partially_refunded"),
        ("paid", "refunded"),
        ("partially_refunded", "refunded"),
        ("partially_refunded", "paid"),
        ("refunded", "partially_refunded"),
        ("refunded", "paid"),
        *(
            (here, to)
            for here in ("expired", "cancelled", "payment_failed")
            for to in ("paid", "refunded_late")
        ),
    }
    assert set(ORDER_MOVES) == set(OrderState)
