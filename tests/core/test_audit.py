"""The audit: who did what, in ids, never to be changed."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.core import audit, guards
from app.core.database import db
from app.core.models import AuditEntry
from tests.conftest import FixedClock
from tests.factories import make_person

pytestmark = pytest.mark.postgres15


def test_an_act_is_recorded_in_ids(session: Session, clock: FixedClock) -> None:
    person = make_person()
    entry = audit.record(
        "members.removed", actor=person, community_id=7, subject=("contact", 9), role="member"
    )
    assert (entry.actor_id, entry.community_id, entry.subject_table, entry.subject_id) == (
        person.id,
        7,
        "contact",
        9,
    )
    assert (entry.at, entry.facts, entry.action) == (
        clock.now,
        {"role": "member"},
        "members.removed",
    )


def test_an_act_of_nobody_about_nothing_is_recorded_too(session: Session) -> None:
    entry = audit.record("site.opened", actor=None)
    assert (entry.actor_id, entry.subject_table, entry.subject_id) == (None, None, None)


def test_an_entry_carries_the_requests_id(session: Session) -> None:
    import structlog  # noqa: PLC0415 - as a request binds it

    with structlog.contextvars.bound_contextvars(request_id="abc"):
        assert audit.record("x", actor=None).request_id == "abc"
    assert audit.record("x", actor=None).request_id is None


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_entry SET action = 'other'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
    ],
)
def test_an_entry_is_never_changed(session: Session, change: str) -> None:
    audit.record("x", actor=None)
    with pytest.raises(DBAPIError, match="audit_entry is append-only"), db.session.begin_nested():
        db.session.execute(text(change))
    assert db.session.query(AuditEntry).count() == 1


def test_a_guard_can_be_put_up_and_taken_down(session: Session) -> None:
    up, down = guards.append_only("throttle")
    connection = db.session.connection()
    connection.execute(text(guards.REFUSE_CHANGE[0].replace(":", r"\:")))
    connection.execute(text(up))
    with pytest.raises(DBAPIError, match="append-only"), db.session.begin_nested():
        db.session.execute(text("DELETE FROM throttle"))
    connection.execute(text(down))
    done: Any = db.session.execute(text("DELETE FROM throttle"))
    assert done.rowcount == 0
