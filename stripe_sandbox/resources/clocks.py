"""Time: what falls due when a clock moves, the space's own or a test clock's."""

from collections.abc import Callable

from stripe_sandbox.core.asking import Ask, answers, insist
from stripe_sandbox.core.books import Books, moment_of
from stripe_sandbox.core.lists import page
from stripe_sandbox.core.store import Json, Store
from stripe_sandbox.resources import balance, checkout, intents, invoices
from stripe_sandbox.resources import subscriptions as subs

LONGEST_LIFE = 30 * 86400


def _collect(books: Books, invoice: Json) -> None:
    method = invoices.OUTCOMES["method"](books, invoice)
    invoices.collect(books, invoice, method)


DUE: dict[str, Callable[[Books, Json], object]] = {
    "balance_transaction": balance.become_available,
    "checkout.session": checkout.expire,
    "invoice": _collect,
    "payment_intent": intents.settle,
    "subscription": subs.advance,
}
"""What happens to an object when its moment has come."""
_OPEN = {
    "checkout.session": {"open"},
    "invoice": {"open"},
    "payment_intent": {"processing"},
}


def catch_up(store: Store, space: str, base: str) -> int:
    """Do all that is due in a space by its own clock; return how much that was."""
    until = moment_of(store, space)
    return _run(store, space, base, None, until)


def _run(store: Store, space: str, base: str, clock: str | None, until: int) -> int:
    """Do what is due one after the other, each at its own moment."""
    done = 0
    while True:
        rows = store.run(
            "SELECT n, id, account, kind, due FROM thing WHERE space = ? AND clock IS ?"
            " AND due <= ? ORDER BY due, n LIMIT 1",
            space, clock, until,
        )  # fmt: skip
        if not rows:
            return done
        row = rows[0]
        books = Books(store, space, row["account"], base, moment=row["due"])
        store.run("UPDATE thing SET due = NULL WHERE n = ?", row["n"])
        thing = books.get(row["kind"], row["id"])
        if thing.get("status") in _OPEN.get(row["kind"], {thing.get("status")}):
            DUE[row["kind"]](books, thing)
        done += 1


def spaces_with_work(store: Store, now: int) -> list[str]:
    """Return the spaces in real time where something is due."""
    rows = store.run(
        "SELECT DISTINCT space FROM thing WHERE due <= ? AND clock IS NULL AND space NOT IN"
        " (SELECT space FROM setting WHERE name = 'now' AND value <> 'null')",
        now,
    )
    return [row["space"] for row in rows]


@answers("POST", "/v1/test_helpers/test_clocks", {"frozen_time", "name"})
def create(ask: Ask) -> Json:
    """Make a clock that stands still until it is advanced."""
    books = ask.books
    clock = books.make(
        "test_helpers.test_clock",
        frozen_time=ask.params["frozen_time"],
        name=ask.params.get("name"),
        deletes_after=books.now + LONGEST_LIFE,
        status="ready",
        status_details={},
    )
    books.keep(clock)
    books.emit("test_helpers.test_clock.created", clock)
    return clock


@answers("GET", "/v1/test_helpers/test_clocks/{test_clock}", ())
def retrieve(ask: Ask) -> Json:
    """Show a clock."""
    return ask.books.get("test_helpers.test_clock", ask.ids["test_clock"])


@answers("GET", "/v1/test_helpers/test_clocks", ())
def list_all(ask: Ask) -> Json:
    """List clocks."""
    rows = ask.books.all("test_helpers.test_clock")
    return page(ask, rows, "/v1/test_helpers/test_clocks")


@answers("POST", "/v1/test_helpers/test_clocks/{test_clock}/advance", {"frozen_time"})
def advance(ask: Ask) -> Json:
    """Move a clock on, and do all that falls due for its customers."""
    books, until = ask.books, ask.params["frozen_time"]
    clock = books.get("test_helpers.test_clock", ask.ids["test_clock"])
    insist(until > clock["frozen_time"], "A test clock can only move forward.", "frozen_time")
    books.emit("test_helpers.test_clock.advancing", clock | {"status": "advancing"})
    _run(books.store, books.space, books.base, clock["id"], until)
    books.change(clock, frozen_time=until)
    books.emit("test_helpers.test_clock.ready", clock)
    return clock


@answers("DELETE", "/v1/test_helpers/test_clocks/{test_clock}", ())
def delete(ask: Ask) -> Json:
    """Delete a clock with everything on it."""
    books = ask.books
    clock = books.get("test_helpers.test_clock", ask.ids["test_clock"])
    books.store.run("DELETE FROM thing WHERE space = ? AND clock = ?", books.space, clock["id"])
    return books.remove(clock)
