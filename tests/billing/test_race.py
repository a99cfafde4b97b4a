"""What many do at once, and what dies in the middle: real processes, and kill -9.

Each race has a control: with the guard off, the same processes do the harm.
"""

import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from pydantic import SecretStr
from sqlalchemy import event, func, select, text, update

from app import create_app
from app.billing import gateway, processes, service
from app.billing.hooks import register_item_kind
from app.billing.models import (
    LIVE_SUBSCRIPTION,
    LedgerTxn,
    Notice,
    NoticeState,
    Order,
    OrderState,
    Payment,
    PaymentAccount,
    Quota,
    Refund,
    RefundReason,
    RefundState,
    Subscription,
    Voucher,
)
from app.billing.queries.buyers import has_lost_its_buyer
from app.billing.queries.orders import lines_of, lock_order, payments_of, uses_code
from app.billing.queries.plans import live_subscription
from app.billing.service import Part, SoldOut, quotas
from app.billing.service.quotas import Wish
from app.billing.service.subscriptions import begin, end_for_contact
from app.communities.models import Ban, Contact
from app.communities.service.memberships import ban
from app.core import clock
from app.core.database import add, db
from stripe_sandbox.control import Control
from tests.billing.conftest import (
    HOOK_SECRET,
    NOTICES,
    Shop,
    Things,
    checkout,
    euros,
    latest_payment,
    make_shop,
    make_voucher,
    open_account,
    subscribe,
    thing,
)
from tests.billing.conftest import buy as open_order
from tests.communities.hands import hand_of
from tests.conftest import SECRET, DatabaseServer, settings_for
from tests.factories import make_member
from tests.processes import Word, at_once, die, killed, outcomes

pytestmark = pytest.mark.xdist_group("money")

BUYERS = 5


@dataclass(frozen=True)
class Arena:
    """An application on a database of its own, where everything really commits."""

    app: Flask
    control: Control
    server: DatabaseServer
    database: str


@pytest.fixture(scope="session")  # kept while the worker runs tests of other modules between
def arena(server: DatabaseServer, template: str, stripe_address: str) -> Iterator[Arena]:
    """One for all races: each has a community of its own."""
    name = server.create(template=template)
    key = f"sk_test_{uuid.uuid4().hex}"
    values: dict[str, Any] = {
        "stripe_key": SecretStr(key),
        "stripe_base": stripe_address,
        "stripe_webhook_secrets": SecretStr(HOOK_SECRET),
    }
    app = create_app(settings_for(server.url(name), **values))
    register_item_kind("thing", Things())
    yield Arena(app, Control(stripe_address, key), server, name)
    with app.app_context():
        db.engine.dispose()
    server.drop(name)


@pytest.fixture
def shop(arena: Arena) -> Iterator[Shop]:
    """A community without an account."""
    with arena.app.app_context():
        made = make_shop()
        db.session.commit()
        yield made
        db.session.close()


@pytest.fixture
def store(arena: Arena, shop: Shop) -> Shop:
    """The same community with an account that takes cards."""
    arena.control.calm()
    arena.control.mailbox(secret=HOOK_SECRET)
    open_account(shop.community, arena.control)
    return shop


def buy(shop: Shop, quota: Quota | None = None, number: int = 1) -> Order:
    """Open an order for things."""
    return open_order(shop, thing(quota, number=number))


def open_quota(shop: Shop, size: int, sold: int = 0) -> Quota:
    """Make a quota with some sold."""
    quota = service.open_quota(shop.community.id, size=size)
    quota.sold = sold
    db.session.commit()
    return quota


def number_of(statement: Any) -> int:
    """Count what the database holds in the end."""
    return int(db.session.scalar(select(func.count()).select_from(statement.subquery())) or 0)


def jobs(name: str, order_id: int) -> int:
    """Count the jobs of a name that were put off for an order."""
    found = text(
        "SELECT count(*) FROM procrastinate_jobs"
        " WHERE task_name = :name AND (args->>'order_id')::int = :order"
    )
    return int(db.session.scalar(found, {"name": name, "order": order_id}) or 0)


# --- the last seat -----------------------------------------------------------------------------


@pytest.mark.postgres15
def test_01_of_many_who_ask_at_once_one_gets_the_last_seat(arena: Arena, shop: Shop) -> None:
    quota = open_quota(shop, 3, sold=2)
    quota_id = quota.id

    def take(word: Word) -> str:
        db.session.connection()
        word.wait()
        try:
            service.take(quota_id)
        except SoldOut:
            return "lost"
        db.session.commit()
        return "won"

    assert outcomes(at_once(arena.app, *[take] * BUYERS)) == {"won": 1, "lost": BUYERS - 1}
    assert db.session.get_one(Quota, quota_id).sold == 3


@pytest.mark.postgres15
def test_02_with_the_guard_off_the_race_is_there(arena: Arena, shop: Shop) -> None:
    """Read, then write, as a careless programmer would; the CHECK is off too."""
    quota_id = open_quota(shop, 3, sold=2).id

    def take(word: Word) -> str:
        seen = db.session.get_one(Quota, quota_id)
        is_left = seen.sold < (seen.size or 0)
        word.wait()
        if not is_left:
            return "lost"
        db.session.execute(
            text("UPDATE quota SET sold = sold + 1 WHERE id = :id"), {"id": quota_id}
        )
        db.session.commit()
        return "won"

    db.session.commit()  # a table that somebody reads is not altered
    check = "ck_quota_never_oversold"
    arena.server.run("ALTER TABLE quota DROP CONSTRAINT {}", check, database=arena.database)
    try:
        assert outcomes(at_once(arena.app, *[take] * BUYERS)) == {"won": BUYERS}
    finally:
        arena.server.run(
            "ALTER TABLE quota ADD CONSTRAINT {}"
            " CHECK (size IS NULL OR held + sold <= size) NOT VALID",
            check,
            database=arena.database,
        )
    assert db.session.get_one(Quota, quota_id).sold == 2 + BUYERS


# --- one code at once --------------------------------------------------------------------------


def code(shop: Shop, **values: Any) -> int:
    """Make a code for half the price, and return its key."""
    voucher_id = make_voucher(shop, percent_off=50, **values).id
    db.session.commit()
    return voucher_id


def with_code(contact_id: int, voucher_id: int) -> Any:
    """Return what a buyer's tab does."""

    def go(word: Word) -> str:
        contact = db.session.get_one(Contact, contact_id)
        voucher = db.session.get_one(Voucher, voucher_id)
        word.wait()
        service.open_order(contact, [thing()], now=clock.now(), voucher=voucher)
        db.session.commit()
        return "opened"

    return go


def carelessly(contact_id: int, voucher_id: int) -> Any:
    """Return the same by somebody who looks first and writes then."""

    def go(word: Word) -> str:
        contact, voucher = (
            db.session.get_one(Contact, contact_id),
            db.session.get_one(Voucher, voucher_id),
        )
        is_had = uses_code(contact_id, voucher_id)
        is_left = voucher.held + voucher.used < (voucher.max_uses or 0)
        word.wait()
        if is_had or not is_left:
            return "refused"
        order = service.open_order(contact, [thing()], now=clock.now())
        order.voucher_id = voucher_id
        db.session.execute(
            text("UPDATE voucher SET held = held + 1 WHERE id = :id"), {"id": voucher_id}
        )
        db.session.commit()
        return "opened"

    return go


def held_of(voucher_id: int) -> int:
    return db.session.get_one(Voucher, voucher_id).held


def test_80_one_member_in_two_tabs_uses_a_code_once(arena: Arena, shop: Shop) -> None:
    member_id, voucher_id = shop.member.id, code(shop, max_uses=9)
    answers = at_once(arena.app, *[with_code(member_id, voucher_id)] * 2)
    assert outcomes(answers) == {"VoucherHad": 1, "opened": 1}
    assert held_of(voucher_id) == 1


def test_80_without_the_lock_the_index_stands_and_without_both_it_is_used_twice(
    arena: Arena, shop: Shop
) -> None:
    member_id, voucher_id = shop.member.id, code(shop, max_uses=9)
    tabs = [carelessly(member_id, voucher_id)] * 2
    assert outcomes(at_once(arena.app, *tabs)) == {"IntegrityError": 1, "opened": 1}
    let_go(voucher_id)
    index = "uq_billing_order_voucher"
    made = db.session.scalar(
        text("SELECT pg_get_indexdef(CAST(:name AS regclass))"), {"name": index}
    )
    db.session.commit()
    arena.server.run("DROP INDEX {}", index, database=arena.database)
    try:
        assert outcomes(at_once(arena.app, *tabs)) == {"opened": 2}
    finally:
        let_go(voucher_id)
        arena.server.run(str(made), database=arena.database)


def let_go(voucher_id: int) -> None:
    """Give a code back to whoever used it."""
    db.session.execute(update(Order).where(Order.voucher_id == voucher_id).values(voucher_id=None))
    db.session.execute(update(Voucher).where(Voucher.id == voucher_id).values(held=0))
    db.session.commit()


def test_06_of_many_who_use_a_code_at_once_one_has_its_last_use(arena: Arena, shop: Shop) -> None:
    people = [make_member(shop.community).id for _ in range(BUYERS)]
    voucher_id = code(shop, max_uses=3, used=2)
    answers = at_once(arena.app, *[with_code(one, voucher_id) for one in people])
    assert outcomes(answers) == {"VoucherUsedUp": BUYERS - 1, "opened": 1}
    assert held_of(voucher_id) == 1


def test_06_without_the_counter_s_check_a_code_is_used_too_often(arena: Arena, shop: Shop) -> None:
    people = [make_member(shop.community).id for _ in range(BUYERS)]
    voucher_id = code(shop, max_uses=3, used=2)
    check = "ck_voucher_never_overused"
    arena.server.run("ALTER TABLE voucher DROP CONSTRAINT {}", check, database=arena.database)
    try:
        answers = at_once(arena.app, *[carelessly(one, voucher_id) for one in people])
    finally:
        arena.server.run(
            "ALTER TABLE voucher ADD CONSTRAINT {}"
            " CHECK (max_uses IS NULL OR held + used <= max_uses) NOT VALID",
            check,
            database=arena.database,
        )
    assert outcomes(answers) == {"opened": BUYERS}
    assert held_of(voucher_id) == BUYERS


# --- two quotas in opposite order --------------------------------------------------------------


def nap_between_quotas() -> None:
    """Let a process linger after each quota it moved, so that the other one comes in between."""

    def nap(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("UPDATE quota"):
            time.sleep(0.1)

    event.listen(db.engine, "after_cursor_execute", nap)


def test_03_two_quotas_wanted_in_opposite_order_are_both_had(arena: Arena, shop: Shop) -> None:
    community_id, ids = shop.community.id, [open_quota(shop, 2).id, open_quota(shop, 2).id]

    def wanting(order: list[int]) -> Any:
        def hold(word: Word) -> str:
            nap_between_quotas()
            word.wait()
            quotas.hold_all(community_id, [Wish(one, 1) for one in order], until=clock.now())
            db.session.commit()
            return "held"

        return hold

    answers = at_once(arena.app, wanting(ids), wanting(ids[::-1]))
    assert outcomes(answers) == {"held": 2}
    assert [db.session.get_one(Quota, one).held for one in ids] == [2, 2]


def test_03_without_one_order_they_lock_each_other_out(arena: Arena, shop: Shop) -> None:
    ids = [open_quota(shop, 2).id, open_quota(shop, 2).id]

    def wanting(order: list[int]) -> Any:
        def hold(word: Word) -> str:
            db.session.execute(text("SET LOCAL deadlock_timeout = '50ms'"))
            for one in order:
                quotas._move(one, held=1)
                if one == order[0]:
                    word.wait()
            db.session.commit()
            return "held"

        return hold

    answers = at_once(arena.app, wanting(ids), wanting(ids[::-1]))
    assert outcomes(answers) == {"OperationalError": 1, "held": 1}
    assert [db.session.get_one(Quota, one).held for one in ids] == [1, 1], "nothing by halves"


# --- money that is told of at once -------------------------------------------------------------


def paid_order(arena: Arena, store: Shop, quota: Quota | None = None, number: int = 1) -> Order:
    """Return an order whose money came, though nothing has heard of it."""
    order = buy(store, quota, number)
    arena.control.letters()
    arena.control.pay(checkout(order))
    return order


def told(arena: Arena) -> int:
    """Keep the notice of a paid page in the inbox, and return its key."""
    letters = {one.type: one for one in arena.control.letters()}
    letter = letters["checkout.session.completed"]
    answer = arena.app.test_client().post(NOTICES, data=letter.body, headers=letter.headers)
    assert answer.status_code == 200
    return db.session.scalars(select(Notice.id).order_by(Notice.id.desc())).first() or 0


def handle(notice_id: int) -> Any:
    """Return what a worker does."""

    def task(word: Word) -> object:
        word.wait()
        return processes.handle_notice(notice_id, is_live=False, now=clock.now())

    return task


def come_back(order_id: int) -> Any:
    """Return what the page does that a buyer comes back to."""

    def task(word: Word) -> str:
        word.wait()
        processes.sync_order(order_id, now=clock.now())
        return "done"

    return task


def harvest(order_id: int) -> tuple[int, int, int]:
    """Return what came of an order: its receipts, what the books say of it, what was sold."""
    sold = text(
        "SELECT sum(quantity) FROM hold_line JOIN hold ON hold.id = hold_id"
        " WHERE order_id = :order AND state = 'taken'"
    )
    return (
        jobs("billing.send_receipt", order_id),
        number_of(select(LedgerTxn).where(LedgerTxn.order_id == order_id)),
        int(db.session.scalar(sold, {"order": order_id}) or 0),
    )


ONCE = (1, 2, 1)  # a receipt; the payment and its fee; one thing


def test_18_page_and_notice_in_three_processes_hand_over_once(arena: Arena, store: Shop) -> None:
    quota = open_quota(store, 5)
    order = paid_order(arena, store, quota)
    order_id, notice_id, quota_id = order.id, told(arena), quota.id
    tasks = [handle(notice_id), come_back(order_id), come_back(order_id)]
    assert outcomes(at_once(arena.app, *tasks)) == {"done": 3}
    assert harvest(order_id) == ONCE
    assert db.session.get_one(Quota, quota_id).sold == 1


def test_40_a_notice_in_two_workers_at_once_is_applied_once(arena: Arena, store: Shop) -> None:
    order = paid_order(arena, store, open_quota(store, 5))
    order_id, notice_id = order.id, told(arena)
    answers = at_once(arena.app, *[handle(notice_id)] * 3)
    assert set(answers) <= {"done", "None"}, answers
    assert harvest(order_id) == ONCE
    assert db.session.get_one(Notice, notice_id).state is NoticeState.DONE


def test_18_40_without_the_lock_everything_is_done_twice(arena: Arena, store: Shop) -> None:
    order_id = paid_order(arena, store, open_quota(store, 5)).id

    def careless(word: Word) -> str:
        order = db.session.get_one(Order, order_id)
        is_open = order.state is OrderState.AWAITING_PAYMENT
        word.wait()
        if is_open:
            service.settle(order, now=clock.now())
        db.session.commit()
        return "done"

    assert outcomes(at_once(arena.app, careless, careless)) == {"done": 2}
    assert jobs("billing.send_receipt", order_id) == 2


# --- two subscriptions of one member -----------------------------------------------------------


def paid_plans(arena: Arena, store: Shop) -> list[int]:
    """Return a member's two orders for plans, both paid, though nothing has heard of either."""
    pages = [subscribe(store, price=price) for price in (store.month, store.year)]
    for _, page in pages:
        arena.control.pay(page)
    return [order.id for order, _ in pages]


def begun(member_id: int) -> int:
    """Count a member's subscriptions that live."""
    theirs = select(Subscription).where(Subscription.contact_id == member_id)
    return number_of(theirs.where(Subscription.state.in_(LIVE_SUBSCRIPTION)))


def test_two_pages_paid_at_once_begin_one_subscription(arena: Arena, store: Shop) -> None:
    member_id = store.member.id
    first, second = paid_plans(arena, store)
    answers = at_once(arena.app, come_back(first), come_back(second))
    assert outcomes(answers) == {"done": 2}
    assert begun(member_id) == 1


def test_two_pages_paid_at_once_without_the_lock_begin_two(arena: Arena, store: Shop) -> None:
    def careless(order_id: int) -> Any:
        def task(word: Word) -> str:
            payment = payments_of(order_id)[0]
            account, page = stripe_page(payment)
            seen = gateway.checkout.retrieve(account, page)
            found = gateway.subscriptions.retrieve(account, seen.subscription_id or "")
            order = lock_order(order_id)
            is_second = live_subscription(order.contact_id) is not None
            word.wait()
            if not is_second:
                begin(order, db.session.get_one(Payment, payment.id), found, now=clock.now())
            db.session.commit()
            return "done"

        return task

    member_id = store.member.id
    answers = at_once(arena.app, *[careless(one) for one in paid_plans(arena, store)])
    assert outcomes(answers) == {"done": 2}
    assert begun(member_id) == 2


# --- a ban in the moment of a payment -----------------------------------------------------------


def unstopped(member_id: int) -> int:
    """Count a member's subscriptions that live, and that nothing is about to end."""
    theirs = select(Subscription).where(Subscription.contact_id == member_id)
    live = theirs.where(Subscription.state.in_(LIVE_SUBSCRIPTION))
    return number_of(live.where(Subscription.stop_wanted_at.is_(None)))


def test_a_ban_in_the_moment_of_a_payment_leaves_nothing_that_renews(
    arena: Arena, store: Shop
) -> None:
    order, page = subscribe(store)
    arena.control.pay(page)
    order_id, member_id, owner_id = order.id, store.member.id, store.owner.id

    def shut_out(word: Word) -> str:
        hand = hand_of(db.session.get_one(Contact, owner_id))
        member = db.session.get_one(Contact, member_id)
        word.wait()
        ban(member, reason="Spam", by=hand, now=clock.now())
        db.session.commit()
        return "done"

    assert outcomes(at_once(arena.app, come_back(order_id), shut_out)) == {"done": 2}
    assert unstopped(member_id) == 0


def test_a_ban_in_the_moment_of_a_payment_without_the_lock_leaves_one(
    arena: Arena, store: Shop
) -> None:
    order, page = subscribe(store)
    arena.control.pay(page)
    order_id, member_id, community_id = order.id, store.member.id, store.community.id

    def careless(word: Word) -> str:
        payment = payments_of(order_id)[0]
        account, named = stripe_page(payment)
        seen = gateway.checkout.retrieve(account, named)
        found = gateway.subscriptions.retrieve(account, seen.subscription_id or "")
        order = lock_order(order_id)
        is_lost = has_lost_its_buyer(order, clock.now())
        word.wait()
        if not is_lost:
            begin(order, db.session.get_one(Payment, payment.id), found, now=clock.now())
        db.session.commit()
        return "done"

    def shut_out(word: Word) -> str:
        add(Ban(community_id=community_id, contact_id=member_id, reason="", banned_at=clock.now()))
        end_for_contact(member_id, now=clock.now())
        word.wait()
        db.session.commit()
        return "done"

    assert outcomes(at_once(arena.app, careless, shut_out)) == {"done": 2}
    assert unstopped(member_id) == 1


def stripe_page(payment: Payment) -> tuple[str, str]:
    """Return where the page of an attempt is at Stripe, and let go of the database."""
    account = db.session.get_one(PaymentAccount, payment.payment_account_id).stripe_id
    page = payment.session_id or ""
    db.session.commit()
    return account, page


# --- two organizers ----------------------------------------------------------------------------


def settled(arena: Arena, store: Shop) -> Order:
    """Return a paid order of 24 euros."""
    order = paid_order(arena, store, number=2)
    processes.sync_order(order.id, now=clock.now())
    db.session.refresh(order)
    assert order.state is OrderState.PAID
    db.session.commit()
    return order


def sent_back(order_id: int) -> int:
    """Return how much goes back of an order, whatever the payment's own row says."""
    found = (
        select(func.coalesce(func.sum(Refund.amount_minor), 0))
        .join(Payment, Payment.id == Refund.payment_id)
        .where(Payment.order_id == order_id)
    )
    return int(db.session.scalar(found) or 0)


def test_56_two_organizers_at_once_send_back_no_more_than_came(arena: Arena, store: Shop) -> None:
    order_id = settled(arena, store).id

    def refund(word: Word) -> str:
        order = db.session.get_one(Order, order_id)
        part = Part(lines_of(order_id)[0], 0, euros(20))
        word.wait()
        service.refund(order, [part], reason=RefundReason.ASKED, now=clock.now())
        db.session.commit()
        return "sent"

    assert outcomes(at_once(arena.app, refund, refund)) == {"MoreThanPaid": 1, "sent": 1}
    assert sent_back(order_id) == 2000


def test_56_who_reads_first_and_writes_then_sends_back_too_much(arena: Arena, store: Shop) -> None:
    order_id = settled(arena, store).id

    def refund(word: Word) -> str:
        payment = latest_payment(db.session.get_one(Order, order_id))
        left = payment.left
        word.wait()
        if left < euros(20):
            return "refused"
        payment.refunded_minor = 2000
        values = {"state": RefundState.STARTING, "reason": RefundReason.ASKED, "currency": "EUR"}
        add(
            Refund(
                community_id=payment.community_id,
                payment_id=payment.id,
                amount_minor=2000,
                key=uuid.uuid4().hex,
                asked_at=clock.now(),
                **values,
            )
        )
        db.session.commit()
        return "sent"

    assert outcomes(at_once(arena.app, refund, refund)) == {"sent": 2}
    assert sent_back(order_id) == 4000


# --- kill -9 -----------------------------------------------------------------------------------


def die_after(commits: int) -> None:
    """Be killed at the first statement after so many commits: what was asked of Stripe is done."""
    seen: list[int] = []
    event.listen(db.session, "after_commit", lambda _session: seen.append(1))

    def look(*_of: object) -> None:
        if len(seen) >= commits:
            die()

    event.listen(db.engine, "before_cursor_execute", look)


@pytest.mark.parametrize(("commits", "pages"), [(1, 0), (2, 1)], ids=["14_before", "15_after"])
def test_14_15_killed_around_the_making_of_a_page_it_is_one_page(
    arena: Arena, store: Shop, commits: int, pages: int
) -> None:
    order_id = buy(store).id

    def go() -> None:
        die_after(commits)
        processes.start_checkout(order_id, secret=SECRET, now=clock.now())

    assert killed(arena.app, go)
    account = latest_payment(db.session.get_one(Order, order_id)).payment_account_id
    assert account
    assert payments_of(order_id)[0].session_id is None
    assert pages_at_stripe(arena, order_id) == pages
    url = processes.start_checkout(order_id, secret=SECRET, now=clock.now())
    assert pages_at_stripe(arena, order_id) == 1
    (payment,) = payments_of(order_id)
    assert payment.page_url == url


def pages_at_stripe(arena: Arena, order_id: int) -> int:
    """Count the hosted pages that Stripe made for an order."""
    order = db.session.get_one(Order, order_id)
    name, account_id = order.public_id, latest_payment(order).payment_account_id
    account = db.session.scalar(
        text("SELECT stripe_id FROM payment_account WHERE id = :id"), {"id": account_id}
    )
    db.session.commit()
    listed = gateway.client.make_client(arena.app.config["KITH"]).v1.checkout.sessions.list(
        {"limit": 100}, options={"stripe_account": str(account)}
    )
    return sum(one.client_reference_id == name for one in listed.data)


def test_52_a_worker_killed_in_the_middle_is_followed_by_another(arena: Arena, store: Shop) -> None:
    order_id = paid_order(arena, store, open_quota(store, 5)).id
    notice_id = told(arena)

    def work() -> None:
        def look(_c: Any, _cursor: Any, _statement: str, values: Any, *_rest: Any) -> None:
            if "billing.send_receipt" in str(values):
                die()  # everything is written, nothing is committed

        event.listen(db.engine, "after_cursor_execute", look)
        processes.handle_notice(notice_id, is_live=False, now=clock.now())

    assert killed(arena.app, work)
    assert harvest(order_id) == (0, 0, 0)
    assert db.session.get_one(Notice, notice_id).state is NoticeState.RECEIVED
    db.session.commit()
    processes.handle_notice(notice_id, is_live=False, now=clock.now())
    assert harvest(order_id) == ONCE


def test_killed_after_stripe_sent_the_money_it_goes_back_once(arena: Arena, store: Shop) -> None:
    order = settled(arena, store)
    part = Part(lines_of(order.id)[0], 1)
    made = service.refund(order, [part], reason=RefundReason.ASKED, now=clock.now())
    db.session.commit()
    assert made is not None
    refund_id, order_id = made.id, order.id

    def send() -> None:
        die_after(1)
        processes.send_refund(refund_id, now=clock.now())

    assert killed(arena.app, send)
    assert db.session.get_one(Refund, refund_id).state is RefundState.STARTING
    db.session.commit()
    processes.send_refund(refund_id, now=clock.now())
    assert db.session.get_one(Refund, refund_id).state is RefundState.SUCCEEDED
    charge = latest_payment(db.session.get_one(Order, order_id)).charge_id or ""
    assert arena.control.look(charge)["amount_refunded"] == 1200
