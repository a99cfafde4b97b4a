"""Refunds: asked for at once, done sooner or later, or not at all."""

from stripe_sandbox.core.asking import Ask, answers, insist
from stripe_sandbox.core.books import Books
from stripe_sandbox.core.faults import Fault
from stripe_sandbox.core.lists import page
from stripe_sandbox.core.store import Json
from stripe_sandbox.resources import balance
from stripe_sandbox.resources.customers import merged


@answers(
    "POST",
    "/v1/refunds",
    {"amount", "charge", "payment_intent", "reason", "metadata", "refund_application_fee"},
)
def create(ask: Ask) -> Json:
    """Give back a charge or a part of it."""
    books, params = ask.books, ask.params
    charge = _charge(books, params)
    left = charge["amount"] - charge["amount_refunded"]
    insist(charge["paid"], f"The charge {charge['id']} was not paid.", code="charge_not_refundable")
    insist(
        left > 0,
        f"Charge {charge['id']} has already been refunded.",
        code="charge_already_refunded",
    )
    insist(
        not charge["disputed"],
        f"Charge {charge['id']} has been charged back; cannot issue a refund.",
        code="charge_disputed",
    )
    amount = params.get("amount", left)
    insist(amount > 0, "Invalid positive integer", "amount", code="parameter_invalid_integer")
    if amount > left:
        raise Fault(
            f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})",
            param="amount",
        )
    return give_back(books, charge, amount, params)


def _charge(books: Books, params: Json) -> Json:
    if params.get("charge"):
        return books.named("charge", params["charge"], "charge")
    insist(params.get("payment_intent"), "One of charge or payment_intent is needed.", "charge")
    intent = books.named("payment_intent", params["payment_intent"], "payment_intent")
    insist(
        intent["latest_charge"],
        f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.",
        code="payment_intent_unexpected_state",
    )
    return books.get("charge", intent["latest_charge"])


def give_back(books: Books, charge: Json, amount: int, params: Json) -> Json:
    """Write down a refund, and let it succeed unless the space keeps refunds waiting."""
    refund = books.make(
        "refund",
        amount=amount,
        charge=charge["id"],
        currency=charge["currency"],
        metadata=params.get("metadata") or {},
        payment_intent=charge["payment_intent"],
        reason=params.get("reason"),
        status="pending",
        _fee=bool(params.get("refund_application_fee")),
        destination_details={"type": "card", "card": {"type": "refund"}},
    )
    entry = balance.enter(books, "refund", -amount, charge["currency"], refund["id"])
    refund["balance_transaction"] = entry["id"]
    total = charge["amount_refunded"] + amount
    books.change(charge, amount_refunded=total, refunded=total == charge["amount"])
    if refund["_fee"] and charge["application_fee"]:
        share = round((charge["application_fee_amount"] or 0) * amount / charge["amount"])
        balance.return_application_fee(books, charge["application_fee"], share)
    waits = books.store.setting(books.space, "refunds", "succeed") == "wait"
    refund |= (
        {"status": "pending", "pending_reason": "processing"} if waits else {"status": "succeeded"}
    )
    books.keep(refund)
    books.emit("refund.created", refund)
    books.emit("charge.refunded", charge)
    return refund


def settle(books: Books, refund: Json) -> Json:
    """Let a waiting refund arrive."""
    insist(refund["status"] == "pending", f"The refund is {refund['status']}.")
    books.change(refund, status="succeeded", pending_reason=None)
    _tell(books, refund)
    return refund


def fail(books: Books, refund: Json, reason: str = "lost_or_stolen_card") -> Json:
    """Let a refund come back: the money returns to the balance. It may have seemed to succeed."""
    insist(refund["status"] in {"pending", "succeeded"}, f"The refund is {refund['status']}.")
    entry = balance.enter(
        books, "refund_failure", refund["amount"], refund["currency"], refund["id"]
    )
    books.change(
        refund,
        status="failed",
        failure_reason=reason,
        failure_balance_transaction=entry["id"],
        pending_reason=None,
    )
    charge = books.get("charge", refund["charge"])
    left = charge["amount_refunded"] - refund["amount"]
    books.change(charge, amount_refunded=left, refunded=False)
    books.emit("refund.failed", refund)
    _tell(books, refund)
    return refund


def _tell(books: Books, refund: Json) -> None:
    books.emit("refund.updated", refund)
    books.emit("charge.refund.updated", refund)


@answers("GET", "/v1/refunds/{refund}", ())
def retrieve(ask: Ask) -> Json:
    """Show a refund."""
    return ask.books.get("refund", ask.ids["refund"])


@answers("POST", "/v1/refunds/{refund}", {"metadata"})
def update(ask: Ask) -> Json:
    """Change what a refund says."""
    refund = ask.books.get("refund", ask.ids["refund"])
    return ask.books.change(refund, metadata=merged(refund["metadata"], ask.params["metadata"]))


@answers("GET", "/v1/refunds", {"charge", "payment_intent", "created"})
def list_all(ask: Ask) -> Json:
    """List refunds."""
    wanted = {name: ask.params[name] for name in ("charge", "payment_intent") if ask.has(name)}
    return page(ask, ask.books.all("refund", **wanted), "/v1/refunds")
