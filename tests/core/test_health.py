"""What machines ask: alive, and ready."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.core import health
from app.core.database import db


def test_a_process_that_answers_is_alive(client: Any) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"alive": True})
    assert "Set-Cookie" not in answer.headers


def test_a_migrated_database_is_ready(client: Any) -> None:
    answer = client.get("/readyz")
    assert answer.json == {"ready": True, "checks": {"database": True, "migrations": True}}
    assert answer.status_code == 200


def test_a_database_of_another_version_is_not_ready(client: Any, session: Session) -> None:
    session.execute(text("UPDATE alembic_version SET version_num = '0001_jobs'"))
    answer = client.get("/readyz")
    assert answer.json == {"ready": False, "checks": {"database": True, "migrations": False}}
    assert answer.status_code == 503


def test_an_empty_database_is_not_ready(client: Any, session: Session) -> None:
    session.execute(text("DROP TABLE alembic_version"))
    assert client.get("/readyz").json["checks"] == {"database": True, "migrations": False}


def test_a_database_that_is_away_is_not_ready(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise OperationalError("SELECT 1", {}, OSError("away"))

    with app.test_request_context("/readyz"):
        monkeypatch.setattr(type(db.session), "execute", away)
        answer = app.make_response(health.readyz())
    assert answer.json == {"ready": False, "checks": {"database": False, "migrations": False}}
    assert answer.status_code == 503
