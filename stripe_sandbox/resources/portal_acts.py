"""What a customer can do in the portal: leave at the period's end, stay, pay in another way."""

from typing import Any

from stripe_sandbox.core.books import Books
from stripe_sandbox.core.faults import Fault
from stripe_sandbox.core.store import Json
from stripe_sandbox.resources import invoices, methods, subscription_calls
from stripe_sandbox.resources import subscriptions as subs


def view(books: Books, session: Json) -> dict[str, Any]:
    """Return what the portal's page shows of a customer."""
    customer = books.get("customer", session["customer"])
    flow = session["flow"] or {"type": "", "subscription_cancel": None}
    kept = list(books.all("subscription", customer=customer["id"]))
    if flow["subscription_cancel"]:
        kept = [one for one in kept if one["id"] == flow["subscription_cancel"]["subscription"]]
    names = {
        one["id"]: ", ".join(_name(books, item) for item in one["items"]["data"]) for one in kept
    }
    return {
        "flow": flow["type"],
        "subscriptions": kept,
        "names": names,
        "invoices": list(books.all("invoice", customer=customer["id"])),
        "method": _shown_method(books, customer, kept),
        "ways": [one for one in methods.MANNERS.values() if one.kind == "card"],
    }


def leads_to(session: Json) -> str:
    """Return where somebody goes on after doing what they came for."""
    after = (session["flow"] or {}).get("after_completion") or {}
    if after.get("redirect"):
        return str(after["redirect"]["return_url"])
    return f"/portal/{session['id']}"


def _name(books: Books, item: Json) -> str:
    product = books.find(item["price"]["product"]) or {"name": "?"}
    return str(product["name"])


def _shown_method(books: Books, customer: Json, kept: list[Json]) -> Json | None:
    for one in kept:
        method = subs.method_of(books, one)
        if method:
            return method
    name = (customer["invoice_settings"] or {}).get("default_payment_method")
    return books.find(name, "payment_method") if name else None


def act(books: Books, session: Json, form: dict[str, str]) -> None:
    """Do what was pressed."""
    books = books.timed(session["customer"])
    if form.get("act") == "method":
        _change_method(books, session["customer"], form.get("manner", "pays"))
        return
    subscription = books.get("subscription", form["subscription"])
    if subscription["customer"] != session["customer"]:
        raise Fault("That is another customer's.", status=404)
    leaves = form.get("act") == "cancel"
    values = subscription_calls.plain_changes(books, subscription, {"cancel_at_period_end": leaves})
    subs.changed(books, subscription, **values)


def _change_method(books: Books, customer_id: str, manner: str) -> None:
    """Keep a new card, use it from now on, and try what is open with it."""
    method = methods.new_method(books, methods.MANNERS[manner], customer=customer_id)
    customer = books.get("customer", customer_id)
    settings = customer["invoice_settings"] | {"default_payment_method": method["id"]}
    books.change(customer, invoice_settings=settings)
    books.emit("customer.updated", customer, {"invoice_settings": customer["invoice_settings"]})
    for one in books.all("subscription", customer=customer_id):
        if one["status"] not in subs.DEAD:
            subs.changed(books, one, default_payment_method=method["id"])
    for drawn in books.all("invoice", customer=customer_id, status="open"):
        invoices.collect(books, drawn, method, present=True)
