"""The calls about subscriptions and their items."""

from typing import Any

from stripe_sandbox.core.asking import Ask, answers, insist
from stripe_sandbox.core.books import Books
from stripe_sandbox.core.lists import page
from stripe_sandbox.core.store import Json
from stripe_sandbox.resources import changes, discounts, methods
from stripe_sandbox.resources import subscriptions as subs
from stripe_sandbox.resources.customers import merged

_CREATE = {"customer", "items", "metadata", "description", "default_payment_method", "trial_end",
           "trial_period_days", "trial_settings", "application_fee_percent", "payment_behavior",
           "cancel_at_period_end", "cancel_at", "discounts", "off_session", "currency"}  # fmt: skip
_UPDATE = {"items", "metadata", "description", "default_payment_method", "cancel_at_period_end",
           "cancel_at", "cancellation_details", "proration_behavior", "proration_date",
           "application_fee_percent", "trial_end", "payment_behavior", "discounts"}  # fmt: skip
_ITEM = ("price", "price_data", "quantity")
_HOW = ("payment_behavior", "proration_behavior", "proration_date")
_DAY = 86400


@answers("POST", "/v1/subscriptions", _CREATE)
def create(ask: Ask) -> Json:
    """Begin a subscription without a payment page."""
    params = ask.params
    customer = ask.books.named("customer", params.get("customer", ""), "customer")
    books = ask.books.timed(customer["id"])
    wishes = [one | {"price": changes.price_of(books, one)} for one in params.get("items", [])]
    insist(wishes, "items is needed", "items")
    values: Json = {name: params[name] for name in ("metadata", "description", "cancel_at",
              "cancel_at_period_end", "application_fee_percent", "trial_settings")
              if name in params}  # fmt: skip
    method = params.get("default_payment_method")
    if method:
        values["default_payment_method"] = methods.by_name(books, method, customer["id"])["id"]
    subscription = subs.begin(books, customer, wishes, trial_end=trial_end(books, params), **values)
    discount(books, subscription, params.get("discounts") or [])
    behaviour = params.get("payment_behavior", "allow_incomplete")
    if params.get("off_session"):
        behaviour = "off_session"
    return subs.start(books, subscription, subs.method_of(books, subscription), behaviour)


def discount(books: Books, subscription: Json, wishes: list[Json]) -> None:
    """Put discounts on a subscription."""
    names = []
    for wish in wishes:
        coupon, code = discounts.redeemable(books, wish, 10**12, subscription["customer"])
        made = discounts.new_discount(
            books, coupon, code, customer=subscription["customer"], subscription=subscription["id"]
        )
        names.append(made["id"])
    if names:
        books.change(subscription, discounts=names)


def trial_end(books: Books, params: Json) -> int | None:
    """Return when a trial ends, if there is one."""
    if params.get("trial_end") not in {None, "now"}:
        return int(params["trial_end"])
    days = params.get("trial_period_days")
    return books.now + days * _DAY if days else None


@answers("GET", "/v1/subscriptions/{subscription_exposed_id}", ())
def retrieve(ask: Ask) -> Json:
    """Show a subscription."""
    return ask.books.get("subscription", ask.ids["subscription_exposed_id"])


@answers("GET", "/v1/subscriptions", {"customer", "status", "price", "created", "test_clock"})
def list_all(ask: Ask) -> Json:
    """List subscriptions; ended ones only when asked for."""
    wanted = {"customer": ask.params["customer"]} if ask.has("customer") else {}
    status = ask.params.get("status")
    rows = [one for one in ask.books.all("subscription", **wanted) if _fits(one, status)]
    price = ask.params.get("price")
    if price:
        rows = [one for one in rows if price in {i["price"]["id"] for i in one["items"]["data"]}]
    return page(ask, rows, "/v1/subscriptions")


def _fits(subscription: Json, status: str | None) -> bool:
    if status == "all":
        return True
    if status == "ended":
        return bool(subscription["status"] in subs.DEAD)
    if status is None:
        return str(subscription["status"]) != "canceled"
    return str(subscription["status"]) == status


@answers("DELETE", "/v1/subscriptions/{subscription_exposed_id}", {"cancellation_details"})
def cancel(ask: Ask) -> Json:
    """End a subscription now."""
    subscription = ask.books.get("subscription", ask.ids["subscription_exposed_id"])
    insist(
        subscription["status"] not in subs.DEAD,
        f"No such subscription: '{subscription['id']}'",
        code="resource_missing",
    )
    subscription["cancellation_details"] = ask.params.get("cancellation_details")
    books = ask.books.timed(subscription["customer"])
    return subs.end(books, subscription, reason="cancellation_requested")


@answers("POST", "/v1/subscriptions/{subscription_exposed_id}", _UPDATE)
def update(ask: Ask) -> Json:
    """Change a subscription: its end, its items, what is written on it."""
    params = dict(ask.params)
    subscription = ask.books.get("subscription", ask.ids["subscription_exposed_id"])
    books = ask.books.timed(subscription["customer"])
    insist(
        subscription["status"] not in subs.DEAD,
        "A canceled subscription can only update its cancellation_details and metadata.",
    )
    values = plain_changes(books, subscription, params)
    wishes = params.get("items")
    if wishes:
        change = changes.reckon(books, subscription, wishes, params)
        return changes.make(books, subscription, change, params, values)
    if params.get("trial_end") == "now":
        return _end_trial(books, subscription, values)
    discount(books, subscription, params.get("discounts") or [])
    return subs.changed(books, subscription, **values)


def plain_changes(books: Books, subscription: Json, params: Json) -> Json:
    """Return the members that change without any reckoning."""
    values: dict[str, Any] = {
        name: params[name]
        for name in ("description", "application_fee_percent", "cancel_at_period_end")
        if name in params
    }
    if "cancel_at" in params:
        values["cancel_at"] = params["cancel_at"] or None
    if "metadata" in params:
        values["metadata"] = merged(subscription["metadata"], params["metadata"])
    if "default_payment_method" in params:
        name = params["default_payment_method"]
        values["default_payment_method"] = methods.by_name(books, name, subscription["customer"])[
            "id"
        ]
    if "cancel_at_period_end" in values:
        values |= _leaving(books, subscription, leaves=values["cancel_at_period_end"])
    if "cancellation_details" in params:
        known = values.get("cancellation_details") or {"reason": None}
        values["cancellation_details"] = known | params["cancellation_details"]
    return values


def _leaving(books: Books, subscription: Json, *, leaves: bool) -> Json:
    """Return what is written when somebody leaves at the period's end, or stays after all."""
    end = max(item["current_period_end"] for item in subscription["items"]["data"])
    details = {"comment": None, "feedback": None, "reason": "cancellation_requested"}
    return {
        "cancel_at": end if leaves else None,
        "canceled_at": books.now if leaves else None,
        "cancellation_details": details if leaves else details | {"reason": None},
    }


def _end_trial(books: Books, subscription: Json, values: Json) -> Json:
    insist(subscription["status"] == "trialing", "The subscription has no trial.", "trial_end")
    subscription |= values | {"trial_end": books.now, "billing_cycle_anchor": books.now}
    for item in subscription["items"]["data"]:
        item["current_period_end"] = books.now
    subs.keep(books, subscription)
    subs.advance(books, subscription)
    return books.get("subscription", subscription["id"])


@answers("GET", "/v1/subscription_items/{item}", ())
def retrieve_item(ask: Ask) -> Json:
    """Show an item."""
    return ask.books.get("subscription_item", ask.ids["item"])


@answers("GET", "/v1/subscription_items", {"subscription"})
def list_items(ask: Ask) -> Json:
    """List the items of a subscription."""
    subscription = ask.books.named("subscription", ask.params["subscription"], "subscription")
    return page(ask, subscription["items"]["data"], "/v1/subscription_items")


def _change_item(ask: Ask, subscription: Json, wish: Json) -> Json:
    """Change one item and return the subscription as it is then."""
    books = ask.books.timed(subscription["customer"])
    change = changes.reckon(books, subscription, [wish], ask.params)
    return changes.make(books, subscription, change, ask.params, {})


@answers("POST", "/v1/subscription_items/{item}", {*_ITEM, *_HOW})
def update_item(ask: Ask) -> Json:
    """Change an item."""
    item = ask.books.get("subscription_item", ask.ids["item"])
    subscription = ask.books.get("subscription", item["subscription"])
    wish = {name: ask.params[name] for name in _ITEM if name in ask.params}
    _change_item(ask, subscription, wish | {"id": item["id"]})
    return ask.books.get("subscription_item", item["id"])


@answers("POST", "/v1/subscription_items", {*_ITEM, *_HOW, "subscription"})
def create_item(ask: Ask) -> Json:
    """Add an item."""
    subscription = ask.books.named("subscription", ask.params["subscription"], "subscription")
    known = {item["id"] for item in subscription["items"]["data"]}
    wish = {name: ask.params[name] for name in _ITEM if name in ask.params}
    items = _change_item(ask, subscription, wish)["items"]["data"]
    return next(item for item in items if item["id"] not in known)


@answers("DELETE", "/v1/subscription_items/{item}", _HOW)
def delete_item(ask: Ask) -> Json:
    """Take an item away; the last one cannot go."""
    item = ask.books.get("subscription_item", ask.ids["item"])
    subscription = ask.books.get("subscription", item["subscription"])
    insist(len(subscription["items"]["data"]) > 1, "A subscription must have an item.")
    _change_item(ask, subscription, {"id": item["id"], "deleted": True})
    return ask.books.remove(item)
