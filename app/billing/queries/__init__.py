"""Reads of billing."""

from app.billing.queries.access import active_grant, grants_of, has_access
from app.billing.queries.orders import (
    items_of,
    lock_order,
    order_by_id,
    payments_of,
)
from app.billing.queries.quotas import left, taken

__all__ = [
    "active_grant",
    "grants_of",
    "has_access",
    "items_of",
    "left",
    "lock_order",
    "order_by_id",
    "payments_of",
    "taken",
]
