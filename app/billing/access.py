"""How long a subscription gives access, from what Stripe says of it."""

from datetime import datetime, timedelta

LATE_NOTICE = timedelta(days=3)
"""A renewal is charged an hour after the period's end, and its notice may be late."""

OPEN = frozenset({"active", "trialing"})


def access_until(
    state: str,
    *,
    period_ends_at: datetime,
    stops: bool,
    past_due_since: datetime | None,
    grace: timedelta,
) -> datetime | None:
    """Return the moment access ends; None when there is none.

    A failed renewal leaves access for a grace; a subscription that will not renew ends with its
    period; an unpaid, paused or ended one gives none.
    """
    if state in OPEN:
        return period_ends_at if stops else period_ends_at + LATE_NOTICE
    if state == "past_due" and past_due_since is not None:
        return past_due_since + grace
    return None
