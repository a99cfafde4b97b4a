"""Checkout sessions: made, looked at, paid on the hosted page, expired."""

from typing import Any

from stripe_sandbox.core import currencies
from stripe_sandbox.core.asking import Ask, answers, insist
from stripe_sandbox.core.books import Books
from stripe_sandbox.core.faults import Fault
from stripe_sandbox.core.lists import INCLUDED, page, whole
from stripe_sandbox.core.store import Json
from stripe_sandbox.resources import changes, discounts
from stripe_sandbox.resources.customers import merged

KINDS = ("card", "sepa_debit")
SHORTEST, LONGEST = 30 * 60, 24 * 3600
_COPIED = (
    "allow_promotion_codes",
    "allowed_payment_method_types",
    "billing_address_collection",
    "cancel_url",
    "client_reference_id",
    "customer_creation",
    "customer_email",
    "integration_identifier",
    "locale",
    "metadata",
    "submit_type",
    "success_url",
)
_TAKES = {
    *_COPIED,
    "automatic_tax",
    "currency",
    "customer",
    "discounts",
    "expires_at",
    "invoice_creation",
    "line_items",
    "mode",
    "payment_intent_data",
    "payment_method_collection",
    "subscription_data",
    "ui_mode",
}


@answers("POST", "/v1/checkout/sessions", _TAKES)
def create(ask: Ask) -> Json:
    """Make a payment page."""
    books, params = ask.books, ask.params
    mode = params.get("mode", "payment")
    _refuse(books, params, mode)
    items = [_item(books, wish, mode) for wish in params.get("line_items", [])]
    insist(items, "The `line_items` parameter is required.", "line_items")
    currency = items[0]["currency"]
    insist(
        all(item["currency"] == currency for item in items),
        "All prices on a Checkout Session must have the same currency.",
        "line_items",
    )
    session = books.make("checkout.session", **_settled(books, params, mode), currency=currency)
    session |= {name: params[name] for name in _COPIED if params.get(name) not in (None, "")}
    session["_items"] = items
    session["_intent"] = params.get("payment_intent_data", {})
    session["_subscription"] = params.get("subscription_data", {})
    _discount(books, session, params.get("discounts") or [])
    _reckon(session)
    _refuse_sum(session, params)
    session["url"] = f"{books.base}/pay/{session['id']}"
    return books.keep(session, due=session["expires_at"])


def _refuse(books: Books, params: Json, mode: str) -> None:
    """Refuse what Stripe refuses, and what this server cannot do."""
    insist(mode in {"payment", "subscription"}, f"stripe_sandbox has no mode {mode}.", "mode")
    insist(params.get("success_url"), "You must provide a success_url.", "success_url")
    insist(params.get("ui_mode") in {None, "hosted_page"}, "stripe_sandbox has hosted pages only.")
    insist(set(params.get("allowed_payment_method_types", ["card"])) & {*KINDS},
           f"stripe_sandbox is paid by {KINDS} only.")  # fmt: skip
    insist(not params.get("automatic_tax", {}).get("enabled"), "stripe_sandbox reckons no tax.")
    insist(not params.get("invoice_creation", {}).get("enabled"),
           "stripe_sandbox makes no invoices for single payments.")  # fmt: skip
    insist(
        not (params.get("customer") and params.get("customer_email")),
        "You may only specify one of these parameters: customer, customer_email.",
    )
    wrong = "subscription_data" if mode == "payment" else "payment_intent_data"
    insist(not params.get(wrong), f"You can not pass `{wrong}` in `{mode}` mode.", wrong)
    insist(
        not (params.get("discounts") and params.get("allow_promotion_codes")),
        "You may only specify one of these parameters: allow_promotion_codes, discounts.",
    )
    if params.get("customer"):
        books.named("customer", params["customer"], "customer")
    may_charge(books)


def may_charge(books: Books) -> None:
    """Refuse a connected account that may not take money."""
    if not books.connected:
        return
    account = books.of(books.platform_id).get("v2.core.account", books.account)
    insist(
        account.get("_card_payments") == "active",
        f"The account {account['id']} cannot currently make charges: its card_payments are "
        f"{account.get('_card_payments') or 'not asked for'}.",
        code="account_invalid",
    )


def _settled(books: Books, params: Json, mode: str) -> Json:
    expires = params.get("expires_at", books.now + LONGEST)
    insist(
        expires >= books.now + SHORTEST,
        "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.",
        "expires_at",
    )
    insist(
        expires <= books.now + LONGEST,
        "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.",
        "expires_at",
    )
    given = {"customer": params["customer"]} if params.get("customer") else {}
    return {
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "customer_creation": "always" if mode == "subscription" and not given else None,
        "expires_at": expires,
        "mode": mode,
        "payment_method_collection": params.get("payment_method_collection", "always")
        if mode == "subscription" else "if_required",
        "payment_method_types": params.get("allowed_payment_method_types", list(KINDS)),
        "payment_status": "unpaid",
        "status": "open",
        "ui_mode": "hosted_page",
        **given,
    }  # fmt: skip


def _item(books: Books, wish: Json, mode: str) -> Json:
    price = changes.price_of(books, wish)
    quantity = wish.get("quantity", 1)
    insist(quantity >= 1, "Quantity should be greater than or equal to 1.", "line_items")
    insist(
        mode == "subscription" or price["type"] == "one_time",
        "You specified `payment` mode but passed a recurring price. Either switch to "
        "`subscription` mode or use only one-time prices.",
        "line_items",
    )
    product = books.find(price["product"]) or {"name": "?"}
    sum_ = price["unit_amount"] * quantity
    return books.make(
        "item",
        amount_discount=0,
        amount_subtotal=sum_,
        amount_tax=0,
        amount_total=sum_,
        currency=price["currency"],
        description=product["name"],
        discounts=[],
        price=price,
        quantity=quantity,
        taxes=[],
        metadata=wish.get("metadata") or {},
    )


def _discount(books: Books, session: Json, wishes: list[Json]) -> None:
    insist(len(wishes) <= 1, "You may apply at most one discount.", "discounts")
    session["discounts"] = []
    for wish in wishes:
        redeem(books, session, wish)


def redeem(books: Books, session: Json, wish: Json) -> None:
    """Put one discount on a session that is not paid yet."""
    subtotal = sum(item["amount_subtotal"] for item in session["_items"])
    coupon, code = discounts.redeemable(books, wish, subtotal, session["customer"])
    session["discounts"] = [{"coupon": coupon["id"], "promotion_code": code and code["id"]}]
    left = discounts.off(coupon, subtotal)
    for item in session["_items"]:
        item["amount_discount"] = min(left, item["amount_subtotal"])
        item["amount_total"] = item["amount_subtotal"] - item["amount_discount"]
        left -= item["amount_discount"]
    session["_coupon"] = {"coupon": coupon["id"], "code": code and code["id"]}
    _reckon(session)


def _reckon(session: Json) -> None:
    items = session["_items"]
    off = sum(item["amount_discount"] for item in items)
    total = sum(item["amount_total"] for item in items)
    trial = session["_subscription"].get("trial_period_days") or session["_subscription"].get(
        "trial_end"
    )
    session |= {
        "amount_subtotal": sum(item["amount_subtotal"] for item in items),
        "amount_total": sum(i["amount_total"] for i in items if not i["price"]["recurring"])
        if trial
        else total,
        "total_details": {"amount_discount": off, "amount_shipping": 0, "amount_tax": 0},
    }


def _refuse_sum(session: Json, params: Json) -> None:
    total, least = session["amount_total"], currencies.least(session["currency"])
    if 0 < total < least:
        raise Fault(
            f"The Checkout Session's total amount due must add up to at least "
            f"{currencies.written(least, session['currency'])}",
            code="amount_too_small",
        )
    share = params.get("payment_intent_data", {}).get("application_fee_amount", 0)
    insist(share <= total, "The application fee cannot be greater than the amount.",
           "payment_intent_data[application_fee_amount]")  # fmt: skip


@answers("GET", "/v1/checkout/sessions/{session}", ())
def retrieve(ask: Ask) -> Json:
    """Show a session."""
    return ask.books.get("checkout.session", ask.ids["session"])


@answers("POST", "/v1/checkout/sessions/{session}", {"metadata"})
def update(ask: Ask) -> Json:
    """Change what is written on a session."""
    session = ask.books.get("checkout.session", ask.ids["session"])
    metadata = merged(session["metadata"], ask.params.get("metadata", {}))
    return ask.books.change(session, metadata=metadata)


@answers(
    "GET",
    "/v1/checkout/sessions",
    {"customer", "payment_intent", "subscription", "status", "created", "customer_details"},
)
def list_all(ask: Ask) -> Json:
    """List sessions."""
    names = ("customer", "payment_intent", "subscription", "status")
    wanted = {name: ask.params[name] for name in names if ask.has(name)}
    rows: Any = ask.books.all("checkout.session", **wanted)
    if ask.has("customer_details"):
        email = ask.params["customer_details"].get("email")
        rows = [one for one in rows if (one["customer_details"] or {}).get("email") == email]
    return page(ask, rows, "/v1/checkout/sessions")


@answers("GET", "/v1/checkout/sessions/{session}/line_items", ())
def list_items(ask: Ask) -> Json:
    """List what a session sells."""
    session = ask.books.get("checkout.session", ask.ids["session"])
    return page(ask, session["_items"], f"/v1/checkout/sessions/{session['id']}/line_items")


def _line_items(books: Books, session: Json) -> Json:
    kept = books.get("checkout.session", session["id"])
    return whole(kept["_items"], f"/v1/checkout/sessions/{session['id']}/line_items")


INCLUDED["checkout.session", "line_items"] = _line_items


@answers("POST", "/v1/checkout/sessions/{session}/expire", ())
def expire_it(ask: Ask) -> Json:
    """Close a payment page for good."""
    session = ask.books.get("checkout.session", ask.ids["session"])
    insist(
        session["status"] == "open",
        'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session '
        f"has a status of `{session['status']}`.",
    )
    return expire(ask.books, session)


def expire(books: Books, session: Json) -> Json:
    """Let a session end unpaid."""
    from stripe_sandbox.resources import intents  # noqa: PLC0415  # paying knows sessions

    intent = books.find(session["payment_intent"], "payment_intent")
    if intent and intent["status"] not in {"succeeded", "canceled", "processing"}:
        intents.abandon(books, intent, "expired")
    books.keep(session | {"status": "expired", "url": None})
    session = books.get("checkout.session", session["id"])
    books.emit("checkout.session.expired", session)
    return session
