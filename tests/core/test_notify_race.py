"""Two that write a mail for one effect at once."""

import threading
import time
from typing import Any

from flask import Flask
from sqlalchemy import text

from app import create_app
from app.core import clock as core_clock
from app.core.database import db
from app.core.notify import notify
from tests.conftest import settings_for
from tests.core.readers import TEMPLATES, Reader


def test_two_that_write_for_one_effect_at_once_write_one_mail(own_database: str) -> None:
    app = create_app(settings_for(own_database))
    app.jinja_env.loader = TEMPLATES
    values: dict[str, Any] = {"key": "k", "subject": "s", "template": "test/letter", "title": ""}
    values |= {"words": "", "moment": core_clock.now()}
    found: list[int] = []

    def write_too() -> None:
        with app.app_context():
            second = notify(Reader(), "test.news", **values)
            assert second is not None
            found.append(second.id)
            db.session.commit()

    with app.app_context():
        first = notify(Reader(), "test.news", **values)
        assert first is not None
        first_id = first.id
        thread = threading.Thread(target=write_too)
        thread.start()
        wait_for_lock(app)
        db.session.commit()
        thread.join()
        jobs_waiting = db.session.execute(text("SELECT count(*) FROM procrastinate_jobs")).scalar()
        db.session.close()
        db.engine.dispose()
    assert found == [first_id]
    assert jobs_waiting == 1


def wait_for_lock(app: Flask) -> None:
    """Wait until another connection waits for ours."""
    asked = text(
        "SELECT 1 FROM pg_stat_activity"
        " WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    deadline = time.monotonic() + 60
    with app.app_context():
        while db.session.execute(asked).scalar() is None:
            assert time.monotonic() < deadline, "nobody waited"
            db.session.rollback()
            time.sleep(0.02)
