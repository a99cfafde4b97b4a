"""The queue's tables: as the installed library wants them, and gone without a trace."""

from pathlib import Path

import procrastinate
import pytest
from procrastinate.schema import SchemaManager
from sqlalchemy import text

from app import create_app
from app.core.database import db
from tests.conftest import settings_for

pytestmark = pytest.mark.postgres15

COPY = Path(__file__).resolve().parents[2] / "migrations/versions/20261122_0001_jobs.sql"
LEFT = text(
    "SELECT proname::text FROM pg_proc WHERE proname LIKE 'procrastinate%' UNION ALL"
    " SELECT typname::text FROM pg_type WHERE typname LIKE '%procrastinate%' UNION ALL"
    " SELECT relname::text FROM pg_class WHERE relname LIKE '%procrastinate%'"
)


def statements(sql: str) -> list[str]:
    """Return the lines that do something."""
    lines = (line.split("-- ")[0].strip() for line in sql.splitlines())
    return [line for line in lines if line and not line.startswith("--")]


def test_the_migration_makes_what_the_installed_library_expects() -> None:
    copied = statements(COPY.read_text(encoding="utf-8"))
    assert copied == statements(SchemaManager.get_schema()), procrastinate.__version__


def test_the_queue_goes_without_a_trace_and_comes_back(own_database: str) -> None:
    app = create_app(settings_for(own_database))
    with app.app_context():
        alembic = app.extensions["alembic"]
        there = set(db.session.scalars(LEFT))
        db.session.close()
        alembic.downgrade("base")
        gone = set(db.session.scalars(LEFT))
        db.session.close()
        alembic.upgrade("0001_jobs")
        again = set(db.session.scalars(LEFT))
        db.session.close()
        db.engine.dispose()
    assert gone == set()
    assert "procrastinate_fetch_job_v2" in there
    assert again == there
