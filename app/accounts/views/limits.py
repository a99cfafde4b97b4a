"""How many mails a stranger may have us send."""

from datetime import timedelta

from flask import request

from app.core.text import email_key
from app.core.throttle import network_of, throttle

PER_ADDRESS, PER_NETWORK = 5, 30
HOUR = timedelta(hours=1)


def limit_mails(address: str) -> None:
    """Count one asked-for mail; raises Throttled, the same for known and unknown addresses.

    Two counts of one statement each: nobody's mailbox is filled, nobody's network floods others'.
    """
    network = network_of(request.remote_addr or "")
    throttle(
        "accounts.mails_to", key=f"{email_key(address)} {network}", limit=PER_ADDRESS, per=HOUR
    )
    throttle("accounts.mails_from", key=network, limit=PER_NETWORK, per=HOUR)
