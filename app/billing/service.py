"""Taking from quotas: every number moves by one conditional update, kept by a CHECK."""

from datetime import datetime

from sqlalchemy import update

from app.billing import queries
from app.billing.models import Hold, HoldState, Quota
from app.core.database import add, db
from app.core.errors import RuleViolation
from app.core.text import N_


class SoldOut(RuleViolation):
    """Fewer are left than were asked for; `left` says how many."""

    message = N_("Only %(left)s left.")


class BelowTaken(RuleViolation):
    """A quota cannot shrink below what is taken."""

    message = N_("%(taken)s are taken already; the number cannot be lower.")


def open_quota(community_id: int, *, size: int | None) -> Quota:
    """Make a quota; without a size there is no limit."""
    return add(Quota(community_id=community_id, size=size))


def take(quota_id: int, number: int = 1) -> None:
    """Sell some of a quota at once. Raises SoldOut.

    One conditional update: two people may ask for the last one in the same moment.
    """
    _move(quota_id, sold=number)


def hold(quota: Quota, number: int = 1, *, until: datetime) -> Hold:
    """Keep some of a quota for someone until a moment. Raises SoldOut."""
    _move(quota.id, held=number)
    return add(
        Hold(community_id=quota.community_id, quota_id=quota.id, quantity=number, expires_at=until)
    )


def confirm_hold(hold_id: int) -> bool:
    """Turn a hold into a sale; False when it was taken or released before."""
    return _settle(hold_id, HoldState.TAKEN)


def release(hold_id: int) -> bool:
    """Let go of a hold; False when it was taken or released before, so it frees only once."""
    return _settle(hold_id, HoldState.RELEASED)


def give_back(quota_id: int, number: int = 1) -> None:
    """Return what was sold. The caller's own row sees to it that this happens once."""
    db.session.execute(update(Quota).where(Quota.id == quota_id).values(sold=Quota.sold - number))


def resize(quota_id: int, size: int | None) -> None:
    """Change how many there are in all. Raises BelowTaken."""
    if size is None:
        fits = Quota.id == quota_id
    else:
        fits = (Quota.id == quota_id) & (Quota.held + Quota.sold <= size)
    changed = db.session.scalar(update(Quota).where(fits).values(size=size).returning(Quota.id))
    if changed is None:
        raise BelowTaken(field="size", taken=queries.taken(quota_id))


def _move(quota_id: int, *, held: int = 0, sold: int = 0) -> None:
    """Add to a quota's counters if they stay within its size."""
    fits = Quota.size.is_(None) | (Quota.held + Quota.sold + held + sold <= Quota.size)
    moved = db.session.scalar(
        update(Quota)
        .where(Quota.id == quota_id, fits)
        .values(held=Quota.held + held, sold=Quota.sold + sold)
        .returning(Quota.id)
    )
    if moved is None:
        raise SoldOut(left=queries.left(quota_id))


def _settle(hold_id: int, state: HoldState) -> bool:
    """End a hold in one of its two ways; whoever comes second finds nothing to settle."""
    settled = db.session.execute(
        update(Hold)
        .where(Hold.id == hold_id, Hold.state == HoldState.HELD)
        .values(state=state)
        .returning(Hold.quota_id, Hold.quantity)
    ).one_or_none()
    if settled is None:
        return False
    quota_id, quantity = settled
    sold = quantity if state is HoldState.TAKEN else 0
    db.session.execute(
        update(Quota)
        .where(Quota.id == quota_id)
        .values(held=Quota.held - quantity, sold=Quota.sold + sold)
    )
    return True
