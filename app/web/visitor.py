"""What can be known of a visitor without opening a session."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import current_app, request

THEMES = ("auto", "light", "dark")
THEME_COOKIE = "theme"
PASSED_ON = ("forwarded", "via", "x-forwarded-", "x-real-ip")
"""How the headers begin that proxies and tunnels add."""


def has_session() -> bool:
    """Tell whether the request carries a session or a remembered sign-in."""
    names = (
        current_app.config["SESSION_COOKIE_NAME"],
        current_app.config.get("REMEMBER_COOKIE_NAME", "remember_token"),
    )
    return any(name in request.cookies for name in names)


def is_personless() -> bool:
    """Tell whether this visitor is a stranger: their page is the same for all strangers."""
    return not has_session()


def chosen_theme() -> str:
    """Return the theme a visitor chose, or auto."""
    wished = request.cookies.get(THEME_COOKIE, "auto")
    return wished if wished in THEMES else "auto"


def is_htmx() -> bool:
    """Tell whether htmx asks for a part of a page."""
    return request.headers.get("HX-Request") == "true"


def is_same_origin() -> bool:
    """Tell whether the browser says that one of our own pages sent this request."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    return request.headers.get("Origin", "") == request.host_url.rstrip("/")


def local_path(target: str | None, default: str = "/") -> str:
    """Return a path of this site, or the default: never an address that leads elsewhere."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return default
    return default if any(ord(letter) < ord(" ") or letter == "\\" for letter in target) else target


def is_at_this_machine() -> bool:
    """Whether the visitor sits at this machine, and asked for it by a name of its own.

    The address alone says too little: a stranger's page can let its name point here (DNS
    rebinding), and through a tunnel everybody comes from here. Some tunnels write a name of this
    machine in the place of theirs; most of them say whom they speak for.
    """
    if not current_app.config["KITH"].is_loopback:
        return False
    if any(name.lower().startswith(PASSED_ON) for name, _ in request.headers):
        return False
    name = urlsplit(f"//{request.host}").hostname or ""
    is_asked_for = name == "localhost" or name.endswith(".localhost") or _is_loopback(name)
    return is_asked_for and _is_loopback(request.remote_addr or "")


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
