"""Tickets: sold within their quotas, each a seat of its buyer's attendance, taken back once."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.billing.hooks import Withdrawal
from app.billing.models import (
    Finding,
    FindingKind,
    LedgerEntry,
    OrderState,
    PaymentMethod,
    Quota,
    Refund,
    RefundReason,
)
from app.billing.processes import reconciling
from app.billing.queries.orders import lock_order
from app.billing.service import (
    BelowLeast,
    BelowTaken,
    Part,
    SoldOut,
    orders,
    record_offline_payment,
    refund,
    release,
)
from app.billing.service.orders import let_go
from app.billing.views.words import said_of
from app.core import clock as the_clock
from app.core.database import db
from app.core.errors import RuleViolation, StaleForm
from app.core.jobs import run_pending
from app.core.money import Money
from app.events import processes, queries
from app.events.models import (
    TICKET_MOVES,
    AttendanceState,
    Event,
    EventState,
    Ticket,
    TicketState,
)
from app.events.queries.sales import sales, total_of
from app.events.service import (
    check_in,
    claims,
    gatherings,
    leaving,
    seats,
    selling,
    series,
    ticket_types,
    tickets,
)
from app.events.service.buying import AlreadyOrdered, reserve_tickets, same_order
from app.events.service.check_in import Scan
from app.events.service.moves import IllegalMove, move_ticket
from app.events.service.refusals import (
    ByTicketOnly,
    EventCancelled,
    EventStarted,
    MembersPayMore,
    MoreThanSeats,
    NotAnnounced,
    NotChargeable,
    NothingChosen,
    NotOnSale,
    NotTicketed,
    OneTicketLeft,
    PaidByHand,
    RefundTooLate,
    SaleEndsTooEarly,
    SeatHasTickets,
    TicketGone,
    TicketsLeft,
    TicketsSold,
    TicketsSoldOut,
    TicketSuspended,
    TicketUsed,
    TooManyEach,
    TooManyTypes,
)
from app.events.service.ticket_types import Terms
from tests.conftest import SECRET, FixedClock
from tests.events.conftest import (
    Scene,
    buy,
    counters,
    mails,
    order_of,
    pending_seat,
    quota,
    read_again,
    seat_of,
    sell,
    told,
)
from tests.factories import make_community, make_event, make_member
from tests.pages import ProofreadingClient


def seat(scene: Scene) -> tuple[AttendanceState, int] | None:
    """Return how the member stands at the event: (state, seats)."""
    found = queries.current_seat(scene.event.id, scene.member.id)
    return (found.state, found.seats) if found else None


# --- what is sold ------------------------------------------------------------------------------


def test_an_event_without_ticket_types_stays_free(scene: Scene) -> None:
    assert not scene.event.is_ticketed
    seat_of(scene)
    with pytest.raises(NotTicketed):
        order_of(scene, sell(Scene(scene.community, scene.host, scene.member, _other(scene))))


def _other(scene: Scene) -> Event:
    return make_event(scene.community, title="Another run")


def test_where_tickets_are_sold_no_seat_is_given_away(scene: Scene) -> None:
    sell(scene)
    with pytest.raises(ByTicketOnly):
        seat_of(scene)
    assert counters(scene.event) == (0, 0)


@pytest.mark.parametrize(
    ("terms", "refusal"),
    [
        ({"price_minor": 1000, "member_price_minor": 1100}, MembersPayMore),
        (
            {
                "price_minor": 0,
                "sells_from": the_clock.now(),
                "sells_until": the_clock.now() - timedelta(days=1),
            },
            SaleEndsTooEarly,
        ),
        ({"price_minor": 49}, BelowLeast),
        ({"price_minor": 50, "member_price_minor": 49}, BelowLeast),
    ],
)
def test_terms_that_make_no_sense_are_refused(
    scene: Scene, terms: dict[str, object], refusal: type[RuleViolation]
) -> None:
    with pytest.raises(refusal):
        ticket_types.add_type(
            scene.event,
            Terms(title="T", **terms),  # type: ignore[arg-type]  # as the case gives them
            community=scene.community,
            now=the_clock.now(),
        )


def test_cards_cannot_be_charged_any_amount(session: Session, scene: Scene) -> None:
    scene.community.currency = "isk"
    with pytest.raises(NotChargeable):
        sell(scene, price=1250)
    assert sell(scene, price=1300).currency == "ISK"


def test_a_list_of_ticket_types_has_an_end(scene: Scene) -> None:
    for number in range(ticket_types.MOST_TYPES):
        sell(scene, f"Type {number}")
    with pytest.raises(TooManyTypes):
        sell(scene, "One more")


def test_a_type_is_changed_from_the_version_it_was_drawn_from(scene: Scene) -> None:
    sort = sell(scene, size=5)
    ticket_types.change_type(sort, Terms(title="Early", price_minor=900, size=3), version=1)
    assert (sort.title, sort.price_minor, sort.quota.size, sort.version) == ("Early", 900, 3, 2)
    with pytest.raises(StaleForm) as stale:
        ticket_types.change_type(sort, Terms(title="Late", price_minor=900), version=1)
    assert (stale.value.theirs["title"], stale.value.yours["title"]) == ("Early", "Late")


def test_a_quota_does_not_shrink_below_what_is_taken(scene: Scene) -> None:
    sort = sell(scene, size=5)
    buy(scene, sort, 2)
    order_of(scene, sort)
    with pytest.raises(BelowTaken):
        ticket_types.change_type(sort, Terms(title="T", price_minor=1200, size=2), version=1)


def test_what_was_sold_is_not_taken_off_the_list(scene: Scene) -> None:
    sort, other = sell(scene), sell(scene, "Never sold")
    [ticket] = buy(scene, sort)
    selling.cancel_ticket(ticket, by=scene.host, with_money=True, note="", now=the_clock.now())
    with pytest.raises(TicketsSold):
        ticket_types.remove_type(sort)
    ticket_types.remove_type(other)
    db.session.expire(scene.event, ["ticket_types"])
    assert [one.title for one in scene.event.ticket_types] == ["Ticket"]


@pytest.mark.parametrize(
    ("terms", "state"),
    [
        ({}, "on_sale"),
        ({"sells_from": timedelta(hours=1)}, "not_yet"),
        ({"sells_until": timedelta(0)}, "ended"),
        ({"size": 1}, "sold_out"),
    ],
)
def test_an_offer_says_where_it_stands(
    scene: Scene, clock: FixedClock, terms: dict[str, Any], state: str
) -> None:
    at: dict[str, Any] = {
        key: clock.now + value if isinstance(value, timedelta) else value
        for key, value in terms.items()
    }
    sort = sell(scene, member_price_minor=800, **at)
    if state == "sold_out":
        buy(scene, sort)
    scene.event = read_again(scene)
    [offer] = queries.offers(scene.event, is_member=False, now=clock.now)
    assert (offer.state, offer.price.minor) == (state, 1200)
    [mine] = queries.offers(scene.event, is_member=True, now=clock.now)
    assert mine.full_price is not None
    assert (mine.price.minor, mine.full_price.minor, mine.member_price) == (800, 1200, None)


def test_a_hidden_type_is_neither_shown_nor_sold(scene: Scene) -> None:
    sort = sell(scene, is_hidden=True)
    assert queries.offers(scene.event, is_member=False, now=the_clock.now()) == []
    with pytest.raises(NotOnSale):
        order_of(scene, sort)


def test_a_date_that_repeats_sells_the_same(scene: Scene) -> None:
    sell(scene, size=5, sells_until=scene.event.starts_at)
    ticket_types.set_refund_deadline(scene.event, 48)
    before = db.session.scalar(select(func.count(Quota.id)))
    [copy] = series.propose_weekly(scene.event, 1, by=scene.host, now=the_clock.now())
    [sort] = copy.ticket_types
    assert (sort.title, sort.quota.size, sort.quota.taken, sort.sells_until) == (
        "Ticket", 5, 0, None
    )  # fmt: skip
    assert copy.refund_hours == 48
    series.drop_date(copy)
    assert db.session.scalar(select(func.count(Quota.id))) == before


# --- buying ------------------------------------------------------------------------------------


def test_tickets_are_held_then_sold_and_each_is_a_seat(scene: Scene) -> None:
    sort = sell(scene, size=10)
    order = order_of(scene, sort, 3)
    assert (counters(scene.event), quota(sort), order.total_minor) == ((3, 0), (3, 0), 3600)
    assert seat(scene) is None
    record_offline_payment(
        order, method=PaymentMethod.CASH, recorded_by=scene.host, now=the_clock.now()
    )
    had = queries.tickets_of_order(order.public_id)
    assert (counters(scene.event), quota(sort)) == ((0, 3), (0, 3))
    assert seat(scene) == (AttendanceState.GOING, 3)
    assert [one.name for one in had] == ["Ben Adler"] * 3
    assert len({one.secret for one in had}) == 3
    assert told(scene.community) == [("bought", False)]


def test_a_second_order_adds_to_the_same_attendance(scene: Scene) -> None:
    sort = sell(scene)
    buy(scene, sort)
    buy(scene, sort, 2)
    assert seat(scene) == (AttendanceState.GOING, 3)
    assert told(scene.community) == [("bought", False)] * 2


def test_what_is_free_is_had_at_once_and_the_ledger_is_silent(scene: Scene) -> None:
    sort = sell(scene, price=0)
    order = order_of(scene, sort, 2)
    assert order.state is OrderState.PAID
    assert (seat(scene), counters(scene.event)) == ((AttendanceState.GOING, 2), (0, 2))
    assert db.session.scalars(select(LedgerEntry)).all() == []


def test_an_order_that_ends_frees_both_quotas(scene: Scene) -> None:
    sort = sell(scene, size=2)
    order = order_of(scene, sort, 2)
    let_go(lock_order(order.id), OrderState.EXPIRED, now=the_clock.now())
    assert (counters(scene.event), quota(sort)) == ((0, 0), (0, 0))


@pytest.mark.parametrize(
    ("left", "refusal"), [(0, TicketsSoldOut), (1, OneTicketLeft), (2, TicketsLeft)]
)
def test_all_or_nothing_is_kept(scene: Scene, left: int, refusal: type[RuleViolation]) -> None:
    roomy, sort = sell(scene, "Roomy"), sell(scene, "Rare", size=3)
    if left < 3:
        buy(scene, sort, 3 - left, contact=make_member(scene.community))
    before = counters(scene.event)
    selection = {roomy.public_id: 1, sort.public_id: 3}
    with pytest.raises(refusal), db.session.begin_nested():
        _reserve(scene, selection)
    assert (counters(scene.event), quota(roomy)) == (before, (0, 0))


def _reserve(scene: Scene, selection: dict[str, int]) -> None:

    reserve_tickets(
        scene.event,
        selection,
        contact=scene.member,
        name="Ben",
        is_member=False,
        now=the_clock.now(),
    )


def test_the_room_as_a_whole_is_the_limit(scene: Scene) -> None:
    ticket_type = sell(scene, most_each=10)
    for _ in range(5):
        buy(scene, ticket_type, 10, contact=make_member(scene.community))
    with pytest.raises(TicketsSoldOut):
        order_of(scene, ticket_type)


def test_a_person_may_have_so_many_earlier_ones_included(scene: Scene) -> None:
    sort = sell(scene, most_each=2)
    buy(scene, sort)
    with pytest.raises(TooManyEach), db.session.begin_nested():
        order_of(scene, sort, 2)
    with pytest.raises(TooManyEach):
        order_of(scene, sort, 3)
    order_of(scene, sort, 1)


@pytest.mark.parametrize(
    ("selection", "refusal"), [({}, NothingChosen), ({"unknown": 1}, NothingChosen)]
)
def test_something_must_be_chosen(
    scene: Scene, selection: dict[str, int], refusal: type[RuleViolation]
) -> None:
    sell(scene)
    with pytest.raises(refusal):
        _reserve(scene, selection)


def test_nothing_is_sold_once_it_has_begun_or_is_cancelled(scene: Scene, clock: FixedClock) -> None:
    sort = sell(scene)
    clock.set(scene.event.starts_at)
    with pytest.raises(EventStarted):
        order_of(scene, sort)
    clock.set(scene.event.starts_at - timedelta(days=2))
    gatherings.cancel(scene.event, words="", by=scene.host, now=clock.now)
    with pytest.raises(EventCancelled):
        order_of(scene, sort)


def test_the_line_s_numbers_keep_a_second_run_from_giving_more(scene: Scene) -> None:
    [ticket] = buy(scene, sell(scene))
    with pytest.raises(IntegrityError, match="uq_ticket_order_line_id"):
        tickets.issue(
            ticket.type,
            scene.event,
            order=ticket.line.order,
            line=ticket.line,
            community=scene.community,
            now=the_clock.now(),
        )


# --- giving back -------------------------------------------------------------------------------


def test_a_free_ticket_goes_back_until_it_begins(scene: Scene, clock: FixedClock) -> None:
    sort = sell(scene, price=0)
    one, other = buy(scene, sort, 2)
    clock.set(scene.event.starts_at - timedelta(minutes=1))
    selling.give_back(one, now=clock.now)
    assert (one.state, seat(scene)) == (TicketState.CANCELLED, (AttendanceState.GOING, 1))
    assert (counters(scene.event), quota(sort)) == ((0, 1), (0, 1))
    with pytest.raises(TicketGone):
        selling.give_back(one, now=clock.now)
    selling.give_back(other, now=clock.now)
    assert (seat(scene), counters(scene.event)) == (None, (0, 0))
    assert told(scene.community) == [("event.seat_taken", True)]


def test_after_the_deadline_a_paid_ticket_stays(scene: Scene, clock: FixedClock) -> None:
    [ticket] = buy(scene, sell(scene))
    clock.set(scene.event.starts_at - timedelta(hours=24))
    with pytest.raises(RefundTooLate):
        selling.give_back(ticket, now=clock.now)
    clock.set(scene.event.starts_at - timedelta(hours=24, seconds=1))
    with pytest.raises(PaidByHand):  # in time, but the cash lies with the hosts
        selling.give_back(ticket, now=clock.now)
    ticket_types.set_refund_deadline(scene.event, None)
    with pytest.raises(RefundTooLate):
        selling.give_back(ticket, now=clock.now)
    assert ticket.state is TicketState.VALID


@pytest.mark.parametrize(("with_money", "kept"), [(True, 0), (False, 1200)])
def test_an_organizer_takes_a_ticket_back_with_its_money_or_without(
    scene: Scene, *, with_money: bool, kept: int
) -> None:
    sort = sell(scene)
    [ticket] = buy(scene, sort)
    selling.cancel_ticket(
        ticket, by=scene.host, with_money=with_money, note="asked", now=the_clock.now()
    )
    assert (ticket.state, seat(scene)) == (TicketState.CANCELLED, None)
    assert (counters(scene.event), quota(sort)) == ((0, 0), (0, 0))
    db.session.expire(scene.event, ["ticket_types"])
    assert total_of(sales(scene.event)).net.minor == kept
    with pytest.raises(TicketGone):
        selling.cancel_ticket(ticket, by=scene.host, with_money=True, note="", now=the_clock.now())


def test_the_one_that_was_named_goes_not_another(scene: Scene) -> None:
    first, second, third = buy(scene, sell(scene), 3)
    selling.cancel_ticket(second, by=scene.host, with_money=True, note="", now=the_clock.now())
    assert [one.state for one in (first, second, third)] == ["valid", "cancelled", "valid"]


def test_billing_takes_the_newest_unused_one_when_none_is_named(
    scene: Scene, clock: FixedClock
) -> None:
    first, second, third = buy(scene, sell(scene), 3)
    clock.set(scene.event.starts_at)
    check_in.scan(
        scene.event, third.secret, by=scene.host, community=scene.community, now=clock.now
    )
    order = lock_order(first.line.order_id)
    orders.withdraw(order, first.line, number=1, reason=Withdrawal.CANCELLED, now=clock.now)
    assert [one.state for one in (first, second, third)] == ["valid", "cancelled", "valid"]


def test_seats_behind_tickets_are_not_changed_as_seats(scene: Scene) -> None:
    buy(scene, sell(scene), 2)
    mine = queries.current_seat(scene.event.id, scene.member.id)
    assert mine is not None
    with pytest.raises(SeatHasTickets):
        seats.give_back(mine, community=scene.community, now=the_clock.now())
    scene.event.plus_ones = 3
    with pytest.raises(SeatHasTickets):
        seats.change_seats(mine, seats=1, now=the_clock.now())


def test_a_cancelled_event_gives_everyone_their_money_once(
    app: Flask, session: Session, scene: Scene
) -> None:
    paid, free = sell(scene), sell(scene, "Helper", price=0)
    buy(scene, paid, 2)
    buy(scene, free, contact=make_member(scene.community))
    waiting = order_of(scene, paid, contact=make_member(scene.community))
    gatherings.cancel(scene.event, words="Storm", by=scene.host, now=the_clock.now())
    event_id = scene.event.id
    assert processes.refund_event(event_id, secret=SECRET, now=the_clock.now()) == 3
    assert processes.refund_event(event_id, secret=SECRET, now=the_clock.now()) == 0
    session.expire_all()
    states = set(session.scalars(select(Ticket.state).where(Ticket.event_id == event_id)))
    assert (states, waiting.state) == ({TicketState.CANCELLED}, OrderState.CANCELLED)
    assert counters(scene.event) == (0, 0)
    total = total_of(sales(scene.event))
    assert (total.gross.minor, total.refunds.minor, total.net.minor) == (2400, 2400, 0)
    run_pending(app)
    reconciling.reconcile(scene.community.id, is_full=False, now=the_clock.now())
    [by_hand] = session.scalars(select(Finding).where(Finding.settled_at.is_(None)))
    assert (by_hand.kind, by_hand.facts["amount"]) == (FindingKind.REFUND_MISSING, 2400)
    [mail] = [one for one in mails() if one.kind == "billing.refund"]
    assert "gives you €24.00 back by hand" in mail.text_body
    assert mail.subject.startswith("Your money comes back by hand: ")
    assert seat(scene) == (AttendanceState.GOING, 2), "those who were going still get the news"


def test_an_order_that_stands_otherwise_stops_nobody_s_refund(
    session: Session, scene: Scene
) -> None:
    """Of five one had a part of its money back before, one all of it, one is not as it should."""
    sort = sell(scene)
    had = [buy(scene, sort, contact=make_member(scene.community))[0] for _ in range(5)]
    for ticket, amount in ((had[1], 500), (had[2], 1200)):
        part = Part(ticket.line, 0, Money(amount, "EUR"))
        refund(ticket.line.order, [part], reason=RefundReason.ASKED, now=the_clock.now())
    had[3].line.withdrawn = 1  # counted, but the ticket stands
    gatherings.cancel(scene.event, words="Storm", by=scene.host, now=the_clock.now())
    event_id, odd = scene.event.id, had[3].line.order
    session.commit()
    assert processes.refund_event(event_id, secret=SECRET, now=the_clock.now()) == 4
    amounts = session.scalars(select(Refund.amount_minor).order_by(Refund.amount_minor)).all()
    assert amounts == [500, 700, 1200, 1200, 1200]
    assert [one.state for one in had] == [*["cancelled"] * 3, "valid", "cancelled"]
    assert quota(sort) == (0, 1)
    reconciling.reconcile(scene.community.id, is_full=False, now=the_clock.now())
    found = session.scalars(select(Finding).where(Finding.settled_at.is_(None)))
    [refused] = [one for one in found if "refused" in one.facts]
    assert refused.subject == f"order:{odd.public_id}"
    assert said_of(refused)[0] == "An order could not be refunded"
    had[3].line.withdrawn = 0
    session.commit()
    assert processes.refund_event(event_id, secret=SECRET, now=the_clock.now()) == 1
    session.refresh(refused)
    assert refused.settled_at is not None, "it was done after all"


def test_what_a_cancellation_gives_back_is_known_before(scene: Scene) -> None:
    sort = sell(scene)
    one, other = buy(scene, sort, 2)
    buy(scene, sell(scene, "Helper", price=0), contact=make_member(scene.community))
    part = Part(one.line, 0, Money(1500, "EUR"))
    refund(one.line.order, [part], reason=RefundReason.ASKED, now=the_clock.now())
    now = selling.owed(scene.event, currency="EUR")
    assert (now.tickets, now.by_card.minor, now.by_hand.minor) == (2, 0, 900)
    selling.cancel_ticket(other, by=scene.host, with_money=False, note="", now=the_clock.now())
    rest = selling.owed(scene.event, currency="EUR")
    assert (rest.tickets, rest.by_hand.minor) == (1, 900)


def test_only_a_cancelled_event_is_refunded(scene: Scene) -> None:
    [ticket] = buy(scene, sell(scene))
    assert processes.refund_event(scene.event.id, secret=SECRET, now=the_clock.now()) == 0
    assert ticket.state is TicketState.VALID


def test_money_that_comes_after_the_cancellation_goes_back(scene: Scene) -> None:
    sort = sell(scene)
    order = order_of(scene, sort)
    gatherings.cancel(scene.event, words="", by=scene.host, now=the_clock.now())
    record_offline_payment(
        order, method=PaymentMethod.CASH, recorded_by=scene.host, now=the_clock.now()
    )
    assert processes.refund_event(scene.event.id, secret=SECRET, now=the_clock.now()) == 1
    assert lock_order(order.id).state is OrderState.REFUNDED


@pytest.mark.parametrize(("hours", "state"), [(48, "cancelled"), (12, "valid")])
def test_who_leaves_gives_back_what_the_hosts_take(
    scene: Scene, clock: FixedClock, hours: int, state: str
) -> None:
    [ticket] = buy(scene, sell(scene))
    clock.set(scene.event.starts_at - timedelta(hours=hours))
    leaving.free_future(
        scene.member.id, community=scene.community, now=clock.now, with_tickets=False
    )
    selling.withdraw_tickets(ticket.attendance_id, all_of_them=False, now=clock.now)
    assert ticket.state == state


def test_who_is_banned_or_erased_keeps_none(scene: Scene, clock: FixedClock) -> None:
    used, *unused = buy(scene, sell(scene), 4)
    clock.set(scene.event.starts_at - timedelta(hours=1))
    check_in.scan(scene.event, used.secret, by=scene.host, community=scene.community, now=clock.now)
    assert selling.withdraw_tickets(used.attendance_id, all_of_them=True, now=clock.now) == 3
    assert (used.state, {one.state for one in unused}) == (
        TicketState.VALID,
        {TicketState.CANCELLED},
    )
    amounts = [one.facts["amount"] for one in db.session.scalars(select(Finding))]
    assert (amounts, db.session.scalars(select(Refund.amount_minor)).all()) == ([3600], [3600])


# --- the door ----------------------------------------------------------------------------------


@pytest.fixture
def door(scene: Scene, clock: FixedClock) -> Scene:
    """The scene on the evening itself."""
    clock.set(scene.event.starts_at - timedelta(hours=1))
    return scene


def scan(scene: Scene, code: str) -> Scan:
    """Bring a code to the door."""
    return check_in.scan(
        scene.event, code, by=scene.host, community=scene.community, now=the_clock.now()
    ).outcome


def test_a_ticket_lets_in_once(door: Scene, clock: FixedClock) -> None:
    first, second = buy(door, sell(door), 2)
    assert scan(door, first.secret) is Scan.IN
    came_at = first.checked_in_at
    clock.advance(minutes=5)
    assert scan(door, first.secret) is Scan.AGAIN
    assert first.checked_in_at == came_at
    assert scan(door, f" {second.secret[:4].lower()}-{second.secret[4:]} ") is Scan.IN
    assert first.attendance.arrived == 2
    assert told(door.community).count(("event.checked_in", False)) == 1


def test_the_door_says_why_a_ticket_does_not_count(door: Scene) -> None:
    sort = sell(door)
    cancelled, disputed = buy(door, sort, 2)
    elsewhere = Scene(door.community, door.host, door.member, make_event(door.community))
    [other] = buy(elsewhere, sell(elsewhere))
    stranger = make_community()
    foreign = Scene(stranger, make_member(stranger), make_member(stranger), make_event(stranger))
    [far] = buy(foreign, sell(foreign))
    selling.cancel_ticket(cancelled, by=door.host, with_money=True, note="", now=the_clock.now())
    tickets.suspend([disputed, cancelled])
    assert scan(door, cancelled.secret) is Scan.CANCELLED
    assert scan(door, disputed.secret) is Scan.SUSPENDED
    assert scan(door, other.secret) is Scan.OTHER_EVENT
    assert scan(door, far.secret) is Scan.UNKNOWN
    assert scan(door, "nonsense") is Scan.UNKNOWN
    tickets.resume([disputed, cancelled])
    assert scan(door, disputed.secret) is Scan.IN
    assert cancelled.state is TicketState.CANCELLED


def test_by_name_as_many_tickets_are_used_as_people_came(door: Scene) -> None:
    had = buy(door, sell(door), 3)
    mine = had[0].attendance
    check_in.check_in(mine, arrived=2, by=door.host, community=door.community, now=the_clock.now())
    assert [one.checked_in_at is not None for one in had] == [True, True, False]
    assert scan(door, had[0].secret) is Scan.AGAIN
    assert scan(door, had[2].secret) is Scan.IN
    check_in.undo_check_in(mine, community=door.community, now=the_clock.now())
    assert [one.checked_in_at for one in had] == [None] * 3


def test_a_disputed_ticket_is_not_let_in_by_name_either(door: Scene) -> None:
    had = buy(door, sell(door), 2)
    mine = had[0].attendance
    tickets.suspend(had[:1])
    with pytest.raises(MoreThanSeats):
        check_in.check_in(
            mine, arrived=2, by=door.host, community=door.community, now=the_clock.now()
        )
    tickets.suspend(had[1:])
    with pytest.raises(TicketSuspended):
        check_in.check_in(mine, by=door.host, community=door.community, now=the_clock.now())


def test_a_used_ticket_is_not_given_back_by_its_buyer(door: Scene) -> None:
    [ticket] = buy(door, sell(door, price=0))
    scan(door, ticket.secret)
    with pytest.raises(TicketUsed):
        selling.give_back(ticket, now=the_clock.now())
    selling.cancel_ticket(ticket, by=door.host, with_money=False, note="", now=the_clock.now())
    assert seat(door) == (AttendanceState.GOING, 1), "they were there"
    assert ticket.attendance.arrived == 1


def test_reconciliation_is_told_of_seats_without_tickets(door: Scene, clock: FixedClock) -> None:
    clock.set(door.event.starts_at - timedelta(days=3))
    seat_of(door, make_member(door.community))
    sort = sell(door)
    used, gone = buy(door, sort, 2)
    assert queries.seats_without_tickets(door.community.id) == {door.event.quota_id: 1}
    selling.cancel_ticket(gone, by=door.host, with_money=True, note="", now=clock.now)
    clock.set(door.event.starts_at)
    scan(door, used.secret)
    selling.cancel_ticket(used, by=door.host, with_money=True, note="", now=clock.now)
    assert queries.seats_without_tickets(door.community.id) == {door.event.quota_id: 1}
    assert counters(door.event) == (0, 1)
    assert reconciling.reconcile(door.community.id, is_full=False, now=clock.now) == 0


# --- states ------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_held", [True, False])
def test_of_a_seat_that_was_kept_before_tickets_were_sold_the_ticket_takes_over(
    app: Flask, scene: Scene, *, is_held: bool
) -> None:
    waiting = pending_seat(scene)
    if not is_held:
        release(waiting.hold_id or 0)
        waiting.hold_id = None
    sort = sell(scene)
    had = buy(scene, sort, 2, contact=waiting.contact)
    assert (waiting.state, waiting.seats) == (AttendanceState.GOING, 2)
    assert {one.attendance_id for one in had} == {waiting.id}
    assert (counters(scene.event), quota(sort)) == ((0, 2), (0, 2))
    run_pending(app)
    assert (waiting.state, counters(scene.event)) == (AttendanceState.GOING, (0, 2))


def test_a_late_payment_for_a_type_taken_off_the_list_finds_nothing(scene: Scene) -> None:
    sort = sell(scene)
    order = order_of(scene, sort)
    let_go(lock_order(order.id), OrderState.EXPIRED, now=the_clock.now())
    ticket_types.remove_type(sort)
    with pytest.raises(SoldOut):
        record_offline_payment(
            order, method=PaymentMethod.CASH, recorded_by=scene.host, now=the_clock.now()
        )


def test_an_order_of_a_cancelled_event_goes_back_once_line_by_line(scene: Scene) -> None:
    paid, free = sell(scene), sell(scene, "Helper", price=0)
    order = reserve_tickets(
        scene.event,
        {paid.public_id: 1, free.public_id: 1},
        contact=scene.member,
        name="Ben",
        is_member=False,
        now=the_clock.now(),
    )
    record_offline_payment(
        order, method=PaymentMethod.CASH, recorded_by=scene.host, now=the_clock.now()
    )
    had = queries.tickets_of_order(order.public_id)
    gratis = next(one for one in had if one.ticket_type_id == free.id)
    selling.cancel_ticket(gratis, by=scene.host, with_money=False, note="", now=the_clock.now())
    left = [selling.refund_order(order.id, scene.event.id, now=the_clock.now()) for _ in range(2)]
    assert (left, counters(scene.event)) == ([1, 0], (0, 0))


def test_what_is_not_announced_or_cancelled_sells_nothing_new(scene: Scene) -> None:
    sort = sell(scene)
    scene.event.state = EventState.PROPOSED
    with pytest.raises(NotAnnounced):
        order_of(scene, sort)
    scene.event.state = EventState.PUBLISHED
    gatherings.cancel(scene.event, words="", by=scene.host, now=the_clock.now())
    with pytest.raises(EventCancelled):
        sell(scene, "Late idea")


def test_by_name_a_ticket_that_was_read_before_stays_as_it_was_read(
    door: Scene, clock: FixedClock
) -> None:
    first, second = buy(door, sell(door), 2)
    scan(door, first.secret)
    came_at = clock.now
    clock.advance(minutes=5)
    mine = first.attendance
    check_in.check_in(mine, arrived=2, by=door.host, community=door.community, now=clock.now)
    assert (first.checked_in_at, second.checked_in_at) == (came_at, clock.now)


@pytest.mark.parametrize("token", ["", "nonsense", "WyJ4Il0.forged"])
def test_a_forged_link_opens_no_ticket_and_no_claim(
    client: ProofreadingClient, scene: Scene, token: str
) -> None:
    buy(scene, sell(scene))
    assert tickets.ticket_by_token(token, secret=SECRET) is None
    assert tickets.tickets_by_token(token, secret=SECRET) == []
    assert claims.read_claim(token, secret=SECRET) is None
    assert client.get(f"/tickets/claim/{token}").status_code == 404


@pytest.mark.parametrize("before", TicketState)
@pytest.mark.parametrize("after", TicketState)
def test_a_ticket_moves_only_as_listed(before: TicketState, after: TicketState) -> None:
    ticket = Ticket(state=before)
    if after in TICKET_MOVES[before]:
        move_ticket(ticket, after)
        assert ticket.state is after
    else:
        with pytest.raises(IllegalMove):
            move_ticket(ticket, after)


def test_a_name_is_written_until_the_ticket_is_gone(scene: Scene) -> None:
    [ticket] = buy(scene, sell(scene))
    tickets.rename(ticket, "Nadia")
    assert ticket.name == "Nadia"
    selling.cancel_ticket(ticket, by=scene.host, with_money=True, note="", now=the_clock.now())
    with pytest.raises(TicketGone):
        tickets.rename(ticket, "Omar")
    assert scene.event.state is EventState.PUBLISHED


def test_who_asks_for_the_same_again_is_led_to_the_order_they_have(scene: Scene) -> None:
    sort = sell(scene)
    order = order_of(scene, sort)
    with pytest.raises(AlreadyOrdered) as again:
        order_of(scene, sort)
    assert again.value.order_id == order.id
    found = same_order(scene.member.id, {sort.public_id: 1}, "Ben Adler")
    assert found is not None
    assert found.id == order.id
    assert same_order(scene.member.id, {sort.public_id: 2}, "Ben Adler") is None
    assert same_order(scene.member.id, {sort.public_id: 1}, "Somebody else") is None
