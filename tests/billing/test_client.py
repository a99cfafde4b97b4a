"""The client of Stripe: the base address is all that a local Stripe changes."""

import re
from typing import get_args

import stripe
from stripe._base_address import BaseAddress

import config
from app.billing.gateway.client import make_client
from tests.conftest import ROOT

LOCAL = "http://127.0.0.1:12111"
KNOWN = set(get_args(BaseAddress))
"""All that the library calls: a new one would be missing in ours, and stay Stripe's own."""


def addresses(base: str) -> dict[str, str]:
    """Return where a client of the product calls."""
    settings = config.load(
        stripe_key="sk_test_abc", stripe_base=base, stripe_webhook_secrets="whsec_a"
    )
    return dict(make_client(settings)._requestor.base_addresses)


def test_with_a_base_every_call_goes_there_and_without_one_to_stripe() -> None:
    assert addresses(LOCAL) == dict.fromkeys(KNOWN, LOCAL)
    own = stripe.StripeClient("sk_test_abc")._requestor.base_addresses
    assert addresses("") == dict(own)
    assert all(address.endswith(".stripe.com") for address in addresses("").values())


def test_in_billing_one_line_alone_names_the_base_or_a_local_stripe() -> None:
    readers = {
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in (ROOT / "app" / "billing").rglob("*")
        if path.suffix in {".py", ".html", ".txt"}
        for line in path.read_text("utf-8").splitlines()
        if re.search(r"stripe_base|STRIPE_BASE|stripe_sandbox|127\.0\.0\.1", line)
    }
    assert readers == {"app/billing/gateway/client.py: base = settings.stripe_base"}
