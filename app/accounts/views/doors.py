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
from app.accounts.views.known import known_device, remember_device, secret, set_cookie
from app.core import clock
from app.core.database import db
from app.core.text import email_key
from app.core.tokens import read_signed, sign
from app.web.responses import see_other
from app.web.visitor import local_path

WAITING = "waiting"
WAITING_PURPOSE = "accounts.waiting"
WAITING_SECONDS = 600

View = TypeVar("View", bound=Callable[..., Any])


def go_on(target: str | None, default: str = "accounts.settings") -> ResponseReturnValue:
    """Lead to a page of this site, never to another site."""
    home = url_for("home.me") if "home.me" in current_app.view_functions else url_for(default)
    return see_other(local_path(target, home))


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
            set_cookie(answer, "theme", theme, is_private=False)
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
