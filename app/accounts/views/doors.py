"""How a browser comes in: known devices, the pause before the second factor, fresh proof."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from flask import Response, after_this_request, current_app, flash, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts import queries, service
from app.accounts.current import open_session, session_here
from app.accounts.models import Person
from app.core import clock
from app.core.database import db
from app.core.text import email_key
from app.core.tokens import hash_code, new_token, read_forever, read_signed, sign, sign_forever
from app.web.responses import see_other
from app.web.visitor import local_path

DEVICE_COOKIE = "kith-device"
DEVICE_PURPOSE = "accounts.device"
DEVICE_SECONDS = 400 * 24 * 3600
DEVICE_ACCOUNTS = 4  # a family's tablet
WAITING = "waiting"
WAITING_PURPOSE = "accounts.waiting"
WAITING_SECONDS = 600

View = TypeVar("View", bound=Callable[..., Any])


def secret() -> str:
    """Return the installation's secret, to be handed down."""
    return str(current_app.config["SECRET_KEY"])


def go_on(target: str | None, default: str = "accounts.settings") -> ResponseReturnValue:
    """Lead to a page of this site, never to another site."""
    home = url_for("home.me") if "home.me" in current_app.view_functions else url_for(default)
    return see_other(local_path(target, home))


def known_device(account: str) -> str | None:
    """Return the id under which this browser has signed in to an account before, or None."""
    device, accounts = _read_device()
    return device if _account_mark(account) in accounts else None


def remember_device(account: str) -> None:
    """Let this browser be counted by itself from now on: strangers cannot use up its tries."""
    device, accounts = _read_device()
    marks = [*(mark for mark in accounts if mark != _account_mark(account)), _account_mark(account)]
    value = sign_forever(
        [device or new_token()[:16], marks[-DEVICE_ACCOUNTS:]],
        purpose=DEVICE_PURPOSE,
        secret=secret(),
    )

    @after_this_request
    def keep(answer: Response) -> Response:
        _set_cookie(answer, DEVICE_COOKIE, value, is_private=True)
        return answer


def come_in(person: Person, *, account: str, back: str | None) -> ResponseReturnValue:
    """Let a person in who proved one factor: to the code if they have a second, else inside."""
    if person.totp_confirmed_at is not None:
        waiting = [person.id, account]
        session[WAITING] = sign(waiting, purpose=WAITING_PURPOSE, secret=secret())
        db.session.commit()
        return see_other(url_for("accounts.code", next=local_path(back, "") or None))
    return let_in(person, account=account, back=back)


def waiting_person() -> tuple[Person, str] | None:
    """Return who has proved the first factor a moment ago in this browser, and their account."""
    payload = read_signed(
        session.get(WAITING, ""), purpose=WAITING_PURPOSE, secret=secret(), max_age=WAITING_SECONDS
    )
    person = db.session.get(Person, payload[0]) if payload else None
    if person is None or person.suspended_at is not None or person.totp_confirmed_at is None:
        return None
    return person, str(payload[1])


def let_in(person: Person, *, account: str, back: str | None) -> ResponseReturnValue:
    """Open the session, remember the browser, and lead on."""
    due_at = person.erasure_due_at
    open_session(person, is_known_device=known_device(account) is not None)
    db.session.commit()
    remember_device(account)
    show_theme(person)
    if due_at is not None:
        flash(_("Welcome back. Your account stays: nothing will be erased."), "good")
    return go_on(back)


def show_theme(person: Person) -> None:
    """Let this browser show the theme its person chose."""
    theme = {"system": "auto"}.get(person.theme, person.theme)

    @after_this_request
    def keep(answer: Response) -> Response:
        if request.cookies.get("theme", "auto") != theme:
            _set_cookie(answer, "theme", theme, is_private=False)
        return answer


def proved_lately(view: View) -> View:
    """Ask for the password or a code first, unless one was given in the last quarter of an hour."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        if service.is_fresh(session_here().session, clock.now()):
            return cast(ResponseReturnValue, view(*args, **kwargs))
        return see_other(url_for("accounts.confirm", next=_page_of_form()))

    return cast(View, guarded)


def _page_of_form() -> str:
    """Return the page to come back to: this one, or the one whose form was sent."""
    if request.method == "GET":
        return request.path
    sender = urlsplit(request.referrer or "")
    return sender.path if sender.netloc == request.host else url_for("accounts.security")


def account_of(person: Person) -> str:
    """Return the key an account's tries are counted under."""
    return email_key(queries.primary_address(person) or "")


def _account_mark(account: str) -> str:
    """Return what a browser keeps of an account it knows: no address can be read from it."""
    return hash_code(account, secret())[:20]


def _read_device() -> tuple[str | None, list[str]]:
    payload = read_forever(
        request.cookies.get(DEVICE_COOKIE, ""), purpose=DEVICE_PURPOSE, secret=secret()
    )
    return (payload[0], payload[1]) if payload else (None, [])


def _set_cookie(answer: Response, name: str, value: str, *, is_private: bool) -> None:
    answer.set_cookie(
        name,
        value,
        max_age=DEVICE_SECONDS,
        httponly=is_private,
        samesite="Lax",
        secure=current_app.config["KITH"].is_secure,
    )
