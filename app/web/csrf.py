"""Forged requests are refused; an honest one that came too late keeps what was typed."""

from collections.abc import Callable
from typing import TypeVar

from flask import Flask, Response, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, CSRFProtect

from app.core.text import N_
from app.web.errors import Words, error_page
from app.web.visitor import is_same_origin

protection = CSRFProtect()
View = TypeVar("View", bound=Callable[..., ResponseReturnValue])


def exempt(view: View) -> View:
    """Let a door in that proves who knocks by itself: a signature, or where one comes from."""
    protection.exempt(view)
    return view


_LATE = Words(
    N_("This page was open for a long time"),
    N_("For your safety nothing was saved yet. Everything you typed is below: send it once more."),
)
_FOREIGN = Words(
    N_("This did not come from our page"),
    N_("For your safety nothing was done. Open the page here and try once more."),
)
_SECRET = ("password", "code", "token", "secret")
LONGEST_KEPT = 100_000


def init_app(app: Flask) -> None:
    """Check the token of every request that changes something."""
    app.config.setdefault("WTF_CSRF_TIME_LIMIT", 12 * 3600)
    app.config.setdefault("WTF_CSRF_SSL_STRICT", False)  # Referrer-Policy and Sec-Fetch guard this
    protection.init_app(app)
    app.register_error_handler(CSRFError, refuse)


def refuse(_: CSRFError) -> Response:
    """Show what was typed; offer to send it again only when our own page sent it."""
    if not is_same_origin():
        return error_page(400, _FOREIGN)
    kept = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if not any(word in name for word in _SECRET) and len(value) <= LONGEST_KEPT
    ]
    lost = [name for name in request.files if request.files[name].filename]
    return error_page(400, _LATE, resend={"url": request.path, "fields": kept, "files": lost})
