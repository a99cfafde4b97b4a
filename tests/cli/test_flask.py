"""flask --app wsgi works as people who know Flask expect."""

import os
import subprocess
import sys

from tests.cli.conftest import ROOT


def flask(*arguments: str, url: str, said: str = "") -> str:
    """Run Flask's own command and return what it wrote."""
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", *arguments],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url},
        input=said,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_routes_and_shell(own_database: str) -> None:
    assert "/c/<slug>/events/<event_id>" in flask("routes", url=own_database)
    asked = "from app.core.database import db; from sqlalchemy import text\n"
    asked += "print('rows:', db.session.scalar(text('SELECT count(*) FROM person')), app.name)\n"
    assert "rows: 0 app" in flask("shell", url=own_database, said=asked)
