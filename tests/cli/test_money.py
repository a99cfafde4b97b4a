"""kith reconcile, as a terminal runs it."""

import pytest
from click.testing import CliRunner

from app import create_app
from app.billing.service import open_quota
from app.billing.service.accounts import connect
from app.cli import main
from app.core import clock
from app.core.database import db
from tests.conftest import SECRET, settings_for
from tests.factories import make_community


def run(url: str, *options: str) -> tuple[int, str]:
    """Run the command on a database; return its exit code and words."""
    environment = {
        "DATABASE_URL": url.replace("+psycopg", ""),
        "KITH_SECRET_KEY": SECRET,
        "KITH_ENVIRONMENT": "test",
    }
    result = CliRunner().invoke(main, ["reconcile", *options], env=environment)
    return result.exit_code, result.output


def test_books_that_agree_end_with_0_and_others_with_1(
    own_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = create_app(settings_for(own_database))
    with app.app_context():
        community = make_community()
        quota = open_quota(community.id, size=3)
        db.session.commit()
        code, words = run(own_database)
        assert (code, "do not agree: 0." in words) == (0, True)
        quota.sold = 2
        db.session.commit()
        code, words = run(own_database, "--full")
        assert (code, "do not agree: 1." in words) == (1, True)
        connect(community, "acct_1", by=None, actor=None, is_live=False, now=clock.now())
        db.session.commit()
        code, words = run(own_database)
        assert (code, "\nError: KITH_STRIPE_KEY is not set" in words) == (1, True)
        assert "Traceback" not in words
        db.session.close()
        db.engine.dispose()
