"""What can be known of a visitor without opening a session."""

from flask import current_app, request

THEMES = ("auto", "light", "dark")
THEME_COOKIE = "theme"


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
