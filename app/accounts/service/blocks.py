"""Blocks between persons: made by one, felt by both."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from app.accounts import hooks
from app.accounts.models import Block, Person
from app.core.database import db
from app.core.errors import RuleViolation
from app.core.text import N_


class CannotBlockOneself(RuleViolation):
    """A block stands between two people."""

    message = N_("You cannot block yourself.")


def block(person: Person, other_person: Person, *, now: datetime) -> None:
    """Let neither of two people leave a trace for the other; blocking again changes nothing."""
    if person.id == other_person.id:
        raise CannotBlockOneself
    db.session.execute(
        insert(Block)
        .values(blocker_id=person.id, blocked_id=other_person.id, created_at=now)
        .on_conflict_do_nothing()
    )
    hooks.people_blocked(person, other_person, now)


def unblock(person: Person, other_person: Person) -> None:
    """Take a person's own block back; one made by the other side stays."""
    db.session.execute(
        delete(Block).where(Block.blocker_id == person.id, Block.blocked_id == other_person.id)
    )
