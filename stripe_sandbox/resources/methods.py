"""Ways to pay: test cards and a bank debit, each with the manners of Stripe's own test numbers."""

from dataclasses import dataclass

from stripe_sandbox.core.asking import Ask, answers, insist
from stripe_sandbox.core.books import Books
from stripe_sandbox.core.lists import page
from stripe_sandbox.core.store import Json


@dataclass(frozen=True)
class Manner:
    """How a way to pay behaves: what it looks like, and what happens with it."""

    name: str
    label: str
    last4: str
    now: str = "succeed"
    later: str = "succeed"
    kind: str = "card"
    alias: str = ""
    common: bool = False


MANNERS = {
    manner.name: manner
    for manner in (
        Manner("pays", "Pays at once", "4242", alias="pm_card_visa", common=True),
        Manner("generic_decline", "Declined, no reason given", "0002", "generic_decline",
               alias="pm_card_visa_chargeDeclined", common=True),
        Manner("insufficient_funds", "Declined: not enough money", "9995", "insufficient_funds",
               alias="pm_card_visa_chargeDeclinedInsufficientFunds"),
        Manner("lost_card", "Declined: reported lost", "9987", "lost_card",
               alias="pm_card_visa_chargeDeclinedLostCard"),
        Manner("expired_card", "Declined: expired", "0069", "expired_card",
               alias="pm_card_chargeDeclinedExpiredCard"),
        Manner("incorrect_cvc", "Declined: wrong security code", "0127", "incorrect_cvc",
               alias="pm_card_chargeDeclinedIncorrectCvc"),
        Manner("processing_error", "Declined: the bank had an error", "0119", "processing_error",
               alias="pm_card_chargeDeclinedProcessingError"),
        Manner("authenticate", "The bank asks you to confirm (3D Secure)", "3155", "authenticate",
               alias="pm_card_authenticationRequiredOnSetup", common=True),
        Manner("authenticate_always", "The bank asks every time (3D Secure)", "3184",
               "authenticate", "authentication_required", alias="pm_card_authenticationRequired"),
        Manner("pays_once", "Pays now, is declined at the next renewal", "0341", "succeed",
               "generic_decline", alias="pm_card_chargeCustomerFail"),
        Manner("debit", "Bank debit, arrives days later", "3000", "process", "process",
               "sepa_debit", common=True),
        Manner("debit_fails", "Bank debit, bounces days later", "3002", "process", "process",
               "sepa_debit"),
    )
}  # fmt: skip

DECLINES = {
    "generic_decline": ("card_declined", "generic_decline", "Your card was declined."),
    "insufficient_funds": (
        "card_declined", "insufficient_funds", "Your card has insufficient funds.",
    ),
    "lost_card": ("card_declined", "lost_card", "Your card was declined."),
    "expired_card": ("expired_card", None, "Your card has expired."),
    "incorrect_cvc": ("incorrect_cvc", None, "Your card's security code is incorrect."),
    "processing_error": (
        "processing_error", None,
        "An error occurred while processing your card. Try again in a little bit.",
    ),
    "authentication_required": (
        "authentication_required", "authentication_required",
        "Your card was declined. This transaction requires authentication.",
    ),
    "payment_intent_authentication_failure": (
        "payment_intent_authentication_failure", None,
        "Your bank did not confirm the payment. Choose another way to pay, or try again.",
    ),
    "debit_failed": (
        "payment_method_provider_decline", "insufficient_funds", "The bank did not pay the debit.",
    ),
}  # fmt: skip
"""Error code, decline code and message by reason."""


def new_method(
    books: Books, manner: Manner, *, customer: str | None = None, details: Json | None = None
) -> Json:
    """Return a new way to pay with the manners asked for, kept."""
    blank = {"address": None, "email": None, "name": None, "phone": None, "tax_id": None}
    method = books.make(
        "payment_method",
        type=manner.kind,
        billing_details=blank | (details or {}),
        customer=customer,
        allow_redisplay="always",
        _manner=manner.name,
    )
    for name in [name for name, value in method.items() if value is None and name != "customer"]:
        del method[name]  # Stripe names only the kind that it is
    method[manner.kind] = _card(manner) if manner.kind == "card" else _debit(manner)
    books.keep(method)
    if customer:
        books.emit("payment_method.attached", method)
    return method


def _card(manner: Manner) -> Json:
    return {
        "brand": "visa",
        "checks": {
            "address_line1_check": None,
            "address_postal_code_check": None,
            "cvc_check": "pass",
        },
        "country": "FR",
        "display_brand": "visa",
        "exp_month": 12,
        "exp_year": 2034,
        "fingerprint": f"sandbox{manner.last4}",
        "funding": "credit",
        "last4": manner.last4,
        "networks": {"available": ["visa"], "preferred": None},
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }


def _debit(manner: Manner) -> Json:
    return {"bank_code": "20041", "branch_code": "01005", "country": "FR", "last4": manner.last4,
            "fingerprint": f"sandbox{manner.last4}"}  # fmt: skip


def manner_of(method: Json) -> Manner:
    """Return how a way to pay behaves."""
    return MANNERS[method["_manner"]]


def by_name(books: Books, ident: str, customer: str | None = None) -> Json:
    """Return a way to pay by its id, or a fresh one for Stripe's names of test cards."""
    for manner in MANNERS.values():
        if manner.alias and manner.alias == ident:
            return new_method(books, manner, customer=customer)
    return books.named("payment_method", ident, "payment_method")


@answers("GET", "/v1/payment_methods/{payment_method}", ())
def retrieve(ask: Ask) -> Json:
    """Show a way to pay."""
    return ask.books.get("payment_method", ask.ids["payment_method"])


@answers("GET", "/v1/payment_methods", {"customer", "type"})
def list_all(ask: Ask) -> Json:
    """List the ways to pay of a customer."""
    wanted = {name: ask.params[name] for name in ("customer", "type") if ask.has(name)}
    return page(ask, ask.books.all("payment_method", **wanted), "/v1/payment_methods")


@answers("POST", "/v1/payment_methods/{payment_method}/attach", {"customer"})
def attach(ask: Ask) -> Json:
    """Give a way to pay to a customer."""
    customer = ask.books.named("customer", ask.params["customer"], "customer")
    return give(ask.books, ask.ids["payment_method"], customer)


def give(books: Books, ident: str, customer: Json) -> Json:
    """Let a customer pay by a method from now on."""
    method = by_name(books, ident)
    insist(
        method.get("customer") in {None, customer["id"]},
        "The payment method you provided has already been attached to a customer.",
    )
    books.change(method, customer=customer["id"])
    books.emit("payment_method.attached", method)
    return method


@answers("POST", "/v1/payment_methods/{payment_method}/detach", ())
def detach(ask: Ask) -> Json:
    """Take a way to pay from its customer."""
    method = ask.books.get("payment_method", ask.ids["payment_method"])
    ask.books.change(method, customer=None)
    ask.books.emit("payment_method.detached", method)
    return method
