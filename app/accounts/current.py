"""Who is asking: the signed-in person of this request, and the answers of the policy."""

from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app, g, request
from flask_login import LoginManager, UserMixin, current_user
from sqlalchemy import select

from app.accounts.models import Person, PersonSession
from app.core import clock, policy
from app.core.database import db
from app.core.errors import NotThere
from app.core.tokens import hash_token

login_manager = LoginManager()


@dataclass(frozen=True)
class SignedIn(UserMixin):
    """What Flask-Login carries: the session's secret, and the person behind it."""

    token: str
    session: PersonSession
    person: Person

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


def current_person() -> Person | None:
    """Return the signed-in person, or None. A stranger's request never touches the session."""
    if is_stranger() and "_login_user" not in g:
        return None
    if not current_user.is_authenticated:
        return None
    return cast(SignedIn, current_user).person


def person_here() -> Person:
    """Return the signed-in person of a route that asks for one."""
    person = current_person()
    if person is None:
        raise policy.SignInFirst
    return person


def _load(token: str) -> SignedIn | None:
    row = db.session.execute(
        select(PersonSession, Person)
        .join(Person, Person.id == PersonSession.person_id)
        .where(
            PersonSession.token_hash == hash_token(token),
            PersonSession.ended_at.is_(None),
            PersonSession.expires_at > clock.now(),
            Person.suspended_at.is_(None),
            Person.erased_at.is_(None),
        )
    ).first()
    return SignedIn(token, row[0], row[1]) if row else None


def _ask_signed_in(_permission: str) -> None:
    if current_person() is None:
        raise policy.SignInFirst


def _ask_site_admin(_permission: str) -> None:
    if not person_here().is_site_admin:
        raise NotThere
