"""What happens when somebody presses the button on a payment page."""

from typing import Any

from stripe_sandbox.core.asking import insist
from stripe_sandbox.core.books import Books
from stripe_sandbox.core.store import Json
from stripe_sandbox.resources import (
    checkout,
    customers,
    discounts,
    intents,
    invoices,
    methods,
    subscription_calls,
)
from stripe_sandbox.resources import subscriptions as subs

_BLANK = dict.fromkeys(
    (
        "address",
        "business_name",
        "email",
        "individual_name",
        "name",
        "phone",
        "tax_exempt",
        "tax_ids",
    )
)


def pay(books: Books, session: Json, manner: str, *, email: str = "", name: str = "") -> Json:
    """Try to pay a session in a manner; the session tells how it went."""
    books = books.timed(session["customer"])
    insist(session["status"] == "open", f"This payment page is {session['status']}.")
    insist(manner in methods.MANNERS, f"stripe_sandbox knows no way to pay called {manner!r}.")
    kind = methods.MANNERS[manner].kind
    insist(kind in session["payment_method_types"], f"This page takes no {kind}.")
    checkout.may_charge(books)
    details = _details(books, session, email, name)
    books.change(session, _payer=details)
    if session["amount_total"] == 0 and _needs_no_method(session):
        return _complete(books, session, None)
    method = methods.new_method(books, methods.MANNERS[manner], details=details)
    if session["amount_total"] == 0:
        return _complete(books, session, None, method)
    intent = _intent(books, session)
    intents.attempt(books, intent, method)
    return books.get("checkout.session", session["id"])


def _needs_no_method(session: Json) -> bool:
    if session["mode"] == "payment":
        return True
    return bool(session["payment_method_collection"] == "if_required")


def _details(books: Books, session: Json, email: str, name: str) -> Json:
    customer = books.find(session["customer"], "customer") or {}
    return {
        "email": session["customer_email"] or email or customer.get("email"),
        "name": name or customer.get("name"),
    }


def _intent(books: Books, session: Json) -> Json:
    """Return the intent of a session, made when somebody first tries to pay."""
    known = books.find(session["payment_intent"] or session.get("_first"), "payment_intent")
    if known and known["status"] != "canceled":
        return known
    given = session["_intent"]
    values: dict[str, Any] = {
        "customer": session["customer"],
        "description": given.get("description"),
        "metadata": given.get("metadata") or {},
        "receipt_email": given.get("receipt_email"),
        "application_fee_amount": given.get("application_fee_amount"),
        "setup_future_usage": given.get("setup_future_usage"),
        "_for": {"object": "checkout.session", "id": session["id"]},
    }
    percent = session["_subscription"].get("application_fee_percent")
    if percent:
        values["application_fee_amount"] = round(session["amount_total"] * percent / 100)
    intent = intents.new_intent(books, session["amount_total"], session["currency"], **values)
    visible = {"payment_intent": intent["id"]} if session["mode"] == "payment" else {}
    books.change(session, _first=intent["id"], **visible)
    return intent


def _after(books: Books, session: Json, intent: Json) -> None:
    """Hear how an attempt to pay a session went."""
    if session["status"] == "open" and intent["status"] in {"succeeded", "processing"}:
        method = books.get("payment_method", intent["payment_method"])
        _complete(books, session, intent, method)
    elif session["status"] == "complete" and session["payment_status"] == "unpaid":
        _late(books, session, intent)


def _late(books: Books, session: Json, intent: Json) -> None:
    """Hear of a debit days after the page was closed."""
    arrived = intent["status"] == "succeeded"
    drawn = books.find(session["invoice"], "invoice")
    if arrived:
        books.change(session, payment_status="paid")
        if drawn:
            invoices.mark_paid(books, drawn)
    elif drawn:
        invoices.missed(books, drawn)
    how = "succeeded" if arrived else "failed"
    books.emit(f"checkout.session.async_payment_{how}", session)


intents.AFTERWARDS["checkout.session"] = _after


def _complete(books: Books, session: Json, intent: Json | None, method: Json | None = None) -> Json:
    """Close a session as done: paid, on its way, or nothing to pay."""
    payer = session["_payer"]
    customer = _customer(books, session, payer)
    went = {"succeeded": "paid", "processing": "unpaid"}
    status = went[intent["status"]] if intent else "no_payment_required"
    session |= {
        "status": "complete",
        "url": None,
        "payment_status": status,
        "customer": customer and customer["id"],
        "customer_details": _BLANK | payer,
    }
    books.keep(session)
    if customer and intent:
        _attach(books, customer, intent, method)
    if session["mode"] == "subscription" and customer:
        _subscribe(books, session, customer, intent, method)
    _redeemed(books, session)
    books.emit("checkout.session.completed", session)
    return session


def _customer(books: Books, session: Json, payer: Json) -> Json | None:
    if session["customer"]:
        return books.get("customer", session["customer"])
    if session["mode"] == "payment" and session["customer_creation"] != "always":
        return None
    return customers.new(books, email=payer["email"], name=payer["name"])


def _attach(books: Books, customer: Json, intent: Json, method: Json | None) -> None:
    books.change(intent, customer=customer["id"])
    if intent["latest_charge"]:
        books.change(books.get("charge", intent["latest_charge"]), customer=customer["id"])
    if method and intent["setup_future_usage"]:
        _keep_method(books, customer, method)


def _keep_method(books: Books, customer: Json, method: Json) -> None:
    books.change(method, customer=customer["id"])
    books.emit("payment_method.attached", method)


def _subscribe(
    books: Books, session: Json, customer: Json, intent: Json | None, method: Json | None
) -> None:
    """Begin the subscription that a session sold, its first invoice paid by the intent."""
    if method:
        _keep_method(books, customer, method)
    given = session["_subscription"]
    wishes = [
        {"price": item["price"], "quantity": item["quantity"]}
        for item in session["_items"]
        if item["price"]["recurring"]
    ]
    subscription = subs.begin(
        books,
        customer,
        wishes,
        trial_end=subscription_calls.trial_end(books, given),
        metadata=given.get("metadata") or {},
        description=given.get("description"),
        application_fee_percent=given.get("application_fee_percent"),
        default_payment_method=method and method["id"],
        **({"trial_settings": given["trial_settings"]} if "trial_settings" in given else {}),
    )
    wishes = [
        {"coupon": one["coupon"], "promotion_code": one["promotion_code"]}
        for one in session["discounts"]
    ]
    subscription_calls.discount(books, subscription, wishes)
    session["_coupon"] = None
    if subscription["status"] == "incomplete":
        subscription["status"] = "active"
        subs.keep(books, subscription)
    books.emit("customer.subscription.created", subscription)
    drawn = subs.invoice(books, subscription, "subscription_create")
    books.change(session, subscription=subscription["id"], invoice=drawn["id"])
    if intent:
        invoices.link(books, drawn, intent)
    if intent is None or intent["status"] == "succeeded":
        invoices.mark_paid(books, drawn)


def _redeemed(books: Books, session: Json) -> None:
    """Count the coupon of a single payment as used."""
    used = session.get("_coupon")
    if used and (coupon := books.find(used["coupon"], "coupon")):
        discounts.new_discount(
            books, coupon, books.find(used["code"]), checkout_session=session["id"]
        )
