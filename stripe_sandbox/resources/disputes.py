"""Disputes: a payer contests a charge, and somebody decides."""

from stripe_sandbox.core.asking import Ask, answers, insist
from stripe_sandbox.core.books import Books
from stripe_sandbox.core.lists import page
from stripe_sandbox.core.store import Json
from stripe_sandbox.resources import balance
from stripe_sandbox.resources.customers import merged

FEE = 2000
ANSWER_WITHIN = 7 * 86400


def open_one(books: Books, charge: Json) -> Json:
    """Open a dispute: the money and a fee leave the balance at once."""
    insist(charge["paid"] and not charge["disputed"], "The charge cannot be disputed (again).")
    dispute = books.make(
        "dispute",
        amount=charge["amount"],
        charge=charge["id"],
        currency=charge["currency"],
        is_charge_refundable=False,
        payment_intent=charge["payment_intent"],
        reason="fraudulent",
        status="needs_response",
    )
    dispute["evidence_details"] |= {"due_by": books.now + ANSWER_WITHIN, "has_evidence": False,
                                    "submission_method": "not_submitted"}  # fmt: skip
    cost = balance.fee_line("stripe_fee", FEE, charge["currency"]) | {"description": "Dispute fee"}
    entry = balance.enter(
        books, "adjustment", -charge["amount"], charge["currency"], dispute["id"], fees=[cost]
    )
    dispute["balance_transactions"] = [entry]
    books.keep(dispute)
    books.change(charge, disputed=True)
    books.emit("charge.dispute.created", dispute)
    books.emit("charge.dispute.funds_withdrawn", dispute)
    return dispute


def close(books: Books, dispute: Json, *, won: bool) -> Json:
    """Decide a dispute; who wins has the money back."""
    insist(dispute["status"] in {"needs_response", "under_review"}, "The dispute is closed.")
    dispute["status"] = "won" if won else "lost"
    if won:
        entry = balance.enter(
            books, "adjustment", dispute["amount"], dispute["currency"], dispute["id"]
        )
        dispute["balance_transactions"].append(entry)
    books.change(dispute)
    if won:
        books.emit("charge.dispute.funds_reinstated", dispute)
    books.emit("charge.dispute.closed", dispute)
    return dispute


@answers("GET", "/v1/disputes/{dispute}", ())
def retrieve(ask: Ask) -> Json:
    """Show a dispute."""
    return ask.books.get("dispute", ask.ids["dispute"])


@answers("GET", "/v1/disputes", {"charge", "payment_intent", "created"})
def list_all(ask: Ask) -> Json:
    """List disputes."""
    wanted = {name: ask.params[name] for name in ("charge", "payment_intent") if ask.has(name)}
    return page(ask, ask.books.all("dispute", **wanted), "/v1/disputes")


@answers("POST", "/v1/disputes/{dispute}", {"metadata", "submit"})
def update(ask: Ask) -> Json:
    """Hand in an answer to a dispute (the evidence itself stays in Stripe's dashboard)."""
    dispute = ask.books.get("dispute", ask.ids["dispute"])
    dispute["metadata"] = merged(dispute["metadata"], ask.params.get("metadata", {}))
    if ask.params.get("submit"):
        dispute["status"] = "under_review"
    ask.books.change(dispute)
    ask.books.emit("charge.dispute.updated", dispute)
    return dispute


@answers("POST", "/v1/disputes/{dispute}/close", ())
def give_in(ask: Ask) -> Json:
    """Give a dispute up."""
    return close(ask.books, ask.books.get("dispute", ask.ids["dispute"]), won=False)
