"""How long a subscription gives access."""

from datetime import UTC, datetime, timedelta

import pytest

from app.billing.access import LATE_NOTICE, access_until

END = datetime(2026, 7, 15, tzinfo=UTC)
GRACE = timedelta(days=14)


@pytest.mark.parametrize(
    ("state", "stops", "past_due_since", "until"),
    [
        ("active", False, None, END + LATE_NOTICE),
        ("active", True, None, END),
        ("trialing", False, None, END + LATE_NOTICE),
        ("past_due", False, END, END + GRACE),
        ("past_due", False, None, None),
        ("unpaid", False, END, None),
        ("paused", False, None, None),
        ("canceled", False, None, None),
        ("incomplete", False, None, None),
    ],
)
def test_access_follows_the_state(
    state: str, *, stops: bool, past_due_since: datetime | None, until: datetime | None
) -> None:
    assert until == access_until(
        state, period_ends_at=END, stops=stops, past_due_since=past_due_since, grace=GRACE
    )
