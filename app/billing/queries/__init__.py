"""Reads of billing."""

from app.billing.queries.access import active_grant, grants_of, has_access
from app.billing.queries.orders import (
    items_of,
    line_by_id,
    lock_order,
    order_by_id,
    payments_of,
)
from app.billing.queries.quotas import Drift, drifted_holds, left, overdue_holds, taken

__all__ = [
    "Drift",
    "active_grant",
    "drifted_holds",
    "grants_of",
    "has_access",
    "items_of",
    "left",
    "line_by_id",
    "lock_order",
    "order_by_id",
    "overdue_holds",
    "payments_of",
    "taken",
]
