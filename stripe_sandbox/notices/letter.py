"""What is sent: the body in its form, and the signature over it."""

import json
import time
from datetime import UTC, datetime

from stripe import WebhookSignature

from stripe_sandbox.core.books import Books, public
from stripe_sandbox.core.store import Json

OLD = 3600
_PATHS = {
    "application_fee": "/v1/application_fees",
    "billing_portal.session": "/v1/billing_portal/sessions",
    "charge": "/v1/charges",
    "checkout.session": "/v1/checkout/sessions",
    "coupon": "/v1/coupons",
    "customer": "/v1/customers",
    "dispute": "/v1/disputes",
    "invoice": "/v1/invoices",
    "invoice_payment": "/v1/invoice_payments",
    "payment_intent": "/v1/payment_intents",
    "payment_method": "/v1/payment_methods",
    "payout": "/v1/payouts",
    "price": "/v1/prices",
    "product": "/v1/products",
    "promotion_code": "/v1/promotion_codes",
    "refund": "/v1/refunds",
    "subscription": "/v1/subscriptions",
    "test_helpers.test_clock": "/v1/test_helpers/test_clocks",
    "v2.core.account": "/v2/core/accounts",
}


def iso(moment: float) -> str:
    """Return a moment as v2 writes it."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def body_of(event: Json, endpoint: Json, twist: str = "") -> str:
    """Return an event's body in the form that an endpoint takes."""
    if event["object"] == "v2.core.event":
        return json.dumps(public(event) | {"related_object": event["_related"]})
    if endpoint["_form"] == "thin":
        return json.dumps(thin(event))
    whole = public(event)
    version = twist.removeprefix("api_version=") if twist.startswith("api_version=") else None
    return json.dumps(
        whole | {"api_version": version or endpoint["api_version"] or whole["api_version"]}
    )


def thin(event: Json) -> Json:
    """Return the thin form of a v1 event: which object, not what it says."""
    thing = event["data"]["object"]
    return {
        "id": event["id"],
        "object": "v2.core.event",
        "type": f"v1.{event['type']}",
        "livemode": False,
        "created": iso(event["created"]),
        "context": event.get("account"),
        "reason": None,
        "snapshot_event": event["id"],
        "related_object": related(thing),
    }


def related(thing: Json) -> Json | None:
    """Return how a thin notice names an object."""
    path = _PATHS.get(thing["object"])
    if path is None:
        return None
    return {"id": thing["id"], "type": thing["object"], "url": f"{path}/{thing['id']}"}


def headers_for(body: str, secret: str, twist: str = "") -> dict[str, str]:
    """Return the headers of a notice; a twist spoils the signature or its age."""
    moment = int(time.time()) - (OLD if twist == "old_timestamp" else 0)
    used = f"whsec_wrong{secret}" if twist == "wrong_signature" else secret
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Stripe/1.0 (stripe_sandbox)",
        "Stripe-Signature": WebhookSignature.generate_signature_header(body, used, moment),
    }


def letter(books: Books, row: Json) -> tuple[Json, str, dict[str, str]] | None:
    """Return the endpoint, body and headers of a queued notice; None when either is gone."""
    event = books.of(row["account"]).find(row["event"])
    endpoint = books.of(books.platform_id).find(row["endpoint"], "webhook_endpoint")
    if event is None or endpoint is None:
        return None
    body = body_of(event, endpoint, row["twist"])
    return endpoint, body, headers_for(body, endpoint["_secret"], row["twist"])
