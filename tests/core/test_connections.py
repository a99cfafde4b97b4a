"""Connections of the pool: dead ones are replaced before use, single reads need no transaction."""

from collections.abc import Iterator

import psycopg
import pytest
from flask import Flask
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app import create_app
from app.core import connections
from app.core.connections import read_first
from app.core.database import db
from tests.conftest import settings_for

WHO = text("SELECT pg_backend_pid(), CAST(:word AS text)")


@pytest.fixture
def alone(own_database: str) -> Iterator[Flask]:
    """An application on a database of its own, whose connections are real."""
    app = create_app(settings_for(own_database))
    with app.app_context():
        yield app
        db.session.close()
        db.engine.dispose()


def pid() -> int:
    row = read_first(WHO, {"word": "x"})
    assert row is not None
    return int(row[0])


def end_backend(url: str, number: int) -> None:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [number])


def test_a_single_read_begins_no_transaction(alone: Flask) -> None:
    begun: list[str] = []
    event.listen(db.engine, "begin", lambda _connection: begun.append("begin"))
    assert read_first(WHO, {"word": "naïve"})[1] == "naïve"  # type: ignore[index]
    assert begun == []
    assert db.session.scalar(text("SELECT count(*) FROM role")) == 5
    assert begun == ["begin"]


def test_a_single_read_without_a_row_is_none(alone: Flask) -> None:
    assert read_first(text("SELECT 1 WHERE :word = 'y'"), {"word": "x"}) is None


def test_a_tests_session_reads_within_its_transaction(session: Session) -> None:
    session.execute(text("INSERT INTO role (key, rank) VALUES ('guest', 1)"))
    found = read_first(text("SELECT key FROM role WHERE rank = :rank"), {"rank": 1})
    assert found is not None
    assert tuple(found) == ("guest",)


def test_a_connection_that_the_server_ended_is_replaced(alone: Flask, own_database: str) -> None:
    first = pid()
    assert pid() == first
    end_backend(own_database, first)
    assert pid() != first
    end_backend(own_database, pid())
    assert db.session.scalar(text("SELECT count(*) FROM role")) == 5


def test_a_connection_that_was_quiet_for_long_is_asked(
    alone: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = pid()
    monkeypatch.setattr(connections, "QUIET", -1.0)
    assert pid() == first


def test_a_read_that_loses_its_connection_says_so(alone: Flask, own_database: str) -> None:
    ends_itself = text("SELECT pg_terminate_backend(pg_backend_pid()), CAST(:word AS text)")
    with pytest.raises(OperationalError):
        read_first(ends_itself, {"word": "x"})
    assert pid() > 0


def test_a_statement_does_not_wait_for_ever_for_what_somebody_keeps(alone: Flask) -> None:
    assert db.session.scalar(text("SHOW lock_timeout")) == connections.LOCK_WAIT
