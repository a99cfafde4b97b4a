"""The last seats over HTTP: real processes serve many who ask at once; with the guard off it fails.

The members' taps are sent together, each on a connection of its own, to a server of several
processes. What counts in the end is the database: seats given, and what the quota says.
"""

import http.client
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Barrier
from urllib.parse import urlsplit

import pytest
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import func, select

from app import create_app
from app.billing.models import Quota
from app.core.database import db
from app.events.models import Attendance, AttendanceState, Event
from tests.conftest import SECRET, DatabaseServer, settings_for
from tests.end_to_end.conftest import free_port
from tests.factories import make_community, make_event, make_member, new_session

pytestmark = pytest.mark.xdist_group("race")

ROOT = Path(__file__).resolve().parents[2]
MEMBERS, SEATS, PROCESSES = 8, 2, 3
START_UP = 60.0
GUARDED, CARELESS = "wsgi:app", "bench.careless:app"


@dataclass(frozen=True)
class Stage:
    """An event with a few seats, and the cookies of members who want one."""

    path: str
    event_id: int
    cookies: list[str]


def prepare(url: str) -> Stage:
    """Make the event and the members."""
    app = create_app(settings_for(url))
    with app.app_context():
        community = make_community()
        event = make_event(community, size=SEATS)
        tokens = [new_session(make_member(community).person_id or 0) for _ in range(MEMBERS)]
        signer = SecureCookieSessionInterface().get_signing_serializer(app)
        assert signer is not None
        cookies = [str(signer.dumps({"_user_id": token, "_fresh": True})) for token in tokens]
        stage = Stage(f"/c/{community.slug}/events/{event.public_id}", event.id, cookies)
        db.session.commit()
        db.session.close()
        db.engine.dispose()
    return stage


@contextmanager
def served(url: str, application: str, log: Path) -> Iterator[int]:
    """Serve an application by several processes; yield its port."""
    port = free_port()
    environment = {
        "PATH": str(Path(sys.executable).parent),
        "DATABASE_URL": url,
        "KITH_DATA": str(log.parent / "data"),
        "KITH_SECRET_KEY": SECRET,
        "KITH_ENVIRONMENT": "test",
        "KITH_LOG": "warning",
    }
    command = [sys.executable, "-m", "gunicorn", "--preload", "--no-control-socket"]
    command += ["--worker-class", "gthread", "--threads", "4", "--workers", str(PROCESSES)]
    command += ["--bind", f"127.0.0.1:{port}", application]
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
        try:
            wait_until_ready(port, process, log)
            yield port
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def wait_until_ready(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the server answers; fail with its log when it does not."""
    deadline = time.monotonic() + START_UP
    while time.monotonic() < deadline and process.poll() is None:
        try:
            ask(port, "GET", "/healthz")
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"the server did not start:\n{log.read_text()[-3000:]}")


def ask(
    port: int, method: str, path: str, cookies: str = "", body: str = ""
) -> tuple[int, str, str]:
    """Send one request; return (status, body, cookies to send next)."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Cookie": cookies, "Sec-Fetch-Site": "same-origin"}
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    connection.request(method, path, body or None, headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    fresh = [value.split(";")[0] for name, value in answer.getheaders() if name == "Set-Cookie"]
    connection.close()
    return answer.status, text, "; ".join(fresh) or cookies


def race(port: int, stage: Stage) -> list[int]:
    """Let all members open the page, then tap at the same moment; return the answers."""
    together = Barrier(MEMBERS)

    def tap(cookie: str) -> int:
        _, page, cookies = ask(port, "GET", stage.path, f"kith={cookie}")
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token, page[:500]
        together.wait(60)
        body = f"csrf_token={token[1]}&seats=1"
        return ask(port, "POST", urlsplit(stage.path).path + "/attendance", cookies, body)[0]

    with ThreadPoolExecutor(MEMBERS) as pool:
        return sorted(pool.map(tap, stage.cookies))


def outcome(url: str, stage: Stage) -> tuple[int, int]:
    """Return what the database holds in the end: (seats given, the quota's count)."""
    app = create_app(settings_for(url))
    with app.app_context():
        given = db.session.scalar(
            select(func.count(Attendance.id)).where(
                Attendance.event_id == stage.event_id, Attendance.state == AttendanceState.GOING
            )
        )
        sold = db.session.scalar(
            select(Quota.sold)
            .join(Event, Event.quota_id == Quota.id)
            .where(Event.id == stage.event_id)
        )
        db.session.close()
        db.engine.dispose()
    return given or 0, sold or 0


def test_of_many_taps_at_once_as_many_win_as_there_are_seats(
    own_database: str, tmp_path: Path
) -> None:
    stage = prepare(own_database)
    with served(own_database, GUARDED, tmp_path / "guarded.log") as port:
        answers = race(port, stage)
    assert answers == [303] * SEATS + [422] * (MEMBERS - SEATS)
    assert outcome(own_database, stage) == (SEATS, SEATS)


def test_with_the_guard_off_the_same_taps_oversell(
    own_database: str, server: DatabaseServer, tmp_path: Path
) -> None:
    stage = prepare(own_database)
    name = own_database.split("?", maxsplit=1)[0].rsplit("/", 1)[-1]
    server.run("ALTER TABLE quota DROP CONSTRAINT {}", "ck_quota_never_oversold", database=name)
    with served(own_database, CARELESS, tmp_path / "careless.log") as port:
        race(port, stage)
    given, _ = outcome(own_database, stage)
    assert given > SEATS, "the control lost its race: it proves nothing"
