"""Orders: opening one with everything it takes, handing over what was paid, letting go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update

from app.billing.hooks import Withdrawal, item_kind
from app.billing.models import (
    HoldLine,
    Order,
    OrderLine,
    OrderSource,
    OrderState,
    Voucher,
)
from app.billing.queries import buyers
from app.billing.queries import orders as reads
from app.billing.service import quotas
from app.billing.service.moves import check_order, move_order
from app.billing.service.prices import Priced, check_voucher, price_lines
from app.billing.service.quotas import Wish
from app.communities.models import Contact
from app.core.database import add, db
from app.core.errors import RuleViolation
from app.core.jobs import defer
from app.core.money import Money
from app.core.text import N_

HOLD_FOR = timedelta(minutes=30)
LATE = frozenset({OrderState.EXPIRED, OrderState.CANCELLED, OrderState.PAYMENT_FAILED})


@dataclass(frozen=True)
class Wanted:
    """So many of an item, at its price now; `quota_ids` are what each one takes one of."""

    kind: str
    item_id: str  # the item's public id
    title: str
    unit: Money
    number: int = 1
    quota_ids: tuple[int, ...] = ()
    limit: int | None = None  # per contact, counting what they have and what they are buying
    facts: Mapping[str, Any] = field(default_factory=dict)


class TooMany(RuleViolation):
    """More than one contact may have."""

    message = N_("At most %(limit)s for each person.")


class VoucherHad(RuleViolation):
    """A code is for each member once."""

    message = N_("You have used this code already.")


class OrderClosed(RuleViolation):
    """The order ended before it was paid."""

    message = N_("This order has ended: nothing was paid, and nothing is kept any more.")


class BuyerBanned(RuleViolation):
    """Organizers sell nothing to those whom they shut out; the banned themselves never get here."""

    message = N_(
        "This person is banned, so nothing can be sold to them. If they paid you, give them the "
        "money back."
    )


def open_order(
    contact: Contact,
    wanted: Sequence[Wanted],
    *,
    now: datetime,
    voucher: Voucher | None = None,
    source: OrderSource = OrderSource.ONLINE,
    sold_by: Contact | None = None,
) -> Order:
    """Keep everything that is wanted, all or nothing, until it is paid.

    What costs nothing is handed over at once. Raises SoldOut, TooMany, VoucherUsedUp,
    VoucherHad, VoucherForOther, VoucherNotNow, BuyerBanned.
    """
    _check_limits(contact, wanted)
    if voucher is not None:
        check_voucher(voucher, contact.community_id, now=now)
        _check_code(voucher.id, contact.id)
    priced = price_lines(wanted, voucher)
    if sold_by is not None or not priced.total:  # what is paid on a page is looked at when it is
        check_buyer(contact.community_id, contact.id, now=now)
    order = _write_order(contact, priced, voucher=voucher, source=source, sold_by=sold_by, now=now)
    lines = _write_lines(order, priced)
    _hold(order, wanted, lines)
    if voucher is not None:
        quotas.hold_voucher(voucher)
    if not priced.total:
        settle(order, now=now)
    else:
        defer("billing.expire_order", at=order.expires_at, order_id=order.id)
    return order


def check_buyer(community_id: int, contact_id: int, *, now: datetime) -> None:
    """Refuse to sell to someone who is banned. Raises BuyerBanned.

    Their row comes before any quota: who bans them locks it before their seats.
    """
    buyers.lock_buyer(contact_id)
    if buyers.is_banned(community_id, contact_id, now):
        raise BuyerBanned


def settle(order: Order, *, now: datetime) -> None:
    """Hand over what an order holds: it is paid, or costs nothing. The caller locked its row.

    A late order tries to get everything again. Raises SoldOut when it is gone, and OrderClosed
    when the buyer is banned or their membership ended since: it may end in this very moment, so
    that of the two the second sees what the first did.
    """
    buyers.lock_buyer(order.contact_id)
    if buyers.has_lost_its_buyer(order, now):
        raise OrderClosed
    if order.state in LATE:
        _hold_again(order)
    move_order(order, OrderState.PAID)
    order.paid_at, order.ended_at = now, None
    order.number = next_number(order.community_id)
    hold = reads.hold_of(order.id)
    if hold is not None:
        quotas.confirm_hold(hold.id)
    if order.voucher_id is not None:
        quotas.settle_voucher(order.voucher_id, used=True)
    for line in reads.lines_of(order.id):
        item_kind(line.item_kind).fulfil(order, line, now)
    db.session.flush()
    defer("billing.send_receipt", order_id=order.id)


def keep_longer(order: Order, until: datetime) -> None:
    """Keep what an open order holds until a moment, if that is later than it would be anyway."""
    order = reads.lock_order(order.id)
    if not order.is_open or (order.expires_at and until <= order.expires_at):
        return
    quotas.extend_hold(order.id, until)
    order.expires_at = until
    db.session.flush()
    defer("billing.expire_order", at=until, order_id=order.id)


def let_go(order: Order, to: OrderState, *, now: datetime) -> None:
    """End an unpaid order and free what it holds. The caller locked its row."""
    move_order(order, to)
    order.ended_at = now
    hold = reads.hold_of(order.id)
    if hold is not None:
        quotas.release(hold.id)
    if order.voucher_id is not None:
        quotas.settle_voucher(order.voucher_id, used=False)


def withdraw(
    order: Order, line: OrderLine, *, number: int, reason: Withdrawal, now: datetime
) -> None:
    """Take back so many of a paid line and free what they took. Money is another matter.

    Raises NotSoMany when fewer are left.
    """
    counted = db.session.scalar(
        update(OrderLine)
        .where(OrderLine.id == line.id, OrderLine.withdrawn + number <= OrderLine.quantity)
        .values(withdrawn=OrderLine.withdrawn + number)
        .returning(OrderLine.withdrawn)
    )
    if counted is None:
        raise NotSoMany
    quotas.return_line(line.id, number)
    db.session.refresh(line)
    item_kind(line.item_kind).withdraw(order, line, number=number, reason=reason, now=now)


class NotSoMany(RuleViolation):
    """More is to be taken back than was sold."""

    message = N_("That was taken back already.")


def _check_limits(contact: Contact, wanted: Sequence[Wanted]) -> None:
    """Refuse more than one contact may have; two tabs wait for each other."""
    limited = [one for one in wanted if one.limit is not None]
    if not limited:
        return
    db.session.execute(select(Contact.id).where(Contact.id == contact.id).with_for_update())
    for one in limited:
        if reads.items_of(contact.id, one.kind, one.item_id) + one.number > (one.limit or 0):
            raise TooMany(field="number", limit=one.limit)


def _check_code(voucher_id: int, contact_id: int) -> None:
    """Refuse a code that a contact uses already; two tabs wait for each other."""
    db.session.execute(select(Contact.id).where(Contact.id == contact_id).with_for_update())
    if reads.uses_code(contact_id, voucher_id):
        raise VoucherHad


def _write_order(
    contact: Contact,
    priced: Priced[Wanted],
    *,
    voucher: Voucher | None,
    source: OrderSource,
    sold_by: Contact | None,
    now: datetime,
) -> Order:
    check_order(OrderState.DRAFT, OrderState.RESERVED)
    return add(
        Order(
            community_id=contact.community_id,
            contact_id=contact.id,
            state=OrderState.RESERVED,
            source=source,
            currency=priced.total.currency,
            subtotal_minor=priced.subtotal.minor,
            discount_minor=priced.discount.minor,
            total_minor=priced.total.minor,
            voucher_id=voucher.id if voucher else None,
            sold_by_id=sold_by.id if sold_by else None,
            placed_at=now,
            expires_at=now + HOLD_FOR,
        )
    )


def _write_lines(order: Order, priced: Priced[Wanted]) -> list[OrderLine]:
    lines = [
        OrderLine(
            community_id=order.community_id,
            order_id=order.id,
            position=place,
            item_kind=one.wanted.kind,
            item_id=one.wanted.item_id,
            title=one.wanted.title[:200],
            quantity=one.wanted.number,
            unit_minor=one.wanted.unit.minor,
            discount_minor=one.discount.minor,
            total_minor=one.total.minor,
            facts=dict(one.wanted.facts),
        )
        for place, one in enumerate(priced.lines)
    ]
    db.session.add_all(lines)
    db.session.flush()
    return lines


def _hold(order: Order, wanted: Sequence[Wanted], lines: Sequence[OrderLine]) -> None:
    wishes = [
        Wish(quota_id, one.number, line.id)
        for one, line in zip(wanted, lines, strict=True)
        for quota_id in one.quota_ids
    ]
    if wishes and order.expires_at:
        quotas.hold_all(order.community_id, wishes, until=order.expires_at, order_id=order.id)


def _hold_again(order: Order) -> None:
    """Keep once more what an ended order had let go of."""
    if order.voucher_id is not None:
        _check_code(order.voucher_id, order.contact_id)
    before = reads.hold_of(order.id)
    if before is not None:
        lines = db.session.scalars(select(HoldLine).where(HoldLine.hold_id == before.id)).all()
        wishes = [Wish(line.quota_id, line.quantity, line.order_line_id) for line in lines]
        quotas.hold_all(order.community_id, wishes, until=before.expires_at, order_id=order.id)
    if order.voucher_id is not None:
        quotas.hold_voucher(db.session.get_one(Voucher, order.voucher_id))


def next_number(community_id: int) -> int:
    """Return the next number of a receipt; who comes second waits until the first commits."""
    db.session.execute(
        select(func.pg_advisory_xact_lock(func.hashtext("billing.number"), community_id))
    )
    highest = db.session.scalar(
        select(func.max(Order.number)).where(Order.community_id == community_id)
    )
    return int(highest or 0) + 1
