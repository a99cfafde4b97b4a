"""Payouts: what is available goes to the bank, and may come back."""

from stripe_sandbox.core.asking import Ask, answers, insist
from stripe_sandbox.core.books import Books
from stripe_sandbox.core.lists import page
from stripe_sandbox.core.store import Json
from stripe_sandbox.resources import balance


def pay_out(books: Books) -> list[Json]:
    """Pay out all that is available, one payout for each currency, and let them arrive."""
    free = [
        one
        for one in books.all("balance_transaction", status="available")
        if not one.get("_payout")
    ]
    by_currency: dict[str, list[Json]] = {}
    for entry in free:
        by_currency.setdefault(entry["currency"], []).append(entry)
    return [
        _pay_out(books, currency, entries)
        for currency, entries in by_currency.items()
        if sum(entry["net"] for entry in entries) > 0
    ]


def _pay_out(books: Books, currency: str, entries: list[Json]) -> Json:
    payout = books.make(
        "payout",
        amount=sum(entry["net"] for entry in entries),
        arrival_date=books.now,
        automatic=True,
        currency=currency,
        description="STRIPE PAYOUT",
        method="standard",
        reconciliation_status="completed",
        source_type="card",
        status="paid",
        type="bank_account",
    )
    entry = balance.enter(books, "payout", -payout["amount"], currency, payout["id"])
    payout["balance_transaction"] = entry["id"]
    for one in [*entries, entry]:
        books.change(one, _payout=payout["id"])
    books.keep(payout)
    books.emit("payout.created", payout)
    books.emit("payout.paid", payout)
    books.emit("payout.reconciliation_completed", payout)
    return payout


def fail(books: Books, payout: Json) -> Json:
    """Let a payout come back from the bank."""
    insist(payout["status"] == "paid", f"The payout is {payout['status']}.")
    entry = balance.enter(
        books, "payout_failure", payout["amount"], payout["currency"], payout["id"]
    )
    books.change(
        payout,
        status="failed",
        failure_code="account_closed",
        failure_message="The bank account has been closed.",
        failure_balance_transaction=entry["id"],
    )
    books.emit("payout.failed", payout)
    return payout


@answers("GET", "/v1/payouts/{payout}", ())
def retrieve(ask: Ask) -> Json:
    """Show a payout."""
    return ask.books.get("payout", ask.ids["payout"])


@answers("GET", "/v1/payouts", {"status", "created"})
def list_all(ask: Ask) -> Json:
    """List payouts."""
    wanted = {"status": ask.params["status"]} if ask.has("status") else {}
    return page(ask, ask.books.all("payout", **wanted), "/v1/payouts")
