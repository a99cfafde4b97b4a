"""The organizers' own accounts (Accounts v2): each is the merchant of its community."""

from dataclasses import dataclass

from app.billing.gateway.client import Facts, call

INCLUDE = ["configuration.merchant", "requirements"]


@dataclass(frozen=True)
class AccountSeen:
    """An account as Stripe knows it now."""

    stripe_id: str
    card_payments: str  # active, pending, restricted, unsupported; empty when not asked for
    is_live: bool
    is_closed: bool

    @property
    def is_ready(self) -> bool:
        """Whether cards are taken."""
        return self.card_payments == "active" and not self.is_closed


def create(*, key: str, name: str, email: str | None, currency: str) -> AccountSeen:
    """Open an account: the organizer bears fees and losses and has Stripe's full dashboard."""
    asked: Facts = {
        "display_name": name,
        "dashboard": "full",
        "defaults": {
            "currency": currency.lower(),
            "responsibilities": {"fees_collector": "stripe", "losses_collector": "stripe"},
        },
        "configuration": {"merchant": {"capabilities": {"card_payments": {"requested": True}}}},
        "include": INCLUDE,
    }
    if email:
        asked["contact_email"] = email
    facts = call(
        lambda client: client.v2.core.accounts.create(asked, options={"idempotency_key": key})
    )
    return seen(facts)


def retrieve(stripe_id: str) -> AccountSeen:
    """Return an account as it is now."""
    facts = call(lambda client: client.v2.core.accounts.retrieve(stripe_id, {"include": INCLUDE}))
    return seen(facts)


def onboarding(stripe_id: str, *, refresh_url: str, return_url: str) -> str:
    """Return the address of the page where an organizer tells Stripe about themselves."""
    asked: Facts = {
        "account": stripe_id,
        "use_case": {
            "type": "account_onboarding",
            "account_onboarding": {
                "refresh_url": refresh_url,
                "return_url": return_url,
            },
        },
    }
    facts = call(lambda client: client.v2.core.account_links.create(asked))
    return str(facts["url"])


def seen(facts: Facts) -> AccountSeen:
    """Return an account in our words: the capability counts, not a flag beside it."""
    merchant = (facts.get("configuration") or {}).get("merchant") or {}
    cards = (merchant.get("capabilities") or {}).get("card_payments") or {}
    return AccountSeen(
        stripe_id=facts["id"],
        card_payments=cards.get("status") or "",
        is_live=bool(facts.get("livemode")),
        is_closed=bool(facts.get("closed")),
    )
