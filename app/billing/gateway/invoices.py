"""Invoices of subscriptions."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from app.billing.gateway.checkout import IntentSeen, intent_seen
from app.billing.gateway.client import Facts, call, id_of, moment, money, options, pages
from app.core.money import Money


@dataclass(frozen=True)
class InvoiceSeen:
    """An invoice as Stripe knows it now."""

    invoice_id: str
    account: str
    status: str
    reason: str  # subscription_create, subscription_cycle, ...
    subscription_id: str | None
    order_id: str  # ours, from the marks on its subscription
    subtotal: Money
    total: Money
    paid: Money
    tax_minor: int
    paid_at: datetime | None
    page_url: str | None
    intent_id: str | None


def retrieve(account: str, invoice_id: str) -> InvoiceSeen:
    """Return an invoice as it is now."""
    facts = call(
        lambda client: client.v1.invoices.retrieve(
            invoice_id, {"expand": ["payments"]}, options=options(account)
        )
    )
    return seen(account, facts)


def recent(account: str, since: datetime) -> Iterator[list[InvoiceSeen]]:
    """Yield the paid invoices since a moment, newest first, many at a time."""
    asked = {"status": "paid", "created": {"gte": int(since.timestamp())}}
    for found in pages(
        lambda asked, client: client.v1.invoices.list(asked, options=options(account)), asked
    ):
        yield [seen(account, one) for one in found]


def intent(account: str, intent_id: str) -> IntentSeen:
    """Return an intent with its charge and what Stripe kept of it."""
    facts = call(
        lambda client: client.v1.payment_intents.retrieve(
            intent_id,
            {"expand": ["latest_charge.balance_transaction"]},
            options=options(account),
        )
    )
    return intent_seen(facts)


def seen(account: str, facts: Facts) -> InvoiceSeen:
    """Return an invoice in our words; its subscription stands in its parent."""
    parent = (facts.get("parent") or {}).get("subscription_details") or {}
    currency = facts.get("currency")
    moves = facts.get("status_transitions") or {}
    total = money(facts.get("total"), currency)
    before_tax = facts.get("total_excluding_tax")
    return InvoiceSeen(
        invoice_id=facts["id"],
        account=account,
        status=facts.get("status") or "",
        reason=facts.get("billing_reason") or "",
        subscription_id=id_of(parent.get("subscription")),
        order_id=(parent.get("metadata") or {}).get("kith_order", ""),
        subtotal=money(facts.get("subtotal"), currency),
        total=total,
        paid=money(facts.get("amount_paid"), currency),
        tax_minor=total.minor - int(before_tax) if before_tax is not None else 0,
        paid_at=moment(moves.get("paid_at")),
        page_url=facts.get("hosted_invoice_url"),
        intent_id=_intent_id(facts),
    )


def _intent_id(facts: Facts) -> str | None:
    payments = (facts.get("payments") or {}).get("data") or []
    found = (id_of((one.get("payment") or {}).get("payment_intent")) for one in payments)
    return next((one for one in found if one), None)
