"""A community in Jakarta, people who join and leave it, and what they do."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.activity import service as activity
from app.communities.models import Community, Contact, EndReason
from app.core.database import db
from tests.factories import make_community, make_contact, make_membership

ZONE = "Asia/Jakarta"


def at(text: str) -> datetime:
    """Return a moment of UTC: "2026-03-02" is noon."""
    moment = datetime.fromisoformat(text)
    return (moment if "T" in text else moment.replace(hour=12)).replace(tzinfo=UTC)


def joined(
    community: Community,
    on: str,
    *,
    left: str | None = None,
    reason: EndReason = EndReason.LEFT,
    contact: Contact | None = None,
    **values: Any,
) -> Contact:
    """Let someone join, and leave; the ledger is told of the joining."""
    via = {"joined_via": values.pop("via")} if "via" in values else {}
    contact = contact or make_contact(community, **values)
    make_membership(
        contact,
        joined_at=at(on),
        left_at=at(left) if left else None,
        end_reason=reason if left else None,
        **via,
    )
    acted(community, contact, on, "member.joined")
    return contact


def acted(
    community: Community, contact: Contact, on: str, kind: str = "event.seat_taken", **values: Any
) -> str:
    """Tell the ledger of an act and return the name it can be voided by."""
    uid = f"{contact.id}:{kind}:{on}"
    fact = activity.Fact(community.id, contact.id, kind, uid, at(on), **values)
    activity.record(fact, zone=community.zone)
    return uid


def undone(community: Community, uid: str) -> None:
    """Take an act back."""
    assert activity.void(
        community_id=community.id, uid=uid, zone=community.zone, now=at("2026-06-15")
    )


@pytest.fixture
def community(session: Session) -> Community:
    """A community seven hours ahead of UTC."""
    return make_community(slug="lantern", zone=ZONE)


@pytest.fixture
def statements(session: Session) -> Callable[[], Any]:
    """Count what is asked of the database."""

    @contextmanager
    def counted() -> Iterator[list[str]]:
        seen: list[str] = []

        def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
            if not statement.startswith(("SAVEPOINT", "RELEASE")):
                seen.append(statement)

        event.listen(db.engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(db.engine, "before_cursor_execute", note)

    return counted
