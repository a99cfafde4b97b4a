"""Invoices of subscriptions: drawn up, made final, paid or tried again."""

from typing import Any

from stripe_sandbox.core.asking import Ask, answers, insist
from stripe_sandbox.core.books import Books
from stripe_sandbox.core.lists import INCLUDED, page, whole
from stripe_sandbox.core.store import Json
from stripe_sandbox.resources import intents, methods

RETRIES = (3, 4, 7)
"""Days between the tries to collect an open invoice: two weeks in all."""
OUTCOMES: dict[str, Any] = {}
"""What a subscription does when its invoice is paid or not (registered by subscriptions)."""


def draw_up(books: Books, subscription: Json, reason: str, lines: list[Json]) -> Json:
    """Return a new draft with its lines, kept and announced."""
    invoice = blank(books, subscription, reason, lines)
    books.keep(invoice)
    for line in lines:
        line["invoice"] = invoice["id"]
    books.change(invoice, lines=whole(lines, f"/v1/invoices/{invoice['id']}/lines"))
    books.emit("invoice.created", invoice)
    return invoice


def blank(books: Books, subscription: Json, reason: str, lines: list[Json]) -> Json:
    """Return an invoice that is reckoned, and not kept: what a preview shows."""
    customer = books.get("customer", subscription["customer"])
    invoice = books.make(
        "invoice",
        application=subscription["application"],
        attempted=False,
        auto_advance=True,
        billing_reason=reason,
        collection_method="charge_automatically",
        currency=subscription["currency"],
        customer=customer["id"],
        customer_email=customer["email"],
        customer_name=customer["name"],
        issuer={"type": "self"},
        parent=_parent(subscription),
        period_start=min((line["period"]["start"] for line in lines), default=books.now),
        period_end=max((line["period"]["end"] for line in lines), default=books.now),
        status="draft",
        test_clock=subscription["test_clock"],
        **_sums(lines, customer["balance"]),
    )
    return invoice | {"lines": whole(lines, f"/v1/invoices/{invoice['id']}/lines")}


def _parent(subscription: Json) -> Json:
    details = {
        "metadata": subscription["metadata"],
        "subscription": subscription["id"],
        "subscription_proration_date": None,
    }
    return {"type": "subscription_details", "quote_details": None, "subscription_details": details}


def _sums(lines: list[Json], credit: int) -> Json:
    """Return what the lines come to, less discounts, less what the customer has left over."""
    subtotal = sum(line["amount"] for line in lines)
    off = _discounts(lines)
    total = subtotal - sum(one["amount"] for one in off)
    due = max(0, total + credit)
    return {
        "amount_due": due,
        "amount_remaining": due,
        "starting_balance": credit,
        "subtotal": subtotal,
        "subtotal_excluding_tax": subtotal,
        "total": total,
        "total_excluding_tax": total,
        "total_taxes": [],
        "total_discount_amounts": off,
    }


def _discounts(lines: list[Json]) -> list[Json]:
    sums: dict[str, int] = {}
    for line in lines:
        for one in line["discount_amounts"] or []:
            sums[one["discount"]] = sums.get(one["discount"], 0) + one["amount"]
    return [{"amount": amount, "discount": name} for name, amount in sums.items()]


def line_of(books: Books, item: Json, amount: int, start: int, end: int, **more: Any) -> Json:
    """Return one line about an item of a subscription."""
    price = item["price"]
    product = books.find(price["product"]) or {"name": "?"}
    prorated = more.pop("prorated", False)
    details = {
        "invoice_item": None,
        "proration": prorated,
        "proration_details": None,
        "subscription": item["subscription"],
        "subscription_item": item["id"],
    }
    line = books.make(
        "line_item",
        amount=amount,
        subtotal=amount,
        currency=price["currency"],
        description=more.pop("description", f"{item['quantity']} × {product['name']}"),
        discountable=not prorated,
        discount_amounts=[],
        parent={
            "type": "subscription_item_details",
            "invoice_item_details": None,
            "subscription_item_details": details,
        },
        period={"start": start, "end": end},
        pricing={
            "type": "price_details",
            "price_details": {"price": price["id"], "product": price["product"]},
            "unit_amount_decimal": price["unit_amount_decimal"],
        },
        quantity=item["quantity"],
        subscription=item["subscription"],
        taxes=[],
    )
    return line | more


def finalize(books: Books, invoice: Json) -> Json:
    """Make an invoice final: it has a number, a page, and is owed."""
    customer = books.get("customer", invoice["customer"])
    number = customer["next_invoice_sequence"]
    books.change(customer, next_invoice_sequence=number + 1, balance=_left_over(invoice))
    books.change(
        invoice,
        number=f"{customer['invoice_prefix']}-{number:04}",
        status="open",
        ending_balance=_left_over(invoice),
        effective_at=books.now,
        hosted_invoice_url=f"{books.base}/invoice/{invoice['id']}",
        invoice_pdf=f"{books.base}/invoice/{invoice['id']}/pdf",
        status_transitions=invoice["status_transitions"] | {"finalized_at": books.now},
    )
    books.emit("invoice.finalized", invoice)
    return invoice


def _left_over(invoice: Json) -> int:
    return min(0, int(invoice["total"]) + int(invoice["starting_balance"]))


def link(books: Books, invoice: Json, intent: Json) -> Json:
    """Write down that an intent pays for an invoice."""
    payment = books.make(
        "invoice_payment",
        amount_requested=invoice["amount_due"],
        amount_paid=None,
        currency=invoice["currency"],
        invoice=invoice["id"],
        is_default=True,
        payment={"type": "payment_intent", "payment_intent": intent["id"]},
        status="open",
        status_transitions={"canceled_at": None, "paid_at": None},
    )
    return books.keep(payment)


def intent_of(books: Books, invoice: Json) -> Json | None:
    """Return the intent that pays for an invoice."""
    payment = next(books.all("invoice_payment", invoice=invoice["id"]), None)
    return payment and books.get("payment_intent", payment["payment"]["payment_intent"])


def collect(books: Books, invoice: Json, method: Json | None, *, present: bool = False) -> Json:
    """Try to have an open invoice paid."""
    if invoice["amount_due"] == 0:
        return mark_paid(books, invoice)
    intent = intent_of(books, invoice) or make_intent(books, invoice)
    if method is None:
        return missed(books, invoice)
    intents.attempt(books, intent, method, present=present)
    return books.get("invoice", invoice["id"])


def make_intent(books: Books, invoice: Json) -> Json:
    """Return a new intent to pay for an invoice."""
    share = OUTCOMES["share"](books, invoice)
    intent = intents.new_intent(
        books,
        invoice["amount_due"],
        invoice["currency"],
        customer=invoice["customer"],
        description="Subscription update",
        application_fee_amount=share,
        setup_future_usage="off_session",
        _for={"object": "invoice", "id": invoice["id"]},
    )
    link(books, invoice, intent)
    return intent


def _after(books: Books, invoice: Json, intent: Json) -> None:
    """Hear how the attempt to pay for an invoice went."""
    if intent["status"] == "succeeded":
        mark_paid(books, invoice)
    elif intent["status"] == "requires_action":
        books.emit("invoice.payment_action_required", invoice)
        missed(books, invoice)
    elif intent["status"] == "requires_payment_method":
        missed(books, invoice)


intents.AFTERWARDS["invoice"] = _after


def mark_paid(books: Books, invoice: Json) -> Json:
    """Write down that nothing is owed any more."""
    paid = invoice["amount_due"]
    invoice |= {
        "status": "paid",
        "amount_paid": paid,
        "amount_remaining": 0,
        "attempted": True,
        "attempt_count": invoice["attempt_count"] + (1 if paid else 0),
        "next_payment_attempt": None,
        "status_transitions": invoice["status_transitions"] | {"paid_at": books.now},
    }
    books.keep(invoice)
    payment = next(books.all("invoice_payment", invoice=invoice["id"]), None)
    if payment:
        times = payment["status_transitions"] | {"paid_at": books.now}
        books.change(payment, status="paid", amount_paid=paid, status_transitions=times)
        books.emit("invoice_payment.paid", payment)
    books.emit("invoice.paid", invoice)
    books.emit("invoice.payment_succeeded", invoice)
    OUTCOMES["paid"](books, invoice)
    return invoice


def missed(books: Books, invoice: Json) -> Json:
    """Write down a failed try, and when the next one is."""
    tries = invoice["attempt_count"] + 1
    again = None
    waits = invoice["billing_reason"] == "subscription_create" or invoice.get("_quiet")
    if not waits and tries <= len(RETRIES):
        again = books.now + RETRIES[tries - 1] * 86400
    invoice |= {"attempt_count": tries, "attempted": True, "next_payment_attempt": again}
    books.keep(invoice, due=again)
    books.emit("invoice.payment_failed", invoice)
    OUTCOMES["missed"](books, invoice, last=again is None)
    return invoice


def void(books: Books, invoice: Json) -> Json:
    """Cancel an open invoice."""
    times = invoice["status_transitions"] | {"voided_at": books.now}
    books.keep(
        invoice | {"status": "void", "status_transitions": times, "next_payment_attempt": None}
    )
    invoice = books.get("invoice", invoice["id"])
    books.emit("invoice.voided", invoice)
    return invoice


@answers("GET", "/v1/invoices/{invoice}", ())
def retrieve(ask: Ask) -> Json:
    """Show an invoice."""
    return ask.books.get("invoice", ask.ids["invoice"])


@answers("GET", "/v1/invoices", {"customer", "subscription", "status", "created"})
def list_all(ask: Ask) -> Json:
    """List invoices."""
    wanted = {name: ask.params[name] for name in ("customer", "status") if ask.has(name)}
    rows = ask.books.all("invoice", **wanted)
    if ask.has("subscription"):
        rows = (one for one in rows if subscription_id(one) == ask.params["subscription"])
    return page(ask, rows, "/v1/invoices")


def subscription_id(invoice: Json) -> str:
    """Return which subscription an invoice is about."""
    return str(invoice["parent"]["subscription_details"]["subscription"])


@answers("POST", "/v1/invoices/{invoice}/pay", {"payment_method", "off_session"})
def pay(ask: Ask) -> Json:
    """Try at once to have an invoice paid."""
    invoice = ask.books.get("invoice", ask.ids["invoice"])
    books = ask.books.timed(invoice["customer"])
    insist(invoice["status"] == "open", f"Invoice is {invoice['status']}.", code="invoice_not_open")
    if ask.has("payment_method"):
        method = methods.by_name(books, ask.params["payment_method"], invoice["customer"])
    else:
        method = OUTCOMES["method"](books, invoice)
    invoice = collect(books, invoice, method, present=not ask.params.get("off_session", True))
    intent = intent_of(books, invoice)
    if intent and intent["status"] == "requires_payment_method" and intent["last_payment_error"]:
        raise intents.refusal(intent)
    return invoice


@answers("POST", "/v1/invoices/{invoice}/void", ())
def void_it(ask: Ask) -> Json:
    """Cancel an open invoice."""
    invoice = ask.books.get("invoice", ask.ids["invoice"])
    insist(invoice["status"] == "open", f"Invoice is {invoice['status']}.", code="invoice_not_open")
    return void(ask.books, invoice)


@answers("GET", "/v1/invoices/{invoice}/lines", ())
def lines(ask: Ask) -> Json:
    """List an invoice's lines."""
    invoice = ask.books.get("invoice", ask.ids["invoice"])
    return page(ask, invoice["lines"]["data"], invoice["lines"]["url"])


@answers("GET", "/v1/invoice_payments", {"invoice", "status", "payment"})
def list_payments(ask: Ask) -> Json:
    """List what was paid, or is to be, for invoices."""
    wanted = {name: ask.params[name] for name in ("invoice", "status") if ask.has(name)}
    rows: Any = ask.books.all("invoice_payment", **wanted)
    if ask.has("payment"):
        intent = ask.params["payment"].get("payment_intent")
        rows = [one for one in rows if one["payment"]["payment_intent"] == intent]
    return page(ask, rows, "/v1/invoice_payments")


@answers("GET", "/v1/invoice_payments/{invoice_payment}", ())
def retrieve_payment(ask: Ask) -> Json:
    """Show one payment of an invoice."""
    return ask.books.get("invoice_payment", ask.ids["invoice_payment"])


def _payments(books: Books, invoice: Json) -> Json:
    rows = books.all("invoice_payment", invoice=invoice["id"])
    return whole(rows, "/v1/invoice_payments")


INCLUDED["invoice", "payments"] = _payments
