"""What renews: products, prices, subscriptions."""

from dataclasses import dataclass
from datetime import datetime

from app.billing.gateway.client import Facts, call, id_of, moment, options
from app.core.money import Money


@dataclass(frozen=True)
class SubscriptionSeen:
    """A subscription as Stripe knows it now."""

    stripe_id: str
    account: str
    status: str
    period_starts_at: datetime
    period_ends_at: datetime
    cancels_at_period_end: bool
    started_at: datetime
    ended_at: datetime | None
    customer_id: str | None
    price_id: str | None
    order_id: str  # ours, from the marks we put on it


def retrieve(account: str, stripe_id: str) -> SubscriptionSeen:
    """Return a subscription as it is now."""
    facts = call(
        lambda client: client.v1.subscriptions.retrieve(stripe_id, options=options(account))
    )
    return seen(account, facts)


def stop_renewing(account: str, stripe_id: str, *, stops: bool) -> SubscriptionSeen:
    """Let a subscription end with its period, or go on after all."""
    facts = call(
        lambda client: client.v1.subscriptions.update(
            stripe_id, {"cancel_at_period_end": stops}, options=options(account)
        )
    )
    return seen(account, facts)


def end_now(account: str, stripe_id: str) -> SubscriptionSeen:
    """End a subscription at once; money for the rest of its time is a refund's affair."""
    facts = call(lambda client: client.v1.subscriptions.cancel(stripe_id, options=options(account)))
    return seen(account, facts)


def make_price(account: str, *, key: str, name: str, amount: Money, interval: str) -> str:
    """Make a price that renews, and the product it is for; return the price's id."""
    asked: Facts = {
        "product_data": {"name": name},
        "currency": amount.currency.lower(),
        "unit_amount": amount.minor,
        "recurring": {"interval": interval},
    }
    facts = call(lambda client: client.v1.prices.create(asked, options=options(account, key)))
    return str(facts["id"])


def seen(account: str, facts: Facts) -> SubscriptionSeen:
    """Return a subscription in our words; its period stands on its item."""
    item = facts["items"]["data"][0]
    starts, ends = moment(item["current_period_start"]), moment(item["current_period_end"])
    begun = moment(facts.get("start_date") or facts.get("created"))
    if starts is None or ends is None or begun is None:
        text = "a subscription without a period"
        raise ValueError(text)
    return SubscriptionSeen(
        stripe_id=facts["id"],
        account=account,
        status=facts["status"],
        period_starts_at=starts,
        period_ends_at=ends,
        cancels_at_period_end=bool(facts.get("cancel_at_period_end")),
        started_at=begun,
        ended_at=moment(facts.get("ended_at")),
        customer_id=id_of(facts.get("customer")),
        price_id=id_of(item.get("price")),
        order_id=(facts.get("metadata") or {}).get("kith_order", ""),
    )
