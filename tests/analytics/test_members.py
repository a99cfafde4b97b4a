"""Members and active members by month: in the community's zone, without the team."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.activity import service as activity
from app.analytics import queries
from app.analytics.months import Month, last_months
from app.communities.models import Community, Contact, EndReason
from tests.conftest import FixedClock
from tests.factories import make_community, make_contact, make_membership


@pytest.fixture
def community(session: Session) -> Community:
    """A community in Jakarta, seven hours ahead of UTC."""
    return make_community(zone="Asia/Jakarta")


def joined(
    community: Community, at: datetime, *, left: datetime | None = None, **values: Any
) -> Contact:
    contact = make_contact(community, **values)
    make_membership(
        contact, joined_at=at, left_at=left, end_reason=EndReason.LEFT if left else None
    )
    return contact


def acted(
    community: Community, contact: Contact, at: datetime, kind: str = "event.checked_in"
) -> None:
    fact = activity.Fact(
        community.id, contact.id, kind, f"{contact.id}:{kind}:{at.isoformat()}", at
    )
    activity.record(fact, zone=community.zone)


def by_month(community: Community, clock: FixedClock) -> dict[str, tuple[int, int, int, int]]:
    return {
        f"{count.month:%Y-%m}": (count.members, count.joined, count.left, count.active)
        for count in queries.monthly(community, clock.now)
    }


def test_months_are_half_open_and_of_the_zone() -> None:
    months = last_months(datetime(2026, 5, 31, 20, tzinfo=UTC), "Asia/Jakarta", 2)
    assert months == [
        Month(
            date(2026, 5, 1),
            date(2026, 6, 1),
            datetime(2026, 4, 30, 17, tzinfo=UTC),
            datetime(2026, 5, 31, 17, tzinfo=UTC),
        ),
        Month(
            date(2026, 6, 1),
            date(2026, 7, 1),
            datetime(2026, 5, 31, 17, tzinfo=UTC),
            datetime(2026, 6, 30, 17, tzinfo=UTC),
        ),
    ]


def test_months_survive_the_change_of_the_clocks() -> None:
    months = last_months(datetime(2026, 4, 2, tzinfo=UTC), "Europe/Berlin", 2)
    assert [month.ends_at for month in months] == [
        datetime(2026, 3, 31, 22, tzinfo=UTC),
        datetime(2026, 4, 30, 22, tzinfo=UTC),
    ]


def test_a_young_community_has_24_months_of_nothing_before(
    community: Community, clock: FixedClock
) -> None:
    counts = queries.monthly(community, clock.now)
    assert len(counts) == 24
    assert counts[0].month == date(2024, 7, 1)
    assert {(c.members, c.joined, c.left, c.active) for c in counts} == {(0, 0, 0, 0)}
    assert [c.is_current for c in counts] == [False] * 23 + [True]


def test_joins_and_leaves_move_the_number_of_members(
    community: Community, clock: FixedClock
) -> None:
    joined(community, datetime(2020, 1, 1, tzinfo=UTC))
    joined(community, datetime(2021, 1, 1, tzinfo=UTC), left=datetime(2022, 1, 1, tzinfo=UTC))
    joined(community, datetime(2026, 4, 10, tzinfo=UTC), left=datetime(2026, 5, 20, tzinfo=UTC))
    joined(community, datetime(2026, 6, 1, tzinfo=UTC))
    found = by_month(community, clock)
    assert found["2024-07"] == (1, 0, 0, 0)
    assert found["2026-04"] == (2, 1, 0, 0)
    assert found["2026-05"] == (1, 0, 1, 0)
    assert found["2026-06"] == (2, 1, 0, 0)


def test_the_border_of_a_month_is_midnight_in_the_zone(
    community: Community, clock: FixedClock
) -> None:
    contact = joined(community, datetime(2026, 5, 31, 17, tzinfo=UTC))
    acted(community, contact, datetime(2026, 5, 31, 17, 30, tzinfo=UTC))
    found = by_month(community, clock)
    assert found["2026-05"] == (0, 0, 0, 0)
    assert found["2026-06"] == (1, 1, 0, 1)


def test_several_acts_make_one_active_member(community: Community, clock: FixedClock) -> None:
    contact = joined(community, datetime(2026, 1, 1, tzinfo=UTC))
    for day in (2, 3, 4):
        acted(community, contact, datetime(2026, 3, day, tzinfo=UTC))
        acted(community, contact, datetime(2026, 3, day, tzinfo=UTC), "event.seat_taken")
    found = by_month(community, clock)
    assert (found["2026-02"][3], found["2026-03"][3], found["2026-04"][3]) == (0, 1, 0)


def test_a_voided_act_does_not_count(community: Community, clock: FixedClock) -> None:
    contact = joined(community, datetime(2026, 1, 1, tzinfo=UTC))
    at = datetime(2026, 3, 2, tzinfo=UTC)
    acted(community, contact, at)
    uid = f"{contact.id}:event.checked_in:{at.isoformat()}"
    assert activity.void(
        community_id=community.id, source="kith", uid=uid, zone=community.zone, now=clock.now
    )
    assert by_month(community, clock)["2026-03"] == (1, 0, 0, 0)


def test_team_guests_former_members_and_undone_imports_are_left_out(
    community: Community, clock: FixedClock
) -> None:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    team = joined(community, datetime(2026, 1, 1, tzinfo=UTC), is_team=True)
    former = joined(community, datetime(2025, 1, 1, tzinfo=UTC), left=at - timedelta(days=2))
    guest = make_contact(community)
    undone = make_contact(community)
    make_membership(
        undone, joined_at=datetime(2026, 2, 1, tzinfo=UTC),
        left_at=datetime(2026, 4, 1, tzinfo=UTC), end_reason=EndReason.UNDONE,
    )  # fmt: skip
    for contact in (team, former, guest, undone):
        acted(community, contact, at)
    found = by_month(community, clock)
    assert found["2026-02"] == (0, 0, 1, 0)
    assert found["2026-03"] == (0, 0, 0, 0)
    assert found["2026-04"] == (0, 0, 0, 0)


def test_communities_stay_apart(community: Community, clock: FixedClock) -> None:
    other = make_community()
    acted(other, joined(other, datetime(2026, 6, 1, tzinfo=UTC)), datetime(2026, 6, 2, tzinfo=UTC))
    assert by_month(community, clock)["2026-06"] == (0, 0, 0, 0)
    assert by_month(other, clock)["2026-06"] == (1, 1, 0, 1)
