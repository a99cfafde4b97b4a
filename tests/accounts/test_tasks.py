"""The jobs of accounts: what has run out is forgotten, what is gone is no error."""

from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import erasure_log, service, tasks
from app.accounts.models import ErasureEntry, MailToken, Person, PersonSession, TokenPurpose
from app.core import jobs
from tests.accounts.conftest import mails_to
from tests.conftest import FixedClock


def test_links_long_spent_and_sessions_long_over_are_forgotten(
    person: Person, session: Session, clock: FixedClock
) -> None:
    old = clock.now - timedelta(days=100)
    service.ask_for_link(TokenPurpose.RESET, address="old@example.org", now=old)
    kept = service.ask_for_link(TokenPurpose.RESET, address="new@example.org", now=clock.now)
    rows = [
        service.open_session(person, device=name, network="", is_known_device=True, now=clock.now)[
            0
        ]
        for name in ("ended long ago", "over long ago", "ended today", "alive")
    ]
    rows[0].ended_at = old
    rows[1].expires_at = old
    rows[2].ended_at = clock.now
    session.flush()
    kept_id, kept_rows = kept.id, {rows[2].id, rows[3].id}
    tasks.forget()
    assert set(session.scalars(select(MailToken.id))) == {kept_id}
    assert set(session.scalars(select(PersonSession.id))) == kept_rows


def test_it_runs_once_a_night() -> None:
    assert jobs.registered()["accounts.forget"].cron == "23 3 * * *"


def test_jobs_for_rows_that_are_gone_do_nothing(app: Flask, session: Session) -> None:
    tasks.send_link(0)
    tasks.make_export(0)
    tasks.drop_export(0)
    tasks.erase_person(0)
    assert not (app.config["KITH"].data / erasure_log.NAME).exists()


def test_the_readme_speaks_its_persons_language_and_zone(
    person: Person, clock: FixedClock, run_jobs: Callable[[], list[str]]
) -> None:
    person.zone = "Asia/Jakarta"
    export = service.ask_for_export(person, now=clock.now)
    assert "Mon, Jun 15, 2026, 7:00" in tasks._readme(export.id)
    run_jobs()
    assert len(mails_to("amara@example.org")) == 1


def test_a_line_of_the_erasure_log_that_was_lost_is_written_at_night(
    app: Flask, session: Session, clock: FixedClock
) -> None:
    folder = app.config["KITH"].data
    session.add(ErasureEntry(person_id=4_711, erased_at=clock.now))
    session.flush()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f".{erasure_log.NAME}").write_text("47")  # a worker died while it wrote
    try:
        tasks.forget()
        assert dict(erasure_log.read(folder))[4_711] == clock.now
        assert not (folder / f".{erasure_log.NAME}").exists()
    finally:
        (folder / erasure_log.NAME).unlink()
