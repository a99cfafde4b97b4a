"""The last seat: real processes ask for it at once. One wins; with the guard off, several do."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from app import create_app
from app.billing.models import Quota
from app.billing.service import open_quota
from app.core.database import db
from tests.conftest import DatabaseServer, settings_for
from tests.factories import make_community

pytestmark = pytest.mark.postgres15

ROOT = Path(__file__).resolve().parents[2]
BUYERS = 5


def race(url: str, quota_id: int, way: str) -> Counter[str]:
    """Start the buyers, let them go at once, and count who won."""
    command = [sys.executable, "-m", "tests.billing.race_process", url, str(quota_id), way]
    buyers = subprocess.Popen(
        [*command, str(BUYERS)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert buyers.stdout
        assert [buyers.stdout.readline() for _ in range(BUYERS)] == ["ready\n"] * BUYERS
        return Counter(buyers.communicate("go\n", timeout=60)[0].split())
    finally:
        buyers.kill()
        buyers.wait()


def prepare(url: str) -> int:
    """Make a quota of three with two sold."""
    app = create_app(settings_for(url))
    with app.app_context():
        quota = open_quota(make_community().id, size=3)
        quota.sold = 2
        db.session.commit()
        number = quota.id
        db.session.close()
        db.engine.dispose()
    return number


def sold(url: str, quota_id: int) -> int:
    """Return what the database counts in the end."""
    app = create_app(settings_for(url))
    with app.app_context():
        number = db.session.get_one(Quota, quota_id).sold
        db.session.close()
        db.engine.dispose()
    return number


def test_of_many_who_ask_at_once_one_gets_the_last_seat(own_database: str) -> None:
    quota_id = prepare(own_database)
    assert race(own_database, quota_id, "guarded") == {"won": 1, "lost": BUYERS - 1}
    assert sold(own_database, quota_id) == 3


def test_with_the_guard_off_the_race_is_there(own_database: str, server: DatabaseServer) -> None:
    quota_id = prepare(own_database)
    name = own_database.split("?", maxsplit=1)[0].rsplit("/", 1)[-1]
    server.run("ALTER TABLE quota DROP CONSTRAINT {}", "ck_quota_never_oversold", database=name)
    outcome = race(own_database, quota_id, "naive")
    assert outcome["won"] > 1, "the control lost its race: it proves nothing"
    assert sold(own_database, quota_id) == 2 + outcome["won"]
