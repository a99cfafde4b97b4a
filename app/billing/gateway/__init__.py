"""The border to Stripe: nobody else imports its library.

Every call refuses to run while a transaction is open: a connection is never held while Stripe
thinks. What comes back are small frozen records in our own words.
"""

from app.billing.gateway import (
    accounts,
    checkout,
    invoices,
    refunds,
    subscriptions,
)
from app.billing.gateway.client import (
    NotAtStripe,
    StripeRefused,
    StripeSilent,
    StripeStuck,
    TooLittle,
    TransactionOpen,
    WrongSignature,
    fee_percent,
    read_notice,
)

__all__ = [
    "NotAtStripe",
    "StripeRefused",
    "StripeSilent",
    "StripeStuck",
    "TooLittle",
    "TransactionOpen",
    "WrongSignature",
    "accounts",
    "checkout",
    "fee_percent",
    "invoices",
    "read_notice",
    "refunds",
    "subscriptions",
]
