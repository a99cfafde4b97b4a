"""Taking from quotas: every number moves by one conditional update, kept by a CHECK."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, cast, column, insert, literal, select, true, update, values

from app.billing.models import Hold, HoldLine, HoldState, Quota, Voucher
from app.billing.queries import quotas as queries
from app.core.database import add, db, new_public_id
from app.core.errors import RuleViolation
from app.core.text import N_


class SoldOut(RuleViolation):
    """Fewer are left than were asked for; `left` says how many."""

    message = N_("Only %(left)s left.")


class BelowTaken(RuleViolation):
    """A quota cannot shrink below what is taken."""

    message = N_("%(taken)s are taken already; the number cannot be lower.")


@dataclass(frozen=True)
class Wish:
    """So many of a quota, perhaps for a line of an order."""

    quota_id: int
    number: int
    order_line_id: int | None = None


class VoucherUsedUp(RuleViolation):
    """A code has no use left."""

    message = N_("This code has been used up.")


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
    hold_id = hold_all(quota.community_id, [Wish(quota.id, number)], until=until)
    return db.session.get_one(Hold, hold_id)


def hold_all(
    community_id: int, wishes: Sequence[Wish], *, until: datetime, order_id: int | None = None
) -> int:
    """Keep some of several quotas, all or nothing, and return the hold's key. Raises SoldOut.

    The quotas are moved in ascending order, so that two who want the same ones in another order
    wait for each other instead of locking each other out. The hold and its lines are one statement.
    """
    wishes = sorted(wishes, key=lambda one: one.quota_id)
    for wish in wishes:
        _move(wish.quota_id, held=wish.number)
    return _write_hold(community_id, wishes, until=until, order_id=order_id)


def confirm_hold(hold_id: int) -> bool:
    """Turn a hold into a sale; False when it was taken or released before."""
    return _settle(hold_id, HoldState.TAKEN)


def release(hold_id: int) -> bool:
    """Let go of a hold; False when it was taken or released before, so it frees only once."""
    return _settle(hold_id, HoldState.RELEASED)


def give_back(quota_id: int, number: int = 1) -> None:
    """Return what was sold. The caller's own row sees to it that this happens once."""
    db.session.execute(update(Quota).where(Quota.id == quota_id).values(sold=Quota.sold - number))


def return_line(order_line_id: int, number: int) -> None:
    """Give back so many of what a sold order line took, from each of its quotas."""
    for line in _sold_lines(order_line_id):
        line.returned += number
        give_back(line.quota_id, number)
    db.session.flush()


def hold_voucher(voucher: Voucher) -> None:
    """Keep one use of a code. Raises VoucherUsedUp."""
    held = db.session.scalar(
        update(Voucher)
        .where(
            Voucher.id == voucher.id,
            Voucher.max_uses.is_(None) | (Voucher.held + Voucher.used < Voucher.max_uses),
        )
        .values(held=Voucher.held + 1)
        .returning(Voucher.id)
    )
    if held is None:
        raise VoucherUsedUp(field="code")


def settle_voucher(voucher_id: int, *, used: bool) -> None:
    """End the keeping of a code's use; the order's own state sees to it that this happens once."""
    db.session.execute(
        update(Voucher)
        .where(Voucher.id == voucher_id)
        .values(held=Voucher.held - 1, used=Voucher.used + (1 if used else 0))
    )


def extend_hold(order_id: int, until: datetime) -> None:
    """Keep what an order holds for longer; never for less long."""
    db.session.execute(
        update(Hold)
        .where(Hold.order_id == order_id, Hold.state == HoldState.HELD, Hold.expires_at < until)
        .values(expires_at=until)
    )


def resize(quota_id: int, size: int | None) -> None:
    """Change how many there are in all. Raises BelowTaken."""
    if size is None:
        fits = Quota.id == quota_id
    else:
        fits = (Quota.id == quota_id) & (Quota.held + Quota.sold <= size)
    changed = db.session.scalar(update(Quota).where(fits).values(size=size).returning(Quota.id))
    if changed is None:
        raise BelowTaken(field="size", taken=queries.taken(quota_id))


def _write_hold(
    community_id: int, wishes: Sequence[Wish], *, until: datetime, order_id: int | None
) -> int:
    """Write a hold and its lines in one statement."""
    kept = (
        insert(Hold)
        .values(
            community_id=community_id,
            public_id=new_public_id(),
            order_id=order_id,
            state=HoldState.HELD,
            expires_at=until,
        )
        .returning(Hold.id)
        .cte("kept")
    )
    names = ("quota_id", "order_line_id", "quantity")
    lines = values(*(column(name, BigInteger) for name in names), name="wish").data(
        [(wish.quota_id, wish.order_line_id, wish.number) for wish in wishes]
    )
    written = db.session.scalars(
        insert(HoldLine)
        .from_select(
            ["community_id", "hold_id", "returned", *names],
            select(
                literal(community_id),
                kept.c.id,
                literal(0),
                *(cast(one, BigInteger) for one in lines.c),  # a bare NULL would be text
            ).select_from(kept.join(lines, true())),
        )
        .returning(HoldLine.hold_id)
    )
    return int(written.all()[0])


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
    settled = db.session.scalar(
        update(Hold)
        .where(Hold.id == hold_id, Hold.state == HoldState.HELD)
        .values(state=state)
        .returning(Hold.id)
    )
    if settled is None:
        return False
    rows = db.session.execute(
        select(HoldLine.quota_id, HoldLine.quantity)
        .where(HoldLine.hold_id == hold_id)
        .order_by(HoldLine.quota_id, HoldLine.id)
    ).all()
    for quota_id, quantity in rows:
        sold = quantity if state is HoldState.TAKEN else 0
        db.session.execute(
            update(Quota)
            .where(Quota.id == quota_id)
            .values(held=Quota.held - quantity, sold=Quota.sold + sold)
        )
    return True


def _sold_lines(order_line_id: int) -> list[HoldLine]:
    """Return what an order line took, locked, in the order of the quotas."""
    return list(
        db.session.scalars(
            select(HoldLine)
            .join(Hold, Hold.id == HoldLine.hold_id)
            .where(HoldLine.order_line_id == order_line_id, Hold.state == HoldState.TAKEN)
            .order_by(HoldLine.quota_id)
            .with_for_update(of=HoldLine)
        )
    )
