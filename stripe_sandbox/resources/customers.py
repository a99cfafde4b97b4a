"""Customers and their ways to pay."""

from stripe_sandbox.core.asking import Ask, answers
from stripe_sandbox.core.books import Books
from stripe_sandbox.core.lists import INCLUDED, page, whole
from stripe_sandbox.core.store import Json

_FIELDS = {"email", "name", "phone", "description", "metadata", "address", "preferred_locales",
           "invoice_settings", "test_clock"}  # fmt: skip
_SETTINGS = {"custom_fields": None, "default_payment_method": None, "footer": None,
             "rendering_options": None}  # fmt: skip


@answers("POST", "/v1/customers", {*_FIELDS, "payment_method"})
def create(ask: Ask) -> Json:
    """Write down a customer."""
    given = {name: value for name, value in ask.params.items() if name in _FIELDS}
    customer = new(ask.books, **given)
    if ask.has("payment_method"):
        from stripe_sandbox.resources.methods import give  # noqa: PLC0415  # they know customers

        give(ask.books, ask.params["payment_method"], customer)
    return customer


def new(books: Books, **given: object) -> Json:
    """Return a new customer, kept and announced."""
    settings = _SETTINGS | _settings(given.pop("invoice_settings", None))
    blank = {"balance": 0, "delinquent": False, "tax_exempt": "none", "preferred_locales": []}
    values = blank | given | {"invoice_settings": settings}
    customer = books.make("customer", **values)
    customer |= {"next_invoice_sequence": 1, "invoice_prefix": customer["id"][-8:].upper()}
    if customer.get("test_clock"):
        books.named("test_helpers.test_clock", customer["test_clock"], "test_clock")
    books.keep(customer)
    books.emit("customer.created", customer)
    return customer


def _settings(given: object) -> Json:
    return dict(given) if isinstance(given, dict) else {}


@answers("GET", "/v1/customers/{customer}", ())
def retrieve(ask: Ask) -> Json:
    """Show a customer; of a deleted one the mark is left."""
    books = ask.books
    gone = books.store.setting(books.space, f"deleted:{books.account}:{ask.ids['customer']}")
    return gone or books.get("customer", ask.ids["customer"])


@answers("POST", "/v1/customers/{customer}", _FIELDS - {"test_clock"})
def update(ask: Ask) -> Json:
    """Change a customer."""
    customer = ask.books.get("customer", ask.ids["customer"])
    given = dict(ask.params)
    given.pop("expand", None)
    before = {name: customer.get(name) for name in given}
    if "invoice_settings" in given:
        given["invoice_settings"] = customer["invoice_settings"] | given["invoice_settings"]
    if "metadata" in given:
        given["metadata"] = merged(customer["metadata"], given["metadata"])
    ask.books.change(customer, **given)
    ask.books.emit("customer.updated", customer, before)
    return customer


def merged(known: Json, given: Json | str) -> Json:
    """Return metadata after a change: an empty word removes a key, an empty whole all of them."""
    if not isinstance(given, dict):
        return {}
    return {name: one for name, one in (known | given).items() if one != ""}


@answers("DELETE", "/v1/customers/{customer}", ())
def delete(ask: Ask) -> Json:
    """Delete a customer and end what they subscribed to."""
    from stripe_sandbox.resources.subscriptions import end  # noqa: PLC0415  # they know customers

    books = ask.books
    customer = books.get("customer", ask.ids["customer"])
    for subscription in books.all("subscription", customer=customer["id"]):
        if subscription["status"] not in {"canceled", "incomplete_expired"}:
            end(books, subscription, reason="cancellation_requested")
    books.emit("customer.deleted", customer)
    mark = books.remove(customer)
    books.store.set(books.space, f"deleted:{books.account}:{customer['id']}", mark)
    return mark


@answers("GET", "/v1/customers", {"email", "created", "test_clock"})
def list_all(ask: Ask) -> Json:
    """List customers; an e-mail is compared exactly, upper and lower case told apart."""
    wanted = {name: ask.params[name] for name in ("email", "test_clock") if ask.has(name)}
    return page(ask, ask.books.all("customer", **wanted), "/v1/customers")


@answers("GET", "/v1/customers/{customer}/payment_methods", {"type", "allow_redisplay"})
def list_methods(ask: Ask) -> Json:
    """List a customer's ways to pay."""
    customer = ask.books.get("customer", ask.ids["customer"])
    rows = ask.books.all("payment_method", customer=customer["id"])
    return page(ask, rows, f"/v1/customers/{customer['id']}/payment_methods")


def _subscriptions(books: Books, customer: Json) -> Json:
    rows = (
        one
        for one in books.all("subscription", customer=customer["id"])
        if one["status"] != "canceled"
    )
    return whole(rows, f"/v1/customers/{customer['id']}/subscriptions")


INCLUDED["customer", "subscriptions"] = _subscriptions
