"""A community that sells, beside a local Stripe: notices come twice and shuffled."""

import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
import stripe as stripe_sdk
from flask import Flask
from pydantic import SecretStr
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.billing import processes
from app.billing.hooks import Described, Withdrawal, register_item_kind
from app.billing.models import (
    AccountState,
    Finding,
    FindingKind,
    Interval,
    LedgerEntry,
    LedgerName,
    Notice,
    NoticeState,
    Order,
    OrderLine,
    OrderState,
    Payment,
    Plan,
    Price,
    Quota,
    Refund,
    Subscription,
    Voucher,
)
from app.billing.service import plans as plans_service
from app.billing.service.accounts import connect
from app.billing.service.orders import Wanted, let_go, open_order
from app.billing.service.plans import PlanDraft
from app.communities.models import Community, Contact
from app.core import clock as core_clock
from app.core import jobs
from app.core.database import add, db
from app.core.models import OutgoingMail
from app.core.money import Money
from config import StripeAccounts
from stripe_sandbox.control import Control, Letter
from tests.conftest import ROOT, SECRET, FixedClock
from tests.factories import make_community, make_member, person_of, sign_in
from tests.pages import ProofreadingClient

HOOK_SECRET = "whsec_tests"
NOTICES = "/stripe/notices"
stripe_sdk.HTTPClient.INITIAL_DELAY = 0.01  # seconds the library waits before it asks again


@pytest.fixture(scope="session")
def stripe_address() -> Iterator[str]:
    """The address of one local Stripe for this test process."""
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [sys.executable, "-m", "stripe_sandbox", "--port", "0", "--data", folder],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stdout is not None
            yield process.stdout.readline().rsplit(" ", 1)[-1].strip()
        finally:
            process.terminate()
            process.wait(10)
            if process.stdout is not None:
                process.stdout.close()


@dataclass
class Stripe:
    """A space of the local Stripe, and the way its notices take to the product."""

    app: Flask
    client: ProofreadingClient
    clock: FixedClock
    control: Control
    account: str = ""
    sent: list[Letter] = field(default_factory=list)

    def post(self, letter: Letter, **headers: str) -> int:
        """Post one notice and return the answer's status."""
        answer = self.client.post(NOTICES, data=letter.body, headers={**letter.headers, **headers})
        return answer.status_code

    def deliver(self) -> list[str]:
        """Post every notice that waits, as chaos has it, and do the jobs; return their types."""
        types: list[str] = []
        while letters := self.control.letters():
            for letter in letters:
                assert self.post(letter) == 200
                types.append(letter.type)
                self.sent.append(letter)
        self.work()
        return types

    def work(self) -> list[str]:
        """Do the jobs that are due."""
        return jobs.run_pending(self.app)

    def pass_time(self, **span: float) -> None:
        """Let time pass here and at Stripe."""
        self.control.set_now(self.clock.advance(**span))


@pytest.fixture
def stripe(
    app: Flask, client: ProofreadingClient, clock: FixedClock, stripe_address: str
) -> Iterator[Stripe]:
    """A local Stripe with an account of its own for this test."""
    key = f"sk_test_{uuid.uuid4().hex}"
    control = Control(stripe_address, key)
    control.set_now(clock.now)
    control.mailbox(secret=HOOK_SECRET)
    before = app.config["KITH"]
    app.config["KITH"] = before.model_copy(
        update={
            "stripe_key": SecretStr(key),
            "stripe_base": stripe_address,
            "stripe_webhook_secrets": SecretStr(HOOK_SECRET),
            "stripe_accounts": StripeAccounts.EACH,
        }
    )
    app.extensions.pop("kith.stripe", None)
    yield Stripe(app, client, clock, control)
    app.config["KITH"] = before
    app.extensions.pop("kith.stripe", None)
    assert control.broken_promises() == []


def euros(amount: float) -> Money:
    """Return so many euros."""
    return Money(round(amount * 100), "EUR")


@dataclass
class Things:
    """A kind of item that notes what becomes of it."""

    done: list[tuple[str, str, int]] = field(default_factory=list)

    def describe(self, line: OrderLine) -> Described:
        return Described(line.title)

    def fulfil(self, order: Order, line: OrderLine, now: datetime) -> None:
        self.done.append(("fulfilled", line.item_id, line.quantity))

    def withdraw(
        self, order: Order, line: OrderLine, *, number: int, reason: Withdrawal, now: datetime
    ) -> None:
        self.done.append((reason.value, line.item_id, number))

    def suspend(self, order: Order, line: OrderLine, now: datetime) -> None:
        self.done.append(("suspended", line.item_id, line.quantity))

    def resume(self, order: Order, line: OrderLine, now: datetime) -> None:
        self.done.append(("resumed", line.item_id, line.quantity))


@pytest.fixture
def things() -> Things:
    """What became of the things that were sold in this test."""
    kind = Things()
    register_item_kind("thing", kind)
    return kind


def thing(
    quota: Quota | None = None,
    *,
    name: str = "mug",
    price: Money | None = None,
    number: int = 1,
    limit: int | None = None,
) -> Wanted:
    """Return a wish for a thing of 12 euros."""
    quota_ids = (quota.id,) if quota else ()
    unit = euros(12) if price is None else price
    return Wanted("thing", name, name.title(), unit, number, quota_ids, limit)


def make_voucher(shop: "Shop", **values: object) -> Voucher:
    """Make a code that takes everything off, once."""
    plain: dict[str, object] = {"code": "YES", "code_key": "yes", "percent_off": 100, "max_uses": 1}
    return add(Voucher(community_id=shop.community.id, **{**plain, **values}))


def buy(shop: "Shop", *wanted: Wanted, **values: Any) -> Order:
    """Open the member's order and let it stand."""
    order = open_order(shop.member, wanted or [thing()], now=core_clock.now(), **values)
    db.session.commit()
    return order


@dataclass
class Shop:
    """A community with an owner, a member and a plan."""

    community: Community
    owner: Contact
    member: Contact
    plan: Plan

    @property
    def slug(self) -> str:
        return self.community.slug

    @property
    def month(self) -> Price:
        return next(one for one in self.plan.offers if one.interval is Interval.MONTH)

    @property
    def year(self) -> Price:
        return next(one for one in self.plan.offers if one.interval is Interval.YEAR)


@pytest.fixture
def shop(session: Session) -> Shop:
    """A community whose one plan costs 5 a month or 50 a year, payable by hand."""
    made = make_shop()
    session.commit()
    return made


def make_shop() -> Shop:
    """Make a community with an owner, a member and a published plan."""
    community = make_community(name="Riverside Runners", zone="Europe/Berlin")
    owner = make_member(community, role="owner", name="Amara Okafor")
    member = make_member(community, name="Ben Adler")
    plan = plans_service.create_plan(
        community,
        PlanDraft("Supporter", "Every run\nThe newsletter", euros(5), euros(50), 14),
        now=core_clock.now(),
    )
    plans_service.publish_plan(plan, now=core_clock.now())
    return Shop(community, owner, member, plan)


@pytest.fixture
def store(shop: Shop, stripe: Stripe) -> Shop:
    """The same community with an account that takes cards."""
    stripe.account = open_account(shop.community, stripe.control)
    return shop


def open_account(community: Community, control: Control) -> str:
    """Give a community an account that takes cards, and return its name at Stripe."""
    name = control.account()
    control.letters()
    account = connect(community, name, by=None, actor=None, is_live=False, now=core_clock.now())
    account.state = AccountState.READY
    db.session.commit()
    return name


def subscribe(shop: Shop, *, price: Price | None = None) -> tuple[Order, str]:
    """Open a member's order for a plan and go to its page; return the order and the page's id."""
    order = plans_service.order_plan(shop.member, price or shop.month, now=core_clock.now())
    db.session.commit()
    return order, checkout(order)


def checkout(order: Order) -> str:
    """Go to the page an order is paid on and return its id at Stripe."""
    processes.start_checkout(order.id, secret=SECRET, now=core_clock.now())
    payment = latest_payment(order)
    assert payment.session_id
    return payment.session_id


def latest_payment(order: Order) -> Payment:
    """Return an order's newest attempt."""
    return db.session.scalars(
        select(Payment)
        .where(Payment.order_id == order.id)
        .order_by(Payment.attempt.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    ).one()


def subscribed(shop: Shop, stripe: Stripe, *, price: Price | None = None) -> Subscription:
    """Let the member subscribe and pay, and everything be told."""
    _, page = subscribe(shop, price=price)
    stripe.control.pay(page)
    stripe.deliver()
    return the_subscription(shop)


def the_subscription(shop: Shop) -> Subscription:
    """Return the member's newest subscription as it is now."""
    return db.session.scalars(
        select(Subscription)
        .where(Subscription.contact_id == shop.member.id)
        .order_by(Subscription.id.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    ).one()


def ledger(community: Community) -> dict[str, int]:
    """Return the sum on each account of a community's ledger."""
    rows = db.session.execute(
        select(LedgerEntry.name, func.sum(LedgerEntry.amount_minor))
        .where(LedgerEntry.community_id == community.id)
        .group_by(LedgerEntry.name)
    )
    return {LedgerName(name).value: int(total) for name, total in rows if total}


def balance(stripe: Stripe) -> int:
    """Return what Stripe holds for the organizer, however it came and went."""
    db.session.commit()
    client = stripe.app.extensions["kith.stripe"]
    listed = client.v1.balance_transactions.list(
        {"limit": 100}, options={"stripe_account": stripe.account}
    )
    return sum(one.net for one in listed.data)


def mails(kind: str = "billing.") -> list[OutgoingMail]:
    """Return the mails of billing, in order."""
    found = select(OutgoingMail).where(OutgoingMail.kind.startswith(kind))
    return list(db.session.scalars(found.order_by(OutgoingMail.id)))


def notices(state: NoticeState) -> list[Notice]:
    """Return the notices in a state."""
    return list(db.session.scalars(select(Notice).where(Notice.state == state)))


def enter(client: ProofreadingClient, contact: Contact) -> None:
    """Sign the person behind a contact in."""
    sign_in(client, person_of(contact))


def go(order: Order) -> str:
    """Go to an order's page and return its address."""
    return processes.start_checkout(order.id, secret=SECRET, now=core_clock.now())


def expire(order: Order) -> bool:
    """Let the time of an order be over."""
    return processes.expire_order(order.id, secret=SECRET, now=core_clock.now())


def state(order: Order) -> OrderState:
    """Return an order's state as it is now."""
    db.session.refresh(order)
    return order.state


def counters(quota: Quota) -> tuple[int, int]:
    """Return what the row says: (held, sold)."""
    db.session.refresh(quota)
    return quota.held, quota.sold


def findings(shop: Shop) -> list[FindingKind]:
    """Return the open findings of a community."""
    found = select(Finding.kind).where(
        Finding.community_id == shop.community.id, Finding.settled_at.is_(None)
    )
    return list(db.session.scalars(found.order_by(Finding.id)))


def refunds() -> list[Refund]:
    """Return every refund as it is now."""
    found = select(Refund).order_by(Refund.id).execution_options(populate_existing=True)
    return list(db.session.scalars(found))


def late(order: Order) -> None:
    """Let an order be over though its page is open, as a clock that runs ahead would."""
    let_go(order, OrderState.EXPIRED, now=core_clock.now())
    db.session.commit()
