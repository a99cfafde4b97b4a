"""What a change of a subscription's items costs, and how it is carried out."""

from dataclasses import dataclass

from stripe_sandbox.core import periods
from stripe_sandbox.core.asking import Ask, answers, insist
from stripe_sandbox.core.books import Books
from stripe_sandbox.core.faults import declined
from stripe_sandbox.core.store import Json
from stripe_sandbox.resources import catalogue, intents, invoices
from stripe_sandbox.resources import subscriptions as subs

WAITS = 23 * 3600
"""How long a change waits for its payment to be confirmed, in seconds."""
_CAREFUL = {"pending_if_incomplete", "error_if_incomplete"}


@dataclass(frozen=True)
class Change:
    """The items after a change, and lines for what is left of the period."""

    items: list[Json]
    lines: list[Json]
    restarted: bool
    at_once: bool


def price_of(books: Books, wish: Json) -> Json:
    """Return the price that an item names or describes."""
    if wish.get("price"):
        price = books.named("price", wish["price"], "items[price]")
        insist(price["active"], f"The price {price['id']} is inactive.", "items[price]")
        return price
    insist(wish.get("price_data"), "You must specify either `price` or `price_data`.", "items")
    return catalogue.new_price(books, wish["price_data"], inline=True)


def make(books: Books, subscription: Json, change: Change, params: Json, values: Json) -> Json:
    """Carry a change out: at the next invoice, or with one of its own now."""
    before = {"items": subscription["items"]}
    pending = [*subscription.get("_pending", []), *change.lines]
    values = values | {"items": subscription["items"] | {"data": change.items}, "_pending": pending}
    if change.restarted:
        values["billing_cycle_anchor"] = books.now
    if not change.at_once:
        subs.keep(books, subscription | values)
        books.emit("customer.subscription.updated", subscription | values, before)
        return subscription | values
    wanted = subscription | values
    of = subs.lines(books, wanted) if change.restarted else pending
    drawn = invoices.draw_up(books, subscription, "subscription_update", of)
    drawn = invoices.finalize(books, drawn)
    values |= {"_pending": [], "latest_invoice": drawn["id"]}
    if params.get("payment_behavior") in _CAREFUL:
        return _carefully(books, subscription, drawn, values, params["payment_behavior"])
    subs.keep(books, subscription | values)
    books.emit("customer.subscription.updated", subscription | values, before)
    invoices.collect(books, drawn, subs.method_of(books, subscription), present=True)
    return books.get("subscription", subscription["id"])


def _carefully(books: Books, subscription: Json, drawn: Json, values: Json, behaviour: str) -> Json:
    """Change a subscription only once the change is paid; until then it waits, or is refused."""
    books.change(drawn, _quiet=True)
    books.change(subscription, _wanted={"invoice": drawn["id"], "values": values})
    drawn = invoices.collect(books, drawn, subs.method_of(books, subscription), present=True)
    subscription = books.get("subscription", subscription["id"])
    if drawn["status"] == "paid":
        return subscription
    if behaviour == "error_if_incomplete":
        books.change(subscription, _wanted=None)
        invoices.void(books, drawn)
        intent = invoices.intent_of(books, drawn)
        raise intents.refusal(intent) if intent and intent["last_payment_error"] else declined(
            "subscription_payment_intent_requires_action", "Payment for this subscription requires "
            "additional user action before it can be completed successfully.",
        )  # fmt: skip
    waiting = {
        "billing_cycle_anchor": None,
        "expires_at": books.now + WAITS,
        "subscription_items": values["items"]["data"],
        "trial_end": None,
        "trial_from_plan": None,
    }
    return subs.changed(books, subscription, pending_update=waiting, latest_invoice=drawn["id"])


def reckon(books: Books, subscription: Json, wishes: list[Json], params: Json) -> Change:
    """Reckon what a change of items comes to, and change nothing."""
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
    how = params.get("proration_behavior", "create_prorations")
    if how == "none" or subscription["status"] == "trialing":
        lines = []
    at_once = restarted or bool(how == "always_invoice" and lines)
    return Change(list(items.values()), lines, restarted=restarted, at_once=at_once)


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
    """Return the lines of a preview: of a change that is invoiced at once, else of the next."""
    known = {"items", "proration_behavior", "proration_date", "cancel_at_period_end"}
    insist(set(details) <= known, f"stripe_sandbox previews no {sorted(set(details) - known)}.")
    change = reckon(books, subscription, details.get("items", []), details)
    if change.at_once and not change.restarted:
        return change.lines
    pending = [*subscription.get("_pending", []), *change.lines]
    if not change.restarted:
        for item in change.items:
            start = item["current_period_end"]
            anchor = subscription["billing_cycle_anchor"]
            item["current_period_end"] = periods.after(start, item["price"]["recurring"], anchor)
            item["current_period_start"] = start
    changed = subscription | {"items": {"data": change.items}, "_pending": pending}
    return subs.lines(books, changed)
