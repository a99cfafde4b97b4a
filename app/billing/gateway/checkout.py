"""Hosted pages: sessions to pay on, and the portal."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.billing.gateway.client import (
    Facts,
    Settled,
    call,
    id_of,
    moment,
    money,
    options,
    pages,
    settled,
)
from app.core.money import Money


@dataclass(frozen=True)
class LineAsk:
    """One line on the hosted page: an amount with a name, or a price that renews."""

    title: str
    amount: Money | None = None
    number: int = 1
    price_id: str | None = None


@dataclass(frozen=True)
class SessionAsk:
    """A hosted page to be made. `key` makes it the only one."""

    account: str
    key: str
    order_id: str  # public ids: what Stripe sends back to us
    payment_id: str
    lines: Sequence[LineAsk]
    back_url: str
    expires_at: datetime
    customer_id: str | None = None
    email: str | None = None
    renews: bool = False
    fee_minor: int = 0
    fee_percent: float = 0
    language: str = "auto"


@dataclass(frozen=True)
class IntentSeen:
    """What became of the money on a page."""

    intent_id: str
    status: str
    charge_id: str | None
    fee_minor: int | None
    settled: Settled | None = None


@dataclass(frozen=True)
class SessionSeen:
    """A hosted page as Stripe knows it now."""

    session_id: str
    account: str
    status: str  # open, complete, expired
    payment_status: str  # paid, unpaid, no_payment_required
    subtotal: Money
    total: Money
    tax_minor: int
    discount_minor: int
    order_id: str
    payment_id: str
    url: str | None
    expires_at: datetime | None
    intent: IntentSeen | None
    subscription_id: str | None
    invoice_id: str | None
    customer_id: str | None

    @property
    def is_paid(self) -> bool:
        """Whether nothing more is to come."""
        paid = {"paid", "no_payment_required"}
        return self.status == "complete" and self.payment_status in paid

    @property
    def has_failed(self) -> bool:
        """Whether money that was on its way did not come."""
        failed = {"requires_payment_method", "canceled"}
        unpaid = self.status == "complete" and self.payment_status == "unpaid"
        return unpaid and self.intent is not None and self.intent.status in failed

    @property
    def settled(self) -> Settled | None:
        """What the money came to on the account's balance, once that is known."""
        return self.intent.settled if self.intent else None


LONGEST = timedelta(hours=24)  # a page of Stripe's lives
EXPAND = ["payment_intent.latest_charge.balance_transaction"]


def create(ask: SessionAsk) -> SessionSeen:
    """Make a hosted page."""
    facts = call(
        lambda client: client.v1.checkout.sessions.create(
            _params(ask), options=options(ask.account, ask.key)
        )
    )
    return seen(ask.account, facts)


def retrieve(account: str, session_id: str) -> SessionSeen:
    """Return a hosted page as it is now."""
    facts = call(
        lambda client: client.v1.checkout.sessions.retrieve(
            session_id, {"expand": EXPAND}, options=options(account)
        )
    )
    return seen(account, facts)


def expire(account: str, session_id: str) -> None:
    """End a hosted page: from then on nobody can pay on it. Raises StripeRefused when they did."""
    call(lambda client: client.v1.checkout.sessions.expire(session_id, options=options(account)))


def recent(account: str, since: datetime) -> Iterator[list[SessionSeen]]:
    """Yield the hosted pages that were completed since a moment, newest first, many at a time."""
    asked = {
        "status": "complete",
        "created": {"gte": int((since - LONGEST).timestamp())},
    }
    for found in pages(
        lambda asked, client: client.v1.checkout.sessions.list(asked, options=options(account)),
        asked,
    ):
        yield [seen(account, one) for one in found]


def make_customer(account: str, *, key: str, name: str, email: str | None, contact_id: str) -> str:
    """Make a customer and return its id; one name is one contact in one community."""
    asked: Facts = {"name": name, "metadata": {"kith_contact": contact_id}}
    if email:
        asked["email"] = email
    facts = call(lambda client: client.v1.customers.create(asked, options=options(account, key)))
    return str(facts["id"])


def forget_customer(account: str, customer_id: str) -> None:
    """Let Stripe forget a customer."""
    call(lambda client: client.v1.customers.delete(customer_id, options=options(account)))


def portal(account: str, customer_id: str, back_url: str) -> str:
    """Return the address of the page where a member sees cards and invoices."""
    facts = call(
        lambda client: client.v1.billing_portal.sessions.create(
            {"customer": customer_id, "return_url": back_url}, options=options(account)
        )
    )
    return str(facts["url"])


def seen(account: str, facts: Facts) -> SessionSeen:
    """Return a session in our words."""
    currency = facts.get("currency")
    details = facts.get("total_details") or {}
    intent = facts.get("payment_intent")
    return SessionSeen(
        session_id=facts["id"],
        account=account,
        status=facts.get("status") or "",
        payment_status=facts.get("payment_status") or "",
        subtotal=money(facts.get("amount_subtotal"), currency),
        total=money(facts.get("amount_total"), currency),
        tax_minor=int(details.get("amount_tax") or 0),
        discount_minor=int(details.get("amount_discount") or 0),
        order_id=facts.get("client_reference_id") or "",
        payment_id=(facts.get("metadata") or {}).get("kith_payment", ""),
        url=facts.get("url"),
        expires_at=moment(facts.get("expires_at")),
        intent=intent_seen(intent) if isinstance(intent, dict) else None,
        subscription_id=id_of(facts.get("subscription")),
        invoice_id=id_of(facts.get("invoice")),
        customer_id=id_of(facts.get("customer")),
    )


def intent_seen(facts: Facts) -> IntentSeen:
    """Return an intent in our words, with what Stripe kept of it when that is known.

    Where an account is paid out in another currency, its fees are in that one: they are not told.
    """
    charge = facts.get("latest_charge")
    balance = charge.get("balance_transaction") if isinstance(charge, dict) else None
    fee = int(balance["fee"]) if isinstance(balance, dict) else None
    if isinstance(balance, dict) and balance["currency"] != facts.get("currency"):
        fee = None
    return IntentSeen(
        intent_id=facts["id"],
        status=facts.get("status") or "",
        charge_id=id_of(charge),
        fee_minor=fee,
        settled=settled(balance),
    )


def _params(ask: SessionAsk) -> Facts:
    marks = {"kith_order": ask.order_id, "kith_payment": ask.payment_id}
    params: Facts = {
        "mode": "subscription" if ask.renews else "payment",
        "line_items": [_line(line) for line in ask.lines],
        "client_reference_id": ask.order_id,
        "metadata": marks,
        "success_url": ask.back_url,
        "cancel_url": ask.back_url,
        "expires_at": int(ask.expires_at.timestamp()),
    }
    if ask.customer_id:
        params["customer"] = ask.customer_id
    elif ask.email:
        params["customer_email"] = ask.email
    held: Facts = {"metadata": marks}
    if ask.renews:
        if ask.fee_percent:
            held["application_fee_percent"] = ask.fee_percent
        return params | {"subscription_data": held}
    if ask.fee_minor:
        held["application_fee_amount"] = ask.fee_minor
    return params | {"payment_intent_data": held}


def _line(line: LineAsk) -> Facts:
    if line.price_id or line.amount is None:
        return {"price": line.price_id, "quantity": line.number}
    return {
        "quantity": line.number,
        "price_data": {
            "currency": line.amount.currency.lower(),
            "unit_amount": line.amount.minor,
            "product_data": {"name": line.title},
        },
    }
