"""The customer portal: sessions that lead to its page, and how it is set up."""

from stripe_sandbox.core.asking import Ask, answers, insist
from stripe_sandbox.core.books import Books
from stripe_sandbox.core.lists import page
from stripe_sandbox.core.store import Json

FLOWS = {"payment_method_update", "subscription_cancel"}


@answers(
    "POST",
    "/v1/billing_portal/sessions",
    {"customer", "return_url", "configuration", "flow_data", "locale"},
)
def create(ask: Ask) -> Json:
    """Make a link to the portal for one customer."""
    books, params = ask.books, ask.params
    customer = books.named("customer", params.get("customer", ""), "customer")
    named = params.get("configuration")
    setup = (
        books.named("billing_portal.configuration", named, "configuration")
        if named
        else default(books)
    )
    flow = _flow(books, params.get("flow_data"), customer)
    session = books.make(
        "billing_portal.session",
        customer=customer["id"],
        configuration=setup["id"],
        return_url=params.get("return_url") or setup["default_return_url"],
        locale=params.get("locale"),
        flow=flow,
    )
    session["url"] = f"{books.base}/portal/{session['id']}"
    books.keep(session)
    books.emit("billing_portal.session.created", session)
    return session


def _flow(books: Books, asked: Json | None, customer: Json) -> Json | None:
    """Return the one thing that a deep link is for: to change the card, or to leave."""
    if not asked:
        return None
    insist(asked["type"] in FLOWS, f"stripe_sandbox's portal has no flow {asked['type']}.")
    about = asked.get("subscription_cancel")
    if about:
        subscription = books.named("subscription", about["subscription"], "flow_data")
        insist(subscription["customer"] == customer["id"], "That is another customer's.")
    after = asked.get("after_completion", {"type": "portal_homepage"})
    blank = {"hosted_confirmation": None, "redirect": None}
    return {"type": asked["type"], "subscription_cancel": about, "after_completion": blank | after}


def default(books: Books) -> Json:
    """Return the setup that applies when none is named."""
    known = next(books.all("billing_portal.configuration", is_default=True), None)
    return known or _new(books, {}, is_default=True)


def _new(books: Books, given: Json, *, is_default: bool = False) -> Json:
    setup = books.make(
        "billing_portal.configuration", active=True, is_default=is_default, updated=books.now
    )
    setup["features"]["subscription_cancel"] |= {"enabled": True, "mode": "at_period_end"}
    setup["features"]["payment_method_update"]["enabled"] = True
    setup["features"]["invoice_history"]["enabled"] = True
    for name in ("default_return_url", "metadata"):
        if name in given:
            setup[name] = given[name]
    return books.keep(setup)


@answers(
    "POST", "/v1/billing_portal/configurations",
    {"features", "default_return_url", "business_profile", "metadata"},
)  # fmt: skip
def create_setup(ask: Ask) -> Json:
    """Set a portal up. The sandbox's page shows the same whatever the features say."""
    setup = _new(ask.books, ask.params)
    ask.books.emit("billing_portal.configuration.created", setup)
    return setup


@answers("GET", "/v1/billing_portal/configurations", {"is_default", "active"})
def list_setups(ask: Ask) -> Json:
    """List how the portal is set up."""
    rows = ask.books.all("billing_portal.configuration")
    return page(ask, rows, "/v1/billing_portal/configurations")
