"""What billing asks of tickets: hand over what was paid, take back, suspend; and giving back.

Locks come in one order: order, event, quota, attendance, ticket, ledger. Billing has moved the
quotas when it asks for tickets, so whoever gives a ticket back locks its order and quotas first.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.billing import service as billing
from app.billing.models import FindingKind, Order, OrderLine, PaymentMethod, Refund, RefundReason
from app.billing.queries import orders as of_billing
from app.billing.service import SoldOut
from app.billing.service.findings import REFUSED, find_for_hands, settle_subject
from app.communities.models import Community, Contact
from app.core import audit
from app.core.database import db
from app.core.errors import RuleViolation
from app.core.jobs import defer
from app.core.money import Money
from app.events import queries
from app.events.models import Attendance, Event, EventState, Ticket, TicketState
from app.events.service import tickets
from app.events.service.refusals import TicketGone

LOOK_AGAIN = timedelta(minutes=5)


def hand_over(order: Order, line: OrderLine, *, now: datetime) -> list[Ticket]:
    """Make the tickets of a paid line. Raises SoldOut when their sort is gone.

    A payment may arrive when the event is cancelled: its tickets go back at once. The event is not
    locked (the quotas are, and who changes an event locks in the other order): a cancellation in
    this very moment finds the tickets when it looks a second time.
    """
    sort = queries.type_by_public_id(order.community_id, line.item_id)
    event = queries.event_by_id(sort.event_id) if sort else None
    if sort is None or event is None:
        raise SoldOut(left=0)
    made = tickets.issue(
        sort,
        event,
        order=order,
        line=line,
        community=_community(order),
        now=now,
    )
    if event.state is EventState.CANCELLED:
        refund_everyone(event, now=now)
    else:
        defer("events.send_tickets", queueing_lock=f"tickets:{order.id}", order_id=order.id)
    return made


def take_back(order: Order, line: OrderLine, *, now: datetime) -> None:
    """Cancel as many of a line's tickets as billing has counted as taken back.

    Whoever gave a certain one back has cancelled it before; else the newest unused ones go.
    """
    mine = queries.tickets_of_line(line.id)
    gone = [one for one in mine if one.state is TicketState.CANCELLED]
    live = [one for one in mine if one.state is not TicketState.CANCELLED]
    live.sort(key=lambda one: (one.checked_in_at is None, one.number))
    more = line.withdrawn - len(gone)
    if more > 0:
        tickets.cancel(live[-more:], community=_community(order), now=now)


def give_back(ticket: Ticket, *, now: datetime) -> Money | None:
    """Take a ticket back from its buyer, with its money if it cost any; return what goes back.

    Raises TicketGone, TicketUsed, RefundTooLate, PaidByHand.
    """
    order, line = _order_of(ticket)
    db.session.refresh(ticket)
    is_by_card = order.id in of_billing.paid_by_card([order.id])
    tickets.check_returnable(ticket, is_by_card=is_by_card, now=now)
    made = _take_one(ticket, order, line, reason=RefundReason.PLACE_CANCELLED, now=now)
    return made.amount if made else None


def cancel_ticket(
    ticket: Ticket, *, by: Contact, with_money: bool, note: str, now: datetime
) -> None:
    """Take a ticket back as an organizer: at any time, with its money or without it."""
    order, line = _order_of(ticket)
    db.session.refresh(ticket)
    if ticket.state is TicketState.CANCELLED:
        raise TicketGone
    audit.record(
        "ticket.cancelled",
        actor=None,
        community_id=ticket.community_id,
        subject=("ticket", ticket.id),
        by_contact=by.id,
        with_money=with_money,
    )
    reason = RefundReason.ASKED if with_money else None
    _take_one(ticket, order, line, reason=reason, by=by, note=note, now=now)
    defer("events.tell_cancelled_ticket", ticket_id=ticket.id)


def withdraw_tickets(attendance_id: int, *, all_of_them: bool, now: datetime) -> int:
    """Take back the unused tickets of someone who left, an order after the other.

    `all_of_them`: those too whose time for giving back is over. Return how many.
    """
    seat = db.session.get_one(Attendance, attendance_id)
    had: dict[int, list[Ticket]] = {}
    for ticket in queries.tickets_of_seat(seat):
        had.setdefault(ticket.line.order_id, []).append(ticket)
    number = 0
    for order_id, theirs in had.items():
        order = of_billing.lock_order(order_id)
        back = [one for one in theirs if _is_unused(one, now, in_time=not all_of_them)]
        if back:
            _take_all(back, order, reason=RefundReason.PLACE_CANCELLED, now=now)
            number += len(back)
    return number


@dataclass(frozen=True)
class Owed:
    """What a cancellation would give back."""

    tickets: int
    by_card: Money  # goes back by itself
    by_hand: Money  # is the hosts' to give back


def owed(event: Event, *, currency: str) -> Owed:
    """Return what the buyers of an event get back if it is cancelled now."""
    tickets, back = 0, {True: Money.zero(currency), False: Money.zero(currency)}
    left: dict[int, Money] = {}
    for order, line, payment, number in queries.paid_lines(event.id):
        rest = left.get(payment.id, payment.left)
        amount = min(billing.worth(order, line, number), rest)
        left[payment.id] = rest - amount
        back[payment.method is PaymentMethod.STRIPE] += amount
        tickets += number
    return Owed(tickets, by_card=back[True], by_hand=back[False])


def refund_everyone(event: Event, *, now: datetime) -> None:
    """Have every live ticket of a cancelled event taken back with its money, by a job.

    It looks a second time for what was being paid in the same moment.
    """
    for place, at in enumerate((None, now + LOOK_AGAIN)):
        lock = f"events.refund_event:{event.id}:{place}"
        defer("events.refund_event", at=at, queueing_lock=lock, event_id=event.id)


def refund_order(order_id: int, event_id: int, *, now: datetime) -> int:
    """Take back what an order still has at a cancelled event; return how many tickets that were."""
    order = of_billing.lock_order(order_id)
    live = queries.live_tickets_of_order(order_id, event_id)
    if not live:
        return 0
    _take_all(live, order, reason=RefundReason.EVENT_CANCELLED, now=now)
    settle_subject(order.community_id, FindingKind.REFUND_MISSING, _subject(order), now=now)
    return len(live)


def note_unrefunded(order_id: int, refusal: RuleViolation) -> None:
    """Show the organizers an order whose money a rule kept from going back."""
    order = db.session.get_one(Order, order_id)
    find_for_hands(
        order.community_id,
        FindingKind.REFUND_MISSING,
        _subject(order),
        **{REFUSED: type(refusal).__name__},
    )


def _subject(order: Order) -> str:
    return f"order:{order.public_id}"


def _is_unused(ticket: Ticket, now: datetime, *, in_time: bool) -> bool:
    """Say whether a ticket is still to be used, as it is now; its order is locked."""
    db.session.refresh(ticket)
    if ticket.state is TicketState.CANCELLED or ticket.checked_in_at is not None:
        return False
    return not in_time or tickets.is_in_time(ticket, now=now)


def _take_all(had: list[Ticket], order: Order, *, reason: RefundReason, now: datetime) -> None:
    """Cancel tickets of an order, then tell billing once: their money goes back together."""
    queries.lock_quotas(had)
    tickets.cancel(had, community=_community(order), now=now)
    numbers = Counter(one.order_line_id for one in had)
    lines = [line for line in of_billing.lines_of(order.id) if numbers[line.id]]
    paid = [billing.Part(line, numbers[line.id]) for line in lines if line.total_minor]
    free = [billing.Part(line, numbers[line.id]) for line in lines if not line.total_minor]
    if paid:
        billing.refund_rest(order, paid, reason=reason, now=now)
    if free:
        billing.cancel_lines(order, free, now=now)


def _take_one(
    ticket: Ticket,
    order: Order,
    line: OrderLine,
    *,
    reason: RefundReason | None,
    now: datetime,
    by: Contact | None = None,
    note: str = "",
) -> Refund | None:
    """Cancel one ticket, then tell billing; without a reason the money stays."""
    queries.lock_quotas([ticket])
    tickets.cancel([ticket], community=_community(order), now=now)
    part = billing.Part(line, 1)
    if reason is None or not line.total_minor:
        billing.cancel_lines(order, [part], now=now)
        return None
    return billing.refund_rest(order, [part], reason=reason, now=now, asked_by=by, note=note)


def _order_of(ticket: Ticket) -> tuple[Order, OrderLine]:
    """Return the order of a ticket, locked, and its line."""
    line = db.session.get_one(OrderLine, ticket.order_line_id)
    return of_billing.lock_order(line.order_id), line


def _community(order: Order) -> Community:
    return db.session.get_one(Community, order.community_id)
