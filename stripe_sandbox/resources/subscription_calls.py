"""The calls about subscriptions and their items."""

from typing import Any

from stripe_sandbox.core import periods
from stripe_sandbox.core.asking import Ask, answers, insist
from stripe_sandbox.core.books import Books
from stripe_sandbox.core.faults import Fault
from stripe_sandbox.core.lists import page
from stripe_sandbox.core.store import Json
from stripe_sandbox.resources import catalogue, discounts, invoices, methods
from stripe_sandbox.resources import subscriptions as subs
from stripe_sandbox.resources.customers import merged

_CREATE = {"customer", "items", "metadata", "description", "default_payment_method", "trial_end",
           "trial_period_days", "trial_settings", "application_fee_percent", "payment_behavior",
           "cancel_at_period_end", "cancel_at", "discounts", "off_session", "currency"}  # fmt: skip
_UPDATE = {"items", "metadata", "description", "default_payment_method", "cancel_at_period_end",
           "cancel_at", "cancellation_details", "proration_behavior", "proration_date",
           "application_fee_percent", "trial_end", "payment_behavior", "discounts",
           "billing_cycle_anchor"}  # fmt: skip
_DAY = 86400


def price_of(books: Books, wish: Json) -> Json:
    """Return the price that an item names or describes."""
    if wish.get("price"):
        price = books.named("price", wish["price"], "items[price]")
        insist(price["active"], f"The price {price['id']} is inactive.", "items[price]")
        return price
    insist(wish.get("price_data"), "You must specify either `price` or `price_data`.", "items")
    return catalogue.new_price(books, wish["price_data"], inline=True)


@answers("POST", "/v1/subscriptions", _CREATE)
def create(ask: Ask) -> Json:
    """Begin a subscription without a payment page."""
    params = ask.params
    customer = ask.books.named("customer", params.get("customer", ""), "customer")
    books = ask.books.timed(customer["id"])
    wishes = [one | {"price": price_of(books, one)} for one in params.get("items", [])]
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
        return change_items(books, subscription, wishes, params, values)
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


def change_items(
    books: Books, subscription: Json, wishes: list[Json], params: Json, values: Json
) -> Json:
    """Change what is subscribed to, reckoning the part of the period that is left."""
    before = {"items": subscription["items"]}
    fresh, prorations, restarted = reckon(books, subscription, wishes, params)
    how = params.get("proration_behavior", "create_prorations")
    if how == "none":
        prorations = []
    pending = [*subscription.get("_pending", []), *prorations]
    subscription |= values | {"items": subscription["items"] | {"data": fresh}, "_pending": pending}
    subs.keep(books, subscription)
    if (how == "always_invoice" and prorations) or restarted:
        return _invoice_now(books, subscription, before, restarted=restarted, params=params)
    books.emit("customer.subscription.updated", subscription, before)
    return subscription


def _invoice_now(
    books: Books, subscription: Json, before: Json, *, restarted: bool, params: Json
) -> Json:
    if restarted:
        subscription["billing_cycle_anchor"] = books.now
        of = subs.lines(books, subscription)
    else:
        of = subscription["_pending"]
    drawn = invoices.finalize(
        books, invoices.draw_up(books, subscription, "subscription_update", of)
    )
    subscription |= {"latest_invoice": drawn["id"], "_pending": []}
    subs.keep(books, subscription)
    books.emit("customer.subscription.updated", subscription, before)
    invoices.collect(books, drawn, subs.method_of(books, subscription), present=True)
    subscription = books.get("subscription", subscription["id"])
    if (
        params.get("payment_behavior") == "error_if_incomplete"
        and subscription["status"] == "past_due"
    ):
        raise Fault("Your card was declined.", status=402, kind="card_error", code="card_declined")
    return subscription


def reckon(
    books: Books, subscription: Json, wishes: list[Json], params: Json
) -> tuple[list[Json], list[Json], bool]:
    """Return the items after a change, lines for the period's rest, and if it begins anew."""
    now = params.get("proration_date") or books.now
    items = {item["id"]: dict(item) for item in subscription["items"]["data"]}
    lines: list[Json] = []
    restarted = False
    for wish in wishes:
        known = items.get(wish.get("id", ""))
        if known is None:
            insist(not wish.get("id"), f"No such subscription item: '{wish.get('id')}'", "items")
            made = subs.new_item(books, subscription, wish | {"price": price_of(books, wish)})
            made["current_period_end"] = next(iter(items.values()))["current_period_end"]
            items[made["id"]] = made
            lines.append(_rest(books, made, now, sign=1))
            continue
        old = dict(known)
        lines.append(_rest(books, old, now, sign=-1))
        if wish.get("deleted"):
            del items[known["id"]]
            continue
        restarted |= _change_item(books, known, wish, now)
        if not restarted:
            lines.append(_rest(books, known, now, sign=1))
    return list(items.values()), lines if subscription["status"] != "trialing" else [], restarted


def _change_item(books: Books, item: Json, wish: Json, now: int) -> bool:
    """Give an item its new price and quantity; tell whether its period begins anew."""
    if wish.get("price") or wish.get("price_data"):
        price = price_of(books, wish)
        old = item["price"]["recurring"]
        same = all(old[name] == price["recurring"][name] for name in ("interval", "interval_count"))
        item |= {"price": price, "plan": subs.plan_of(price)}
        if not same:
            item["current_period_start"] = now
            item["current_period_end"] = periods.after(now, price["recurring"], now)
            item["quantity"] = wish.get("quantity", item["quantity"])
            return True
    item["quantity"] = wish.get("quantity", item["quantity"])
    return False


def _rest(books: Books, item: Json, now: int, *, sign: int) -> Json:
    start, end = item["current_period_start"], item["current_period_end"]
    amount = item["price"]["unit_amount"] * item["quantity"]
    part = sign * periods.prorated(amount, start, end, now)
    name = (books.find(item["price"]["product"]) or {"name": "?"})["name"]
    words = f"Remaining time on {name}" if sign > 0 else f"Unused time on {name}"
    return invoices.line_of(books, item, part, now, end, prorated=True, description=words)


@answers("GET", "/v1/subscription_items/{item}", ())
def retrieve_item(ask: Ask) -> Json:
    """Show an item."""
    return ask.books.get("subscription_item", ask.ids["item"])


@answers("GET", "/v1/subscription_items", {"subscription"})
def list_items(ask: Ask) -> Json:
    """List the items of a subscription."""
    subscription = ask.books.named("subscription", ask.params["subscription"], "subscription")
    return page(ask, subscription["items"]["data"], "/v1/subscription_items")


@answers(
    "POST",
    "/v1/subscription_items/{item}",
    {"price", "quantity", "proration_behavior", "proration_date", "payment_behavior", "price_data"},
)
def update_item(ask: Ask) -> Json:
    """Change an item."""
    item = ask.books.get("subscription_item", ask.ids["item"])
    subscription = ask.books.get("subscription", item["subscription"])
    books = ask.books.timed(subscription["customer"])
    wish = {
        name: ask.params[name] for name in ("price", "quantity", "price_data") if name in ask.params
    }
    change_items(books, subscription, [wish | {"id": item["id"]}], ask.params, {})
    return books.get("subscription_item", item["id"])


@answers(
    "POST", "/v1/invoices/create_preview", {"customer", "subscription", "subscription_details"}
)
def preview(ask: Ask) -> Json:
    """Show the invoice that a change would raise, or the next one, without doing anything."""
    params = ask.params
    insist(params.get("subscription"), "stripe_sandbox previews subscriptions that exist.")
    subscription = ask.books.named("subscription", params["subscription"], "subscription")
    books = ask.books.timed(subscription["customer"])
    details = params.get("subscription_details", {})
    of = _previewed(books, subscription, details)
    shown = invoices.blank(books, subscription, "upcoming", of)
    return shown | {"id": f"upcoming_{shown['id']}", "billing_reason": "upcoming"}


def _previewed(books: Books, subscription: Json, details: Json) -> list[Json]:
    """Return the lines of a preview: at once when the change is invoiced at once, else the next."""
    unknown = set(details) - {
        "items",
        "proration_behavior",
        "proration_date",
        "cancel_at_period_end",
    }
    insist(not unknown, f"stripe_sandbox previews no {sorted(unknown)}.")
    items: list[Json] = subscription["items"]["data"]
    lines: list[Json] = []
    restarted = False
    if details.get("items"):
        items, lines, restarted = reckon(books, subscription, details["items"], details)
    how = details.get("proration_behavior", "create_prorations")
    if how == "none":
        lines = []
    changed = subscription | {"items": {"data": items}, "_pending": lines}
    if how == "always_invoice" and details.get("items") and not restarted:
        return lines
    if not restarted:
        for item in items:
            item |= {"current_period_start": item["current_period_end"], "current_period_end":
                     periods.after(item["current_period_end"], item["price"]["recurring"],
                                   subscription["billing_cycle_anchor"])}  # fmt: skip
        changed["_pending"] = [*subscription.get("_pending", []), *lines]
    return subs.lines(books, changed)
