"""The audit: an append-only record of who did what, in ids."""

from typing import Protocol

import structlog

from app.core import clock
from app.core.database import add
from app.core.models import AuditEntry


class Actor(Protocol):
    """Whoever acts: a person, known by id."""

    @property
    def id(self) -> int:
        """The person's id."""


def record(
    action: str,
    *,
    actor: Actor | None,
    community_id: int | None = None,
    subject: tuple[str, int] | None = None,
    **facts: int | bool | str | None,
) -> AuditEntry:
    """Record an act in the current transaction; `subject` is (table, id).

    `facts` are ids, numbers and words of ours such as a role, never a name or an address.
    """
    table, number = subject or (None, None)
    return add(
        AuditEntry(
            at=clock.now(),
            action=action,
            actor_id=actor.id if actor else None,
            community_id=community_id,
            subject_table=table,
            subject_id=number,
            facts=facts,
            request_id=structlog.contextvars.get_contextvars().get("request_id"),
        )
    )
