"""Signed-in browsers: opened, kept alive, renewed and ended."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import select, update

from app.accounts import passwords
from app.accounts.models import Person, PersonSession
from app.accounts.service import mails
from app.accounts.service.erasure import cancel_erasure
from app.accounts.service.second_factor import check_second_factor
from app.core.database import add, db
from app.core.errors import NotThere, RuleViolation
from app.core.text import N_
from app.core.tokens import hash_token, new_token

LIFETIME = timedelta(days=60)
SLIDES_AFTER = timedelta(days=1)
FRESH = timedelta(minutes=15)


class WrongPassword(RuleViolation):
    """The password is not the account's."""

    message = N_("This is not your password. Try once more.")


def open_session(
    person: Person, *, device: str, network: str, is_known_device: bool, now: datetime
) -> tuple[PersonSession, str]:
    """Open a session and return it with its secret; an erasure that waits is called off.

    A device we do not know is told of by mail, save the very first one.
    """
    is_first = (
        db.session.scalar(select(PersonSession.id).where(PersonSession.person_id == person.id))
        is None
    )
    token = new_token()
    session = add(
        PersonSession(
            person_id=person.id,
            token_hash=hash_token(token),
            device=device,
            network=network,
            created_at=now,
            seen_at=now,
            proved_at=now,
            expires_at=now + LIFETIME,
        )
    )
    if not is_known_device and not is_first:
        mails.mail_new_device(person, session)
    cancel_erasure(person)
    return session, token


def needs_sliding(session: PersonSession, now: datetime) -> bool:
    """Say whether a session's end should move: at most one write a day."""
    return now - session.seen_at >= SLIDES_AFTER


def slide_session(session: PersonSession, *, now: datetime) -> None:
    """Note that a session was used and move its end."""
    session.seen_at = now
    session.expires_at = now + LIFETIME
    db.session.flush()


def renew_session(session: PersonSession, *, now: datetime) -> str:
    """Give a session another secret, after which the old one opens nothing; return it."""
    token = new_token()
    session.token_hash = hash_token(token)
    session.proved_at = now
    db.session.flush()
    return token


def prove(
    session: PersonSession, person: Person, *, password: str, code: str, key: str, now: datetime
) -> None:
    """Take a password or a code as proof that it is still the same person at this browser.

    Raises WrongPassword or WrongCode; the same work is done with and without a password kept.
    """
    if code:
        check_second_factor(person, code, key=key, now=now)
    elif not passwords.is_password(password, person.password_hash):
        raise WrongPassword(field="password")
    session.proved_at = now
    db.session.flush()


def is_fresh(session: PersonSession, now: datetime) -> bool:
    """Say whether the person proved a moment ago that it is they."""
    return session.proved_at is not None and now - session.proved_at < FRESH


def end_session(person: Person, public_id: str, *, now: datetime) -> PersonSession:
    """End one of a person's own sessions; raises NotThere for anybody else's."""
    session = db.session.scalar(
        select(PersonSession).where(
            PersonSession.public_id == public_id,
            PersonSession.person_id == person.id,
            PersonSession.ended_at.is_(None),
        )
    )
    if session is None:
        raise NotThere
    session.ended_at = now
    db.session.flush()
    return session


def end_sessions(
    person: Person,
    *,
    only_ids: Collection[int] | None = None,
    except_ids: Collection[int] = (),
    now: datetime,
) -> None:
    """End a person's sessions: all of them, only some, or all save some."""
    which = PersonSession.id.not_in(except_ids)
    if only_ids is not None:
        which = PersonSession.id.in_(only_ids)
    db.session.execute(
        update(PersonSession)
        .where(PersonSession.person_id == person.id, PersonSession.ended_at.is_(None), which)
        .values(ended_at=now)
    )
