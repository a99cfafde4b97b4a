"""Quotas and holds: what is taken is counted once, and never more than there is."""

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.billing import service
from app.billing.models import HOLD_MOVES, HoldState, Quota
from app.billing.service import BelowTaken, SoldOut
from app.communities.models import Community
from app.core.database import db
from tests.conftest import FixedClock
from tests.factories import make_community


@pytest.fixture
def community(session: Session) -> Community:
    return make_community()


def counters(quota: Quota) -> tuple[int, int]:
    """Return what the row says: (held, sold)."""
    db.session.refresh(quota)
    return quota.held, quota.sold


def test_taking_counts_up_to_the_size_and_no_further(community: Community) -> None:
    quota = service.open_quota(community.id, size=3)
    service.take(quota.id, 2)
    with pytest.raises(SoldOut) as refusal:
        service.take(quota.id, 2)
    assert refusal.value.values == {"left": 1}
    assert counters(quota) == (0, 2)
    service.take(quota.id)
    assert (quota.taken, counters(quota), quota.left) == (3, (0, 3), 0)


def test_a_quota_without_size_has_no_end(community: Community) -> None:
    quota = service.open_quota(community.id, size=None)
    service.take(quota.id, 1_000_000)
    assert counters(quota) == (0, 1_000_000)
    assert quota.left is None


@pytest.mark.parametrize("number", [1, 2])
def test_a_hold_counts_like_a_sale(community: Community, clock: FixedClock, number: int) -> None:
    quota = service.open_quota(community.id, size=2)
    service.hold(quota, number, until=clock.now)
    assert counters(quota) == (number, 0)
    with pytest.raises(SoldOut):
        service.take(quota.id, 3 - number)


def test_a_confirmed_hold_is_sold_once(community: Community, clock: FixedClock) -> None:
    quota = service.open_quota(community.id, size=5)
    held = service.hold(quota, 3, until=clock.now)
    assert service.confirm_hold(held.id)
    assert counters(quota) == (0, 3)
    assert not service.confirm_hold(held.id)
    assert not service.release(held.id)
    assert counters(quota) == (0, 3)


def test_a_released_hold_frees_once(community: Community, clock: FixedClock) -> None:
    quota = service.open_quota(community.id, size=5)
    held = service.hold(quota, 3, until=clock.now)
    assert service.release(held.id)
    assert not service.release(held.id)
    assert not service.confirm_hold(held.id)
    assert counters(quota) == (0, 0)


@pytest.mark.parametrize("state", list(HoldState))
def test_a_hold_moves_as_the_table_says(
    community: Community, clock: FixedClock, session: Session, state: HoldState
) -> None:
    quota = service.open_quota(community.id, size=5)
    held = service.hold(quota, until=clock.now)
    if state is not HoldState.HELD:
        (service.confirm_hold if state is HoldState.TAKEN else service.release)(held.id)
    moved = {
        HoldState.TAKEN: service.confirm_hold,
        HoldState.RELEASED: service.release,
    }
    allowed = set()
    for to, verb in moved.items():
        point = session.begin_nested()
        if verb(held.id):
            allowed.add(to)
        point.rollback()
    assert allowed == HOLD_MOVES[state]


def test_giving_back_frees_what_was_sold(community: Community) -> None:
    quota = service.open_quota(community.id, size=2)
    service.take(quota.id, 2)
    service.give_back(quota.id)
    assert counters(quota) == (0, 1)


def test_more_than_was_sold_cannot_be_given_back(community: Community) -> None:
    quota = service.open_quota(community.id, size=2)
    with pytest.raises(IntegrityError, match="sold_positive"):
        service.give_back(quota.id)


def test_the_database_itself_refuses_to_oversell(community: Community, session: Session) -> None:
    quota = service.open_quota(community.id, size=1)
    quota.sold = 2
    with pytest.raises(IntegrityError, match="never_oversold"):
        session.flush()


@pytest.mark.parametrize(("size", "fits"), [(4, True), (3, True), (2, False), (None, True)])
def test_a_quota_shrinks_to_what_is_taken_and_no_further(
    community: Community, clock: FixedClock, size: int | None, *, fits: bool
) -> None:
    quota = service.open_quota(community.id, size=5)
    service.take(quota.id, 2)
    service.hold(quota, until=clock.now)
    if fits:
        service.resize(quota.id, size)
    else:
        with pytest.raises(BelowTaken) as refusal:
            service.resize(quota.id, size)
        assert (refusal.value.values, refusal.value.field) == ({"taken": 3}, "size")
    counters(quota)
    assert quota.size == (size if fits else 5)


def test_a_hold_needs_a_quantity(community: Community, clock: FixedClock) -> None:
    quota = service.open_quota(community.id, size=9)
    with pytest.raises(IntegrityError, match="quantity_positive"):
        service.hold(quota, 0, until=clock.now)
