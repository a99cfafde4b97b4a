"""What every test stands on: a database made by the migrations, an app, a clock, a client."""

import tests.measured

# isort: split
# what is imported before is not measured

import gc
import hashlib
import os
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
from argon2 import PasswordHasher
from flask import Flask
from psycopg import sql
from sqlalchemy.orm import Session

import config
from app import create_app
from app.accounts import passwords
from app.core import clock as core_clock
from app.core import postgres
from app.core.database import db
from tests import loopback
from tests.pages import ProofreadingClient

ROOT = Path(__file__).resolve().parent.parent
SECRET = "only-for-tests-" + "k" * 32
TODAY = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
CHEAP_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)

# What the imports made stays, and tests make many short-lived rows: look for garbage seldom.
gc.set_threshold(100_000, 20, 100)
# No test asserts a time: machines are shared.
hypothesis.settings.register_profile("kith", deadline=None)
hypothesis.settings.load_profile("kith")
loopback.begin()
passwords.use(CHEAP_HASHER)  # a tenth of a second for each password would be minutes in all


def pytest_collection_finish() -> None:
    """Take what was imported out of the collector's sight."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish() -> None:
    """Write which lines ran."""
    tests.measured.write()


@pytest.fixture(autouse=True)
def nothing_beyond_loopback() -> Iterator[None]:
    """Fail a test that reached for the world, even where its code lived with the refusal."""
    yield
    loopback.nothing_was_reached_for()


class FixedClock:
    """A clock that moves only when a test moves it."""

    def __init__(self) -> None:
        self.now = TODAY

    def advance(self, **span: float) -> datetime:
        """Move on by a timedelta's arguments (hours=2) and return the new moment."""
        self.now += timedelta(**span)
        return self.now

    def set(self, moment: datetime) -> datetime:
        """Jump to a moment."""
        self.now = moment
        return moment


class DatabaseServer:
    """The PostgreSQL that tests run on: the embedded one, or KITH_TEST_SERVER's."""

    def __init__(self) -> None:
        given = os.environ.get("KITH_TEST_SERVER")
        self._embedded = None if given else postgres.attach(_test_folder())
        self._template = given or ""
        if self._embedded:
            # What a crash would lose is made again; a copied database need not wait for the disk.
            for guard in ("fsync", "full_page_writes"):
                self.run("ALTER SYSTEM SET {} = off", guard)
            # Without a disk to wait for it costs nothing, and Kith starts on no other.
            self.run("ALTER SYSTEM SET synchronous_commit = on")
            self.run("SELECT pg_reload_conf()")

    def url(self, name: str) -> str:
        """Return the address of a database; KITH_TEST_SERVER has `{}` where its name goes."""
        if self._embedded:
            return self._embedded.url_of(name)
        return self._template.replace("{}", name)

    def run(self, statement: str, *names: str, database: str = "postgres") -> list[Any]:
        """Run one administrative statement with identifiers filled in."""
        address = self.url(database).replace("+psycopg", "")
        with psycopg.connect(address, autocommit=True) as connection:
            cursor = connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
            return cursor.fetchall() if cursor.description else []

    def create(self, *, template: str | None = None) -> str:
        """Create a database under a name of its own, empty or as a copy; return its name."""
        name = f"kith_test_{uuid.uuid4().hex[:12]}"
        if template:
            self.run("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, template)
        else:
            self.run("CREATE DATABASE {}", name)
        return name

    def drop(self, name: str) -> None:
        """Drop a database, whoever is still connected."""
        self.run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def _test_folder() -> Path:
    return Path(tempfile.gettempdir()) / f"kith-tests-{os.getuid()}"


def settings_for(url: str, **values: object) -> config.Settings:
    """Return settings for tests: their own database, and a data folder for each test process."""
    files = _test_folder() / f"files-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    values = {"environment": "test", "data": files, **values}
    return config.load(database_url=url, secret_key=SECRET, **values)


@pytest.fixture(scope="session")
def server() -> DatabaseServer:
    """The database server, shared by all test processes."""
    return DatabaseServer()


@pytest.fixture(scope="session")
def template(server: DatabaseServer) -> str:
    """The name of a database as the migrations make it, made once per state of the migrations."""
    files = sorted((ROOT / "migrations" / "versions").glob("*.*"))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]
    name = f"kith_template_{digest}"
    admin = server.url("postgres").replace("+psycopg", "")
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(hashtext(%s))", [name])
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if known.fetchone() is None:
            draft = server.create()
            migrate(server.url(draft))
            server.run("ALTER DATABASE {} RENAME TO {}", draft, name)
    return name


def migrate(url: str, target: str = "heads") -> None:
    """Bring a database to a revision."""
    app = create_app(settings_for(url))
    with app.app_context():
        app.extensions["alembic"].upgrade(target)
    with app.app_context():  # another one: the first gave its connection back when it ended
        db.engine.dispose()


@pytest.fixture(scope="session")
def database_url(server: DatabaseServer, template: str) -> Iterator[str]:
    """The address of this process's own database."""
    name = server.create(template=template)
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def own_database(server: DatabaseServer, template: str) -> Iterator[str]:
    """The address of a fresh database for one test whose processes really commit."""
    name = server.create(template=template)
    yield server.url(name)
    server.drop(name)


@pytest.fixture(scope="session")
def app(database_url: str) -> Iterator[Flask]:
    """The application under test."""
    app = create_app(settings_for(database_url))
    app.test_client_class = ProofreadingClient
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def clock() -> Iterator[FixedClock]:
    """The one clock, standing still at TODAY."""
    fixed = FixedClock()
    core_clock.use(lambda: fixed.now)
    yield fixed
    core_clock.use(None)


@pytest.fixture
def earnest_hasher() -> Iterator[None]:
    """Passwords hashed as the product does it, not at the tests' low cost."""
    passwords.use(None)
    yield
    passwords.use(CHEAP_HASHER)


@contextmanager
def isolated(app: Flask) -> Iterator[None]:
    """Let every session join one transaction by savepoints, and roll it back at the end.

    Flask-SQLAlchemy-Lite's own `test_isolation` does not hold with SQLAlchemy 2.1, where a session
    that takes its connection from an engine takes over that connection's transaction too.
    """
    maker = db._app_state[app].sessionmaker
    before = dict(maker.kw)
    with db.engine.connect() as connection:
        outer = connection.begin()
        maker.kw.update(bind=connection, join_transaction_mode="create_savepoint")
        try:
            yield
        finally:
            maker.kw = before
            outer.rollback()


@pytest.fixture
def session(app: Flask, clock: FixedClock) -> Iterator[Session]:
    """The database session: commits become savepoints of a transaction that is rolled back."""
    with app.app_context(), isolated(app):
        yield db.session
        db.session.close()


@pytest.fixture
def client(app: Flask, session: Session) -> ProofreadingClient:
    """A browser without cookies that proof-reads every page it is given."""
    client = app.test_client()
    assert isinstance(client, ProofreadingClient)
    return client
