"""Reads of blocks: whom a person must not meet, in either direction."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, literal, or_, select, true, union_all
from sqlalchemy.orm import InstrumentedAttribute

from app.accounts.models import Block, Person
from app.accounts.tables import table
from app.core.database import db


@dataclass(frozen=True)
class BlockedPerson:
    """Someone a person has blocked, under the names their shared communities know."""

    public_id: str
    names: tuple[str, ...]
    blocked_at: datetime


def blocked_person_ids(person_id: int) -> set[int]:
    """Return whom a person blocked and who blocked them: one set, since a block works both ways."""
    return set(
        db.session.scalars(
            union_all(
                select(Block.blocked_id).where(Block.blocker_id == person_id),
                select(Block.blocker_id).where(Block.blocked_id == person_id),
            )
        )
    )


def not_blocked(
    viewer_person_id: int | ColumnElement[int] | None,
    column: InstrumentedAttribute[int | None] | ColumnElement[int | None],
) -> ColumnElement[bool]:
    """Return the condition that no block stands between a viewer and the person of a row.

    A viewer who is nobody (None) and a row without a person meet nobody's block.
    """
    if viewer_person_id is None:
        return true()
    viewer = literal(viewer_person_id) if isinstance(viewer_person_id, int) else viewer_person_id
    between = or_(
        and_(Block.blocker_id == viewer, Block.blocked_id == column),
        and_(Block.blocked_id == viewer, Block.blocker_id == column),
    )
    return ~select(Block.id).where(between).exists()


def blocked_people(person_id: int) -> list[BlockedPerson]:
    """List whom a person blocked, the newest first, with the names they met them under."""
    contact = table("contact")
    mine = select(contact.c.community_id).where(contact.c.person_id == person_id)
    rows = db.session.execute(
        select(Person.public_id, Block.created_at, contact.c.name)
        .join(Block, Block.blocked_id == Person.id)
        .outerjoin(
            contact,
            and_(contact.c.person_id == Person.id, contact.c.community_id.in_(mine)),
        )
        .where(Block.blocker_id == person_id)
        .order_by(Block.created_at.desc(), Block.id.desc(), contact.c.id)
    )
    found: dict[str, BlockedPerson] = {}
    for public_id, blocked_at, name in rows:
        known = found.get(public_id, BlockedPerson(public_id, (), blocked_at))
        names = dict.fromkeys((*known.names, *([name] if name else [])))
        found[public_id] = BlockedPerson(public_id, tuple(names), blocked_at)
    return list(found.values())
