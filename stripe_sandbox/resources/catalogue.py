"""Products and prices."""

from stripe_sandbox.core.asking import Ask, answers, insist
from stripe_sandbox.core.books import Books
from stripe_sandbox.core.faults import Fault
from stripe_sandbox.core.lists import page
from stripe_sandbox.core.store import Json
from stripe_sandbox.resources.customers import merged

_PRODUCT = {"name", "description", "metadata", "active", "images", "url", "unit_label",
            "statement_descriptor", "tax_code", "shippable"}  # fmt: skip
_PRICE = {"currency", "product", "product_data", "unit_amount", "unit_amount_decimal", "recurring",
          "active", "metadata", "nickname", "lookup_key", "tax_behavior",
          "billing_scheme"}  # fmt: skip


@answers("POST", "/v1/products", {*_PRODUCT, "id", "default_price_data"})
def create_product(ask: Ask) -> Json:
    """Write down a product."""
    given = {name: value for name, value in ask.params.items() if name in {*_PRODUCT, "id"}}
    product = new_product(ask.books, **given)
    if ask.has("default_price_data"):
        terms = ask.params["default_price_data"] | {"product": product["id"]}
        ask.books.change(product, default_price=new_price(ask.books, terms)["id"])
    return product


def new_product(books: Books, *, quiet: bool = False, **given: object) -> Json:
    """Return a new product, kept; one made in passing for a payment page is not announced."""
    product = books.make("product", updated=books.now, active=True, type="service", **given)
    books.keep(product)
    if not quiet:
        books.emit("product.created", product)
    return product


@answers("GET", "/v1/products/{id}", ())
def retrieve_product(ask: Ask) -> Json:
    """Show a product."""
    return ask.books.get("product", ask.ids["id"])


@answers("POST", "/v1/products/{id}", {*_PRODUCT, "default_price"})
def update_product(ask: Ask) -> Json:
    """Change a product."""
    return _update(ask, ask.books.get("product", ask.ids["id"]), "product.updated")


@answers("GET", "/v1/products", {"active", "ids", "created"})
def list_products(ask: Ask) -> Json:
    """List products."""
    rows = _wanted(ask, "product", ("active",))
    return page(ask, rows, "/v1/products")


def _wanted(ask: Ask, kind: str, names: tuple[str, ...]) -> list[Json]:
    rows = ask.books.all(kind)
    asked = {name: ask.params[name] for name in names if name in ask.params}
    return [one for one in rows if not one.get("_inline") and asked.items() <= _flat(one).items()]


def _flat(thing: Json) -> Json:
    return {name: one for name, one in thing.items() if isinstance(one, str | int | bool)}


def _update(ask: Ask, thing: Json, event: str) -> Json:
    given = {name: one for name, one in ask.params.items() if name != "expand"}
    before = {name: thing.get(name) for name in given}
    if "metadata" in given:
        given["metadata"] = merged(thing["metadata"], given["metadata"])
    if "updated" in thing:
        given["updated"] = ask.books.now
    ask.books.change(thing, **given)
    ask.books.emit(event, thing, before)
    return thing


@answers("POST", "/v1/prices", _PRICE)
def create_price(ask: Ask) -> Json:
    """Write down a price."""
    return new_price(ask.books, ask.params)


def new_price(books: Books, terms: Json, *, inline: bool = False) -> Json:
    """Return a new price by its terms, kept; an inline one belongs to one payment page only."""
    insist(
        terms.get("unit_amount") is not None or terms.get("unit_amount_decimal"),
        "You must specify either `unit_amount` or `unit_amount_decimal`.",
        "unit_amount",
    )
    amount = terms.get("unit_amount")
    if amount is None:
        raise Fault("stripe_sandbox reckons in whole minor units: give unit_amount.")
    insist(amount >= 0, "Invalid non-negative integer", "unit_amount")
    recurring = terms.get("recurring")
    price = books.make(
        "price",
        active=not inline and terms.get("active", True),
        billing_scheme="per_unit",
        currency=terms["currency"].lower(),
        product=_product_of(books, terms, inline=inline),
        unit_amount=amount,
        unit_amount_decimal=str(amount),
        type="recurring" if recurring else "one_time",
        recurring=recurring and _recurring(recurring),
        tax_behavior=terms.get("tax_behavior", "unspecified"),
        nickname=terms.get("nickname"),
        lookup_key=terms.get("lookup_key"),
        metadata=terms.get("metadata") or {},
        _inline=inline,
    )
    books.keep(price)
    if not inline:
        books.emit("price.created", price)
    return price


def _recurring(terms: Json) -> Json:
    count = terms.get("interval_count", 1)
    return {
        "interval": terms["interval"],
        "interval_count": count,
        "meter": None,
        "trial_period_days": terms.get("trial_period_days"),
        "usage_type": "licensed",
    }


def _product_of(books: Books, terms: Json, *, inline: bool) -> str:
    if terms.get("product"):
        return str(books.named("product", terms["product"], "product")["id"])
    made = terms.get("product_data")
    insist(made, "You must specify either `product` or `product_data`.", "product")
    values = {name: one for name, one in dict(made or {}).items() if name != "tax_details"}
    return str(new_product(books, quiet=inline, _inline=inline, **values)["id"])


@answers("GET", "/v1/prices/{price}", ())
def retrieve_price(ask: Ask) -> Json:
    """Show a price."""
    return ask.books.get("price", ask.ids["price"])


@answers(
    "POST", "/v1/prices/{price}", {"active", "metadata", "nickname", "lookup_key", "tax_behavior"}
)
def update_price(ask: Ask) -> Json:
    """Change a price: never its amount."""
    return _update(ask, ask.books.get("price", ask.ids["price"]), "price.updated")


@answers("GET", "/v1/prices", {"active", "product", "currency", "lookup_keys", "type", "created"})
def list_prices(ask: Ask) -> Json:
    """List prices."""
    rows = _wanted(ask, "price", ("active", "product", "currency", "type"))
    keys = ask.params.get("lookup_keys")
    rows = [one for one in rows if keys is None or one["lookup_key"] in keys]
    return page(ask, rows, "/v1/prices")
