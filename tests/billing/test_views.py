"""The pages of money: plans and membership for members, the desk for organizers."""

import csv
import re
from decimal import Decimal
from io import StringIO

import psycopg
import pytest
from babel.dates import format_date
from sqlalchemy import event, select, text

from app.billing import queries, service
from app.billing.models import (
    AccountState,
    Finding,
    FindingKind,
    Grant,
    GrantSource,
    Order,
    OrderState,
    PaymentAccount,
    PaymentMethod,
    Plan,
    RefundState,
    SubscriptionState,
)
from app.billing.queries.money import PAGE
from app.billing.service import accounts, grants, payments
from app.billing.service.findings import find, find_for_hands
from app.billing.service.links import order_url
from app.billing.service.plans import sell_by_hand
from app.core import clock
from app.core.database import db
from app.core.money import Money
from config import StripeAccounts
from tests.billing.conftest import (
    Shop,
    Stripe,
    Things,
    buy,
    checkout,
    enter,
    euros,
    latest_payment,
    ledger,
    mails,
    subscribed,
    the_subscription,
    thing,
)
from tests.conftest import SECRET
from tests.factories import make_member
from tests.pages import ProofreadingClient


def post(client: ProofreadingClient, path: str, **form: object) -> tuple[int, str]:
    """Send a form; return the status and where it leads, or the page."""
    answer = client.post(path, data=form)
    return answer.status_code, answer.headers.get("Location", answer.get_data(as_text=True))


def page_of(shop: Shop, order: Order) -> str:
    """Return the path of an order's own page."""
    url = order_url(order, slug=shop.slug, secret=SECRET)
    return url.removeprefix("http://localhost:8000").removeprefix("http://localhost")


def statements(client: ProofreadingClient, path: str) -> int:
    """Return how many statements a page takes."""
    seen: list[str] = []
    engine = db.engine

    def note(_c: object, _k: object, statement: str, *_rest: object) -> None:
        if statement.startswith(("SELECT", "WITH", "UPDATE", "INSERT")):
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        assert client.get(path).status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(seen)


def test_a_member_sees_the_plans_and_how_to_pay_by_hand(
    shop: Shop, client: ProofreadingClient
) -> None:
    enter(client, shop.member)
    page = client.get(f"/c/{shop.slug}/membership").get_data(as_text=True)
    for words in ("Supporter", "€5.00", "or €50.00 a year", "Every run", "cash or by transfer"):
        assert words in page
    assert "Pay €5.00" not in page


def test_a_stranger_sees_the_plans_and_the_door(shop: Shop, client: ProofreadingClient) -> None:
    page = client.get(f"/c/{shop.slug}/membership").get_data(as_text=True)
    assert "Supporter" in page
    assert f'href="/c/{shop.slug}/join"' in page
    assert "<form" not in page


def test_a_draft_is_seen_by_nobody(shop: Shop, client: ProofreadingClient) -> None:
    shop.plan.published_at = None
    db.session.commit()
    enter(client, shop.member)
    page = client.get(f"/c/{shop.slug}/membership").get_data(as_text=True)
    assert "Supporter" not in page
    assert "No plans yet" in page
    status, _ = post(client, f"/c/{shop.slug}/membership/plans/{shop.plan.public_id}")
    assert status == 404


def test_a_free_plan_is_taken_and_given_back(shop: Shop, client: ProofreadingClient) -> None:
    for price in shop.plan.offers:
        price.archived_at = clock.now()
    db.session.commit()
    enter(client, shop.member)
    path = f"/c/{shop.slug}/membership"
    for _ in range(2):
        assert post(client, f"{path}/plans/{shop.plan.public_id}") == (303, path)
    (grant,) = queries.grants_of(shop.member.id)
    assert (grant.source, grant.ends_at) == (GrantSource.FREE, None)
    assert "As long as you like." in client.get(path).get_data(as_text=True)
    assert post(client, f"{path}/free/removal") == (303, path)
    assert not queries.has_access(shop.member.id, clock.now())


def test_a_member_subscribes_ends_it_and_goes_on(
    store: Shop, stripe: Stripe, client: ProofreadingClient
) -> None:
    enter(client, store.member)
    path = f"/c/{store.slug}/membership"
    assert "Pay €5.00 a month" in client.get(path).get_data(as_text=True)
    status, url = post(client, f"{path}/plans/{store.plan.public_id}", interval="month")
    assert (status, url.startswith(f"{stripe.control.address}/pay/cs_")) == (303, True)
    stripe.control.pay(url.rsplit("/", 1)[-1])
    stripe.deliver()
    assert "€5.00 on" in client.get(path).get_data(as_text=True)
    assert post(client, f"{path}/cancellation") == (303, path)
    assert the_subscription(store).cancels_at_period_end
    assert "It does not renew." in client.get(path).get_data(as_text=True)
    assert post(client, f"{path}/cancellation/removal") == (303, path)
    assert not the_subscription(store).cancels_at_period_end
    status, url = post(client, f"{path}/portal")
    assert (status, url.startswith(stripe.control.address)) == (303, True)


def test_82_an_account_held_up_is_a_sentence_and_nothing_is_lost(
    store: Shop, stripe: Stripe, client: ProofreadingClient
) -> None:
    db.session.scalars(select(PaymentAccount)).one().state = AccountState.RESTRICTED
    db.session.commit()
    enter(client, store.member)
    path = f"/c/{store.slug}/membership"
    status, page = post(client, f"{path}/plans/{store.plan.public_id}", interval="year")
    assert status == 422
    assert "cannot take cards at the moment" in page


def test_stripe_away_is_a_sentence(store: Shop, stripe: Stripe, client: ProofreadingClient) -> None:
    stripe.control.chaos(rules=[{"what": "refuse", "times": 9}])
    enter(client, store.member)
    path = f"/c/{store.slug}/membership/plans/{store.plan.public_id}"
    status, page = post(client, path, interval="month")
    assert status == 503
    assert "The payment service does not answer" in page


def test_the_order_page_asks_stripe_and_shows_the_receipt(
    store: Shop, stripe: Stripe, client: ProofreadingClient, things: Things
) -> None:
    order = buy(store, thing(number=2))
    path = page_of(store, order)
    assert "Your order waits for payment" in client.get(path).get_data(as_text=True)
    assert client.get(f"{path}/receipt").status_code == 404
    status, url = post(client, f"{path}/payment")
    assert status == 303
    stripe.control.pay(url.rsplit("/", 1)[-1])
    page = client.get(path).get_data(as_text=True)  # the return page: no notice came yet
    assert "Thank you" in page
    assert "€24.00" in page
    receipt = client.get(f"{path}/receipt").get_data(as_text=True)
    for words in ("Receipt 1", "Ben Adler", "2 × Mug", "Card"):
        assert words in receipt


def test_an_order_is_cancelled_by_its_buyer(
    store: Shop, stripe: Stripe, client: ProofreadingClient, things: Things
) -> None:
    order = buy(store)
    checkout(order)
    path = page_of(store, order)
    assert post(client, f"{path}/cancellation")[0] == 303
    assert "Nothing was charged" in client.get(path).get_data(as_text=True)


def test_an_order_stands_on_its_page_when_stripe_may_not_be_asked_any_more(
    store: Shop, stripe: Stripe, client: ProofreadingClient, things: Things
) -> None:
    order = buy(store)
    checkout(order)
    path = page_of(store, order)
    stripe.control.disconnect(stripe.account)
    answer = client.get(path)
    assert answer.status_code == 200
    assert "Your order waits for payment" in answer.text
    assert post(client, f"{path}/cancellation")[0] == 303
    page = client.get(path).text
    assert ["The order is closed as soon as it does." in page, "access" in page] == [True, False]


def test_a_cancellation_that_waits_for_stripe_says_so(
    store: Shop, stripe: Stripe, client: ProofreadingClient, things: Things
) -> None:
    order = buy(store)
    page = checkout(order)
    path = page_of(store, order)
    stripe.control.chaos(rules=[{"what": "fail", "path": ".*/expire", "times": 9}])
    assert post(client, f"{path}/cancellation")[0] == 303
    said = "The payment service does not answer. The order is closed as soon as it does."
    assert said in client.get(path).text
    stripe.control.chaos(rules=[])
    stripe.control.pay(page)
    assert post(client, f"{path}/cancellation")[0] == 303
    assert said not in client.get(path).text, "the control: it was paid meanwhile"


def test_an_order_of_another_community_is_not_there(
    shop: Shop, client: ProofreadingClient, things: Things
) -> None:
    order = buy(shop)
    path = page_of(shop, order)
    assert client.get(path).status_code == 200
    assert client.get(path.replace(shop.slug, "elsewhere")).status_code == 404
    assert client.get(f"/c/{shop.slug}/orders/forged").status_code == 404


def test_an_organizer_writes_changes_publishes_and_archives_a_plan(
    shop: Shop, client: ProofreadingClient
) -> None:
    enter(client, shop.owner)
    path = f"/c/{shop.slug}/desk/plans"
    form = {"name": "Friend", "words": "A mug", "monthly": "3.50", "yearly": "", "grace_days": "7"}
    status, edit = post(client, path, **form)
    assert status == 303
    plan = db.session.scalars(select(Plan).where(Plan.name == "Friend")).one()
    assert [(one.interval.value, one.amount) for one in plan.offers] == [("month", euros(3.5))]
    assert not plan.is_offered
    assert post(client, f"{edit}/publication")[0] == 303
    assert "Friend" in client.get(path).get_data(as_text=True)
    changed = {**form, "monthly": "4", "yearly": "40", "version": str(plan.version)}
    assert post(client, edit, **changed)[0] == 303
    db.session.refresh(plan)
    assert [one.amount for one in plan.offers] == [euros(4), euros(40)]
    assert post(client, edit, **changed)[0] == 303  # sent twice: it says what stands
    assert post(client, edit, **{**changed, "yearly": ""})[0] == 409  # its version is old now
    assert post(client, f"{edit}/archive")[0] == 303
    assert "Friend" not in client.get(f"/c/{shop.slug}/membership").get_data(as_text=True)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"name": ""}, "Give the plan a name."),
        ({"name": "\u200b\u200b"}, "Please fill this in."),
        ({"monthly": "0"}, "field--wrong"),
        ({"monthly": "3.505"}, "cannot be charged in EUR"),
        ({"grace_days": "99"}, "field--wrong"),
    ],
)
def test_a_plan_that_cannot_be_is_shown_again_with_everything_typed(
    shop: Shop, client: ProofreadingClient, values: dict[str, str], words: str
) -> None:
    enter(client, shop.owner)
    form = {"name": "Friend", "words": "A mug", "monthly": "3", "grace_days": "7"}
    status, page = post(client, f"/c/{shop.slug}/desk/plans", **{**form, **values})
    assert (status, words in page, "A mug" in page) == (422, True, True)


@pytest.mark.parametrize(
    ("yearly", "status", "kept"),
    [("1200000", 303, [1_200_000]), ("1000000000", 303, [10**9]), ("1000000001", 422, [])],
)
def test_a_price_may_have_as_many_figures_as_its_currency_needs(
    shop: Shop, client: ProofreadingClient, yearly: str, status: int, kept: list[int]
) -> None:
    shop.community.currency = "idr"
    db.session.commit()
    enter(client, shop.owner)
    form = {"name": "Sahabat", "yearly": yearly, "grace_days": "7"}
    assert post(client, f"/c/{shop.slug}/desk/plans", **form)[0] == status
    plans = db.session.scalars(select(Plan).where(Plan.name == "Sahabat")).all()
    amounts = [one.amount for plan in plans for one in plan.offers]
    assert amounts == [Money.of(Decimal(one), "IDR") for one in kept]


def test_a_plan_keeps_its_currency_when_the_community_changes_its_own(
    shop: Shop, client: ProofreadingClient
) -> None:
    shop.community.currency = "idr"
    db.session.commit()
    enter(client, shop.owner)
    edit = f"/c/{shop.slug}/desk/plans/{shop.plan.public_id}"
    page = client.get(edit).text
    assert ["In EUR." in page, "In IDR." in page] == [True, False]
    version = str(shop.plan.version)
    form = {"name": "Supporter", "monthly": "5.00", "yearly": "60", "grace_days": "14"}
    assert post(client, edit, **form, version=version)[0] == 303
    db.session.refresh(shop.plan)
    assert [one.amount for one in shop.plan.offers] == [euros(5), euros(60)]
    bare = {**form, "monthly": "", "yearly": "", "version": str(shop.plan.version)}
    assert post(client, edit, **bare)[0] == 303
    assert "In IDR." in client.get(edit).text, "a plan that is sold for nothing has none of its own"
    assert "In IDR." in client.get(f"/c/{shop.slug}/desk/plans/new").text


def test_an_organizer_notes_cash_from_the_first_sale(
    shop: Shop, client: ProofreadingClient
) -> None:
    enter(client, shop.owner)
    path = f"/c/{shop.slug}/desk/money/members"
    form = {
        "contact": shop.member.public_id,
        "price": shop.month.public_id,
        "method": "cash",
        "number": "3",
    }
    assert post(client, path, **form) == (303, path)
    assert ledger(shop.community) == {"cash": 1500, "sales": -1500}
    grant = queries.active_grant(shop.member.id, clock.now())
    assert grant is not None
    assert grant.ends_at == clock.now().replace(month=clock.now().month + 3)
    page = client.get(path).get_data(as_text=True)
    assert page.count("Ben Adler") == 4  # said so, in the table, in its question, in the form
    assert "No money goes back by this" in page
    assert post(client, path, **form) == (303, path)  # three more months after these
    ends = [one.ends_at for one in queries.grants_of(shop.member.id)]
    assert max(one for one in ends if one) == clock.now().replace(month=clock.now().month + 6)


def test_a_gift_is_given_and_taken_back(shop: Shop, client: ProofreadingClient) -> None:
    enter(client, shop.owner)
    path = f"/c/{shop.slug}/desk/money/members"
    form = {
        "contact": shop.member.public_id,
        "price": shop.year.public_id,
        "method": "comp",
        "number": "1",
    }
    assert post(client, path, **form)[0] == 303
    grant = db.session.scalars(select(Grant)).one()
    assert (grant.source, ledger(shop.community)) == (GrantSource.COMP, {})
    url = f"/c/{shop.slug}/desk/money/grants/{grant.public_id}/revocation"
    page = client.get(path).text
    [asked] = re.findall(r'<div class="dialog" id="(revoke-[^"]*)" popover', page)
    assert f'popovertarget="{asked}">Take back' in page
    question = page[page.index(f'id="{asked}"') : page.index(url)]
    assert "Take back the access of Ben Adler?" in question
    until = format_date(grant.ends_at, "medium", locale="en") if grant.ends_at else ""
    assert f"It would last until {until}, and ends at once." in question
    assert "No money goes back" not in question, "nobody paid for a gift"
    answer = client.post(url)
    assert answer.headers["Location"] == path
    assert "The access of Ben Adler is taken back." in client.follow(answer).text
    assert not queries.has_access(shop.member.id, clock.now())


@pytest.mark.parametrize("orders", [1, 3])
def test_the_money_pages_take_the_same_statements_for_one_order_and_three(
    shop: Shop, client: ProofreadingClient, things: Things, orders: int
) -> None:
    for number in range(orders):
        member = make_member(shop.community, name=f"Member {number}")
        order = sell_by_hand(
            member, shop.month, method=PaymentMethod.CASH, sold_by=shop.owner, now=clock.now()
        )
        kind, owed = FindingKind.REFUND_MISSING, {"order": order.public_id, "currency": "EUR"}
        for amount in (100, 400):
            subject = f"refund:{number}:{amount}"
            find_for_hands(shop.community.id, kind, subject, amount=amount, **owed)
    db.session.commit()
    enter(client, shop.owner)
    page = client.get(f"/c/{shop.slug}/desk/money").text
    in_all = {1: "€5.00 for one order", 3: "€15.00 for 3 orders"}[orders]
    assert f"Money to give back by hand: {in_all}" in page
    assert ["not agree" in page, page.count("Supporter · ")] == [False, 2 * orders]
    counts = {
        path: statements(client, f"/c/{shop.slug}/{path}")
        for path in ("desk/money", "desk/money/orders", "desk/money/members", "desk/plans")
    }
    assert counts == {
        "desk/money": 14,
        "desk/money/orders": 6,
        "desk/money/members": 8,
        "desk/plans": 7,
    }


def test_an_empty_list_of_orders_says_whether_it_is_narrowed(
    shop: Shop, client: ProofreadingClient
) -> None:
    enter(client, shop.owner)
    pages = [
        client.get(f"/c/{shop.slug}/desk/money/orders{one}").text for one in ("", "?state=paid")
    ]
    assert ["No orders yet" in page for page in pages] == [True, False]
    assert ["in this state" in page for page in pages] == [False, True]


def test_members_on_plans_come_page_by_page(shop: Shop, client: ProofreadingClient) -> None:
    ada, bo = (make_member(shop.community, name=name) for name in ("Ada", "Bo"))
    for contact in [ada] * PAGE + [bo]:
        grants.give(contact, source=GrantSource.COMP, now=clock.now())
    db.session.commit()
    enter(client, shop.owner)
    path = f"/c/{shop.slug}/desk/money/members"
    pages = [client.get(f"{path}?page={number}").text for number in (1, 2, 3)]
    listed = [re.findall(r'class="table__main">(Ada|Bo)</td>', page) for page in pages]
    assert listed == [["Ada"] * PAGE, ["Bo"], []]
    assert ["1 to 50 of 51" in pages[0], "51 to 51 of 51" in pages[1]] == [True, True]
    assert [f'href="{path}?page=2"' in pages[0], f'href="{path}"' in pages[1]] == [True, True]
    assert "The list is shorter than that" in pages[2]
    assert "1 to 50 of 51" in client.get(f"{path}?page=x").text


def test_what_a_member_paid_says_what_for(
    shop: Shop, client: ProofreadingClient, things: Things
) -> None:
    sell_by_hand(
        shop.member, shop.year, method=PaymentMethod.CASH, sold_by=shop.owner, now=clock.now()
    )
    order = buy(shop, thing(number=2))
    payments.record_offline_payment(
        order, method=PaymentMethod.CASH, recorded_by=shop.owner, now=clock.now()
    )
    db.session.commit()
    enter(client, shop.member)
    path = f"/c/{shop.slug}/membership"
    page = client.get(path).text
    paid = page[page.index("What you paid") :]
    assert [words in paid for words in ("Supporter</a>", "2 × Mug", "· Paid")] == [True] * 3


def test_88_the_figures_of_page_csv_and_ledger_are_one(
    shop: Shop, client: ProofreadingClient, things: Things
) -> None:
    order = sell_by_hand(
        shop.member, shop.year, method=PaymentMethod.CASH, sold_by=shop.owner, now=clock.now()
    )
    db.session.commit()
    enter(client, shop.owner)
    path = f"/c/{shop.slug}/desk/money/orders/{order.public_id}"
    assert post(client, f"{path}/refunds", amount="12.50")[0] == 303
    page = client.get(f"/c/{shop.slug}/desk/money").get_data(as_text=True)
    assert "€37.50" in page
    assert "Give the money back by hand, if you have not done so yet." in page
    text = client.get(f"/c/{shop.slug}/desk/money/sales.csv").get_data(as_text=True)
    rows = list(csv.DictReader(StringIO(text.lstrip("\ufeff"))))
    assert [(row["what"], row["amount"]) for row in rows] == [
        ("sales", "50.00"),
        ("refunds", "-12.50"),
    ]
    books = ledger(shop.community)
    assert -books["sales"] - books["refunds"] == 3750


def test_a_refund_may_have_as_many_figures_as_its_currency_needs(
    shop: Shop, client: ProofreadingClient, things: Things
) -> None:
    order = buy(shop, thing(price=Money.of(Decimal(3_000_000), "IDR")))
    payments.record_offline_payment(
        order, method=PaymentMethod.CASH, recorded_by=shop.owner, now=clock.now()
    )
    db.session.commit()
    enter(client, shop.owner)
    path = f"/c/{shop.slug}/desk/money/orders/{order.public_id}"
    assert post(client, f"{path}/refunds", amount="1200000")[0] == 303
    assert ledger(shop.community)["refunds"] == 120_000_000


def test_an_organizer_refunds_by_card(
    store: Shop, stripe: Stripe, client: ProofreadingClient, things: Things
) -> None:
    order = buy(store, thing(number=2))
    stripe.control.pay(checkout(order))
    stripe.deliver()
    enter(client, store.owner)
    path = f"/c/{store.slug}/desk/money/orders/{order.public_id}"
    status, page = post(client, f"{path}/refunds", amount="99")
    assert (status, "At most €24.00 can still be refunded." in page) == (422, True)
    assert post(client, f"{path}/refunds", amount="4")[0] == 303
    assert post(client, f"{path}/refunds", amount="")[0] == 303
    stripe.work()
    stripe.deliver()
    db.session.refresh(order)
    assert order.state is OrderState.REFUNDED
    assert latest_payment(order).left == euros(0)
    shown = client.get(path).get_data(as_text=True)
    assert "-€4.00" in shown
    assert "-€20.00" in shown
    assert [mail.kind for mail in mails()].count("billing.refund") == 2
    assert RefundState.SUCCEEDED.value not in shown


def test_13_what_somebody_keeps_locked_is_no_error_but_try_again(
    shop: Shop, client: ProofreadingClient, things: Things, database_url: str
) -> None:
    order = buy(shop)
    enter(client, shop.owner)
    path = f"/c/{shop.slug}/desk/money/orders/{order.public_id}/payments"
    lock, number = "billing.number", shop.community.id  # the receipts of one community in a row
    db.session.commit()
    db.session.execute(text("SET lock_timeout = '20ms'"))
    with psycopg.connect(database_url.replace("+psycopg", ""), autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(hashtext(%s), %s)", [lock, number])
        status, page = post(client, path, method="cash")
    assert (status, "Please try again" in page) == (503, True)
    db.session.refresh(order)
    assert (order.state, ledger(shop.community)) == (OrderState.RESERVED, {})
    assert post(client, path, method="cash")[0] == 303, "the control: nobody keeps it now"
    db.session.refresh(order)
    assert order.state is OrderState.PAID


def test_a_part_of_a_yen_is_no_amount_to_send_back(
    shop: Shop, client: ProofreadingClient, things: Things
) -> None:
    order = buy(shop, thing(price=Money(3000, "JPY")))
    enter(client, shop.owner)
    path = f"/c/{shop.slug}/desk/money/orders/{order.public_id}"
    assert post(client, f"{path}/payments", method="cash")[0] == 303
    status, page = post(client, f"{path}/refunds", amount="0.5")
    assert (status, "There is no such amount in JPY." in page) == (422, True)
    status, page = post(client, f"{path}/refunds", amount="3001")
    assert (status, "At most ¥3,000 can still be refunded." in page) == (422, True)


def test_an_open_order_is_noted_as_paid_by_transfer(
    shop: Shop, client: ProofreadingClient, things: Things
) -> None:
    order = buy(shop)
    enter(client, shop.owner)
    path = f"/c/{shop.slug}/desk/money/orders/{order.public_id}"
    assert post(client, f"{path}/payments", method="transfer", note="seen on Monday")[0] == 303
    assert "seen on Monday" in client.get(path).get_data(as_text=True)
    assert ledger(shop.community) == {"transfer": 1200, "sales": -1200}


def test_an_owner_connects_stripe_and_answers_its_questions(
    shop: Shop, stripe: Stripe, client: ProofreadingClient
) -> None:
    enter(client, shop.owner)
    path = f"/c/{shop.slug}/desk/money"
    assert "Connect with Stripe" in client.get(path).get_data(as_text=True)
    status, url = post(client, f"{path}/account")
    assert (status, url.startswith(stripe.control.address)) == (303, True), url
    account = db.session.scalars(select(PaymentAccount)).one()
    assert (account.state, account.stripe_id[:5]) == (AccountState.PENDING, "acct_")
    assert post(client, f"{path}/account")[0] == 303  # again: the same account
    assert len(db.session.scalars(select(PaymentAccount)).all()) == 1
    assert "Not ready yet" in client.get(path).get_data(as_text=True)
    stripe.control.capability(account.stripe_id, "active")
    assert client.get(f"{path}/account").status_code == 303
    assert "Taken" in client.get(path).get_data(as_text=True)
    assert post(client, f"{path}/account/disconnection")[0] == 303
    assert "Connect with Stripe" in client.get(path).get_data(as_text=True)


def test_one_account_for_all_asks_no_questions(
    shop: Shop, stripe: Stripe, client: ProofreadingClient
) -> None:
    settings = stripe.app.config["KITH"]
    stripe.app.config["KITH"] = settings.model_copy(update={"stripe_accounts": StripeAccounts.ONE})
    enter(client, shop.owner)
    path = f"/c/{shop.slug}/desk/money"
    for _ in range(2):
        assert post(client, f"{path}/account") == (303, path)
    account = db.session.scalars(select(PaymentAccount)).one()
    assert (account.stripe_id, account.state) == ("", AccountState.READY)
    again = accounts.connect(
        shop.community, "acct_late", by=None, actor=None, is_live=False, now=clock.now()
    )
    assert again is account, "who connects in the same moment finds it"
    assert client.get(f"{path}/account").status_code == 303
    assert post(client, f"{path}/account/disconnection") == (303, path)
    assert post(client, f"{path}/account/disconnection")[0] == 404


def test_without_a_stripe_the_organizer_reads_why(shop: Shop, client: ProofreadingClient) -> None:
    enter(client, shop.owner)
    status, page = post(client, f"/c/{shop.slug}/desk/money/account")
    assert (status, "takes no cards yet" in page) == (422, True)


def test_a_finding_is_shown_until_it_is_dealt_with(
    shop: Shop, client: ProofreadingClient, things: Things
) -> None:
    order = buy(shop)
    find(shop.community.id, FindingKind.PAID_NOT_FULFILLED, f"order:{order.public_id}", amount=1200)
    db.session.commit()
    enter(client, shop.owner)
    path = f"/c/{shop.slug}/desk/money"
    page = client.get(path).get_data(as_text=True)
    assert "Paid, but not handed over" in page
    assert f"/desk/money/orders/{order.public_id}" in page
    assert "Mug · Ben Adler" in page
    assert "Money to give back by hand" not in page
    finding = db.session.scalars(select(Finding)).one()
    assert post(client, f"{path}/findings/{finding.public_id}/settlement") == (303, path)
    page = client.get(path).get_data(as_text=True)
    assert ["Paid, but not handed over" in page, "noted as dealt with" in page] == [False, True]


def test_of_a_free_order_no_money_is_offered_back(
    shop: Shop, client: ProofreadingClient, things: Things
) -> None:
    free, cash = buy(shop, thing(price=euros(0))), buy(shop)
    service.record_offline_payment(
        cash, method=PaymentMethod.CASH, recorded_by=shop.owner, now=clock.now()
    )
    db.session.commit()
    enter(client, shop.owner)
    path = f"/c/{shop.slug}/desk/money/orders"
    pages = [client.get(f"{path}/{order.public_id}").text for order in (free, cash)]
    assert ["Send money back" in page for page in pages] == [False, True]


def test_who_is_on_a_plan_by_card_is_shown_with_the_next_day(
    store: Shop, stripe: Stripe, client: ProofreadingClient
) -> None:
    row = subscribed(store, stripe)
    assert row.state is SubscriptionState.ACTIVE
    enter(client, store.owner)
    page = client.get(f"/c/{store.slug}/desk/money/members").get_data(as_text=True)
    assert "Renews Jul 15, 2026" in page
    assert "1 of them" not in page
    assert service.NothingToRefund.message not in page
