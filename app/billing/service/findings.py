"""Findings: what does not agree, written once until it does."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import insert

from app.billing.models import Finding, FindingKind
from app.communities.models import Contact
from app.core import clock
from app.core.database import db, new_public_id

FOR_HANDS = "for_hands"
"""Among a finding's facts: only a person can do it, and says when it is done."""
REFUSED = "refused"
"""Among a finding's facts: which of our rules kept money from going back."""


def find(
    community_id: int,
    kind: FindingKind,
    subject: str,
    *,
    run_id: int | None = None,
    **facts: Any,
) -> None:
    """Note that something does not agree; found again, it is the same finding."""
    now = clock.now()
    statement = insert(Finding).values(
        community_id=community_id,
        public_id=new_public_id(),
        run_id=run_id,
        kind=kind,
        subject=subject,
        facts=facts,
        found_at=now,
        seen_at=now,
    )
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["community_id", "kind", "subject"],
            index_where=sql("settled_at IS NULL"),
            set_={"seen_at": now, "facts": facts, "run_id": run_id},
        )
    )


def find_for_hands(community_id: int, kind: FindingKind, subject: str, **facts: Any) -> None:
    """Note what only a person can do: no run counts it, so none closes it either."""
    find(community_id, kind, subject, **{FOR_HANDS: True}, **facts)


def settle_finding(finding: Finding, *, by: Contact | None, now: datetime) -> None:
    """Note that a person looked at a finding and dealt with it."""
    db.session.execute(
        update(Finding)
        .where(Finding.id == finding.id, Finding.settled_at.is_(None))
        .values(settled_at=now, settled_by_id=by.id if by else None)
    )


def settle_subject(community_id: int, kind: FindingKind, subject: str, *, now: datetime) -> None:
    """Close what was found of a subject: it was done after all."""
    db.session.execute(
        update(Finding)
        .where(
            Finding.community_id == community_id,
            Finding.kind == kind,
            Finding.subject == subject,
            Finding.settled_at.is_(None),
        )
        .values(settled_at=now)
    )


def settle_gone(
    community_id: int,
    kinds: frozenset[FindingKind],
    *,
    seen: Collection[tuple[FindingKind, str]],
    now: datetime,
) -> None:
    """Close the open findings of these kinds that are not seen any more.

    What waits for a person's hands is theirs to close.
    """
    standing = db.session.scalars(
        select(Finding).where(
            Finding.community_id == community_id,
            Finding.kind.in_(kinds),
            Finding.settled_at.is_(None),
        )
    )
    for finding in standing:
        is_seen = (finding.kind, finding.subject) in seen
        if not is_seen and not finding.facts.get(FOR_HANDS):
            finding.settled_at = now
    db.session.flush()
