"""What Stripe must know before a page can be made: the customer, and the price that renews."""

from app.billing import gateway
from app.billing.models import PaymentAccount
from app.billing.queries import stripe as reads
from app.billing.service import attempts
from app.billing.service.plans import keep_price
from app.communities.models import Contact
from app.communities.queries.addressees import addressee
from app.core.database import db


def ensure_customer(contact_id: int, account_id: int) -> str:
    """Return a contact's customer at Stripe, made once."""
    contact = db.session.get_one(Contact, contact_id)
    account = db.session.get_one(PaymentAccount, account_id).stripe_id
    known = reads.customer_of(contact_id, account_id)
    found = known.stripe_id if known else None
    reader, community_id, mark = addressee(contact), contact.community_id, contact.public_id
    db.session.commit()
    if found is None:
        found = gateway.checkout.make_customer(
            account,
            key=f"customer:{mark}:{account_id}",
            name=reader.name,
            email=reader.address or None,
            contact_id=mark,
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
        found = gateway.subscriptions.make_price(
            account,
            key=f"price:{price_public_id}:{account_id}",
            name=name,
            amount=amount,
            interval=interval,
        )
        keep_price(price_id, account_id=account_id, stripe_id=found)
        db.session.commit()
    return found
