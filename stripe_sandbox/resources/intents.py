"""Payment intents: from the wish to pay to the end of it, through whatever lies between."""

from collections.abc import Callable
from typing import Any

from stripe_sandbox.core.asking import Ask, answers, insist
from stripe_sandbox.core.books import Books, new_id
from stripe_sandbox.core.faults import Fault, declined
from stripe_sandbox.core.lists import page
from stripe_sandbox.core.store import Json
from stripe_sandbox.resources import charges, methods
from stripe_sandbox.resources.balance import application_of
from stripe_sandbox.resources.customers import merged

DEBIT_TAKES = 3 * 86400

AFTERWARDS: dict[str, Callable[[Books, Json, Json], None]] = {}
"""Who wants to know how an intent went, by the kind of object that it pays for."""


def new_intent(books: Books, amount: int, currency: str, **values: Any) -> Json:
    """Return a new intent, kept and announced."""
    intent = books.make(
        "payment_intent",
        amount=amount,
        amount_capturable=0,
        amount_received=0,
        capture_method="automatic_async",
        confirmation_method="automatic",
        currency=currency,
        payment_method_types=["card"],
        status="requires_payment_method",
        application=application_of(books) if books.connected else None,
    )
    intent |= values
    intent["client_secret"] = f"{intent['id']}_secret_{new_id('coupon')}"
    books.keep(intent)
    books.emit("payment_intent.created", intent)
    return intent


def attempt(books: Books, intent: Json, method: Json, *, present: bool = True) -> Json:
    """Try to pay with a method; `present` tells whether the payer sits before the page."""
    manner = methods.manner_of(method)
    outcome = manner.now if present else manner.later
    insist(
        intent["status"] not in {"succeeded", "canceled", "processing"},
        f"This PaymentIntent's status is {intent['status']}: it cannot be confirmed.",
        code="payment_intent_unexpected_state",
    )
    books.change(intent, payment_method=method["id"], payment_method_types=[method["type"]])
    if outcome == "authenticate":
        return _ask_the_bank(books, intent)
    if outcome == "process":
        return _process(books, intent, method)
    if outcome == "succeed":
        return _succeed(books, intent, charges.new_charge(books, intent, method, "succeeded"))
    return _fail(books, intent, method, outcome)


def _ask_the_bank(books: Books, intent: Json) -> Json:
    url = f"{books.base}/bank/{intent['id']}"
    step = {"type": "redirect_to_url", "redirect_to_url": {"return_url": None, "url": url}}
    books.change(intent, status="requires_action", next_action=step)
    books.emit("payment_intent.requires_action", intent)
    return _tell(books, intent)


def _process(books: Books, intent: Json, method: Json) -> Json:
    charge = charges.new_charge(books, intent, method, "pending")
    intent |= {"status": "processing", "latest_charge": charge["id"], "next_action": None}
    books.keep(intent, due=books.now + DEBIT_TAKES)
    books.emit("payment_intent.processing", intent)
    return _tell(books, intent)


def _succeed(books: Books, intent: Json, charge: Json) -> Json:
    intent |= {
        "status": "succeeded",
        "amount_received": intent["amount"],
        "latest_charge": charge["id"],
        "next_action": None,
        "last_payment_error": None,
    }
    books.keep(intent)
    books.emit("payment_intent.succeeded", intent)
    return _tell(books, intent)


def _fail(
    books: Books, intent: Json, method: Json, reason: str, charge: Json | None = None
) -> Json:
    code, decline, message = methods.DECLINES[reason]
    charge = charge or charges.new_charge(books, intent, method, "failed", reason)
    error = {
        "charge": charge["id"],
        "code": code,
        "decline_code": decline,
        "message": message,
        "type": "card_error",
    }
    intent |= {
        "status": "requires_payment_method",
        "last_payment_error": error,
        "latest_charge": charge["id"],
        "payment_method": None,
        "next_action": None,
    }
    books.keep(intent)
    books.emit("payment_intent.payment_failed", intent)
    return _tell(books, intent)


def _tell(books: Books, intent: Json) -> Json:
    cause = intent.get("_for")
    if cause and (thing := books.find(cause["id"])):
        AFTERWARDS[cause["object"]](books, thing, intent)
    return intent


def authenticated(books: Books, intent: Json, *, passed: bool) -> Json:
    """Go on after the bank's question."""
    insist(intent["status"] == "requires_action", "Nobody was asked to confirm this payment.")
    method = books.get("payment_method", intent["payment_method"])
    if passed:
        return _succeed(books, intent, charges.new_charge(books, intent, method, "succeeded"))
    return _fail(books, intent, method, "payment_intent_authentication_failure")


def settle(books: Books, intent: Json, *, arrived: bool | None = None) -> Json:
    """End a bank debit: as its manners say, or as the caller does."""
    insist(intent["status"] == "processing", "No money is on its way for this payment.")
    method = books.get("payment_method", intent["payment_method"])
    charge = books.get("charge", intent["latest_charge"])
    if arrived is None:
        arrived = method["_manner"] != "debit_fails"
    if arrived:
        return _succeed(books, intent, charges.settle(books, charge))
    charges.settle(books, charge, "debit_failed")
    return _fail(books, intent, method, "debit_failed", charge)


def refusal(intent: Json) -> Fault:
    """Return how a failed attempt is answered to the one who made it."""
    error = intent["last_payment_error"]
    more = {name: one for name, one in error.items() if name in {"charge", "decline_code"} and one}
    return declined(error["code"], error["message"], **more)


@answers(
    "POST",
    "/v1/payment_intents",
    {"amount", "currency", "customer", "description", "metadata", "receipt_email", "confirm",
     "application_fee_amount", "payment_method", "off_session",
     "automatic_payment_methods", "setup_future_usage", "return_url"},
)  # fmt: skip
def create(ask: Ask) -> Json:
    """Write down the wish to pay, and try at once when asked to."""
    params, books = ask.params, ask.books
    insist(params["amount"] > 0, "This value must be greater than or equal to 1.", "amount")
    own = {"customer", "description", "metadata", "receipt_email", "application_fee_amount",
           "setup_future_usage"}  # fmt: skip
    values = {name: params[name] for name in own if name in params}
    intent = new_intent(books, params["amount"], params["currency"].lower(), **values)
    if params.get("confirm"):
        return _confirm(ask, intent)
    return intent


def _confirm(ask: Ask, intent: Json) -> Json:
    name = ask.params.get("payment_method") or intent.get("payment_method")
    insist(
        name, "You must provide a payment method to confirm this PaymentIntent.", "payment_method"
    )
    method = methods.by_name(ask.books, str(name))
    attempt(ask.books, intent, method, present=not ask.params.get("off_session"))
    if intent["last_payment_error"] and intent["status"] == "requires_payment_method":
        raise refusal(intent)
    return intent


@answers(
    "POST", "/v1/payment_intents/{intent}/confirm", {"payment_method", "off_session", "return_url"}
)
def confirm(ask: Ask) -> Json:
    """Try to pay."""
    return _confirm(ask, ask.books.get("payment_intent", ask.ids["intent"]))


@answers("GET", "/v1/payment_intents/{intent}", {"client_secret"})
def retrieve(ask: Ask) -> Json:
    """Show an intent."""
    return ask.books.get("payment_intent", ask.ids["intent"])


@answers("POST", "/v1/payment_intents/{intent}", {"metadata", "description", "receipt_email"})
def update(ask: Ask) -> Json:
    """Change what an intent says."""
    intent = ask.books.get("payment_intent", ask.ids["intent"])
    given = {name: one for name, one in ask.params.items() if name != "expand"}
    if "metadata" in given:
        given["metadata"] = merged(intent["metadata"], given["metadata"])
    return ask.books.change(intent, **given)


@answers("POST", "/v1/payment_intents/{intent}/cancel", {"cancellation_reason"})
def cancel(ask: Ask) -> Json:
    """Give the wish up."""
    intent = ask.books.get("payment_intent", ask.ids["intent"])
    insist(
        intent["status"] not in {"succeeded", "canceled", "processing"},
        f"You cannot cancel this PaymentIntent because it has a status of {intent['status']}.",
        code="payment_intent_unexpected_state",
    )
    return abandon(ask.books, intent, ask.params.get("cancellation_reason"))


def abandon(books: Books, intent: Json, reason: str | None) -> Json:
    """Cancel an intent and say so."""
    intent |= {"status": "canceled", "canceled_at": books.now, "cancellation_reason": reason}
    books.keep(intent)
    books.emit("payment_intent.canceled", intent)
    return intent


@answers("GET", "/v1/payment_intents", {"customer", "created"})
def list_all(ask: Ask) -> Json:
    """List intents."""
    wanted = {"customer": ask.params["customer"]} if ask.has("customer") else {}
    return page(ask, ask.books.all("payment_intent", **wanted), "/v1/payment_intents")
