"""The kinds of mail that billing sends."""

from app.core.notify import register_kind
from app.core.text import N_

RECEIPT = "billing.receipt"
REFUND = "billing.refund"
UNPAID = "billing.unpaid"
ENDED = "billing.ended"
FAILED = "billing.failed"


def register_kinds() -> None:
    """Register every kind: what is about somebody's own money cannot be refused."""
    register_kind(RECEIPT, title=N_("Receipts"), required=True)
    register_kind(REFUND, title=N_("Money sent back to you"), required=True)
    register_kind(UNPAID, title=N_("A renewal that could not be paid"), required=True)
    register_kind(ENDED, title=N_("The end of a paid membership"), required=True)
    register_kind(FAILED, title=N_("A payment that did not arrive"), required=True)
