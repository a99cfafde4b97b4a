"""Events, and the endpoints that want to hear of them."""

import secrets
from urllib.parse import urlsplit

from stripe_sandbox.core.asking import Ask, answers, insist
from stripe_sandbox.core.books import Books, public
from stripe_sandbox.core.faults import Fault
from stripe_sandbox.core.lists import page
from stripe_sandbox.core.store import Json

MOST_ENDPOINTS = 16
MAILBOX = "mailbox:"


@answers("GET", "/v1/events/{id}", ())
def retrieve(ask: Ask) -> Json:
    """Show an event."""
    return ask.books.get("event", ask.ids["id"])


@answers("GET", "/v1/events", {"type", "types", "created", "delivery_success"})
def list_all(ask: Ask) -> Json:
    """List events; `delivery_success=false` are those that an endpoint never took."""
    rows = list(ask.books.all("event"))
    types = [ask.params["type"]] if ask.has("type") else ask.params.get("types")
    if types:
        rows = [one for one in rows if any(_fits(one["type"], wanted) for wanted in types)]
    if "delivery_success" in ask.params:
        lost = undelivered(ask.books)
        rows = [one for one in rows if (one["id"] not in lost) == ask.params["delivery_success"]]
    return page(ask, rows, "/v1/events")


def _fits(kind: str, wanted: str) -> bool:
    return kind.startswith(wanted[:-1]) if wanted.endswith("*") else kind == wanted


def undelivered(books: Books) -> set[str]:
    """Return the ids of the events that some endpoint has not taken (yet)."""
    rows = books.store.run(
        "SELECT event FROM notice WHERE space = ? AND account = ? GROUP BY event, endpoint"
        " HAVING sum(state = 'delivered') = 0",
        books.space, books.account,
    )  # fmt: skip
    return {row["event"] for row in rows}


@answers("GET", "/v2/core/events/{id}", ())
def retrieve_thin(ask: Ask) -> Json:
    """Show a v2 event."""
    books = ask.books
    event = books.find(ask.ids["id"], "v2.core.event") or books.of(books.platform_id).get(
        "v2.core.event", ask.ids["id"]
    )
    shown: Json = public(event)
    return shown | {"reason": None}


@answers(
    "POST",
    "/v1/webhook_endpoints",
    {"url", "enabled_events", "connect", "description", "metadata", "api_version"},
)
def create(ask: Ask) -> Json:
    """Register an endpoint; its secret is told this once."""
    params = ask.params
    made = new_endpoint(
        ask.books,
        params["url"],
        secret=f"whsec_{secrets.token_hex(16)}",
        whose="connected" if params.get("connect") else "own",
        enabled_events=params["enabled_events"],
        description=params.get("description"),
        metadata=params.get("metadata") or {},
        api_version=params.get("api_version"),
    )
    return made | {"secret": made["_secret"]}


def new_endpoint(books: Books, url: str, *, secret: str, whose: str, **values: object) -> Json:
    """Return a new endpoint, kept. `whose` events it hears of: all, own or connected."""
    insist(_is_near(url), "stripe_sandbox sends notices over loopback only.", "url")
    platform = books.of(books.platform_id)
    insist(
        len(list(platform.all("webhook_endpoint"))) < MOST_ENDPOINTS,
        f"You have reached the maximum of {MOST_ENDPOINTS} test webhook endpoints.",
    )
    fixed = {"_secret": secret, "_whose": whose, "_form": "snapshot", "_fetched": False}
    endpoint = platform.make("webhook_endpoint", url=url, status="enabled")
    heard = {"enabled_events": ["*"], "_v1": True, "_v2": False}
    return platform.keep(endpoint | fixed | heard | values)


def _is_near(url: str) -> bool:
    """Whether an address is this machine's own, or a mailbox."""
    host = urlsplit(url).hostname or ""
    own = host in {"127.0.0.1", "localhost"} or host.endswith(".localhost")
    return url == MAILBOX or (own and url.startswith("http://"))


@answers("GET", "/v1/webhook_endpoints/{webhook_endpoint}", ())
def retrieve_endpoint(ask: Ask) -> Json:
    """Show an endpoint."""
    return ask.books.get("webhook_endpoint", ask.ids["webhook_endpoint"])


@answers("GET", "/v1/webhook_endpoints", ())
def list_endpoints(ask: Ask) -> Json:
    """List endpoints."""
    return page(ask, ask.books.all("webhook_endpoint"), "/v1/webhook_endpoints")


@answers(
    "POST",
    "/v1/webhook_endpoints/{webhook_endpoint}",
    {"url", "enabled_events", "disabled", "description", "metadata"},
)
def update(ask: Ask) -> Json:
    """Change an endpoint, or switch it off and on."""
    endpoint = ask.books.get("webhook_endpoint", ask.ids["webhook_endpoint"])
    given = {name: one for name, one in ask.params.items() if name not in {"expand", "disabled"}}
    if "disabled" in ask.params:
        given["status"] = "disabled" if ask.params["disabled"] else "enabled"
    return ask.books.change(endpoint, **given)


@answers("DELETE", "/v1/webhook_endpoints/{webhook_endpoint}", ())
def delete(ask: Ask) -> Json:
    """Forget an endpoint."""
    endpoint = ask.books.get("webhook_endpoint", ask.ids["webhook_endpoint"])
    return ask.books.remove(endpoint)


def event_of(books: Books, ident: str) -> Json:
    """Return an event of any form; refuse when it is not there."""
    event = books.find(ident)
    if event is None or event["object"] not in {"event", "v2.core.event"}:
        raise Fault(f"No such event: '{ident}'", status=404, code="resource_missing")
    return event


def greet(books: Books) -> None:
    """Give a space that is new the endpoint that the server was started with."""
    store = books.store
    given = store.setting("", "notices")
    if given and not store.setting(books.space, "greeted"):
        store.set(books.space, "greeted", True)
        new_endpoint(books, given["url"], secret=given["secret"], whose="all", _v2=True)
