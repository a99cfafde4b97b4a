"""Connecting an organizer's account: written down before they are sent to Stripe's questions."""

from datetime import datetime

from app.accounts.models import Person
from app.billing import gateway
from app.billing.models import OWN
from app.billing.processes.catalogue import made_under
from app.billing.processes.sync import sync_account
from app.billing.queries.stripe import payment_account
from app.billing.service import accounts
from app.communities.models import Community, Contact
from app.communities.queries.addressees import addressee
from app.core.database import db


def connect(
    community: Community,
    *,
    by: Contact,
    actor: Person,
    is_one: bool,
    is_live: bool,
    back_url: str,
    now: datetime,
) -> str | None:
    """Return the page with Stripe's questions; None when there are none.

    Raises StripeSilent, StripeRefused.
    """
    known = payment_account(community.id)
    stripe_id = known.stripe_id if known else None
    if stripe_id is None and is_one:
        accounts.connect(community, OWN, by=by, actor=actor, is_live=is_live, now=now)
        db.session.commit()
        return None
    if stripe_id is None:
        stripe_id = _open(community, by, actor, is_live=is_live, now=now)
    db.session.commit()
    if stripe_id == OWN:
        return None
    return gateway.accounts.onboarding(stripe_id, refresh_url=back_url, return_url=back_url)


def look(stripe_id: str, *, now: datetime) -> None:
    """See how an account stands."""
    sync_account(stripe_id, now=now)


def _open(community: Community, by: Contact, actor: Person, *, is_live: bool, now: datetime) -> str:
    """Open an account at Stripe, once for each time a community connects."""
    reader, name, mark = addressee(by), community.name, community.public_id
    currency, closed = community.currency, accounts.times_connected(community)
    db.session.commit()
    seen = made_under(
        f"account:{mark}:{closed}",
        lambda key: gateway.accounts.create(
            key=key, name=name, email=reader.address or None, currency=currency
        ),
    )
    accounts.connect(community, seen.stripe_id, by=by, actor=actor, is_live=is_live, now=now)
    db.session.commit()
    return seen.stripe_id
