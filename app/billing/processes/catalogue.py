"""What Stripe must know before a page can be made: the customer, and the price that renews."""

from collections.abc import Callable
from typing import TypeVar

from app.billing import gateway
from app.billing.models import PaymentAccount
from app.billing.queries import stripe as reads
from app.billing.service import attempts
from app.billing.service.plans import keep_price
from app.communities.models import Contact
from app.communities.queries.addressees import addressee
from app.core.database import db, new_public_id

Made = TypeVar("Made")


def made_under(key: str, make: Callable[[str], Made]) -> Made:
    """Make something at Stripe under its key, or under a fresh one when that key is spent.

    What may have been made under the first one stays there unused.
    """
    try:
        return make(key)
    except gateway.StripeStuck:
        return make(f"{key}:{new_public_id()}")


def ensure_customer(contact_id: int, account_id: int) -> str:
    """Return a contact's customer at Stripe, made once."""
    contact = db.session.get_one(Contact, contact_id)
    account = db.session.get_one(PaymentAccount, account_id).stripe_id
    known = reads.customer_of(contact_id, account_id)
    found = known.stripe_id if known else None
    reader, community_id, mark = addressee(contact), contact.community_id, contact.public_id
    db.session.commit()
    if found is None:
        found = made_under(
            f"customer:{mark}:{account_id}",
            lambda key: gateway.checkout.make_customer(
                account,
                key=key,
                name=reader.name,
                email=reader.address or None,
                contact_id=mark,
            ),
        )
        found = attempts.keep_customer(community_id, contact_id, account_id, found)
        db.session.commit()
    return found


def ensure_price(price_public_id: str, account_id: int) -> str:
    """Return a price at Stripe, made once for each account."""
    price, plan = reads.price_named(price_public_id)
    account = db.session.get_one(PaymentAccount, account_id).stripe_id
    found = price.stripe_id if price.payment_account_id == account_id else None
    price_id, name, amount, interval = price.id, plan.name, price.amount, price.interval.value
    db.session.commit()
    if found is None:
        found = made_under(
            f"price:{price_public_id}:{account_id}",
            lambda key: gateway.subscriptions.make_price(
                account, key=key, name=name, amount=amount, interval=interval
            ),
        )
        keep_price(price_id, account_id=account_id, stripe_id=found)
        db.session.commit()
    return found
