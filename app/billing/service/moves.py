"""The one way a state changes: by its table. Anything unlisted raises."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from app.billing.models import (
    ORDER_MOVES,
    PAYMENT_MOVES,
    REFUND_MOVES,
    Order,
    OrderState,
    Payment,
    PaymentState,
    Refund,
    RefundState,
)
from app.core.database import db

State = TypeVar("State", bound=StrEnum)


class Unlisted(Exception):
    """A state may not become that other one: a mistake of ours, never a person's."""


def move_order(order: Order, to: OrderState) -> None:
    """Change an order's state; its row is locked by the caller."""
    _check(ORDER_MOVES, order.state, to)
    order.state = to
    order.version += 1
    db.session.flush()


def check_order(here: OrderState, to: OrderState) -> None:
    """Raise Unlisted when an order may not go from here to there."""
    _check(ORDER_MOVES, here, to)


def move_payment(payment: Payment, to: PaymentState) -> None:
    """Change an attempt's state."""
    _check(PAYMENT_MOVES, payment.state, to)
    payment.state = to
    db.session.flush()


def move_refund(refund: Refund, to: RefundState) -> None:
    """Change a refund's state."""
    _check(REFUND_MOVES, refund.state, to)
    refund.state = to
    db.session.flush()


def _check(moves: Mapping[State, frozenset[State]], here: State, to: State) -> None:
    if to not in moves[here]:
        text = f"{type(to).__name__}: {here.value} does not become {to.value}"
        raise Unlisted(text)
