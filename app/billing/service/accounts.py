"""The organizer's account with Stripe: connected, checked, let go."""

from datetime import datetime

from sqlalchemy import func, select

from app.billing.gateway.accounts import AccountSeen
from app.billing.models import OWN, AccountState, PaymentAccount, Routed
from app.billing.queries import stripe as reads
from app.billing.service import attempts
from app.communities.models import Community, Contact
from app.core import audit
from app.core.audit import Actor
from app.core.database import add, db


def connect(
    community: Community,
    stripe_id: str,
    *,
    by: Contact | None,
    actor: Actor | None,
    is_live: bool,
    now: datetime,
) -> PaymentAccount:
    """Note the account that takes a community's cards; a second telling finds the first."""
    _lock(community)
    known = reads.payment_account(community.id)
    if known is not None:
        return known
    account = add(
        PaymentAccount(
            community_id=community.id,
            stripe_id=stripe_id,
            state=AccountState.READY if stripe_id == OWN else AccountState.PENDING,
            is_live=is_live,
            connected_by_id=by.id if by else None,
            connected_at=now,
        )
    )
    if stripe_id != OWN:
        attempts.route(account, Routed.ACCOUNT, stripe_id, account.id)
    audit.record(
        "billing.connected",
        actor=actor,
        community_id=community.id,
        subject=("payment_account", account.id),
    )
    return account


def times_connected(community: Community) -> int:
    """Return how many accounts a community has had."""
    number = db.session.scalar(
        select(func.count())
        .select_from(PaymentAccount)
        .where(PaymentAccount.community_id == community.id)
    )
    return int(number or 0)


def disconnect(account: PaymentAccount, *, actor: Actor | None, now: datetime) -> None:
    """Take no more cards with an account; what was sold on it stays known."""
    account.state = AccountState.DISCONNECTED
    account.disconnected_at = account.disconnected_at or now
    audit.record(
        "billing.disconnected",
        actor=actor,
        community_id=account.community_id,
        subject=("payment_account", account.id),
    )
    db.session.flush()


def take_account(account: PaymentAccount, seen: AccountSeen | None, *, now: datetime) -> None:
    """Bring in whether an account takes cards; None when Stripe does not let us ask any more."""
    account.checked_at = now
    if seen is None or seen.is_closed:
        account.card_payments = ""
        account.state = AccountState.DISCONNECTED
        account.disconnected_at = account.disconnected_at or now
    else:
        was_ready = account.state in {AccountState.READY, AccountState.RESTRICTED}
        account.card_payments = seen.card_payments
        short = AccountState.RESTRICTED if was_ready else AccountState.PENDING
        account.state = AccountState.READY if seen.is_ready else short
    db.session.flush()


def _lock(community: Community) -> None:
    """Let two organizers who connect at once wait for each other."""
    db.session.execute(select(Community.id).where(Community.id == community.id).with_for_update())
