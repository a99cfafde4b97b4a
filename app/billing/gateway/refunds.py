"""Refunds and disputes."""

from dataclasses import dataclass
from datetime import datetime

from app.billing.gateway.client import Facts, call, id_of, moment, money, options
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
    created_at: datetime | None


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


def create(
    account: str, *, key: str, intent_id: str, amount: Money, refund_id: str, returns_fee: bool
) -> RefundSeen:
    """Send money back."""
    asked: Facts = {
        "payment_intent": intent_id,
        "amount": amount.minor,
        "metadata": {"kith_refund": refund_id},
    }
    if returns_fee:
        asked["refund_application_fee"] = True
    facts = call(lambda client: client.v1.refunds.create(asked, options=options(account, key)))
    return seen(account, facts)


def retrieve(account: str, stripe_id: str) -> RefundSeen:
    """Return a refund as it is now."""
    facts = call(lambda client: client.v1.refunds.retrieve(stripe_id, options=options(account)))
    return seen(account, facts)


def of_intent(account: str, intent_id: str) -> list[RefundSeen]:
    """Return every refund of a payment."""
    facts = call(
        lambda client: client.v1.refunds.list(
            {"payment_intent": intent_id, "limit": 100}, options=options(account)
        )
    )
    return [seen(account, one) for one in facts["data"]]


def dispute(account: str, stripe_id: str) -> DisputeSeen:
    """Return a dispute as it is now."""
    facts = call(lambda client: client.v1.disputes.retrieve(stripe_id, options=options(account)))
    return DisputeSeen(
        stripe_id=facts["id"],
        account=account,
        status=facts["status"],
        reason=facts.get("reason") or "",
        amount=money(facts.get("amount"), facts.get("currency")),
        intent_id=id_of(facts.get("payment_intent")),
        charge_id=id_of(facts.get("charge")),
        opened_at=moment(facts.get("created")),
    )


def seen(account: str, facts: Facts) -> RefundSeen:
    """Return a refund in our words."""
    return RefundSeen(
        stripe_id=facts["id"],
        account=account,
        status=facts.get("status") or "",
        amount=money(facts.get("amount"), facts.get("currency")),
        intent_id=id_of(facts.get("payment_intent")),
        charge_id=id_of(facts.get("charge")),
        refund_id=(facts.get("metadata") or {}).get("kith_refund", ""),
        created_at=moment(facts.get("created")),
    )
