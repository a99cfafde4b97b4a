"""Refunds and disputes."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

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
class RefundSeen:
    """A refund as Stripe knows it now."""

    stripe_id: str
    account: str
    status: str  # pending, requires_action, succeeded, failed, canceled
    amount: Money
    intent_id: str | None
    charge_id: str | None
    refund_id: str  # ours, from the marks we put on it
    platform_fee_id: str | None  # what this installation had kept of the payment
    platform_fee_back: Money | None = None  # how much of that was given back by now, once asked
    settled: Settled | None = None


@dataclass(frozen=True)
class DisputeSeen:
    """A dispute as Stripe knows it now."""

    stripe_id: str
    account: str
    status: str
    reason: str
    amount: Money
    intent_id: str | None
    charge_id: str | None
    opened_at: datetime | None
    # what the bank's question cost, less what came back of that; nothing in another currency
    fee_minor: int = 0
    settled: Settled | None = None  # what the bank took


EXPAND = ("charge", "balance_transaction")


def create(
    account: str, *, key: str, intent_id: str, amount: Money, refund_id: str, returns_fee: bool
) -> RefundSeen:
    """Send money back."""
    asked: Facts = {
        "payment_intent": intent_id,
        "amount": amount.minor,
        "metadata": {"kith_refund": refund_id},
        "expand": list(EXPAND),
    }
    if returns_fee:
        asked["refund_application_fee"] = True
    facts = call(lambda client: client.v1.refunds.create(asked, options=options(account, key)))
    return with_fee(seen(account, facts))


def retrieve(account: str, stripe_id: str) -> RefundSeen:
    """Return a refund as it is now."""
    facts = call(
        lambda client: client.v1.refunds.retrieve(
            stripe_id, {"expand": list(EXPAND)}, options=options(account)
        )
    )
    return with_fee(seen(account, facts))


def of_intent(account: str, intent_id: str) -> Iterator[list[RefundSeen]]:
    """Yield every refund of a payment, newest first, many at a time."""
    return _list(account, {"payment_intent": intent_id})


def recent(account: str, since: datetime) -> Iterator[list[RefundSeen]]:
    """Yield the refunds since a moment, newest first, many at a time."""
    return _list(account, {"created": {"gte": int(since.timestamp())}})


def with_fee(refund: RefundSeen) -> RefundSeen:
    """Return a refund with what this installation gave back of its own share by now.

    The share is the installation's, so it is asked for without the organizer's account.
    """
    fee_id = refund.platform_fee_id
    if fee_id is None:
        return refund
    facts = call(lambda client: client.v1.application_fees.retrieve(fee_id))
    back = money(facts.get("amount_refunded"), facts.get("currency"))
    return replace(refund, platform_fee_back=back)


def recent_disputes(account: str, since: datetime) -> Iterator[list[DisputeSeen]]:
    """Yield the disputes since a moment, newest first, many at a time."""
    asked = {"created": {"gte": int(since.timestamp())}}
    for found in pages(
        lambda asked, client: client.v1.disputes.list(asked, options=options(account)), asked
    ):
        yield [seen_dispute(account, one) for one in found]


def dispute(account: str, stripe_id: str) -> DisputeSeen:
    """Return a dispute as it is now."""
    facts = call(lambda client: client.v1.disputes.retrieve(stripe_id, options=options(account)))
    return seen_dispute(account, facts)


def seen_dispute(account: str, facts: Facts) -> DisputeSeen:
    """Return a dispute in our words."""
    moves = facts.get("balance_transactions") or []
    taken = next((one for one in moves if one["amount"] < 0), None)  # a won one came back as well
    return DisputeSeen(
        stripe_id=facts["id"],
        account=account,
        status=facts["status"],
        reason=facts.get("reason") or "",
        amount=money(facts.get("amount"), facts.get("currency")),
        intent_id=id_of(facts.get("payment_intent")),
        charge_id=id_of(facts.get("charge")),
        opened_at=moment(facts.get("created")),
        fee_minor=sum(int(one["fee"]) for one in moves if one["currency"] == facts.get("currency")),
        settled=settled(taken),
    )


def seen(account: str, facts: Facts) -> RefundSeen:
    """Return a refund in our words; its charge was sent along."""
    charge = facts.get("charge")
    return RefundSeen(
        stripe_id=facts["id"],
        account=account,
        status=facts.get("status") or "",
        amount=money(facts.get("amount"), facts.get("currency")),
        intent_id=id_of(facts.get("payment_intent")),
        charge_id=id_of(charge),
        refund_id=(facts.get("metadata") or {}).get("kith_refund", ""),
        platform_fee_id=id_of(charge.get("application_fee")) if isinstance(charge, dict) else None,
        settled=settled(facts.get("balance_transaction")),
    )


def _list(account: str, wanted: Facts) -> Iterator[list[RefundSeen]]:
    for found in pages(
        lambda asked, client: client.v1.refunds.list(asked, options=options(account)),
        {**wanted, "expand": [f"data.{one}" for one in EXPAND]},
    ):
        yield [seen(account, one) for one in found]
