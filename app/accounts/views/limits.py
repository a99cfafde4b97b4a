"""How often something may be tried, counted apart from the request's own transaction."""

from datetime import timedelta

from flask import request

from app.accounts.views.known import known_device
from app.core.database import db
from app.core.text import email_key
from app.core.throttle import forgive_account, guard_account, network_of, throttle

PASSWORD, CODE = "accounts.password", "accounts.code"

PER_ADDRESS, PER_NETWORK = 5, 30
HOUR = timedelta(hours=1)


def limit_mails(address: str) -> None:
    """Count one asked-for mail; raises Throttled, the same for known and unknown addresses.

    Two counts of one statement each: nobody's mailbox is filled, nobody's network floods others'.
    """
    db.session.commit()  # as in guard
    network = network_of(request.remote_addr or "")
    throttle(
        "accounts.mails_to", key=f"{email_key(address)} {network}", limit=PER_ADDRESS, per=HOUR
    )
    throttle("accounts.mails_from", key=network, limit=PER_NETWORK, per=HOUR)


def guard(kind: str, account: str) -> None:
    """Count one try at an account's secret; raises Throttled.

    The count has a transaction of its own, so the request gives its connection back first: threads
    that hold one and wait for another would wait for each other.
    """
    db.session.commit()
    address, device = request.remote_addr or "", known_device(account)
    guard_account(kind, account=account, address=address, device=device)


def forgive(kind: str, account: str) -> None:
    """Forget the tries of this browser and network after a right one."""
    address, device = request.remote_addr or "", known_device(account)
    forgive_account(kind, account=account, address=address, device=device)
