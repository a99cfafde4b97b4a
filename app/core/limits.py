"""Floods: how many requests one address may send, counted in each process's memory.

What guards secrets is `core.throttle`, whose rows all processes share.
"""

from ipaddress import ip_address

from flask import Flask, current_app, request
from flask_limiter import Limiter

from app.core import policy
from app.core.throttle import network_of

PER_ADDRESS = ["50 per second", "1200 per minute"]
# Small, the same for everyone, and asked for by machines that must always be answered.
FREE = frozenset({"web.static_file", "web.hue_sheet", "health.healthz", "health.readyz"})


def caller() -> str:
    """Return whom a request is counted for: an IPv4 address, or a household's IPv6 network."""
    address = request.remote_addr or "unknown"
    return network_of(address) if ":" in address else address


def is_free() -> bool:
    """Tell whether a request is not counted.

    This machine's own requests are not, unless a trusted proxy names the true callers: they are
    ours, or everyone's through a proxy nobody told us of.
    """
    if request.endpoint in FREE:
        return True
    return current_app.config["KITH"].trusted_proxies == 0 and _is_loopback(request.remote_addr)


limiter = Limiter(caller, default_limits=list(PER_ADDRESS), storage_uri="memory://")
limiter.request_filter(is_free)


def init_app(app: Flask) -> None:
    """Count requests, except in tests that do not ask for it."""
    app.config.setdefault("RATELIMIT_ENABLED", not app.testing)
    app.before_request(policy.take_shortcut)  # a kept page costs less than counting its visitors
    limiter.init_app(app)


def _is_loopback(address: str | None) -> bool:
    try:
        return ip_address(address or "").is_loopback
    except ValueError:
        return False
