"""Reads of sessions and of what stands in for a second factor."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import DateTime, Select, String, and_, bindparam, func, select

from app.accounts.models import Person, PersonEmail, PersonSession, RecoveryCode
from app.core.database import db


@dataclass(frozen=True)
class Caller:
    """Who a session belongs to."""

    session: PersonSession
    person: Person
    address: str


def caller(token_hash: str, now: datetime) -> Caller | None:
    """Return whose live session this is; nobody's for a suspended or erased person."""
    row = db.session.execute(_asked(), {"token_hash": token_hash, "now": now}).first()
    return Caller(row[0], row[1], row[2] or "") if row else None


@cache
def _asked() -> Select[PersonSession, Person, str]:
    """Return the statement, built once: every request with a session asks it."""
    return (
        select(PersonSession, Person, PersonEmail.address)
        .join(Person, Person.id == PersonSession.person_id)
        .outerjoin(PersonEmail, and_(PersonEmail.person_id == Person.id, PersonEmail.is_primary))
        .where(
            PersonSession.token_hash == bindparam("token_hash", type_=String),
            PersonSession.ended_at.is_(None),
            PersonSession.expires_at > bindparam("now", type_=DateTime(timezone=True)),
            Person.suspended_at.is_(None),
            Person.erased_at.is_(None),
        )
    )


def live_sessions(person_id: int, now: datetime) -> list[PersonSession]:
    """List a person's signed-in browsers, the last seen first."""
    return list(
        db.session.scalars(
            select(PersonSession)
            .where(
                PersonSession.person_id == person_id,
                PersonSession.ended_at.is_(None),
                PersonSession.expires_at > now,
            )
            .order_by(PersonSession.seen_at.desc(), PersonSession.id.desc())
        )
    )


def recovery_codes_left(person_id: int) -> int:
    """Count the recovery codes a person has not used yet."""
    return (
        db.session.scalar(
            select(func.count()).where(
                RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None)
            )
        )
        or 0
    )
