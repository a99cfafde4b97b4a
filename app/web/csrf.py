"""Forged requests are refused; an honest one that came too late keeps what was typed."""

from collections.abc import Callable
from typing import TypeVar

from flask import Flask, Response
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, CSRFProtect

from app.core.text import N_
from app.web.errors import Words, error_page, typed
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
    return error_page(400, _LATE, resend=typed())
