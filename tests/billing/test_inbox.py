"""The inbox: what is signed is kept once, in whatever order and number it comes."""

import itertools
import json
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
import stripe as stripe_sdk
from pydantic import SecretStr
from sqlalchemy import Connection, func, select, update

from app.billing import processes, queries, tasks
from app.billing.gateway.client import make_client
from app.billing.hooks import UnknownItem, item_kind, register_item_kind
from app.billing.models import (
    Finding,
    FindingKind,
    Notice,
    NoticeState,
    Order,
    OrderLine,
    OrderState,
    PaymentAccount,
    Subscription,
    SubscriptionState,
)
from app.billing.queries.stripe import takes_cards
from app.billing.service.inbox import MOST_TRIES
from app.communities.models import Community
from app.core import clock
from app.core.database import db
from stripe_sandbox.control import Letter
from tests.billing.conftest import (
    HOOK_SECRET,
    NOTICES,
    Shop,
    Stripe,
    Things,
    buy,
    checkout,
    latest_payment,
    ledger,
    mails,
    notices,
    subscribe,
    thing,
)


def number_of(state: NoticeState | None = None) -> int:
    """Return how many notices are kept, in a state."""
    kept = select(func.count()).select_from(Notice)
    return int(db.session.scalar(kept.where(Notice.state == state) if state else kept) or 0)


def letter_of(stripe: Stripe, kind: str) -> Letter:
    """Return the first notice of a kind that waits."""
    return next(one for one in stripe.control.letters() if one.type == kind)


def signed(body: str, *, secret: str = HOOK_SECRET, at: int | None = None) -> dict[str, str]:
    """Return the header that Stripe would send with a body."""
    made = stripe_sdk.WebhookSignature.generate_signature_header(
        body, secret, at or int(time.time())
    )
    return {"Stripe-Signature": made}


def put(stripe: Stripe, notice: dict[str, object], **header: str) -> int:
    """Post a notice of our own making, signed, and do the jobs; return the answer's status."""
    body = json.dumps(notice)
    status = stripe.client.post(NOTICES, data=body, headers=header or signed(body)).status_code
    stripe.work()
    return status


def notice(kind: str, object_id: str, **facts: object) -> dict[str, object]:
    """Return a snapshot notice about an object."""
    return {
        "id": f"evt_{object_id}",
        "object": "event",
        "type": kind,
        "account": facts.pop("account", None),
        "livemode": False,
        "api_version": "2026-10-28.endive",
        "data": {"object": {"id": object_id}},
        **facts,
    }


def test_39_a_notice_that_comes_twice_is_one(store: Shop, stripe: Stripe, things: Things) -> None:
    stripe.control.calm()
    stripe.control.pay(checkout(buy(store)))
    letters = stripe.control.letters()
    for letter in [*letters, *letters]:
        assert stripe.post(letter) == 200
    assert number_of() == len(letters)
    stripe.work()
    assert things.done == [("fulfilled", "mug", 1)]


def test_41_a_notice_that_comes_again_days_later_changes_nothing(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    order = buy(store)
    stripe.control.pay(checkout(order))
    stripe.deliver()
    before = ledger(store.community)
    stripe.pass_time(days=3)
    for letter in {one.event: one for one in stripe.sent}.values():
        stripe.control.resend(letter.event)
    stripe.deliver()
    assert (things.done, ledger(store.community)) == ([("fulfilled", "mug", 1)], before)


def test_42_every_order_of_four_notices_ends_alike(store: Shop, stripe: Stripe) -> None:
    """Created, updated, completed, paid: each permutation of what tells of one subscription."""
    _, page = subscribe(store)
    stripe.control.calm()
    stripe.control.pay(page)
    by_type = {letter.type: letter for letter in stripe.control.letters()}
    wanted = [
        "customer.subscription.created",
        "customer.subscription.updated",
        "checkout.session.completed",
        "invoice.paid",
    ]
    told = [by_type[kind] for kind in wanted if kind in by_type]
    assert len(told) >= 3
    ends = set()
    member_id, community_id = store.member.id, store.community.id
    connection = db.session.get_bind()
    assert isinstance(connection, Connection)
    for letters in itertools.permutations(told):
        db.session.close()
        point = connection.begin_nested()
        for letter in letters:
            stripe.post(letter)
            stripe.work()
        grant = queries.active_grant(member_id, clock.now())
        assert grant is not None
        orders = db.session.scalar(select(func.count()).select_from(Order))
        sums = tuple(sorted(ledger(db.session.get_one(Community, community_id)).items()))
        row = db.session.scalars(select(Subscription)).one()
        ends.add((row.state, grant.ends_at, orders, sums))
        db.session.close()
        point.rollback()
    assert len(ends) == 1
    assert next(iter(ends))[0] is SubscriptionState.ACTIVE


@pytest.mark.parametrize(
    ("secret", "age"), [("whsec_forged", 0), (HOOK_SECRET, 900)], ids=["43_wrong", "44_old"]
)
def test_43_44_a_wrong_or_old_signature_is_refused(
    store: Shop, stripe: Stripe, secret: str, age: int
) -> None:
    body = json.dumps(notice("checkout.session.completed", "cs_test_1", account=stripe.account))
    header = signed(body, secret=secret, at=int(time.time()) - age)
    assert stripe.client.post(NOTICES, data=body, headers=header).status_code == 400
    assert stripe.client.post(NOTICES, data=body).status_code == 400
    assert number_of() == 0
    assert stripe.client.post(NOTICES, data=body, headers=signed(body)).status_code == 200
    assert number_of() == 1


def test_45_the_secret_before_is_good_until_it_is_taken_out(store: Shop, stripe: Stripe) -> None:
    settings = stripe.app.config["KITH"]
    body = json.dumps(notice("ping", "none"))
    for secrets, status in ((f"whsec_new, {HOOK_SECRET}", 200), ("whsec_new", 400)):
        stripe.app.config["KITH"] = settings.model_copy(
            update={"stripe_webhook_secrets": SecretStr(secrets)}
        )
        answer = stripe.client.post(NOTICES, data=body, headers=signed(body))
        assert answer.status_code == status


def test_46_a_body_that_a_proxy_wrote_anew_is_refused(store: Shop, stripe: Stripe) -> None:
    body = json.dumps(notice("ping", "none"))
    again = json.dumps(json.loads(body), indent=2)
    assert stripe.client.post(NOTICES, data=again, headers=signed(body)).status_code == 400


@pytest.mark.parametrize("body", ["", "no json", "[]", '{"object": "event"}', "\x00"])
def test_a_signed_body_that_is_no_notice_is_refused(stripe: Stripe, body: str) -> None:
    assert stripe.client.post(NOTICES, data=body, headers=signed(body)).status_code == 400
    assert number_of() == 0


def test_a_body_past_the_limit_is_refused_unread(stripe: Stripe) -> None:
    body = json.dumps({"words": "x" * 300_000})
    assert stripe.client.post(NOTICES, data=body, headers=signed(body)).status_code == 413


def test_47_an_unknown_type_is_ignored_with_a_reason(store: Shop, stripe: Stripe) -> None:
    assert put(stripe, notice("fax.received", "fx_1", account=stripe.account)) == 200
    (kept,) = notices(NoticeState.IGNORED)
    assert kept.reason == "nothing follows from fax.received"


def test_33_a_page_of_another_installation_is_ignored(store: Shop, stripe: Stripe) -> None:
    put(stripe, notice("checkout.session.completed", "cs_test_foreign", account=stripe.account))
    (kept,) = notices(NoticeState.IGNORED)
    assert kept.reason == "about nothing that was sold here"


def test_48_another_version_of_the_notice_is_believed_no_less(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    page = checkout(buy(store))
    stripe.control.pay(page)
    stripe.control.letters()
    told = notice(
        "checkout.session.completed", page, account=stripe.account, api_version="2019-01-01"
    )
    put(stripe, told)
    assert things.done == [("fulfilled", "mug", 1)]


def test_49_the_thin_form_is_taken_too(store: Shop, stripe: Stripe, things: Things) -> None:
    page = checkout(buy(store))
    stripe.control.pay(page)
    stripe.control.letters()
    thin = {
        "id": "evt_thin",
        "object": "v2.core.event",
        "type": "v1.checkout.session.completed",
        "context": stripe.account,
        "livemode": False,
        "related_object": {"id": page, "type": "checkout.session"},
    }
    assert put(stripe, thin) == 200
    assert things.done == [("fulfilled", "mug", 1)]


def test_49_a_thin_notice_says_that_an_account_is_ready(shop: Shop, stripe: Stripe) -> None:
    stripe.control.mailbox(secret=HOOK_SECRET, form="thin")
    account = stripe.control.account(card_payments="restricted")
    row = PaymentAccount(
        community_id=shop.community.id, stripe_id=account, connected_at=clock.now()
    )
    db.session.add(row)
    db.session.commit()
    stripe.deliver()
    assert not takes_cards(shop.community.id)
    stripe.control.capability(account, "active")
    stripe.deliver()
    assert takes_cards(shop.community.id)
    stripe.control.capability(account, "restricted")
    stripe.deliver()
    db.session.refresh(row)
    assert (row.state.value, row.card_payments) == ("restricted", "restricted")


def test_50_a_notice_of_an_account_nobody_uses_is_ignored(stripe: Stripe) -> None:
    put(stripe, notice("checkout.session.completed", "cs_test_1", account="acct_nobody"))
    (kept,) = notices(NoticeState.IGNORED)
    assert kept.reason == "no community here uses this account"


def test_51_one_id_on_two_accounts_is_two_notices(store: Shop, stripe: Stripe) -> None:
    for account in (stripe.account, "acct_other"):
        put(stripe, notice("ping", "none", account=account))
    assert number_of() == 2


def test_54_a_live_notice_means_nothing_to_a_test_installation(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    page = checkout(buy(store))
    stripe.control.pay(page)
    stripe.control.letters()
    put(
        stripe,
        notice("checkout.session.completed", page, account=stripe.account, livemode=True),
    )
    (kept,) = notices(NoticeState.IGNORED)
    assert (kept.reason, things.done) == ("of the other mode: live or test", [])


def test_52_a_worker_that_died_in_the_middle_is_followed_by_another(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    order = buy(store)
    stripe.control.pay(checkout(order))
    stripe.post(letter_of(stripe, "checkout.session.completed"))
    (kept,) = notices(NoticeState.RECEIVED)
    processes.sync_session(stripe.account, latest_payment(order).session_id or "", now=clock.now())
    # it died here: the notice is not closed, and its job runs again
    stripe.work()
    db.session.refresh(kept)
    assert (kept.state, things.done) == (NoticeState.DONE, [("fulfilled", "mug", 1)])


def test_53_a_poisoned_notice_parks_and_the_queue_goes_on(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    stripe.control.chaos(rules=[{"what": "refuse", "path": ".*/refunds/re_poison", "times": 99}])
    put(stripe, notice("refund.updated", "re_poison", account=stripe.account))
    order = buy(store)
    stripe.control.pay(checkout(order))
    stripe.deliver()
    assert things.done == [("fulfilled", "mug", 1)]
    for _ in range(MOST_TRIES):
        stripe.pass_time(minutes=30)
        stripe.work()
    (kept,) = notices(NoticeState.PARKED)
    assert (kept.object_id, kept.attempts) == ("re_poison", MOST_TRIES)
    found = db.session.scalars(select(Finding.kind)).all()
    assert found == [FindingKind.NOTICE_PARKED]


def test_what_is_not_known_yet_is_tried_again(store: Shop, stripe: Stripe) -> None:
    """A subscription of an order whose page was never noted: its marks say that it is ours."""
    order, page = subscribe(store)
    stripe.control.pay(page)
    letters = stripe.control.letters()
    payment = latest_payment(order)
    payment.session_id = None
    db.session.commit()
    created = next(one for one in letters if one.type == "customer.subscription.created")
    stripe.post(created)
    stripe.work()
    (kept,) = notices(NoticeState.RECEIVED)
    assert (kept.attempts, kept.reason) == (1, "what it belongs to is not known yet")
    payment.session_id = page
    db.session.commit()
    stripe.pass_time(minutes=1)
    stripe.work()
    db.session.refresh(kept)
    assert kept.state is NoticeState.DONE
    db.session.refresh(order)
    assert order.state is OrderState.PAID


@pytest.mark.parametrize(
    "name", ["cs_nobody", "sub_nobody", "in_nobody", "re_nobody", "dp_nobody", "ch_nobody"]
)
def test_what_stripe_does_not_know_is_about_nothing_here(
    store: Shop, stripe: Stripe, name: str
) -> None:
    put(stripe, notice("something.updated", name, account=stripe.account))
    (kept,) = notices(NoticeState.IGNORED)
    assert kept.reason == "about nothing that was sold here"


def test_33_money_of_another_program_is_left_alone(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    """Paid, refunded and contested on the same account, without a mark of ours."""
    client: Any = make_client(stripe.app.config["KITH"])
    options = {"stripe_account": stripe.account}
    line = {"currency": "eur", "unit_amount": 900, "product_data": {"name": "A book"}}
    page = client.v1.checkout.sessions.create(
        {
            "mode": "payment",
            "success_url": "http://localhost/",
            "line_items": [{"price_data": line, "quantity": 1}],
        },
        options=options,
    )
    stripe.control.pay(page.id)
    intent = client.v1.checkout.sessions.retrieve(page.id, options=options).payment_intent
    client.v1.refunds.create({"payment_intent": str(intent), "amount": 100}, options=options)
    charge = stripe.control.look(str(intent))["latest_charge"]
    stripe.control.dispute(charge)
    stripe.deliver()
    assert notices(NoticeState.DONE) == notices(NoticeState.RECEIVED) == []
    assert (ledger(store.community), db.session.scalars(select(Finding)).all()) == ({}, [])


def test_an_account_that_a_community_gave_up_is_not_looked_at(store: Shop, stripe: Stripe) -> None:
    row = db.session.scalars(select(PaymentAccount)).one()
    row.disconnected_at = clock.now()
    db.session.commit()
    stripe.control.capability(stripe.account, "restricted")
    stripe.deliver()
    db.session.refresh(row)
    assert row.checked_at is None


class Poison(Things):
    """A kind that breaks in a way nobody foresaw, once."""

    broke = False

    def fulfil(self, order: Order, line: OrderLine, now: datetime) -> None:
        if not self.broke:
            self.broke = True
            raise ZeroDivisionError
        super().fulfil(order, line, now)


def test_53_a_mistake_of_ours_is_told_and_the_notice_is_tried_again(
    store: Shop, stripe: Stripe, things: Things
) -> None:
    poison = Poison()
    register_item_kind("poison", poison)
    order = buy(store, replace(thing(), kind="poison"))
    page = checkout(order)
    stripe.control.pay(page)
    stripe.control.letters()
    with pytest.raises(ZeroDivisionError):
        put(stripe, notice("checkout.session.completed", page, account=stripe.account))
    (kept,) = notices(NoticeState.RECEIVED)
    assert (kept.attempts, kept.reason) == (1, "ZeroDivisionError")
    db.session.refresh(order)
    assert order.state is OrderState.AWAITING_PAYMENT
    stripe.pass_time(minutes=1)
    stripe.work()
    db.session.refresh(kept)
    assert (kept.state, poison.done) == (NoticeState.DONE, [("fulfilled", "mug", 1)])
    assert processes.handle_notice(kept.id, is_live=False, now=clock.now()) is None


class Overtaken(Things):
    """A kind that is so slow that another worker finishes the notice first."""

    def fulfil(self, order: Order, line: OrderLine, now: datetime) -> None:
        db.session.execute(update(Notice).values(state=NoticeState.DONE, reason="by another"))


def test_a_worker_that_was_overtaken_leaves_what_the_other_wrote(
    store: Shop, stripe: Stripe
) -> None:
    register_item_kind("slow", Overtaken())
    page = checkout(buy(store, replace(thing(), kind="slow")))
    stripe.control.pay(page)
    stripe.control.letters()
    put(stripe, notice("checkout.session.completed", page, account=stripe.account))
    (kept,) = notices(NoticeState.DONE)
    assert kept.reason == "by another"


def test_who_hands_a_kind_over_is_one_and_known() -> None:
    with pytest.raises(ValueError, match="handed over by PlanKind already"):
        register_item_kind("plan", Things())
    with pytest.raises(UnknownItem):
        item_kind("ship")


@pytest.mark.parametrize(
    ("job", "arguments"),
    [
        (tasks.send_receipt, (0,)),
        (tasks.tell_refund, (0,)),
        (tasks.tell_failed, (0,)),
        (tasks.tell_unpaid, (0, "in_1", "https://pay")),
        (tasks.tell_subscription, (0, "canceled")),
    ],
)
def test_a_job_about_what_is_gone_says_nothing(
    store: Shop, job: Callable[..., None], arguments: tuple[object, ...]
) -> None:
    job(*arguments)
    assert mails() == []
