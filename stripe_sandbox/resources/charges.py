"""Charges: what was or was not taken from a way to pay."""

from stripe_sandbox.core.asking import Ask, answers
from stripe_sandbox.core.books import Books
from stripe_sandbox.core.lists import INCLUDED, page, whole
from stripe_sandbox.core.store import Json
from stripe_sandbox.resources import balance
from stripe_sandbox.resources.methods import DECLINES


def new_charge(books: Books, intent: Json, method: Json, status: str, reason: str = "") -> Json:
    """Return a new charge of an intent, kept and announced; a successful one moves money."""
    charge = books.make(
        "charge",
        amount=intent["amount"],
        amount_captured=0,
        amount_refunded=0,
        application=intent["application"],
        application_fee_amount=intent["application_fee_amount"],
        billing_details=method["billing_details"],
        captured=status != "failed",
        currency=intent["currency"],
        customer=intent["customer"],
        description=intent["description"],
        disputed=False,
        metadata=dict(intent["metadata"]),
        paid=status == "succeeded",
        payment_intent=intent["id"],
        payment_method=method["id"],
        payment_method_details={"type": method["type"], method["type"]: _details(method)},
        receipt_email=intent["receipt_email"],
        refunded=False,
        status=status,
        **_failure(reason),
    )
    charge["receipt_url"] = f"{books.base}/receipt/{charge['id']}" if status != "failed" else None
    books.keep(charge)
    if status == "succeeded":
        _take(books, charge)
    books.emit(f"charge.{status}", charge)
    return charge


def _details(method: Json) -> Json:
    if method["type"] == "sepa_debit":
        kept = ("bank_code", "branch_code", "country", "fingerprint", "last4")
        return {name: method["sepa_debit"][name] for name in kept}
    same = ("brand", "country", "exp_month", "exp_year", "fingerprint", "funding", "last4")
    return {name: method["card"][name] for name in same} | {
        "checks": method["card"]["checks"],
        "network": "visa",
        "three_d_secure": None,
        "wallet": None,
    }


def _failure(reason: str) -> Json:
    if not reason:
        return {"outcome": _outcome("approved_by_network", None, "Payment complete.")}
    code, decline, message = DECLINES[reason]
    return {
        "failure_code": code,
        "failure_message": message,
        "outcome": _outcome("declined_by_network", decline, message),
    }


def _outcome(status: str, reason: str | None, message: str) -> Json:
    kind = "authorized" if status == "approved_by_network" else "issuer_declined"
    return {
        "network_status": status,
        "reason": reason,
        "risk_level": "normal",
        "seller_message": message,
        "type": kind,
    }


def _take(books: Books, charge: Json) -> None:
    """Put a charge's money on the balance, less what it costs."""
    fees = [
        balance.fee_line("stripe_fee", balance.stripe_fee(charge["amount"]), charge["currency"])
    ]
    share = charge["application_fee_amount"] or 0
    if share:
        application = balance.application_of(books)
        fees.append(balance.fee_line("application_fee", share, charge["currency"], application))
    entry = balance.enter(
        books, "charge", charge["amount"], charge["currency"], charge["id"], fees=fees
    )
    fee = balance.take_application_fee(books, charge, share) if share else None
    books.change(
        charge,
        amount_captured=charge["amount"],
        balance_transaction=entry["id"],
        application_fee=fee and fee["id"],
    )


def settle(books: Books, charge: Json, reason: str = "") -> Json:
    """Let a pending charge succeed, or fail for a reason."""
    status = "failed" if reason else "succeeded"
    books.change(charge, status=status, paid=not reason, captured=not reason, **_failure(reason))
    if not reason:
        _take(books, charge)
    books.emit(f"charge.{status}", charge)
    return charge


@answers("GET", "/v1/charges/{charge}", ())
def retrieve(ask: Ask) -> Json:
    """Show a charge."""
    return ask.books.get("charge", ask.ids["charge"])


@answers("GET", "/v1/charges", {"customer", "payment_intent", "created"})
def list_all(ask: Ask) -> Json:
    """List charges."""
    wanted = {name: ask.params[name] for name in ("customer", "payment_intent") if ask.has(name)}
    return page(ask, ask.books.all("charge", **wanted), "/v1/charges")


def _refunds(books: Books, charge: Json) -> Json:
    return whole(books.all("refund", charge=charge["id"]), f"/v1/charges/{charge['id']}/refunds")


INCLUDED["charge", "refunds"] = _refunds
