"""What takes more than one commit, or a word with Stripe: each step resumable from the database.

Return page, inbox and reconciliation call the same functions. No connection is held while Stripe
thinks: `gateway` refuses to speak inside a transaction.
"""

from app.billing.processes.checkout import (
    cancel_order,
    close_pages,
    expire_order,
    start_checkout,
)
from app.billing.processes.inbox import handle_notice
from app.billing.processes.refunds import send_refund
from app.billing.processes.subscriptions import (
    end_stray_subscription,
    end_subscription,
    renew_or_stop,
)
from app.billing.processes.sync import (
    sync_account,
    sync_invoice,
    sync_order,
    sync_refund,
    sync_session,
    sync_subscription,
)

__all__ = [
    "cancel_order",
    "close_pages",
    "end_stray_subscription",
    "end_subscription",
    "expire_order",
    "handle_notice",
    "renew_or_stop",
    "send_refund",
    "start_checkout",
    "sync_account",
    "sync_invoice",
    "sync_order",
    "sync_refund",
    "sync_session",
    "sync_subscription",
]
