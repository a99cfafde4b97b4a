"""The one client, its errors in our words, and the check of a notice's signature."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any, cast

import stripe
from flask import current_app

from app.core.database import db
from app.core.errors import RuleViolation, TryLater
from app.core.money import Money
from app.core.text import N_
from config import Settings

STRIPES_OWN = {
    "api": "https://api.stripe.com",
    "files": "https://files.stripe.com",
    "connect": "https://connect.stripe.com",
    "meter_events": "https://meter-events.stripe.com",
}
TIMEOUT = 10  # seconds
RETRIES = 2
PAGE = 100  # the most that Stripe lists at once
TOLERANCE = 300  # seconds a notice's signature stays good

Facts = dict[str, Any]


class StripeSilent(TryLater):
    """Stripe did not answer, or answered that it cannot now: nothing is known, so try again."""

    message = N_("The payment service does not answer. Please try again in a minute.")


class StripeStuck(StripeSilent):
    """A key is spent: Stripe repeats the failure it had, or takes no other words under it.

    Another key is needed; what was asked first may have been done all the same.
    """


class StripeRefused(RuleViolation):
    """Stripe said no, for good."""

    message = N_("The payment service refused this: %(reason)s")


class NotAtStripe(StripeRefused):
    """Stripe knows no such thing."""


class TooLittle(StripeRefused):
    """The sum is smaller than any that cards are charged: a code left so little of a price."""

    message = N_(
        "Cards cannot be charged as little as this. Ask the organizers: they can take it by hand."
    )


class NoKey(RuleViolation):
    """This installation speaks with no Stripe."""

    message = N_("This site takes no cards yet: its administrator has not set it up.")


class TransactionOpen(RuntimeError):
    """A call to Stripe was about to be made while a database connection was held."""


class WrongSignature(Exception):
    """A notice was not signed by Stripe, or long ago."""


@dataclass(frozen=True)
class NoticeSeen:
    """What we believe of a notice: ids and its type."""

    notice_id: str
    type: str
    account: str
    object_id: str
    api_version: str
    is_thin: bool
    is_live: bool


@dataclass(frozen=True)
class Settled:
    """What a move of money came to on an account's balance: its own currency, and the rate."""

    amount: Money
    rate: Decimal  # of whole units; 1 where the currency is the same


def make_client(settings: Settings) -> stripe.StripeClient:
    """Return a client that speaks with Stripe, or with the local one that the settings name.

    All four addresses are given: one left out would stay Stripe's own.
    """
    key = settings.stripe_key.get_secret_value()
    if not key:
        raise NoKey
    base = settings.stripe_base
    return stripe.StripeClient(
        key,
        base_addresses=cast(Any, {name: base or address for name, address in STRIPES_OWN.items()}),
        max_network_retries=RETRIES,
        http_client=stripe.RequestsClient(timeout=TIMEOUT),
    )


def call(ask: Callable[[Any], Any]) -> Facts:
    """Ask Stripe something and return the answer as plain facts.

    Bodies are plain here; the local Stripe checks each against the library's own types.
    Raises StripeSilent, StripeStuck, StripeRefused, NotAtStripe; TransactionOpen is our mistake.
    """
    if db.session.in_transaction():
        raise TransactionOpen
    try:
        answer = ask(_client())
    except stripe.InvalidRequestError as refusal:
        raise _refusal(refusal) from refusal
    except (stripe.CardError, stripe.PermissionError) as refusal:
        raise StripeRefused(reason=_reason(refusal)) from refusal
    except stripe.IdempotencyError as spent:
        raise StripeStuck from spent
    except stripe.StripeError as silence:
        current_app.logger.warning("stripe did not answer: %s", type(silence).__name__)
        raise (StripeStuck if _is_replayed(silence) else StripeSilent) from silence
    return cast(Facts, answer.to_dict())


def pages(ask: Callable[[Facts, Any], Any], asked: Facts) -> Iterator[list[Facts]]:
    """Yield a list of Stripe's page by page, newest first, until its end.

    Each page is a call of its own, so between two of them rows can be written and committed.
    """
    after: Facts = {}
    while True:
        facts = call(partial(ask, {"limit": PAGE, **asked, **after}))
        if facts["data"]:
            yield facts["data"]
            after = {"starting_after": facts["data"][-1]["id"]}
        if not facts["has_more"]:
            return


def options(account: str, key: str | None = None) -> Facts:
    """Return the options of a call: whose account, and the key that makes it the only one."""
    given: Facts = {}
    if account:
        given["stripe_account"] = account
    if key:
        given["idempotency_key"] = key
    return given


def read_notice(body: bytes, header: str | None, secrets: Sequence[str]) -> NoticeSeen:
    """Return what a notice says of itself, once its signature is proved. Raises WrongSignature.

    Both forms are signed alike. The snapshot names its account, the thin one a context.
    """
    _verify(body, header, secrets)
    try:
        facts = json.loads(body)
        is_thin = facts["object"] == "v2.core.event"
        held = facts.get("related_object") if is_thin else facts["data"]["object"]
        return NoticeSeen(
            notice_id=str(facts["id"]),
            type=str(facts["type"]),
            account=str(facts.get("context" if is_thin else "account") or ""),
            object_id=str((held or {}).get("id") or ""),
            api_version=str(facts.get("api_version") or ""),
            is_thin=is_thin,
            is_live=bool(facts.get("livemode")),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise WrongSignature from error


def fee_percent() -> Decimal:
    """Return what this installation keeps of a sale on an organizer's own account."""
    settings: Settings = current_app.config["KITH"]
    return settings.platform_fee_percent


def moment(seconds: int | None) -> datetime | None:
    """Return a moment from Stripe's seconds."""
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def money(minor: int | None, currency: str | None) -> Money:
    """Return an amount from Stripe's minor units."""
    return Money(int(minor or 0), str(currency or "xxx").upper())


def settled(balance: object) -> Settled | None:
    """Return what a balance transaction tells, when it was sent along."""
    if not isinstance(balance, dict):
        return None
    rate = balance.get("exchange_rate")
    return Settled(
        money(balance["amount"], balance["currency"]),
        Decimal(1) if rate is None else Decimal(str(rate)),
    )


def id_of(held: str | Facts | None) -> str | None:
    """Return the id of what may stand expanded or as an id alone."""
    return str(held["id"]) if isinstance(held, dict) else held


def _client() -> stripe.StripeClient:
    known: stripe.StripeClient | None = current_app.extensions.get("kith.stripe")
    if known is None:
        known = make_client(current_app.config["KITH"])
        current_app.extensions["kith.stripe"] = known
    return known


def _verify(body: bytes, header: str | None, secrets: Sequence[str]) -> None:
    for secret in secrets:
        try:
            stripe.WebhookSignature.verify_header(body, header, secret, TOLERANCE)
        except (stripe.SignatureVerificationError, UnicodeDecodeError, ValueError):
            continue
        return
    raise WrongSignature


def _refusal(refusal: stripe.InvalidRequestError) -> StripeRefused:
    is_missing = refusal.http_status == 404 or refusal.code == "resource_missing"
    if refusal.code == "amount_too_small":
        return TooLittle(reason=_reason(refusal))
    kind = NotAtStripe if is_missing else StripeRefused
    return kind(reason=_reason(refusal))


def _is_replayed(silence: stripe.StripeError) -> bool:
    """Say whether an error is an old answer: Stripe keeps even a failure for its key."""
    headers = {name.lower(): value for name, value in (silence.headers or {}).items()}
    return headers.get("idempotent-replayed") == "true"


def _reason(refusal: stripe.StripeError) -> str:
    return str(refusal.user_message or refusal.code or "")[:300]
