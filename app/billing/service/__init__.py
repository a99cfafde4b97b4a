"""The verbs of billing: every write and every rule."""

from app.billing.service.quotas import (
    BelowTaken,
    SoldOut,
    VoucherUsedUp,
    Wish,
    confirm_hold,
    extend_hold,
    give_back,
    hold,
    hold_all,
    open_quota,
    release,
    resize,
    return_line,
    take,
)

__all__ = [
    "BelowTaken",
    "SoldOut",
    "VoucherUsedUp",
    "Wish",
    "confirm_hold",
    "extend_hold",
    "give_back",
    "hold",
    "hold_all",
    "open_quota",
    "release",
    "resize",
    "return_line",
    "take",
]
