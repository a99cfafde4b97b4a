"""Migrations: up from nothing, no drift from the models, down and up again, with data."""

import re
from collections.abc import Iterator
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import inspect, literal, select, text
from sqlalchemy import table as named

from app import create_app
from app.activity import service as activity
from app.activity.service import Fact
from app.communities.models import RolePermission
from app.communities.permissions import BUILT_IN
from app.core.database import db
from tests.conftest import DatabaseServer, settings_for
from tests.factories import make_community, make_member
from tests.trust.world import build

pytestmark = pytest.mark.postgres15


@pytest.fixture
def migrated(own_database: str) -> Iterator[Flask]:
    app = create_app(settings_for(own_database))
    with app.app_context():
        yield app
        db.session.rollback()
        db.engine.dispose()


def tables() -> set[str]:
    return set(inspect(db.engine).get_table_names()) - {"alembic_version"}


def has_rows(table: str) -> bool:
    return db.session.scalar(select(literal(1)).select_from(named(table)).limit(1)) is not None


def test_migrations_lead_to_the_models_exactly(migrated: Flask) -> None:
    found = migrated.extensions["alembic"].compare_metadata()
    assert found == [], found


def test_a_model_without_a_migration_is_noticed(migrated: Flask) -> None:
    db.session.execute(text("ALTER TABLE community DROP COLUMN purpose"))
    db.session.commit()
    found = migrated.extensions["alembic"].compare_metadata()
    assert "purpose" in str(found)


def test_down_and_up_again_with_data(migrated: Flask) -> None:
    everything = tables()
    build()
    db.session.commit()
    filled = {name for name in everything if has_rows(name)}
    assert len(filled) > len(everything) / 2, sorted(everything - filled)
    alembic = migrated.extensions["alembic"]
    db.session.close()
    alembic.downgrade("base")
    assert tables() == set()
    alembic.upgrade()
    assert tables() == everything
    assert alembic.compare_metadata() == []


def test_lives_are_filled_from_months_and_their_people_marked(migrated: Flask) -> None:
    contact = make_member(make_community())
    for day in ("2025-02-28", "2026-03-01", "2026-03-31", "2026-05-16"):
        kind = "event.checked_in" if day == "2026-03-31" else "event.created"
        at = datetime.fromisoformat(f"{day}T12:00:00+00:00")
        fact = Fact(contact.community_id, contact.id, kind, f"{kind}:{day}", at)
        activity.record(fact, zone="Europe/Berlin")
    db.session.commit()
    lives = text("SELECT contact_id, first_on, last_on, kept_on FROM activity_last")
    marks = text("SELECT contact_id FROM activity_touched")
    ((who, first, last, kept),) = moved = db.session.execute(lives).all()
    assert [str(day) for day in (first, last, kept)] == ["2025-02-28", "2026-05-16", "2026-03-31"]
    db.session.close()
    alembic = migrated.extensions["alembic"]
    alembic.downgrade("0003_rows_and_guards")
    alembic.upgrade()
    assert db.session.execute(lives).all() == moved
    assert db.session.scalars(marks).all() == [who]


def test_the_seeded_rows_say_what_the_map_says(migrated: Flask) -> None:
    rows: dict[str, set[str]] = {}
    for role, permission in db.session.execute(
        select(RolePermission.role_key, RolePermission.permission)
    ):
        rows.setdefault(role, set()).add(permission)
    assert rows == {role: set(names) for role, (_, names) in BUILT_IN.items()}


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_entry SET action = 'x'", "DELETE FROM audit_entry"]
)
def test_the_audit_is_append_only(migrated: Flask, statement: str) -> None:
    with pytest.raises(Exception, match=re.escape("append-only")):
        db.session.execute(text(statement))


def test_the_server_is_postgresql_15_or_newer(server: DatabaseServer) -> None:
    (row,) = server.run("SHOW server_version_num")
    assert int(row[0]) >= 150000
