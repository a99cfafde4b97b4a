"""The secret address of an order's own page: whoever has it may see, pay and cancel the order."""

from app.billing.models import Order
from app.core.links import absolute_url
from app.core.tokens import read_forever, sign_forever

PURPOSE = "billing.order"


def order_token(order: Order, *, secret: str) -> str:
    """Return the secret of an order's page."""
    return sign_forever([order.public_id], purpose=PURPOSE, secret=secret)


def read_order_token(token: str, *, secret: str) -> str | None:
    """Return the public id of the order that a secret opens, or None."""
    payload = read_forever(token, purpose=PURPOSE, secret=secret)
    return str(payload[0]) if isinstance(payload, list) and len(payload) == 1 else None


def order_url(order: Order, *, slug: str, secret: str) -> str:
    """Return the address of an order's page."""
    token = order_token(order, secret=secret)
    return absolute_url("billing.order", slug=slug, token=token)
