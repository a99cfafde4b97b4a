"""Who is asking: the signed-in person of this request, how they came in, and how they go."""

from dataclasses import dataclass

from flask import Flask, current_app, g, request, session
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from app.accounts import queries, service
from app.accounts.device import device_name
from app.accounts.models import Person, PersonSession
from app.core import clock, policy
from app.core.database import db
from app.core.errors import NotThere
from app.core.throttle import network_of
from app.core.tokens import hash_token

login_manager = LoginManager()


@dataclass(frozen=True)
class SignedIn(UserMixin):
    """What Flask-Login carries: the session's secret, and the person behind it."""

    token: str
    session: PersonSession
    person: Person
    address: str

    def get_id(self) -> str:
        """Return what the signed cookie holds: the secret of one session of ours."""
        return self.token


def init_app(app: Flask) -> None:
    """Load persons from the signed cookie and answer for their policies."""
    login_manager.init_app(app)
    login_manager.session_protection = None  # our own rows say which sessions live
    login_manager.user_loader(_load)
    policy.register_resolver(policy.Kind.SIGNED_IN, _ask_signed_in)
    policy.register_resolver(policy.Kind.SITE_ADMIN, _ask_site_admin)


def is_stranger() -> bool:
    """Say whether the request comes without any cookie of ours: its page names nobody."""
    return current_app.config["SESSION_COOKIE_NAME"] not in request.cookies


def signed_in() -> SignedIn | None:
    """Return the session of this request, or None. A stranger's request never touches it."""
    if is_stranger() and "_login_user" not in g:
        return None
    here = current_user._get_current_object()  # noqa: SLF001 - the documented way past a proxy
    return here if isinstance(here, SignedIn) else None


def current_person() -> Person | None:
    """Return the signed-in person, or None."""
    found = signed_in()
    return found.person if found else None


def person_here() -> Person:
    """Return the signed-in person of a route that asks for one."""
    return session_here().person


def session_here() -> SignedIn:
    """Return the session of a route that asks for a signed-in person."""
    found = signed_in()
    if found is None:
        raise policy.SignInFirst
    return found


def open_session(person: Person, *, is_known_device: bool = False) -> PersonSession:
    """Sign a person in to this browser, under a fresh cookie; the caller commits.

    Whatever the cookie held before is thrown away: a session planted by somebody else ends here.
    """
    before = signed_in()
    if before is not None:
        service.end_sessions(before.person, only_ids=[before.session.id], now=clock.now())
    row, token = service.open_session(
        person,
        device=device_name(request.user_agent.string),
        network=network_of(request.remote_addr or ""),
        is_known_device=is_known_device,
        now=clock.now(),
    )
    session.clear()
    session.permanent = True
    login_user(SignedIn(token, row, person, queries.primary_address(person) or ""))
    return row


def renew_session() -> None:
    """Give this browser another secret, for one that may have been seen; the caller commits."""
    here = session_here()
    token = service.renew_session(here.session, now=clock.now())
    login_user(SignedIn(token, here.session, here.person, here.address))


def end_session() -> None:
    """Sign this browser out; the caller commits."""
    here = signed_in()
    if here is not None:
        service.end_session(here.person, here.session.public_id, now=clock.now())
    logout_user()
    session.clear()


def _load(token: str) -> SignedIn | None:
    now = clock.now()
    found = queries.caller(hash_token(token), now)
    if found is None:
        return None
    if service.needs_sliding(found.session, now):
        service.slide_session(found.session, now=now)
        db.session.commit()
        session.modified = True  # the cookie's own sixty days begin anew
    return SignedIn(token, found.session, found.person, found.address)


def _ask_signed_in(_permission: str) -> None:
    person_here()


def _ask_site_admin(_permission: str) -> None:
    if not person_here().is_site_admin:
        raise NotThere
