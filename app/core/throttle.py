"""Throttles: how often something may be tried, in rows of ours that all processes share.

Nobody may lock another person out. So what guards an account is never one counter that strangers
can fill (`guard_account`):

- (account, network) is strict: five tries in a quarter of an hour from one network;
- (network) is wider: one network tries many accounts;
- (account) counts tries of *unknown devices* only. Whoever fills it slows down strangers; a device
  that signed in before (it holds a signed cookie) is counted by itself and still gets in.

Nor may anyone fill another's mailbox, or keep them from asking for a mail (`guard_mailbox`).
"""

from datetime import datetime, timedelta
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address

from flask import current_app
from sqlalchemy import case, delete
from sqlalchemy.dialects.postgresql import insert

from app.core import clock
from app.core.database import db
from app.core.errors import RuleViolation
from app.core.models import Throttle
from app.core.text import N_
from app.core.tokens import keyed_hash

PAIR_LIMIT, PAIR_PER = 5, timedelta(minutes=15)
NETWORK_LIMIT, NETWORK_PER = 60, timedelta(hours=1)
ACCOUNT_LIMIT, ACCOUNT_PER = 20, timedelta(hours=1)


class Throttled(RuleViolation):
    """Too many tries; `retry_at` says when the next one is welcome."""

    message = N_("There were many tries in a short time. Wait %(minutes)s min, then try once more.")
    status = 429

    def __init__(self, retry_at: datetime) -> None:
        self.retry_at = retry_at
        left = retry_at - clock.now()
        super().__init__(minutes=max(1, -(-int(left.total_seconds()) // 60)))


def throttle(kind: str, *, key: str, limit: int, per: timedelta) -> None:
    """Count one try and raise Throttled past the limit; the count stays when the caller rolls back.

    One statement, committed at once on the request's own connection (a second one could be waited
    for by all threads together). So it is for the edge, before the request changes anything;
    RuntimeError when something is changed already.
    """
    hits, ends_at = _count(kind, key, per)
    if hits > limit:
        raise Throttled(ends_at)


def _count(kind: str, key: str, per: timedelta) -> tuple[int, datetime]:
    """Count one try; return how many there were in this span of time, and when it ends."""
    if db.session.new or db.session.dirty or db.session.deleted:
        sentence = "tries are counted before anything is changed"
        raise RuntimeError(sentence)
    now = clock.now()
    is_over = Throttle.ends_at <= now
    statement = insert(Throttle).values(kind=kind, key=_hashed(key), hits=1, ends_at=now + per)
    statement = statement.on_conflict_do_update(
        index_elements=[Throttle.kind, Throttle.key],
        set_={
            "hits": case((is_over, 1), else_=Throttle.hits + 1),
            "ends_at": case((is_over, now + per), else_=Throttle.ends_at),
        },
    )
    counted = statement.returning(Throttle.hits, Throttle.ends_at)
    hits, ends_at = db.session.execute(counted).one()
    db.session.commit()
    return hits, ends_at


def forgive(kind: str, *, key: str) -> None:
    """Forget the tries under a key, after one that was right."""
    db.session.execute(delete(Throttle).where(Throttle.kind == kind, Throttle.key == _hashed(key)))


def guard_account(kind: str, *, account: str, address: str, device: str | None = None) -> None:
    """Count one try at an account's secret; raises Throttled.

    `account` is the typed name's key, whether such an account exists or not, so that the answer is
    the same; `address` the caller's; `device` the id of a known device, taken from a signed cookie
    of this very account.
    """
    network = network_of(address)
    if device is not None:
        throttle(f"{kind}.device", key=f"{account} {device}", limit=PAIR_LIMIT, per=PAIR_PER)
        return
    throttle(f"{kind}.pair", key=f"{account} {network}", limit=PAIR_LIMIT, per=PAIR_PER)
    throttle(f"{kind}.network", key=network, limit=NETWORK_LIMIT, per=NETWORK_PER)
    throttle(f"{kind}.account", key=account, limit=ACCOUNT_LIMIT, per=ACCOUNT_PER)


def guard_mailbox(
    kind: str, *, mailbox: str, address: str, limit: int, network_limit: int, per: timedelta
) -> bool:
    """Count one wish that writes to a mailbox; raises Throttled.

    Whoever asks is held back by (network) and by (mailbox, network). The mailbox's own count holds
    nobody back, as strangers can fill it; True says that it is full: what was mailed already and
    still leads on is not mailed again.
    """
    network = network_of(address)
    throttle(f"{kind}.network", key=network, limit=network_limit, per=per)
    throttle(f"{kind}.pair", key=f"{mailbox} {network}", limit=limit, per=per)
    hits, _ends_at = _count(f"{kind}.address", mailbox, per)
    return hits > limit


def forgive_account(kind: str, *, account: str, address: str, device: str | None = None) -> None:
    """Forget the tries of one network or device at an account, after a right one.

    The account's own count stays: it is the strangers', not the owner's.
    """
    forgive(f"{kind}.pair", key=f"{account} {network_of(address)}")
    if device is not None:
        forgive(f"{kind}.device", key=f"{account} {device}")


def network_of(address: str) -> str:
    """Return the network one household or host holds: /24 of IPv4, /56 of IPv6."""
    try:
        known = ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(known, IPv6Address):
        if known.ipv4_mapped is None:
            return str(IPv6Network((int(known), 56), strict=False))
        known = known.ipv4_mapped
    return str(IPv4Network((int(known), 24), strict=False))


def _hashed(key: str) -> str:
    """Return what the row holds of a key: no address and no account can be read from it."""
    return keyed_hash(key, str(current_app.config["SECRET_KEY"]))
